import type { Millis } from '../../base/time.ts';
import { free, giveBack, type LimitedPayment, type Owed, type Positions } from './positions.ts';

/** What will fall away of positions, and when. Holds sums by pair and instant, not payments. */
export type Agenda = {
  freeAt(at: Millis, owed: Owed): void;
  giveBackAt(at: Millis, payment: LimitedPayment): void;
  /** Owed until the next window of the currency is final, whenever that is. */
  freeWithWindow(owed: Owed): void;
  /** The windows of some currencies are cut off, and final at an instant; null: not yet. */
  settleWithWindow(assets: readonly string[], at: Millis | null): void;
  /** Does all that is due up to an instant, itself included. */
  advance(positions: Positions, to: Millis): void;
};

/** With the day for what is given back on it, without for what is owed. */
type Item = Owed & { day?: string };
type Items = Map<string, Item>;

export function createAgenda(): Agenda {
  const due = new Map<Millis, Items>();
  const withWindow = new Map<string, Items>();
  let next = Infinity;
  const itemsAt = (at: Millis): Items => {
    next = Math.min(next, at);
    return itemsOf(due, at);
  };
  return {
    freeAt: (at, { debtor, creditor, asset, units }) => add(itemsAt(at), { debtor, creditor, asset, units }),
    giveBackAt: (at, { debtor, creditor, asset, units, day }) => add(itemsAt(at), { debtor, creditor, asset, units, day }),
    freeWithWindow: ({ debtor, creditor, asset, units }) => add(itemsOf(withWindow, asset), { debtor, creditor, asset, units }),
    settleWithWindow(assets, at) {
      for (const asset of assets) {
        if (at !== null) for (const item of withWindow.get(asset)?.values() ?? []) add(itemsAt(at), item);
        withWindow.delete(asset);
      }
    },
    advance(positions, to) {
      if (next > to) return;
      for (const at of [...due.keys()].filter((one) => one <= to).sort((a, b) => a - b)) {
        for (const { day, ...owed } of due.get(at)!.values()) {
          if (day === undefined) free(positions, owed);
          else giveBack(positions, { ...owed, day });
        }
        due.delete(at);
      }
      next = due.keys().reduce((least, at) => Math.min(least, at), Infinity);
    },
  };
}

function itemsOf<K>(all: Map<K, Items>, key: K): Items {
  let items = all.get(key);
  if (!items) all.set(key, (items = new Map()));
  return items;
}

function add(items: Items, item: Item): void {
  const key = [item.debtor, item.creditor, item.asset, item.day ?? ''].join('\n');
  const known = items.get(key);
  items.set(key, known ? { ...known, units: known.units + item.units } : item);
}
