import type { LocalDate } from '../../base/time.ts';

/** A payment as limits see it. */
export type LimitedPayment = { id: string; day: LocalDate; debtor: string; creditor: string; asset: string; units: bigint };

type PerParticipant = { net: bigint; day: LocalDate; sentToday: bigint; sent: bigint };

/** What each participant has sent and received in the open window, by currency; changed only by `take`, `release` and `settle`. */
export type Positions = {
  readonly participants: Map<string, PerParticipant>;
  /** What the first of a pair has sent the second in the window. */
  readonly pairs: Map<string, bigint>;
};

export const emptyPositions = (): Positions => ({ participants: new Map(), pairs: new Map() });

const keyOf = (...parts: readonly string[]) => parts.join('\n');

/** A participant in one currency. `net` is sent less received within the window, `sentToday` is of `day`. */
export function positionOf({ participants }: Positions, participant: string, asset: string): Readonly<PerParticipant> {
  return participants.get(keyOf(participant, asset)) ?? { net: 0n, day: '', sentToday: 0n, sent: 0n };
}

/** What one has sent another in the window. */
export function sentTo({ pairs }: Positions, debtor: string, creditor: string, asset: string): bigint {
  return pairs.get(keyOf(debtor, creditor, asset)) ?? 0n;
}

/** Counts a payment that was accepted. */
export function take(positions: Positions, payment: LimitedPayment): void {
  move(positions, payment, payment.units);
}

/** Takes a payment back that was counted and then fell away. */
export function release(positions: Positions, payment: LimitedPayment): void {
  move(positions, payment, -payment.units);
}

function move({ participants, pairs }: Positions, { debtor, creditor, asset, day }: LimitedPayment, units: bigint): void {
  const [from, to] = [keyOf(debtor, asset), keyOf(creditor, asset)];
  const fresh = { net: 0n, day, sentToday: 0n, sent: 0n };
  const sender = participants.get(from) ?? fresh;
  const sentToday = sender.day === day ? sender.sentToday + units : sender.day < day ? units : sender.sentToday;
  participants.set(from, { net: sender.net + units, day: sender.day < day ? day : sender.day, sentToday, sent: sender.sent + units });
  const receiver = participants.get(to) ?? fresh;
  participants.set(to, { ...receiver, net: receiver.net - units });
  const pair = keyOf(debtor, creditor, asset);
  pairs.set(pair, (pairs.get(pair) ?? 0n) + units);
}

/** Begins a new window: what was owed is settled; what was sent today stays. */
export function settle({ participants, pairs }: Positions): void {
  for (const [key, position] of participants) participants.set(key, { ...position, net: 0n, sent: 0n });
  pairs.clear();
}
