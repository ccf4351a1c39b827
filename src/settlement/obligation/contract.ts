import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
import { Bank, Hash, RoundId, roundOperations, setOffCompleted, setOffShareCleared } from './round-contract.ts';

const closed = { additionalProperties: false };

export const ObligationId = idOf('obl');

/** As one of the two banks, or as the operator, who speaks for neither. */
const Capacity = Type.Union([Type.Literal('debtor'), Type.Literal('creditor'), Type.Literal('operator')]);
const ActName = Type.Union([Type.Literal('submit'), Type.Literal('confirm'), Type.Literal('dispute'), Type.Literal('withdraw')]);
const Reference = Type.String({ minLength: 1, maxLength: 35, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['INV-2026-0042'] });
const Reason = Type.String({ minLength: 1, maxLength: 140, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['Delivered in part only'] });

/** Few enough digits for a round of any size to add up within 38. */
const ObligationUnits = Type.Codec(
  Type.String({ pattern: '^[1-9][0-9]{0,26}$', examples: ['125000'], description: 'Whole minor units, at least 1, 27 digits at most' }),
)
  .Decode((digits) => BigInt(digits))
  .Encode((units: bigint) => units.toString());

export const ObligationState = Type.Union([
  Type.Literal('proposed'),
  Type.Literal('confirmed'),
  Type.Literal('disputed'),
  Type.Literal('withdrawn'),
  Type.Literal('discharged'),
]);

const obligationFields = {
  id: ObligationId,
  debtor: Bank,
  creditor: Bank,
  asset: Asset,
  units: Units,
  /** What set-off has left of it. */
  openUnits: Units,
  dueDay: Type.Optional(LocalDateText),
  reference: Type.String(),
  state: ObligationState,
  /** Who brought it in; left out where that was before it was recorded. */
  submittedAs: Type.Optional(Capacity),
  submittedAt: Instant,
  /** What each of the two banks says by its own act, as soon as it has said something; with two yes it is confirmed. */
  debtorAgrees: Type.Optional(Type.Boolean()),
  creditorAgrees: Type.Optional(Type.Boolean()),
  withdrawnAs: Type.Optional(Capacity),
  /** Why it was disputed or withdrawn. */
  reason: Type.Optional(Type.String()),
  changedAt: Instant,
};
export const Obligation = Type.Object(obligationFields, closed);

/** Who did what; `by` is a person or key, for a bank its own only. */
const DoneAct = Type.Object(
  { act: ActName, as: Capacity, by: Type.Optional(Type.String()), reason: Type.Optional(Type.String()), at: Instant },
  closed,
);

const SetOff = Type.Object({ roundId: RoundId, number: Type.Integer(), units: Units, cleared: Units, left: Units, ranAt: Instant }, closed);

/** An obligation with everything that was done to it. */
export const ObligationDetail = Type.Object({ ...obligationFields, acts: Type.Array(DoneAct), setOffs: Type.Array(SetOff) }, closed);

export const submitObligations = operation({
  name: 'settlement.submit_obligations',
  method: 'POST',
  path: '/v1/set-off/obligations',
  summary: 'Brings in what banks owe each other beside payments, for the other side to confirm, and of the operator for both; all or none',
  scope: 'payments:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      /** A bank that each of them has to be of. A bank brings in its own; what the operator brings in is nobody's word, also with a name here. */
      submitter: Type.Optional(Bic),
      obligations: Type.Array(
        Type.Object(
          {
            debtor: Bic,
            creditor: Bic,
            asset: Asset,
            units: ObligationUnits,
            dueDay: Type.Optional(LocalDateText),
            reference: Reference,
          },
          closed,
        ),
        { minItems: 1, maxItems: 1_000 },
      ),
    },
    closed,
  ),
  output: Type.Object({ items: Type.Array(Obligation) }, closed),
  errors: [
    'settlement.participant_unknown',
    'settlement.participant_suspended',
    'settlement.same_agent',
    'settlement.asset_unknown',
    'settlement.day_invalid',
    'settlement.obligation_foreign',
    'settlement.obligation_duplicate',
    'request.key_reused',
  ],
  example: {
    body: {
      submitter: 'NORDFIHH',
      obligations: [
        { debtor: 'AURONOKK', creditor: 'NORDFIHH', asset: 'EUR/2', units: '125000', dueDay: '2026-11-30', reference: 'INV-2026-0042' },
      ],
    },
  },
});

const params = Type.Object({ id: ObligationId }, closed);
const exampleId = { id: 'obl_0192837465ab7def8192837465abcdef' };
const moveErrors = [
  'settlement.obligation_not_found',
  'settlement.obligation_state',
  'settlement.obligation_foreign',
  'request.key_reused',
];

export const answerObligation = operation({
  name: 'settlement.answer_obligation',
  method: 'POST',
  path: '/v1/set-off/obligations/{id}/answer',
  summary: 'A bank that is asked confirms an obligation, or disputes it; set off is only what both banks have agreed to by their own acts',
  scope: 'payments:write',
  cost: 'light',
  params,
  body: Type.Object({ answer: Type.Union([Type.Literal('confirm'), Type.Literal('dispute')]), reason: Type.Optional(Reason) }, closed),
  output: Obligation,
  errors: [...moveErrors, 'settlement.participant_suspended', 'settlement.reason_missing'],
  example: { params: exampleId, body: { answer: 'confirm' } },
});

export const withdrawObligation = operation({
  name: 'settlement.withdraw_obligation',
  method: 'POST',
  path: '/v1/set-off/obligations/{id}/withdraw',
  summary: 'Takes back an obligation: whoever brought it in, the creditor once it is confirmed, or the operator',
  scope: 'payments:write',
  cost: 'light',
  params,
  body: Type.Object({ reason: Type.Optional(Reason) }, closed),
  output: Obligation,
  errors: moveErrors,
  example: { params: exampleId, body: { reason: 'Paid by transfer' } },
});

export const listObligations = operation({
  name: 'settlement.list_obligations',
  method: 'GET',
  path: '/v1/set-off/obligations',
  summary: 'Obligations beside payments, newest first; for a bank its own',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      state: Type.Optional(ObligationState),
      asset: Type.Optional(Asset),
      participantId: Type.Optional(ParticipantId),
      reference: Type.Optional(Reference),
    },
    closed,
  ),
  output: pageOf(Obligation),
  errors: ['request.cursor_invalid'],
  example: { query: { state: 'proposed' } },
});

export const getObligation = operation({
  name: 'settlement.get_obligation',
  method: 'GET',
  path: '/v1/set-off/obligations/{id}',
  summary: 'An obligation with every act on it and every set-off of it',
  scope: 'payments:read',
  cost: 'light',
  params,
  output: ObligationDetail,
  errors: ['settlement.obligation_not_found'],
  example: { params: exampleId },
});

export const obligationChanged = eventKind({
  type: 'settlement.obligation_changed',
  version: 1,
  summary: 'An obligation was brought in, confirmed, disputed or withdrawn, and by whom; told to both of its banks',
  data: Type.Object({
    obligationId: ObligationId,
    state: ObligationState,
    /** Left out in events of before this was told. */
    act: Type.Optional(ActName),
    as: Type.Optional(Capacity),
    debtor: Bic,
    creditor: Bic,
    asset: Asset,
    units: Units,
    reference: Type.String(),
  }),
});

/** The notice of set-off: what each side may hold against the other. */
export const obligationSetOff = eventKind({
  type: 'settlement.obligation_set_off',
  version: 1,
  summary: 'An obligation was cleared, in whole or in part, in a round of set-off; told to both of its banks',
  data: Type.Object({
    obligationId: ObligationId,
    roundId: RoundId,
    number: Type.Integer(),
    asset: Asset,
    cleared: Units,
    left: Units,
    root: Hash,
  }),
});
export const obligationOperations = [
  submitObligations,
  answerObligation,
  withdrawObligation,
  listObligations,
  getObligation,
  ...roundOperations,
] as const;

export const obligationEvents = [obligationChanged, obligationSetOff, setOffCompleted, setOffShareCleared] as const;
