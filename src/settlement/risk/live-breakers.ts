import type { Millis } from '../../base/time.ts';
import { admit, admitAll, CLOSED, giveBack, record, type Breaker, type BreakerPolicy } from './breaker.ts';

const SLOTS = 12;

/** Outcomes behind one closed breaker, counted by slots of a twelfth of the window; the same as `record` keeps, in place. */
class Outcomes {
  private readonly slots = new Float64Array(SLOTS).fill(-1);
  private readonly ok = new Float64Array(SLOTS);
  private readonly failed = new Float64Array(SLOTS);

  /** Whether with this outcome the breaker opens. */
  count(at: Millis, ok: boolean, policy: BreakerPolicy): boolean {
    const slot = Math.floor((at * SLOTS) / policy.windowMs);
    const place = slot % SLOTS;
    if (this.slots[place] !== slot) {
      this.slots[place] = slot;
      this.ok[place] = 0;
      this.failed[place] = 0;
    }
    if (ok) this.ok[place]! += 1;
    else this.failed[place]! += 1;
    return !ok && this.isTooMuch(slot, policy);
  }

  private isTooMuch(slot: number, policy: BreakerPolicy): boolean {
    let [failed, all] = [0, 0];
    for (let i = 0; i < SLOTS; i++) {
      if (this.slots[i]! <= slot - SLOTS) continue;
      failed += this.failed[i]!;
      all += this.ok[i]! + this.failed[i]!;
    }
    return failed >= policy.failures && failed * 100 >= policy.percent * all;
  }
}

/** A move that a breaker made. */
export type Move = { key: string; from: Breaker['state']; to: Breaker };

/** The breakers of a tenant within one process: values as in `breaker.ts`, counted in place while they are closed. */
export class LiveBreakers {
  private moved: ReadonlyMap<string, Breaker>;
  private readonly outcomes = new Map<string, Outcomes>();
  private readonly policy: BreakerPolicy & { automatic: boolean };

  constructor(moved: ReadonlyMap<string, Breaker>, policy: BreakerPolicy & { automatic: boolean }) {
    this.moved = new Map(Array.from(moved, ([key, breaker]) => [key, withoutProbes(breaker)]));
    this.policy = policy;
  }

  /** Takes over what another process or a person moved since. */
  replace(moved: ReadonlyMap<string, Breaker>): void {
    const own = this.moved;
    this.moved = new Map(
      Array.from(moved, ([key, breaker]) => {
        const mine = own.get(key);
        return [key, mine?.state === 'half_open' && breaker.state === 'half_open' ? mine : withoutProbes(breaker)];
      }),
    );
  }

  /** Whether all breakers let a payment pass; a move when the time of one was over. */
  admit(keys: readonly string[], at: Millis): { admitted: boolean; refusedBy?: string; probes: readonly string[]; moves: readonly Move[] } {
    if (this.moved.size === 0) return PASSED;
    const before = this.moved;
    const { breakers, admitted, refusedBy, probes } = admitAll(before, keys, at, this.policy);
    this.moved = breakers;
    return { admitted, ...(refusedBy !== undefined && { refusedBy }), probes, moves: movesBetween(before, breakers, keys) };
  }

  /** Whether every breaker is closed. */
  get areClosed(): boolean {
    return this.moved.size === 0;
  }

  /** Whether any breaker is not closed whose key begins so. */
  hasMoved(kind: string): boolean {
    return this.moved.keys().some((key) => key.startsWith(kind));
  }

  /** The breaker that stops whatever passes these, until its time is over or a person closes it. Takes no probe. */
  stops(keys: readonly string[], at: Millis): string | undefined {
    return keys.find((key) => {
      const breaker = this.moved.get(key);
      return breaker?.state === 'open' && !admit(breaker, at, this.policy).admitted;
    });
  }

  /** Notes how a payment that passed went. */
  record(keys: readonly string[], outcome: { at: Millis; ok: boolean; probes: readonly string[] }): readonly Move[] {
    if (this.moved.size === 0 && (!this.policy.automatic || outcome.ok)) {
      if (this.policy.automatic) for (const key of keys) this.outcomesOf(key).count(outcome.at, true, this.policy);
      return NO_MOVES;
    }
    const before = this.moved;
    const next = new Map(before);
    for (const key of keys) {
      const known = next.get(key);
      if (known) next.set(key, record(known, { ...outcome, probe: outcome.probes.includes(key) }, this.policy));
      else if (this.policy.automatic && this.outcomesOf(key).count(outcome.at, outcome.ok, this.policy)) {
        const { openMs } = this.policy;
        next.set(key, { state: 'open', until: outcome.at + openMs, openMs, by: 'failures' });
        this.outcomes.delete(key);
      }
    }
    for (const [key, breaker] of next) if (breaker.state === 'closed') next.delete(key);
    this.moved = next;
    return movesBetween(before, next, keys);
  }

  /** Gives back the probes of something that was let through at an instant and came to nothing. */
  giveBack(probes: readonly string[], at: Millis): void {
    if (probes.length === 0) return;
    const next = new Map(this.moved);
    for (const key of probes) {
      const known = next.get(key);
      if (known) next.set(key, giveBack(known, at));
    }
    this.moved = next;
  }

  private outcomesOf(key: string): Outcomes {
    let known = this.outcomes.get(key);
    if (!known) this.outcomes.set(key, (known = new Outcomes()));
    return known;
  }
}

/**
 * A breaker that another process moved, or this one before it was started anew: what became of the probes that it let out will
 * never be told here, so that they would count as failed and keep its own from going.
 */
function withoutProbes(breaker: Breaker): Breaker {
  return breaker.state === 'half_open' ? { ...breaker, out: [], succeeded: 0 } : breaker;
}

const NO_MOVES: readonly Move[] = [];
const PASSED = { admitted: true, probes: [] as readonly string[], moves: NO_MOVES };

function movesBetween(before: ReadonlyMap<string, Breaker>, after: ReadonlyMap<string, Breaker>, keys: readonly string[]): Move[] {
  return keys.flatMap((key) => {
    const [from, to] = [before.get(key) ?? CLOSED, after.get(key) ?? CLOSED];
    return from.state === to.state ? [] : [{ key, from: from.state, to }];
  });
}
