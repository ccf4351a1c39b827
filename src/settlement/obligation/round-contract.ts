import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';

const closed = { additionalProperties: false };

export const RoundId = idOf('sor');
export const Bank = Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed);
export const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', examples: ['a'.repeat(64)] });

/** The largest round: what is computed and written within a bounded time. */
export const MOST_OBLIGATIONS = 50_000;

/** amount: as much as can be. overdue_first: what is overdue counts for two and more, so that it is cleared before other debts. */
const Ordering = Type.Union([Type.Literal('amount'), Type.Literal('overdue_first')]);

/** What a round took in of a participant and cleared. */
export const Share = Type.Object(
  {
    participant: Bank,
    /** What it owes and is owed by the obligations of the round. */
    owes: WholeUnits,
    owed: WholeUnits,
    /** What is cleared of its debts, and exactly as much of its claims. */
    cleared: WholeUnits,
    /** Its number in the certificate; the operator's, as the whole file is. */
    potential: Type.Optional(Type.Integer()),
  },
  closed,
);

/** Splits what is more than one round can hold. */
const DueUntil = Type.String({
  ...LocalDateText,
  description: 'Only what is due on this day or before takes part; what has no due day waits for a round without it',
});

const outcome = {
  asset: Asset,
  order: Ordering,
  day: LocalDateText,
  obligations: Type.Integer(),
  /** Of all obligations together; for a bank of those that it owes. */
  gross: WholeUnits,
  cleared: WholeUnits,
};

const roundFields = {
  id: RoundId,
  number: Type.Integer(),
  ...outcome,
  /** Over all obligations with what was cleared of each: what the file and every part of it are held against. */
  root: Hash,
  ranAt: Instant,
};
/** A round of set-off with its sums. */
export const Round = Type.Object(roundFields, closed);
export const RoundDetail = Type.Object({ ...roundFields, shares: Type.Array(Share) }, closed);

const planErrors = [
  'settlement.operator_only',
  'settlement.asset_unknown',
  'settlement.day_invalid',
  'settlement.set_off_too_large',
] as const;

export const previewSetOff = operation({
  name: 'settlement.preview_set_off',
  method: 'GET',
  path: '/v1/set-off/preview',
  summary: 'What a round of set-off would clear now; changes nothing',
  scope: 'settlement:read',
  cost: 'heavy',
  query: Type.Object({ asset: Asset, order: Type.Optional(Ordering), dueUntil: Type.Optional(DueUntil) }, closed),
  output: Type.Object(
    {
      ...outcome,
      /** Obligations that nothing would be left of. */
      discharged: Type.Integer(),
      /** Names what it was computed of, for `run_set_off`. */
      inputHash: Hash,
      shares: Type.Array(Share),
    },
    closed,
  ),
  errors: [...planErrors],
  example: { query: { asset: 'EUR/2' } },
});

export const runSetOff = operation({
  name: 'settlement.run_set_off',
  method: 'POST',
  path: '/v1/set-off/rounds',
  summary: 'Sets off the open obligations of a currency: as much as can be cleared with nobody’s net position changed; no money moves',
  scope: 'settlement:write',
  cost: 'heavy',
  status: 201,
  body: Type.Object(
    {
      asset: Asset,
      order: Type.Optional(Ordering),
      dueUntil: Type.Optional(DueUntil),
      inputHash: Type.Optional(
        Type.String({
          pattern: '^[0-9a-f]{64}$',
          description: 'Of the preview: anything else is refused, so that what was looked at is what is done',
        }),
      ),
    },
    closed,
  ),
  output: RoundDetail,
  errors: [...planErrors, 'settlement.set_off_nothing', 'settlement.set_off_changed', 'request.key_reused'],
  example: { body: { asset: 'EUR/2' } },
});

export const listSetOffRounds = operation({
  name: 'settlement.list_set_off_rounds',
  method: 'GET',
  path: '/v1/set-off/rounds',
  summary: 'Rounds of set-off, newest first; for a bank those that it had a part in, with its own sums',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(pageQuery, closed),
  output: pageOf(Round),
  errors: ['request.cursor_invalid'],
  example: { query: { limit: '20' } },
});

const roundParams = Type.Object({ id: RoundId }, closed);
const exampleRound = { id: 'sor_0192837465ab7def8192837465abcdef' };

export const getSetOffRound = operation({
  name: 'settlement.get_set_off_round',
  method: 'GET',
  path: '/v1/set-off/rounds/{id}',
  summary: 'A round of set-off with what was cleared for each participant; for a bank its own share',
  scope: 'settlement:read',
  cost: 'normal',
  params: roundParams,
  output: RoundDetail,
  errors: ['settlement.set_off_round_not_found'],
  example: { params: exampleRound },
});

const Flow = Type.Object({ debtor: Bank, creditor: Bank, obligations: Type.Integer(), units: WholeUnits, cleared: WholeUnits }, closed);

export const getSetOffFlows = operation({
  name: 'settlement.get_set_off_flows',
  method: 'GET',
  path: '/v1/set-off/rounds/{id}/flows',
  summary: 'Who owed whom in a round, and what of it was cleared, the largest first; for a bank its own',
  scope: 'settlement:read',
  cost: 'heavy',
  params: roundParams,
  output: Type.Object(
    {
      items: Type.Array(Flow),
      /** Of all pairs, those that are not listed among them. */
      pairs: Type.Integer(),
      gross: WholeUnits,
      cleared: WholeUnits,
    },
    closed,
  ),
  errors: ['settlement.set_off_round_not_found'],
  example: { params: exampleRound },
});

/** Sent as they are made. */
const Lines = Type.Unsafe<AsyncIterable<Uint8Array>>(Type.String());

export const getSetOffFile = operation({
  name: 'settlement.get_set_off_file',
  method: 'GET',
  path: '/v1/set-off/rounds/{id}/file',
  summary: 'The published file of a round with its certificate, for `rialto settlement verify-set-off`',
  scope: 'settlement:read',
  cost: 'heavy',
  produces: 'application/x-ndjson',
  params: roundParams,
  output: Lines,
  errors: ['settlement.set_off_round_not_found', 'settlement.operator_only'],
  example: { params: exampleRound },
});

export const getSetOffPart = operation({
  name: 'settlement.get_set_off_part',
  method: 'GET',
  path: '/v1/set-off/rounds/{id}/part',
  summary: "A participant's part of a round's file, each of its obligations with the proof that it is under the published root",
  scope: 'settlement:read',
  cost: 'heavy',
  produces: 'application/x-ndjson',
  params: roundParams,
  query: Type.Object({ participantId: Type.Optional(ParticipantId) }, closed),
  output: Lines,
  errors: ['settlement.set_off_round_not_found', 'settlement.participant_missing', 'settlement.participant_not_found'],
  example: { params: exampleRound, query: { participantId: 'mem_0192837465ab7def8192837465abcdef' } },
});

export const setOffCompleted = eventKind({
  type: 'settlement.set_off_completed',
  version: 1,
  summary: 'A round of set-off was carried out; told to the operator',
  data: Type.Object({
    roundId: RoundId,
    number: Type.Integer(),
    asset: Asset,
    obligations: Type.Integer(),
    gross: Units,
    cleared: Units,
    discharged: Type.Integer(),
    root: Hash,
  }),
});

/** To the operator `settlement.set_off_completed` tells the whole; a bank is told of itself alone (decision 5). */
export const setOffShareCleared = eventKind({
  type: 'settlement.set_off_share_cleared',
  version: 1,
  summary: 'Of what a bank owes and is owed as much was cleared in a round of set-off; told to that bank and the operator',
  data: Type.Object({
    roundId: RoundId,
    number: Type.Integer(),
    participantId: ParticipantId,
    asset: Asset,
    owes: Units,
    owed: Units,
    cleared: Units,
    root: Hash,
  }),
});

export const roundOperations = [
  previewSetOff,
  runSetOff,
  listSetOffRounds,
  getSetOffRound,
  getSetOffFlows,
  getSetOffFile,
  getSetOffPart,
] as const;
