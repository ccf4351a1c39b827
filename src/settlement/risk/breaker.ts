import { toWireId } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';

/** When a breaker opens and how it closes again. */
export type BreakerPolicy = {
  /** Opens when within `windowMs` at least `failures` failed and these are at least `percent` of all. */
  failures: number;
  percent: number;
  windowMs: Millis;
  /** How long it stays open; doubled each time a probe fails, up to `longestOpenMs`. */
  openMs: Millis;
  longestOpenMs: Millis;
  /** Probes that are let through at once when it is half open, and that have to succeed for it to close. */
  probes: number;
  /** A probe that is not answered within this time counts as failed. */
  probeMs: Millis;
};

export const STARTING_POLICY: BreakerPolicy = {
  failures: 5,
  percent: 50,
  windowMs: 60_000,
  openMs: 30_000,
  longestOpenMs: 900_000,
  probes: 3,
  probeMs: 30_000,
};

/** A breaker as plain values. Outcomes are kept by slots of a twelfth of the window. */
export type Breaker =
  | { state: 'closed'; slots: readonly { slot: number; ok: number; failed: number }[] }
  | { state: 'open'; until: Millis; openMs: Millis; by: 'failures' | 'hand' }
  | { state: 'half_open'; openMs: Millis; out: readonly Millis[]; succeeded: number };

export const CLOSED: Breaker = { state: 'closed', slots: [] };

const SLOTS = 12;

/** What a breaker says to one who asks to pass: whether, and whether it is a probe whose outcome is waited for. */
export type Admission = { breaker: Breaker; admitted: boolean; probe: boolean; retryAt?: Millis };

/** Asks to pass at an instant. An open breaker whose time is over is half open, and lets so many probes through. */
export function admit(breaker: Breaker, at: Millis, policy: BreakerPolicy): Admission {
  if (breaker.state === 'closed') return { breaker, admitted: true, probe: false };
  if (breaker.state === 'open') {
    // What a person opened, a person closes.
    if (breaker.by === 'hand') return { breaker, admitted: false, probe: false };
    if (at < breaker.until) return { breaker, admitted: false, probe: false, retryAt: breaker.until };
    return { breaker: { state: 'half_open', openMs: breaker.openMs, out: [at], succeeded: 0 }, admitted: true, probe: true };
  }
  if (breaker.out.some((since) => at - since >= policy.probeMs)) return admit(reopened(breaker, at, policy), at, policy);
  if (breaker.out.length + breaker.succeeded >= policy.probes)
    return { breaker, admitted: false, probe: false, retryAt: at + policy.probeMs };
  return { breaker: { ...breaker, out: [...breaker.out, at] }, admitted: true, probe: true };
}

function reopened({ openMs }: { openMs: Millis }, at: Millis, policy: BreakerPolicy): Breaker {
  const longer = Math.min(policy.longestOpenMs, openMs * 2);
  return { state: 'open', until: at + longer, openMs: longer, by: 'failures' };
}

/** Notes how something that was admitted went. What was admitted before the breaker opened changes nothing any more. */
export function record(breaker: Breaker, outcome: { at: Millis; ok: boolean; probe: boolean }, policy: BreakerPolicy): Breaker {
  if (breaker.state === 'open') return breaker;
  if (breaker.state === 'closed') return counted(breaker, outcome, policy);
  if (!outcome.probe || breaker.out.length === 0) return breaker;
  if (!outcome.ok) return reopened(breaker, outcome.at, policy);
  const succeeded = breaker.succeeded + 1;
  return succeeded >= policy.probes ? CLOSED : { ...breaker, out: breaker.out.slice(1), succeeded };
}

function counted(breaker: Extract<Breaker, { state: 'closed' }>, { at, ok }: { at: Millis; ok: boolean }, policy: BreakerPolicy): Breaker {
  const slot = Math.floor((at * SLOTS) / policy.windowMs);
  const kept = breaker.slots.filter((one) => one.slot > slot - SLOTS);
  const own = kept.find((one) => one.slot === slot) ?? { slot, ok: 0, failed: 0 };
  const noted = { slot, ok: own.ok + (ok ? 1 : 0), failed: own.failed + (ok ? 0 : 1) };
  const slots = [...kept.filter((one) => one.slot !== slot), noted].sort((a, b) => a.slot - b.slot);
  const failed = slots.reduce((sum, one) => sum + one.failed, 0);
  const all = slots.reduce((sum, one) => sum + one.ok + one.failed, 0);
  if (!ok && failed >= policy.failures && failed * 100 >= policy.percent * all) {
    return { state: 'open', until: at + policy.openMs, openMs: policy.openMs, by: 'failures' };
  }
  return { state: 'closed', slots };
}

/** Gives back a probe that was let through at an instant and never came to be: as if it had not asked. */
export function giveBack(breaker: Breaker, at: Millis): Breaker {
  if (breaker.state !== 'half_open') return breaker;
  const probe = breaker.out.indexOf(at);
  return probe < 0 ? breaker : { ...breaker, out: breaker.out.toSpliced(probe, 1) };
}

/** Opens by hand until someone closes it. */
export const openByHand = (at: Millis): Breaker => ({ state: 'open', until: at, openMs: 0, by: 'hand' });

/** Breakers by key, such as `participant:mem_1`, `corridor:NO>SE`, `network`; one that is not there is closed. */
export type Breakers = ReadonlyMap<string, Breaker>;

/** The keys that a payment passes: both participants, its corridor and the network. */
export function breakerKeys({
  debtor,
  creditor,
  from = '??',
  to = '??',
}: {
  debtor: string;
  creditor: string;
  from?: string;
  to?: string;
}): string[] {
  return ['network', `corridor:${from}>${to}`, `participant:${debtor}`, `participant:${creditor}`];
}

/** Whether all breakers let something pass; probes are taken of none when one refuses. */
export function admitAll(
  breakers: Breakers,
  keys: readonly string[],
  at: Millis,
  policy: BreakerPolicy,
): { breakers: Breakers; admitted: boolean; refusedBy?: string; retryAt?: Millis; probes: string[] } {
  const next = new Map(breakers);
  const probes: string[] = [];
  for (const key of keys) {
    const { breaker, admitted, probe, retryAt } = admit(breakers.get(key) ?? CLOSED, at, policy);
    if (!admitted) return { breakers, admitted: false, refusedBy: key, ...(retryAt !== undefined && { retryAt }), probes: [] };
    if (breaker !== CLOSED) next.set(key, breaker);
    if (probe) probes.push(key);
  }
  return { breakers: next, admitted: true, probes };
}

/** A key as it may be shown: ids in the form that they have outside. */
export const shownKey = (key: string): string => (key.startsWith('participant:') ? `participant:${toWireId('mem', key.slice(12))}` : key);
