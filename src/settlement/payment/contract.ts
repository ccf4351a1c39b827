import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, PositiveUnits, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Judgement } from '../compliance/judgement-contract.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
import { Party, text } from './party.ts';
import { Priority, Route } from './priority.ts';

const closed = { additionalProperties: false };

export const PaymentId = idOf('pay');
export const WindowId = idOf('win');

/** Unique end-to-end transaction reference: a UUID version 4, as SWIFT gpi uses it. */
export const Uetr = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  examples: ['97ed4827-7b6f-4491-a06f-b548d5a7512d'],
});

/**
 * The life of a payment: held for review, queued until there is money for it, or rejected at the door; else reserved until its
 * window is cut off, clearing until that settles. What settles at once, or out of the queue, is settled without a window.
 */
export const PaymentStatus = Type.Union(
  ['held', 'rejected', 'reserved', 'clearing', 'settled', 'queued'].map((status) => Type.Literal(status)) as [
    ReturnType<typeof Type.Literal<'held'>>,
    ReturnType<typeof Type.Literal<'rejected'>>,
    ReturnType<typeof Type.Literal<'reserved'>>,
    ReturnType<typeof Type.Literal<'clearing'>>,
    ReturnType<typeof Type.Literal<'settled'>>,
    ReturnType<typeof Type.Literal<'queued'>>,
  ],
);

/** What a bank sends. `uetr` is made when it is absent. */
export const PaymentOrder = Type.Object(
  {
    uetr: Type.Optional(Uetr),
    endToEndId: text(35, 'INV-2026-11-0042'),
    debtorAgent: Bic,
    creditorAgent: Bic,
    debtor: Party,
    creditor: Party,
    asset: Asset,
    units: PositiveUnits,
    valueDate: Type.Optional(LocalDateText),
    /** `normal` when absent. */
    priority: Type.Optional(Priority),
    purpose: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{4}$', examples: ['SUPP'] })),
    remittance: Type.Optional(text(140, 'Invoice 42')),
  },
  closed,
);

/** Why a payment was not taken: the ISO 20022 external status reason code and words. */
export const Reason = Type.Object({ code: Type.String({ pattern: '^[A-Z0-9]{4}$', examples: ['AM04'] }), text: Type.String() }, closed);

const Agent = Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed);

const paymentFields = {
  id: PaymentId,
  uetr: Uetr,
  endToEndId: Type.String(),
  status: PaymentStatus,
  reason: Type.Optional(Reason),
  debtorAgent: Agent,
  creditorAgent: Agent,
  debtor: Party,
  creditor: Party,
  asset: Asset,
  units: Units,
  valueDate: LocalDateText,
  purpose: Type.Optional(Type.String()),
  remittance: Type.Optional(Type.String()),
  channel: Type.Union([Type.Literal('json'), Type.Literal('batch'), Type.Literal('iso20022')]),
  receivedAt: Instant,
  window: Type.Optional(Type.Object({ id: WindowId, number: Type.Integer() }, closed)),
  settledAt: Type.Optional(Instant),
  /** Shown to the operator and the bank that pays. */
  route: Type.Optional(Route),
};

export const Payment = Type.Object(paymentFields, closed);

const hitFields = {
  party: Type.Union([Type.Literal('debtor'), Type.Literal('creditor')]),
  name: Type.Optional(Type.String({ description: 'The name or identifier that matches, where it is not the name of the party itself' })),
  listed: Type.String(),
  listId: Type.String(),
  entryId: Type.String(),
  score: Type.Number(),
  explanation: Type.Array(Type.String()),
};
const ScreeningHit = Type.Object(hitFields, closed);

/** What the lists say of the parties; told to the operator only. */
const PaymentScreening = Type.Object(
  {
    set: Type.Optional(Type.Integer({ description: 'What it was screened against: see settlement.get_screening_set' })),
    listVersion: Type.Optional(Type.String()),
    hits: Type.Array(ScreeningHit),
    notices: Type.Optional(Type.Array(ScreeningHit, { description: 'Matches on lists of exposed persons, which hold nothing' })),
    cleared: Type.Optional(
      Type.Array(Type.Object({ ...hitFields, exceptionId: idOf('sce') }, closed), { description: 'Matches that an exception set aside' }),
    ),
    later: Type.Optional(
      Type.Array(
        Type.Object(
          { ...hitFields, change: Type.Union([Type.Literal('new'), Type.Literal('gone')]), foundAt: Instant },
          { ...closed, description: 'What lists that came later changed' },
        ),
      ),
    ),
  },
  closed,
);

export const PaymentDetail = Type.Object(
  {
    ...paymentFields,
    /** The book's sequence after the payment's act: decides which window it belongs to. */
    seq: Type.Optional(Type.String({ pattern: '^[0-9]+$' })),
    timeline: Type.Array(
      Type.Object({ at: Instant, step: Type.String(), text: Type.String(), actor: Type.Optional(Type.String()) }, closed),
    ),
    transferIds: Type.Array(idOf('trf')),
    screening: PaymentScreening,
    judgement: Type.Optional(Judgement),
  },
  closed,
);

const orderErrors = [
  'settlement.participant_unknown',
  'settlement.participant_suspended',
  'settlement.same_agent',
  'settlement.asset_unknown',
  'settlement.asset_not_held',
  'settlement.value_date_invalid',
  'settlement.name_unreadable',
  'settlement.uetr_reused',
] as const;

/** An order as the reference shows it. */
const ORDER_EXAMPLE = {
  endToEndId: 'INV-2026-11-0042',
  debtorAgent: 'NORDFIHH',
  creditorAgent: 'AURONOKK',
  debtor: { name: 'Nordfjord Trading AS' },
  creditor: { name: 'Aurora Shipping AS', account: 'NO9386011117947', country: 'NO' },
  asset: 'EUR/2',
  units: '125000',
  remittance: 'Invoice 42',
};

/** The same as a pacs.008 file of one transaction. */
const FILE_EXAMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">
  <FIToFICstmrCdtTrf>
    <GrpHdr>
      <MsgId>NORD-20261122-1</MsgId>
      <CreDtTm>2026-11-22T09:30:00.000Z</CreDtTm>
      <NbOfTxs>1</NbOfTxs>
      <CtrlSum>1250.00</CtrlSum>
      <SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>
      <InstgAgt><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></InstgAgt>
    </GrpHdr>
    <CdtTrfTxInf>
      <PmtId><EndToEndId>INV-2026-11-0042</EndToEndId><UETR>97ed4827-7b6f-4491-a06f-b548d5a7512d</UETR></PmtId>
      <IntrBkSttlmAmt Ccy="EUR">1250.00</IntrBkSttlmAmt>
      <ChrgBr>SHAR</ChrgBr>
      <Dbtr><Nm>Nordfjord Trading AS</Nm></Dbtr>
      <DbtrAgt><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></DbtrAgt>
      <CdtrAgt><FinInstnId><BICFI>AURONOKK</BICFI></FinInstnId></CdtrAgt>
      <Cdtr><Nm>Aurora Shipping AS</Nm></Cdtr>
      <CdtrAcct><Id><IBAN>NO9386011117947</IBAN></Id></CdtrAcct>
      <RmtInf><Ustrd>Invoice 42</Ustrd></RmtInf>
    </CdtTrfTxInf>
  </FIToFICstmrCdtTrf>
</Document>
`;

export const sendPayment = operation({
  name: 'settlement.send_payment',
  method: 'POST',
  path: '/v1/payments',
  summary: 'Takes one payment: screens it, reserves its funds and puts it into the open window',
  scope: 'payments:write',
  cost: 'light',
  status: 201,
  body: PaymentOrder,
  output: Payment,
  errors: [...orderErrors, 'settlement.debtor_agent_foreign', 'ledger.overloaded', 'request.key_reused'],
  example: { body: ORDER_EXAMPLE },
});

/**
 * One result a payment of a batch, in its order: the payment, or the error that a single call would have answered. Not a
 * union, since telling its branches apart would cost more than everything else in the answer.
 */
export const BatchResult = Type.Object(
  { payment: Type.Optional(Payment), error: Type.Optional(Type.Object({ code: Type.String(), title: Type.String() }, closed)) },
  { ...closed, minProperties: 1, maxProperties: 1 },
);

export const sendPayments = operation({
  name: 'settlement.send_payments',
  method: 'POST',
  path: '/v1/payments/batch',
  summary: 'Takes up to 1,000 payments; a bad one does not lose the good ones',
  scope: 'payments:write',
  cost: 'heavy',
  bodyLimit: 4 << 20,
  /** Orders are checked one by one, so that one malformed order is an error of its own and not of the batch. */
  body: Type.Object({ payments: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 1000 }) }, closed),
  output: Type.Object({ results: Type.Array(BatchResult) }, closed),
  errors: ['ledger.overloaded', 'request.key_reused'],
  example: { body: { payments: [ORDER_EXAMPLE] } },
});

export const listPayments = operation({
  name: 'settlement.list_payments',
  method: 'GET',
  path: '/v1/payments',
  summary: 'Payments, newest first',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      status: Type.Optional(PaymentStatus),
      asset: Type.Optional(Asset),
      participantId: Type.Optional(ParticipantId),
      windowId: Type.Optional(WindowId),
      query: Type.Optional(
        Type.String({ minLength: 1, maxLength: 140, description: 'End-to-end id, UETR, or beginnings of words of a party name' }),
      ),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
    },
    closed,
  ),
  output: pageOf(Payment),
  errors: [],
  example: { query: { status: 'settled', asset: 'EUR/2' } },
});

const params = Type.Object({ id: PaymentId }, closed);

export const getPayment = operation({
  name: 'settlement.get_payment',
  method: 'GET',
  path: '/v1/payments/{id}',
  summary: 'One payment with its timeline, ledger transfers, screening and judgement',
  scope: 'payments:read',
  cost: 'light',
  params,
  output: PaymentDetail,
  errors: ['settlement.payment_not_found'],
  example: { params: { id: 'pay_0192837465ab7def8192837465abcdef' } },
});

const decision = { params, body: Type.Object({ comment: text(500, 'Different date of birth; not the listed person.') }, closed) };

export const releasePayment = operation({
  name: 'settlement.release_payment',
  method: 'POST',
  path: '/v1/payments/{id}/release',
  summary: 'Releases a held payment after review: reserves its funds and puts it into the open window',
  scope: 'screening:write',
  cost: 'normal',
  ...decision,
  output: Payment,
  errors: [
    'settlement.payment_not_found',
    'settlement.payment_not_held',
    'settlement.payment_listed',
    'settlement.participant_suspended',
    'settlement.asset_not_held',
    'settlement.four_eyes_needed',
    'settlement.limit_reached',
    'settlement.breaker_open',
    'ledger.overloaded',
    'request.key_reused',
  ],
  example: { params: { id: 'pay_0192837465ab7def8192837465abcdef' }, body: { comment: 'Different date of birth; not the listed person.' } },
});

export const rejectPayment = operation({
  name: 'settlement.reject_payment',
  method: 'POST',
  path: '/v1/payments/{id}/reject',
  summary: 'Rejects a held payment after review',
  scope: 'screening:write',
  cost: 'normal',
  ...decision,
  output: Payment,
  errors: ['settlement.payment_not_found', 'settlement.payment_not_held', 'settlement.four_eyes_needed', 'request.key_reused'],
  example: { params: { id: 'pay_0192837465ab7def8192837465abcdef' }, body: { comment: 'The listed person; reported to the authority.' } },
});

export const submitIso20022 = operation({
  name: 'settlement.submit_iso20022',
  method: 'POST',
  path: '/v1/iso20022',
  summary: 'Takes a message (pain.001, pacs.008, pacs.009, pacs.004, pacs.028, camt.056, camt.029, statements) and answers with one',
  scope: 'payments:write',
  cost: 'heavy',
  // The message id does what a key would do, and every bank sends one.
  idempotencyKey: 'none',
  consumes: 'application/xml',
  produces: 'application/xml',
  bodyLimit: 8 << 20,
  output: Type.String(),
  errors: ['iso20022.not_xml', 'iso20022.unsafe_xml', 'iso20022.unsupported_message', 'iso20022.schema_check_failed', 'ledger.overloaded'],
  example: { document: FILE_EXAMPLE },
});

export const paymentOperations = [
  sendPayment,
  sendPayments,
  listPayments,
  getPayment,
  releasePayment,
  rejectPayment,
  submitIso20022,
] as const;

const PaymentTold = Type.Object({
  paymentId: PaymentId,
  status: PaymentStatus,
  reason: Type.Optional(Type.String()),
  asset: Asset,
  units: Units,
  debtorAgent: Bic,
  creditorAgent: Bic,
});

export const paymentRecorded = eventKind({
  type: 'settlement.payment_recorded',
  version: 1,
  summary: 'A payment was reserved, held or queued, or one that was held or queued is reserved now',
  data: PaymentTold,
});

/** Apart from the many that go into a window, so that whoever waits for ends need not look at all of them. */
export const paymentEnded = eventKind({
  type: 'settlement.payment_ended',
  version: 1,
  summary: 'A payment came to its end by itself: rejected, or settled at once; those of a window are told of by window_settled',
  data: PaymentTold,
});
