import type { OutputOf } from '../../base/operation.ts';
import type { closeWindow, getWindow } from './contract.ts';
import type { CurrencyRow, PositionRow, WindowRow } from './store.ts';

type WindowView = OutputOf<typeof closeWindow>;
type DetailView = OutputOf<typeof getWindow>;

/** A window as it is shown to the operator; banks get `forMember` of it. */
export function viewOfWindow(row: WindowRow): WindowView {
  return {
    id: row.id,
    number: row.number,
    group: row.groupId,
    state: row.state,
    fromSeq: row.fromSeq.toString(),
    ...(row.toSeq !== undefined && { toSeq: row.toSeq.toString() }),
    openedAt: row.openedAt,
    ...(row.cutOffAt !== undefined && { cutOffAt: row.cutOffAt }),
    ...(row.nettedAt !== undefined && { nettedAt: row.nettedAt }),
    ...(row.settledAt !== undefined && { settledAt: row.settledAt }),
    ...(row.businessDay !== undefined && { businessDay: row.businessDay }),
    ...(row.blocked && { blocked: row.blocked }),
    ...(row.verified && { verified: row.verified }),
    payments: row.payments,
    ...(row.inputRoot && { inputRoot: row.inputRoot.toString('hex') }),
    ...(row.resultHash && { resultHash: row.resultHash.toString('hex') }),
    currencies: row.currencies.map(currency),
  };
}

/** The same for a bank: what is between the operator and others is left out. */
export function forMember<T extends WindowView>(view: T): T {
  const { blocked: _blocked, verified: _verified, ...rest } = view;
  return rest as T;
}

type Named = { bic: string; name: string };

/** A window with all that hangs on it. */
export function detailOfWindow(
  row: WindowRow,
  parts: {
    positions: readonly (PositionRow & Named)[];
    spans: DetailView['spans'];
    moves: { joined: number; left: number };
    defaults: DetailView['defaults'];
  },
): DetailView {
  const finality = row.finalitySeq !== undefined && {
    finality: { seq: row.finalitySeq.toString(), at: row.settledAt!, transfers: row.transfers! },
  };
  return {
    ...viewOfWindow(row),
    spans: parts.spans,
    ...parts.moves,
    defaults: parts.defaults,
    positions: [...parts.positions],
    ...finality,
  };
}

function currency(row: CurrencyRow): WindowView['currencies'][number] {
  return { ...row, efficiency: efficiencyOf(row.gross, row.net) };
}

/** 1 − net / gross to six decimals; 0 when nothing was owed. A figure for people, never used in a sum. */
export function efficiencyOf(gross: bigint, net: bigint): number {
  return gross === 0n ? 0 : Number(((gross - net) * 1_000_000n) / gross) / 1_000_000;
}
