import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
import { WindowId } from '../payment/contract.ts';
import { groupOperations, WindowGroupId } from './group-contract.ts';

const closed = { additionalProperties: false };
const Seq = Type.String({ pattern: '^[0-9]+$', description: "The book's sequence" });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256' });

/** open: takes payments. cut_off: its input is fixed and its root published. netted: positions are known. settled: final. */
export const WindowState = Type.Union([Type.Literal('open'), Type.Literal('cut_off'), Type.Literal('netted'), Type.Literal('settled')]);

/** What one currency of a window came to. `net` is the funding that was needed: the sum of the net payers' positions. */
export const CurrencyResult = Type.Object(
  {
    asset: Asset,
    payments: Type.Integer(),
    participants: Type.Integer(),
    gross: Units,
    bilateralNet: Units,
    net: Units,
    efficiency: Type.Number({ description: '1 − net / gross' }),
  },
  closed,
);

const windowFields = {
  id: WindowId,
  number: Type.Integer(),
  group: WindowGroupId,
  state: WindowState,
  /** No range of the window begins before `fromSeq`, none ends behind `toSeq`; the ranges of its currencies are in its detail. */
  fromSeq: Seq,
  toSeq: Type.Optional(Seq),
  openedAt: Instant,
  cutOffAt: Type.Optional(Instant),
  nettedAt: Type.Optional(Instant),
  settledAt: Type.Optional(Instant),
  businessDay: Type.Optional(LocalDateText),
  /** Why it is netted and cannot be settled so far. For the operator only. */
  blocked: Type.Optional(Type.Object({ participantId: Type.Optional(ParticipantId), reason: Type.String() }, closed)),
  /** What the independent verifier found of its file; absent until it has looked. For the operator only. */
  verified: Type.Optional(Type.Object({ at: Instant, ok: Type.Boolean(), findings: Type.Array(Type.String()) }, closed)),
  /** How many obligations there are in all: the size of the tree whose root is published. */
  payments: Type.Integer(),
  /** Merkle root of the obligations, published at cut-off, before the results. */
  inputRoot: Type.Optional(Hash),
  /** SHA-256 of the canonical JSON of the positions. */
  resultHash: Type.Optional(Hash),
  /** The network's totals; for the operator only, empty for a bank. */
  currencies: Type.Array(CurrencyResult),
};

export const Window = Type.Object(windowFields, closed);

export const NetPosition = Type.Object(
  { participantId: ParticipantId, bic: Bic, name: Type.String(), asset: Asset, incoming: Units, outgoing: Units, net: Units },
  closed,
);

/** A participant that was taken out after cut-off, and what that changed; for a bank its own change. */
export const WindowDefault = Type.Object(
  {
    id: idOf('dft'),
    participantId: ParticipantId,
    bic: Bic,
    fate: Type.Union([Type.Literal('return'), Type.Literal('carry')]),
    /** For the operator only. */
    reason: Type.Optional(Type.String()),
    by: Type.Optional(Type.String()),
    at: Instant,
    obligations: Type.Integer(),
    differences: Type.Array(
      Type.Object(
        {
          participantId: ParticipantId,
          bic: Bic,
          name: Type.String(),
          asset: Asset,
          before: Units,
          after: Units,
          obligations: Type.Integer(),
        },
        closed,
      ),
    ),
  },
  closed,
);

export const WindowDetail = Type.Object(
  {
    ...windowFields,
    /** What the window holds of each currency: obligations with fromSeq < seq ≤ toSeq. */
    spans: Type.Array(Type.Object({ asset: Asset, fromSeq: Seq, toSeq: Type.Optional(Seq) }, closed)),
    /** Obligations that came over from earlier windows, and that left this one; to a bank that is paid, without those that were held. */
    joined: Type.Integer(),
    left: Type.Integer(),
    defaults: Type.Array(WindowDefault),
    positions: Type.Array(NetPosition),
    finality: Type.Optional(Type.Object({ seq: Seq, at: Instant, transfers: Type.Integer() }, closed)),
  },
  closed,
);

export const listWindows = operation({
  name: 'settlement.list_windows',
  method: 'GET',
  path: '/v1/windows',
  summary: 'Netting windows, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ ...pageQuery, group: Type.Optional(WindowGroupId) }, closed),
  output: pageOf(Window),
  errors: [],
  example: { query: { limit: '20' } },
});

export const getWindow = operation({
  name: 'settlement.get_window',
  method: 'GET',
  path: '/v1/windows/{id}',
  summary: 'One window with the net positions of its participants',
  scope: 'settlement:read',
  cost: 'normal',
  params: Type.Object({ id: WindowId }, closed),
  output: WindowDetail,
  errors: ['settlement.window_not_found'],
  example: { params: { id: 'win_0192837465ab7def8192837465abcdef' } },
});

const closeErrors = ['settlement.window_blocked', 'settlement.operator_only', 'request.key_reused'] as const;

export const closeWindow = operation({
  name: 'settlement.close_window',
  method: 'POST',
  path: '/v1/windows/close',
  summary: 'Cuts off the open window of a group now, opens the next one, nets and settles',
  scope: 'settlement:write',
  cost: 'heavy',
  body: Type.Object({ group: Type.Optional(WindowGroupId) }, closed),
  output: Window,
  errors: ['settlement.window_empty', 'settlement.window_group_not_found', ...closeErrors],
  example: {},
});

export const closeAllWindows = operation({
  name: 'settlement.close_all_windows',
  method: 'POST',
  path: '/v1/windows/close-all',
  summary: 'Cuts off the open windows of all groups in which something is owed',
  scope: 'settlement:write',
  cost: 'heavy',
  output: Type.Object({ items: Type.Array(Window) }, closed),
  errors: [...closeErrors],
  example: {},
});

export const settleNettedWindow = operation({
  name: 'settlement.settle_window',
  method: 'POST',
  path: '/v1/windows/{id}/settle',
  summary: 'Settles a netted window of a group that waits for it, or tries one again that could not be settled',
  scope: 'settlement:write',
  cost: 'heavy',
  params: Type.Object({ id: WindowId }, closed),
  output: Window,
  errors: ['settlement.window_not_found', 'settlement.window_not_netted', ...closeErrors],
  example: { params: { id: 'win_0192837465ab7def8192837465abcdef' } },
});

/** Sent as it is made, line by line. */
const Lines = Type.Unsafe<AsyncIterable<Uint8Array>>(Type.String({ description: 'Lines of the format rialto.window/2' }));

export const getWindowFile = operation({
  name: 'settlement.get_window_file',
  method: 'GET',
  path: '/v1/windows/{id}/file',
  summary: 'The published file of a window, for `rialto settlement verify`',
  scope: 'settlement:read',
  cost: 'heavy',
  produces: 'application/x-ndjson',
  params: Type.Object({ id: WindowId }, closed),
  output: Lines,
  errors: ['settlement.window_not_found', 'settlement.window_not_published', 'settlement.operator_only'],
  example: { params: { id: 'win_0192837465ab7def8192837465abcdef' } },
});

export const getWindowPart = operation({
  name: 'settlement.get_window_part',
  method: 'GET',
  path: '/v1/windows/{id}/part',
  summary: "A participant's part of a window's file, each of its obligations with the proof that it is under the published root",
  scope: 'settlement:read',
  cost: 'heavy',
  produces: 'application/x-ndjson',
  params: Type.Object({ id: WindowId }, closed),
  query: Type.Object({ participantId: Type.Optional(ParticipantId) }, closed),
  output: Lines,
  errors: [
    'settlement.window_not_found',
    'settlement.window_not_published',
    'settlement.participant_not_found',
    'settlement.participant_missing',
  ],
  example: { params: { id: 'win_0192837465ab7def8192837465abcdef' }, query: { participantId: 'mem_0192837465ab7def8192837465abcdef' } },
});

const FlowEnd = Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed);

export const getWindowFlows = operation({
  name: 'settlement.get_window_flows',
  method: 'GET',
  path: '/v1/windows/{id}/flows',
  summary: 'Who owes whom in a window in one currency before netting, the largest first; for a bank its own',
  scope: 'settlement:read',
  cost: 'heavy',
  params: Type.Object({ id: WindowId }, closed),
  query: Type.Object({ asset: Asset }, closed),
  output: Type.Object(
    {
      items: Type.Array(Type.Object({ debtor: FlowEnd, creditor: FlowEnd, payments: Type.Integer(), units: Units }, closed)),
      /** Of all pairs, those that are not listed among them. */
      pairs: Type.Integer(),
      gross: Units,
    },
    closed,
  ),
  errors: ['settlement.window_not_found'],
  example: { params: { id: 'win_0192837465ab7def8192837465abcdef' }, query: { asset: 'EUR/2' } },
});

export const windowOperations = [
  listWindows,
  getWindow,
  closeWindow,
  closeAllWindows,
  settleNettedWindow,
  getWindowFile,
  getWindowPart,
  getWindowFlows,
  ...groupOperations,
] as const;

const windowSubject = { windowId: WindowId, number: Type.Integer(), group: Type.Optional(WindowGroupId) };

export const windowCutOff = eventKind({
  type: 'settlement.window_cut_off',
  version: 1,
  summary: 'The input of a window is fixed',
  data: Type.Object({ ...windowSubject, toSeq: Seq, payments: Type.Integer(), inputRoot: Hash }),
});

export const windowSettled = eventKind({
  type: 'settlement.window_settled',
  version: 1,
  summary: 'Every currency of a window is final on the ledger',
  data: Type.Object({ ...windowSubject, currencies: Type.Array(CurrencyResult) }),
});

/** To the operator `settlement.window_settled` tells the whole; a bank is told of itself alone (decision 5). */
export const positionSettled = eventKind({
  type: 'settlement.position_settled',
  version: 1,
  summary: 'What a bank was owed and owed in a window is final; told to that bank and the operator',
  data: Type.Object({
    ...windowSubject,
    participantId: ParticipantId,
    positions: Type.Array(Type.Object({ asset: Asset, incoming: Units, outgoing: Units, net: Units }, closed)),
  }),
});
