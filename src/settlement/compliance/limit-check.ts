import type { Uuid } from '../../base/id.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import { NETWORK, type Exposure } from '../risk/exposure-store.ts';
import { checkLimits, limitsOf, type LimitBook, type LimitName } from '../risk/limits.ts';
import type { Positions } from '../risk/positions.ts';
import type { LimitFinding } from './findings.ts';

/** A payment as far as limits go. */
export type Limited = { id: string; debtor: Uuid; creditor: Uuid; asset: string; units: bigint; at: Millis };

/** The caps of a tenant with their use, as they were read at an instant, and what was counted here since. */
export type CapUse = { readAt: Millis; read: ReadonlyMap<string, Exposure>; since: Map<string, bigint> };

export const NO_CAPS: CapUse = { readAt: 0, read: new Map(), since: new Map() };

const keyOf = (participant: Uuid, counterparty: Uuid, asset: string) => `${participant}${counterparty}${asset}`;

export function capUseOf(rows: readonly Exposure[], readAt: Millis): CapUse {
  return { readAt, read: new Map(rows.map((row) => [keyOf(row.participantId, row.counterpartyId, row.asset), row])), since: new Map() };
}

/** Counts a payment that became owed here, until the next reading. */
export function countUse({ read, since }: CapUse, { debtor, creditor, asset, units }: Omit<Limited, 'at' | 'id'>): void {
  if (read.size === 0) return;
  const add = (key: string, by: bigint) => {
    if (read.has(key)) since.set(key, (since.get(key) ?? 0n) + by);
  };
  add(keyOf(debtor, NETWORK, asset), units);
  add(keyOf(creditor, NETWORK, asset), -units);
  add(keyOf(debtor, creditor, asset), units);
  add(keyOf(creditor, debtor, asset), -units);
}

const WORDS: Record<'per_payment' | 'per_day' | 'net_sender_cap' | 'bilateral_cap', string> = {
  per_payment: 'The payment is above the limit for one payment.',
  per_day: 'The participant would send more than its limit for a day.',
  net_sender_cap: 'The participant would owe the network more than its cap.',
  bilateral_cap: 'The participant would owe this one more than its cap.',
};

/** What a limit that was passed is told as; the amounts when they are known. */
export function limitFinding(limit: LimitName, amounts?: { allowed: bigint; wouldBe: bigint }): LimitFinding {
  const text = limit === 'concentration' ? 'Too large a part of what the participant sends would go to one other.' : WORDS[limit];
  return { limit, ...(amounts && { allowed: amounts.allowed.toString(), wouldBe: amounts.wouldBe.toString() }), text };
}

const NOTHING: readonly LimitFinding[] = [];

/**
 * The limits that a payment would pass as far as this process knows; `readOnly` goes by what was read alone and leaves out
 * what was counted here since, which may stand in the reading already.
 */
export function limitsPassed(
  limits: { book: LimitBook; use: CapUse; positions: Positions },
  payment: Limited,
  { readOnly = false } = {},
): readonly LimitFinding[] {
  const { book, use, positions } = limits;
  const own = limitsOf(book, payment.debtor, payment.asset);
  if (own === NO_LIMITS) return NOTHING;
  const found: LimitFinding[] = [];
  const { units } = payment;
  if (own.perPayment !== undefined && units > own.perPayment) {
    found.push(limitFinding('per_payment', { allowed: own.perPayment, wouldBe: units }));
  }
  found.push(...capsPassed(use, payment, readOnly));
  if (own.concentration) {
    const only = { [payment.debtor]: { [payment.asset]: { concentration: own.concentration } } };
    for (const refusal of checkLimits(only, positions, { ...payment, day: dayOf(payment.at) })) {
      found.push(limitFinding(refusal.limit, refusal));
    }
  }
  return found;
}

/** What `limitsOf` answers with for a participant without limits. */
const NO_LIMITS = limitsOf({}, '', '');

function capsPassed({ read, since }: CapUse, { debtor, creditor, asset, units, at }: Limited, readOnly: boolean): LimitFinding[] {
  if (read.size === 0) return [];
  const found: LimitFinding[] = [];
  const more = (key: string) => (readOnly ? 0n : (since.get(key) ?? 0n));
  const network = keyOf(debtor, NETWORK, asset);
  const all = read.get(network);
  const wouldSend = (all?.sentOn === dayOf(at) ? all.sent : 0n) + units;
  if (all?.dayCap !== undefined && wouldSend > all.dayCap) found.push(limitFinding('per_day', { allowed: all.dayCap, wouldBe: wouldSend }));
  const pair = keyOf(debtor, creditor, asset);
  for (const [limit, key, row] of [
    ['net_sender_cap', network, all],
    ['bilateral_cap', pair, read.get(pair)],
  ] as const) {
    const wouldBe = (row?.net ?? 0n) + more(key) + units;
    if (row?.netCap !== undefined && wouldBe > row.netCap) found.push(limitFinding(limit, { allowed: row.netCap, wouldBe }));
  }
  return found;
}

/** How far the caps of a payer are used, 0 to 1: what the score knows of its limits. */
export function usedPart({ read, since }: CapUse, { debtor, asset }: Pick<Limited, 'debtor' | 'asset'>): number {
  if (read.size === 0) return 0;
  const key = keyOf(debtor, NETWORK, asset);
  const row = read.get(key);
  if (row?.netCap === undefined || row.netCap === 0n) return 0;
  return Math.max(0, Math.min(1, Number(row.net + (since.get(key) ?? 0n)) / Number(row.netCap)));
}
