import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
import { WindowId } from '../payment/contract.ts';

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
  state: WindowState,
  /** Obligations with fromSeq < seq ≤ toSeq belong to the window. */
  fromSeq: Seq,
  toSeq: Type.Optional(Seq),
  openedAt: Instant,
  cutOffAt: Type.Optional(Instant),
  nettedAt: Type.Optional(Instant),
  settledAt: Type.Optional(Instant),
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

export const WindowDetail = Type.Object(
  {
    ...windowFields,
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
  query: Type.Object(pageQuery, closed),
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

export const closeWindow = operation({
  name: 'settlement.close_window',
  method: 'POST',
  path: '/v1/windows/close',
  summary: 'Cuts off the open window now, opens the next one, nets and settles',
  scope: 'settlement:write',
  cost: 'heavy',
  output: Window,
  errors: ['settlement.window_empty', 'request.key_reused'],
  example: {},
});

export const windowOperations = [listWindows, getWindow, closeWindow] as const;

const windowSubject = { windowId: WindowId, number: Type.Integer() };

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
