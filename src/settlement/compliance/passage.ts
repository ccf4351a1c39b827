import { AppError } from '../../base/error.ts';
import type { Millis } from '../../base/time.ts';
import type { Outcome } from '../../ledger/port.ts';
import { corridorOf } from '../aml/observe.ts';
import type { Leg } from '../gridlock/bundle.ts';
import type { Reason } from '../payment/payment.ts';
import { breakerKeys } from '../risk/breaker.ts';
import type { LiveBreakers, Move } from '../risk/live-breakers.ts';

/** What is to become final or owed only now, though it was taken before: whom it leads from and to. */
export type Way = {
  debtorAgent: { id: string; bic: string };
  creditorAgent: { id: string; bic: string };
  /** The country of a party, where it has one of its own. */
  from?: string | undefined;
  to?: string | undefined;
};

/** What the breakers said to one who asked to pass; `probes` are those whose outcome is waited for. */
export type Passage = { at: Millis; refusedBy?: string; probes: readonly string[] };

/** How it went with something that passed; `nothing`: it came to nothing, as though it had not asked. */
export type Went = 'well' | 'failed' | 'nothing';

/** The breakers of a tenant as they are asked about what was taken before. */
export type Gate = {
  /** Whether any breaker is not closed; else nobody need be asked. */
  isWatched: boolean;
  /** Whether it matters from which country to which something goes. */
  asksCorridors: boolean;
  /** Whether a breaker stops it for now. Takes no probe. */
  stops(keys: readonly string[]): boolean;
  /** Asks to pass; a breaker that is half open lets so many pass as probes. */
  pass(keys: readonly string[]): Passage;
  /** Tells how it went with what passed. */
  went(passage: Passage, went: Went): void;
};

/** The breakers that something passes on its ways, each once. */
export function keysOfWays(ways: readonly Way[]): string[] {
  const keys = ways.flatMap(({ debtorAgent, creditorAgent, from, to }) => {
    const corridor = corridorOf({
      debtor: from === undefined ? {} : { country: from },
      creditor: to === undefined ? {} : { country: to },
      debtorAgent,
      creditorAgent,
    });
    return breakerKeys({ debtor: debtorAgent.id, creditor: creditorAgent.id, ...corridor });
  });
  return [...new Set(keys)];
}

/** The same of legs between banks, each known by its id; those to the operator itself pass none. */
export function keysOfLegs(
  legs: readonly Leg[],
  byId: ReadonlyMap<string, { id: string; bic: string }>,
  own: Pick<Way, 'from' | 'to'> = {},
): string[] {
  const ways = legs.flatMap(({ debtor, creditor }): Way[] => {
    const [debtorAgent, creditorAgent] = [byId.get(debtor), byId.get(creditor)];
    return debtorAgent && creditorAgent ? [{ debtorAgent, creditorAgent, ...own }] : [];
  });
  return keysOfWays(ways);
}

type Guard = {
  breakers: LiveBreakers;
  at: Millis;
  /** Whether what the ledger refuses is a failure. */
  countsLedger: boolean;
  onMove: (move: Move, reason: string) => void;
};

/** A gate over the breakers of this process at an instant. */
export function gateOf({ breakers, at, countsLedger, onMove }: Guard): Gate {
  return {
    isWatched: !breakers.areClosed,
    asksCorridors: breakers.hasMoved('corridor:'),
    stops: (keys) => breakers.stops(keys, at) !== undefined,
    pass(keys) {
      const { refusedBy, probes, moves } = breakers.admit(keys, at);
      for (const move of moves) onMove(move, 'Its time was over');
      return { at, probes, ...(refusedBy !== undefined && { refusedBy }) };
    },
    went({ probes, at: since }, went) {
      if (probes.length === 0) return;
      if (went === 'nothing') return breakers.giveBack(probes, since);
      const ok = went === 'well' || !countsLedger;
      for (const move of breakers.record(probes, { at, ok, probes })) onMove(move, ok ? 'Its probes succeeded' : 'A probe failed');
    },
  };
}

/**
 * How an act went that passed. As at the door, missing money is a bank's own affair and no failure; what the ledger refuses
 * otherwise is one.
 */
export function wentOf(outcome: Outcome): Went {
  if (outcome.result === 'enacted') return 'well';
  if (outcome.refusal.code === 'row_taken') return 'nothing';
  return outcome.refusal.code === 'exceeds_credits' ? 'nothing' : 'failed';
}

/** What is answered when a breaker stops something; `stays` tells what becomes of it. */
export function stoppedBy(key: string, creditorId: string, stays: string): AppError {
  return new AppError('unprocessable', 'settlement.breaker_open', `${breakerReason(key, creditorId).text} ${stays}`);
}

/** What a bank is told of a breaker that stops its payment. */
export function breakerReason(key: string, creditorId: string): Reason {
  if (key === `participant:${creditorId}`) return { code: 'AB08', text: 'Payments to this bank are stopped at the moment.' };
  const what =
    key === 'network' ? 'All payments' : key.startsWith('corridor') ? 'Payments between these countries' : 'Payments of this bank';
  return { code: 'NARR', text: `${what} are stopped at the moment.` };
}
