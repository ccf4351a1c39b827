import type { LocalDate } from '../../base/time.ts';

/** What one pays another. */
export type Owed = { debtor: string; creditor: string; asset: string; units: bigint };

/** A payment as limits see it. */
export type LimitedPayment = Owed & { id: string; day: LocalDate };

type PerParticipant = { net: bigint; day: LocalDate; sentToday: bigint; sent: bigint };

/**
 * What each participant owes and has sent, by currency. What is owed lasts until it is final, what was sent in a window until
 * the window is cut off, what was sent today until the day is over; each ends by a function of its own below.
 */
export type Positions = {
  readonly participants: Map<string, PerParticipant>;
  /** What the first of a pair owes the second that is not final. */
  readonly owed: Map<string, bigint>;
  /** What the first of a pair has sent the second in the window. */
  readonly sent: Map<string, bigint>;
};

export const emptyPositions = (): Positions => ({ participants: new Map(), owed: new Map(), sent: new Map() });

const keyOf = (...parts: readonly string[]) => parts.join('\n');
const assetOf = (key: string) => key.slice(key.lastIndexOf('\n') + 1);
const NOTHING: PerParticipant = { net: 0n, day: '', sentToday: 0n, sent: 0n };

/** A participant in one currency. `net` is what it owes less what it is owed, `sent` of the window, `sentToday` of `day`. */
export function positionOf({ participants }: Positions, participant: string, asset: string): Readonly<PerParticipant> {
  return participants.get(keyOf(participant, asset)) ?? NOTHING;
}

/** What one has sent another in the window. */
export function sentTo({ sent }: Positions, debtor: string, creditor: string, asset: string): bigint {
  return sent.get(keyOf(debtor, creditor, asset)) ?? 0n;
}

/** What one owes another, less what it is owed by it. */
export function owedTo({ owed }: Positions, debtor: string, creditor: string, asset: string): bigint {
  return (owed.get(keyOf(debtor, creditor, asset)) ?? 0n) - (owed.get(keyOf(creditor, debtor, asset)) ?? 0n);
}

/** Counts a payment that goes into a window: it is owed, and was sent in the window and today. */
export function take(positions: Positions, payment: LimitedPayment): void {
  sendToday(positions, payment);
  owe(positions, payment);
  sendInWindow(positions, payment);
}

/** Counts what is sent in the window that is open. */
export function sendInWindow(positions: Positions, { debtor, creditor, asset, units }: Owed): void {
  change(positions, debtor, asset, (own) => ({ sent: own.sent + units }));
  add(positions.sent, keyOf(debtor, creditor, asset), units);
}

/** Counts a payment no longer that has left the window in which it was counted. */
export function takeBack(positions: Positions, payment: LimitedPayment): void {
  giveBack(positions, payment);
  free(positions, payment);
  sendInWindow(positions, { ...payment, units: -payment.units });
}

/** Counts what is owed from before, which was sent in another window and on another day. */
export function owe({ participants, owed }: Positions, { debtor, creditor, asset, units }: Owed): void {
  change({ participants }, debtor, asset, ({ net }) => ({ net: net + units }));
  change({ participants }, creditor, asset, ({ net }) => ({ net: net - units }));
  add(owed, keyOf(debtor, creditor, asset), units);
}

/** What has become final, or was returned, is owed no longer. */
export function free(positions: Positions, of: Owed): void {
  owe(positions, { ...of, units: -of.units });
}

/** Counts a payment that settles at once or waits in the queue: it is sent today, and never owed. */
export function sendToday({ participants }: Pick<Positions, 'participants'>, payment: Omit<LimitedPayment, 'id'>): void {
  const { debtor, asset, day, units } = payment;
  change({ participants }, debtor, asset, (own) => {
    if (own.day < day) return { day, sentToday: units };
    return own.day === day ? { sentToday: own.sentToday + units } : {};
  });
}

/** What waited and came to nothing on its day was not sent on it. */
export function giveBack(positions: Positions, payment: Omit<LimitedPayment, 'id'>): void {
  if (positionOf(positions, payment.debtor, payment.asset).day === payment.day) sendToday(positions, { ...payment, units: -payment.units });
}

/** Begins a new window of some currencies; of the others nothing changes, and what is owed stays so until it is final. */
export function cutOff({ participants, sent }: Positions, assets: ReadonlySet<string>): void {
  for (const [key, position] of participants) if (assets.has(assetOf(key))) participants.set(key, { ...position, sent: 0n });
  for (const key of sent.keys()) if (assets.has(assetOf(key))) sent.delete(key);
}

function change(
  { participants }: Pick<Positions, 'participants'>,
  participant: string,
  asset: string,
  to: (own: PerParticipant) => Partial<PerParticipant>,
): void {
  const key = keyOf(participant, asset);
  const own = participants.get(key) ?? NOTHING;
  participants.set(key, { ...own, ...to(own) });
}

function add(pairs: Map<string, bigint>, key: string, units: bigint): void {
  const sum = (pairs.get(key) ?? 0n) + units;
  if (sum === 0n) pairs.delete(key);
  else pairs.set(key, sum);
}
