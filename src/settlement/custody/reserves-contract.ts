import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { ParticipantId } from '../participant/contract.ts';
import { CustodyAccountId, ReserveProofId } from './ids.ts';

const closed = { additionalProperties: false };

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256' });

const StatementOfReserves = Type.Object(
  {
    custodyAccountId: CustodyAccountId,
    name: Type.String(),
    /** What its ledger account holds. */
    ledger: Units,
    /** What the last complete statement ended with, and on which day. */
    closing: Type.Optional(Units),
    day: Type.Optional(LocalDateText),
    /** On the ledger but not on the statement yet, less what was notified after it. */
    inTransit: Units,
    /** Said by the custodian and not matched: breaks and what has not been looked at. */
    unmatched: Units,
    /** How many things the custodian has said that are not matched. */
    open: Type.Integer(),
    /** ledger − (closing + inTransit − unmatched): never anything but zero. */
    difference: Units,
  },
  closed,
);

/** One currency: what is owed, what is held, what the custodians say. */
const Reserves = Type.Object(
  {
    asset: Asset,
    /** Tokens of participants: settlement and reserve accounts. */
    outstanding: Units,
    /** Of these, held for payouts on their way. */
    payingOut: Units,
    /** What accounts of the operator hold: fees, clearing, differences. */
    operator: Units,
    /** Of these, money that nobody here expected and that is on its way back to its senders. */
    suspense: Units,
    /** Money in custody by the ledger. */
    custody: Units,
    statements: Type.Array(StatementOfReserves),
    /** whole: every statement agrees. open: breaks are being worked. unconfirmed: no statement yet. short: less in custody than owed. */
    state: Type.Union([Type.Literal('whole'), Type.Literal('open'), Type.Literal('unconfirmed'), Type.Literal('short')]),
  },
  closed,
);

export const getReserves = operation({
  name: 'settlement.get_reserves',
  method: 'GET',
  path: '/v1/reserves',
  summary: 'Tokens outstanding against money in custody and the last statements, now',
  scope: 'settlement:read',
  cost: 'heavy',
  output: Type.Object({ at: Instant, items: Type.Array(Reserves) }, closed),
  errors: ['settlement.operator_only'],
  example: {},
});

const Published = Type.Object(
  {
    asset: Asset,
    outstanding: Units,
    operator: Units,
    /** Of these, on its way back to senders outside; absent when there is nothing. */
    suspense: Type.Optional(Units),
    custody: Units,
    /** Closing balances of the last statements; absent when a custody account has none. */
    statement: Type.Optional(Units),
    statementDay: Type.Optional(LocalDateText),
    inTransit: Units,
    unmatched: Units,
    leaves: Type.Integer(),
    root: Hash,
  },
  closed,
);

const ReserveProof = Type.Object(
  {
    id: ReserveProofId,
    number: Type.Integer(),
    publishedAt: Instant,
    /** SHA-256 of the published file, which the next one names. */
    hash: Hash,
    previous: Type.Optional(Hash),
    currencies: Type.Array(Published),
  },
  closed,
);

export const publishReserves = operation({
  name: 'settlement.publish_reserves',
  method: 'POST',
  path: '/v1/reserves/proofs',
  summary: 'Publishes the proof of reserves of this moment',
  scope: 'settlement:write',
  cost: 'heavy',
  status: 201,
  output: ReserveProof,
  errors: ['settlement.reserves_empty', 'request.key_reused'],
  example: {},
});

export const getLatestReserveProof = operation({
  name: 'settlement.get_latest_reserve_proof',
  method: 'GET',
  path: '/v1/reserves/proofs/latest',
  summary: 'The proof of reserves published last',
  scope: 'settlement:read',
  cost: 'light',
  output: ReserveProof,
  errors: ['settlement.reserves_not_published'],
  example: {},
});

export const getReserveFile = operation({
  name: 'settlement.get_reserve_file',
  method: 'GET',
  path: '/v1/reserves/proofs/{id}/file',
  summary: 'The published file with the proof that the own balances are in it, for `rialto settlement verify-reserves`',
  scope: 'settlement:read',
  cost: 'heavy',
  params: Type.Object({ id: ReserveProofId }, closed),
  produces: 'application/vnd.rialto.reserves+json',
  // For the operator, who may ask for anyone's; a bank gets its own.
  query: Type.Object({ participantId: Type.Optional(ParticipantId) }, closed),
  output: Type.String({ description: 'Canonical JSON' }),
  errors: ['settlement.reserve_proof_not_found', 'settlement.participant_not_found'],
  example: { params: { id: 'rsv_0192837465ab7def8192837465abcdef' } },
});

export const reserveOperations = [getReserves, publishReserves, getLatestReserveProof, getReserveFile] as const;

export const reservesPublished = eventKind({
  type: 'settlement.reserves_published',
  version: 1,
  summary: 'A proof of reserves is published',
  data: Type.Object({ proofId: ReserveProofId, number: Type.Integer(), hash: Type.String() }),
});
