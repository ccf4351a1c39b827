import type { ObligationRecord } from './records.ts';

/** What a participant has in one currency: what came in, what went out, and its balance carried from one obligation to the next. */
export type Side = { incoming: bigint; outgoing: bigint; running: bigint };

type Total = { count: number; carried: number; gross: bigint };

/** What the obligations of a file come to, added up by plain maps and big numbers. Keys of maps are `asset participant`. */
export type Books = {
  add(obligation: ObligationRecord): void;
  sides(): ReadonlyMap<string, Side>;
  /** Net by participant when the obligations are taken in another order. */
  turned(): ReadonlyMap<string, bigint>;
  /** What `a` owes `b` after both directions are set off, by `asset a b` with a < b. */
  pairs(): ReadonlyMap<string, bigint>;
  /** Obligations and their sum by asset, and how many of them left an earlier window. */
  totals(): ReadonlyMap<string, Total>;
};

/** Obligations that are taken backwards at a time. */
const BLOCK = 4_096;

export function createBooks(): Books {
  const sides = new Map<string, Side>();
  const turned = new Map<string, bigint>();
  const pairs = new Map<string, bigint>();
  const totals = new Map<string, Total>();
  let block: ObligationRecord[] = [];

  const sideOf = (key: string): Side => {
    let side = sides.get(key);
    if (!side) sides.set(key, (side = { incoming: 0n, outgoing: 0n, running: 0n }));
    return side;
  };
  const turnBlock = () => {
    for (const { asset, debtor, creditor, units } of block.reverse()) {
      const amount = BigInt(units);
      turned.set(`${asset} ${creditor}`, (turned.get(`${asset} ${creditor}`) ?? 0n) + amount);
      turned.set(`${asset} ${debtor}`, (turned.get(`${asset} ${debtor}`) ?? 0n) - amount);
    }
    block = [];
  };
  return {
    add(obligation) {
      const { asset, debtor, creditor, units, left } = obligation;
      const amount = BigInt(units);
      const [payer, payee] = [sideOf(`${asset} ${debtor}`), sideOf(`${asset} ${creditor}`)];
      payer.outgoing += amount;
      payer.running -= amount;
      payee.incoming += amount;
      payee.running += amount;
      const [pair, owed] = debtor < creditor ? [`${asset} ${debtor} ${creditor}`, amount] : [`${asset} ${creditor} ${debtor}`, -amount];
      pairs.set(pair, (pairs.get(pair) ?? 0n) + owed);
      const total = totals.get(asset) ?? { count: 0, carried: 0, gross: 0n };
      totals.set(asset, { count: total.count + 1, carried: total.carried + (left === undefined ? 0 : 1), gross: total.gross + amount });
      block.push(obligation);
      if (block.length === BLOCK) turnBlock();
    },
    sides: () => sides,
    turned() {
      turnBlock();
      return turned;
    },
    pairs: () => pairs,
    totals: () => totals,
  };
}
