import type { Millis } from '../../../base/time.ts';
import type { Entry } from './statement-entries.ts';

/** What the ledger says was there at the end of an instant. */
type FundsAt = (at: Millis) => Promise<bigint>;

/**
 * Holds entries against the ledger, page by page, and puts what the ledger moved and nobody explains where it happened, as an
 * entry of its own. So every balance is the ledger's, whatever the lists leave out.
 */
type Explained = {
  /** `until`: the instant up to which the entries handed over so far are complete. */
  page(entries: readonly Entry[], until: Millis): Promise<readonly Entry[]>;
};

/** Begins at an instant whose funds the ledger has told. */
export function explainedFrom(fundsAt: FundsAt, start: { at: Millis; funds: bigint }): Explained {
  let checked = start;
  /** Of entries behind the instant that was checked last. All of them are of one instant, the next. */
  let since = 0n;
  return {
    async page(entries, until) {
      if (until <= checked.at) {
        since = entries.reduce((sum, { units }) => sum + units, since);
        return entries;
      }
      const all = [...entries];
      const told = (at: Millis) => all.reduce((sum, one) => (one.at <= at ? sum + one.units : sum), checked.funds + since);
      const funds = await fundsAt(until);
      for (let at = checked.at; told(until) !== funds;) {
        at = await firstDifference(fundsAt, told, { equal: at, different: until });
        const behind = all.findIndex((one) => one.at > at);
        all.splice(behind < 0 ? all.length : behind, 0, otherMovements(at, (await fundsAt(at)) - told(at)));
      }
      since = all.reduce((sum, one) => (one.at > until ? sum + one.units : sum), 0n);
      checked = { at: until, funds };
      return all;
    },
  };
}

/** An instant at which the ledger begins to differ from what is told, by halving. */
async function firstDifference(
  fundsAt: FundsAt,
  told: (at: Millis) => bigint,
  { equal, different }: { equal: Millis; different: Millis },
): Promise<Millis> {
  let [low, high] = [equal, different];
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if ((await fundsAt(middle)) === told(middle)) low = middle;
    else high = middle;
  }
  return high;
}

function otherMovements(at: Millis, units: bigint): Entry {
  return { at, seq: 0n, what: 'Other movements', party: null, counterparty: null, reference: 'see the ledger', uetr: null, units };
}
