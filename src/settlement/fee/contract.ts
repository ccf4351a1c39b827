import Type from 'typebox';
import { parseDecimal, formatDecimal, type Decimal } from '../../base/decimal.ts';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, PositiveUnits, Units, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';

const closed = { additionalProperties: false };

export const InvoiceId = idOf('inv');
export const FeeScheduleId = idOf('fee');

const Month = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$', examples: ['2026-11'] });
const Text = Type.String({ minLength: 1, maxLength: 100, examples: ['Payments sent'] });
const Item = Type.String({ pattern: '^[a-z][a-z0-9_]{0,29}$', examples: ['payments'] });

/** Graduated: each piece costs what the tier says that it falls into; the last tier has no `upTo`. */
const Tiers = Type.Array(
  Type.Object({ upTo: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_000_000_000 })), units: WholeUnits }, closed),
  { minItems: 1, maxItems: 20 },
);

/** Hundredths of a percent, with decimals. */
const BasisPoints = Type.Codec(Type.String({ pattern: '^(0|[1-9][0-9]{0,3})(\\.[0-9]{1,6})?$', examples: ['1.25'] }))
  .Decode((text): Decimal => parseDecimal(text))
  .Encode((value: Decimal) => formatDecimal(value));

const FeeItem = Type.Union([
  Type.Object({ item: Item, kind: Type.Literal('per_payment'), text: Text, tiers: Tiers }, closed),
  Type.Object({ item: Item, kind: Type.Literal('per_exchange'), text: Text, tiers: Tiers }, closed),
  Type.Object({ item: Item, kind: Type.Literal('per_message'), text: Text, tiers: Tiers }, closed),
  Type.Object(
    {
      item: Item,
      kind: Type.Literal('per_value'),
      text: Text,
      basisPoints: BasisPoints,
      minUnits: Type.Optional(WholeUnits),
      maxUnits: Type.Optional(WholeUnits),
      rounding: Type.Union([Type.Literal('floor'), Type.Literal('ceil'), Type.Literal('half_even')]),
    },
    closed,
  ),
  Type.Object({ item: Item, kind: Type.Literal('per_window'), text: Text, units: WholeUnits }, closed),
]);

/** Prices in the currency of the schedule: what is counted in it is paid in it. */
export const FeeContent = Type.Object(
  { items: Type.Array(FeeItem, { minItems: 1, maxItems: 20 }), minimumUnits: Type.Optional(WholeUnits) },
  closed,
);

export const FeeSchedule = Type.Object(
  {
    id: FeeScheduleId,
    name: Type.String(),
    asset: Asset,
    /** For this participant alone; for everyone without a schedule of its own when absent. */
    participantId: Type.Optional(ParticipantId),
    version: Type.Integer(),
    validFrom: LocalDateText,
    content: FeeContent,
    createdBy: Type.String(),
    createdAt: Instant,
  },
  closed,
);

const Line = Type.Object({ item: Type.String(), text: Type.String(), count: Type.Integer(), value: Units, units: Units }, closed);

const invoiceFields = {
  id: InvoiceId,
  number: Type.String(),
  kind: Type.Union([Type.Literal('invoice'), Type.Literal('credit_note')]),
  participant: Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed),
  asset: Asset,
  month: Month,
  total: Units,
  /** Still to be paid, and credited since. */
  open: Units,
  credited: Units,
  creditsInvoiceId: Type.Optional(InvoiceId),
  reason: Type.Optional(Type.String()),
  issuedAt: Instant,
};

export const Invoice = Type.Object(invoiceFields, closed);
export const InvoiceDetail = Type.Object({ ...invoiceFields, lines: Type.Array(Line) }, closed);

const FEE_EXAMPLE = {
  items: [
    { item: 'payments', kind: 'per_payment', text: 'Payments sent', tiers: [{ upTo: 1000, units: '25' }, { units: '15' }] },
    { item: 'value', kind: 'per_value', text: 'Value sent', basisPoints: '0.1', minUnits: '1', maxUnits: '5000', rounding: 'half_even' },
    { item: 'windows', kind: 'per_window', text: 'Windows taken part in', units: '100' },
    { item: 'exchanges', kind: 'per_exchange', text: 'Exchanges settled', tiers: [{ units: '50' }] },
  ],
  minimumUnits: '10000',
};

export const setFeeSchedule = operation({
  name: 'settlement.set_fee_schedule',
  method: 'POST',
  path: '/v1/fee-schedules',
  summary: 'Sets the prices of a currency from a day on, for everyone or for one participant',
  scope: 'settlement:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100, examples: ['Standard 2026'] }),
      asset: Asset,
      participantId: Type.Optional(ParticipantId),
      validFrom: LocalDateText,
      content: FeeContent,
    },
    closed,
  ),
  output: FeeSchedule,
  errors: [
    'settlement.fee_schedule_invalid',
    'settlement.fee_day_counted',
    'settlement.asset_unknown',
    'settlement.participant_not_found',
    'request.key_reused',
  ],
  example: { body: { name: 'Standard 2027', asset: 'EUR/2', validFrom: '2099-01-01', content: FEE_EXAMPLE } },
});

export const listFeeSchedules = operation({
  name: 'settlement.list_fee_schedules',
  method: 'GET',
  path: '/v1/fee-schedules',
  summary: 'Prices of every currency, those to come and those of before',
  scope: 'settlement:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(FeeSchedule) }, closed),
  errors: [],
  example: {},
});

export const previewFees = operation({
  name: 'settlement.preview_fees',
  method: 'GET',
  path: '/v1/participants/{id}/fees',
  summary: 'What a participant has used in a month so far and what it comes to, before the invoice',
  scope: 'settlement:read',
  cost: 'normal',
  params: Type.Object({ id: ParticipantId }, closed),
  query: Type.Object({ month: Month }, closed),
  output: Type.Object(
    {
      month: Month,
      countedAt: Type.Optional(Instant),
      currencies: Type.Array(Type.Object({ asset: Asset, total: Units, lines: Type.Array(Line) }, closed)),
    },
    closed,
  ),
  errors: ['settlement.participant_not_found'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' }, query: { month: '2026-11' } },
});

export const issueInvoices = operation({
  name: 'settlement.issue_invoices',
  method: 'POST',
  path: '/v1/invoices/issue',
  summary: 'Closes a month that is over and invoices every participant; what was invoiced stays as it is',
  scope: 'settlement:write',
  cost: 'heavy',
  body: Type.Object({ month: Month }, closed),
  output: Type.Object({ month: Month, issued: Type.Integer() }, closed),
  errors: ['settlement.month_not_over'],
  example: { body: { month: '2026-01' } },
});

export const listInvoices = operation({
  name: 'settlement.list_invoices',
  method: 'GET',
  path: '/v1/invoices',
  summary: 'Invoices and credit notes, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      participantId: Type.Optional(ParticipantId),
      month: Type.Optional(Month),
      open: Type.Optional(Type.Literal('true', { description: 'Only those that are not paid in full' })),
    },
    closed,
  ),
  output: pageOf(Invoice),
  errors: ['request.cursor_invalid'],
  example: { query: { month: '2026-11' } },
});

const params = Type.Object({ id: InvoiceId }, closed);
const example = { params: { id: 'inv_0192837465ab7def8192837465abcdef' } };

export const getInvoice = operation({
  name: 'settlement.get_invoice',
  method: 'GET',
  path: '/v1/invoices/{id}',
  summary: 'One invoice or credit note with its lines',
  scope: 'settlement:read',
  cost: 'light',
  params,
  output: InvoiceDetail,
  errors: ['settlement.invoice_not_found'],
  example,
});

export const getInvoicePdf = operation({
  name: 'settlement.get_invoice_pdf',
  method: 'GET',
  path: '/v1/invoices/{id}/pdf',
  summary: 'One invoice or credit note as a document to print',
  scope: 'settlement:read',
  cost: 'normal',
  produces: 'application/pdf',
  params,
  output: Type.Unsafe<Uint8Array>(Type.String({ format: 'binary' })),
  errors: ['settlement.invoice_not_found'],
  example,
});

export const collectInvoice = operation({
  name: 'settlement.collect_invoice',
  method: 'POST',
  path: '/v1/invoices/{id}/collect',
  summary: 'Takes what is open of an invoice from the settlement account, as far as there is money on it',
  scope: 'settlement:write',
  cost: 'normal',
  params,
  output: Invoice,
  errors: ['settlement.invoice_not_found', 'settlement.invoice_paid', 'settlement.insufficient_funds', 'request.key_reused'],
  example,
});

export const creditInvoice = operation({
  name: 'settlement.credit_invoice',
  method: 'POST',
  path: '/v1/invoices/{id}/credit',
  summary: 'Issues a credit note: what is open is let off first, the rest is paid back',
  scope: 'settlement:write',
  cost: 'normal',
  status: 201,
  idempotencyKey: 'required',
  params,
  body: Type.Object(
    { units: PositiveUnits, reason: Type.String({ minLength: 1, maxLength: 200, examples: ['Outage of 12 November'] }) },
    closed,
  ),
  output: Invoice,
  errors: ['settlement.invoice_not_found', 'settlement.credit_too_large', 'settlement.income_short', 'request.key_reused'],
  example: { ...example, body: { units: '100', reason: 'Outage of 12 November' } },
});

export const feeOperations = [
  setFeeSchedule,
  listFeeSchedules,
  previewFees,
  issueInvoices,
  listInvoices,
  getInvoice,
  getInvoicePdf,
  collectInvoice,
  creditInvoice,
] as const;

export const invoiceIssued = eventKind({
  type: 'settlement.invoice_issued',
  version: 1,
  summary: 'A participant was invoiced, or credited',
  data: Type.Object({
    invoiceId: InvoiceId,
    number: Type.String(),
    kind: invoiceFields.kind,
    participantId: ParticipantId,
    asset: Asset,
    month: Month,
    total: Units,
    open: Units,
  }),
});
