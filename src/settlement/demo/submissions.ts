import type { Random } from '../../base/random.ts';
import type { Millis } from '../../base/time.ts';
import type { Order } from '../iso20022/pacs008-transaction.ts';
import { writePacs008 } from '../iso20022/pacs008-writer.ts';
import type { DemoBank } from './network.ts';
import type { TimedOrder } from './orders.ts';

/** One thing that a bank (its BIC) sends: an order, a batch of orders, or a pacs.008 file. */
export type Submission = { atMs: Millis; sender: string } & (
  | { kind: 'payment'; order: Order }
  | { kind: 'batch'; orders: Order[] }
  | { kind: 'file'; name: string; bytes: Uint8Array }
);

type Collected = { orders: TimedOrder[]; size: number };

/** How many orders a bank collects before it sends them, and how long at most. */
const SIZES = { payment: { least: 1, most: 1 }, batch: { least: 20, most: 300 }, file: { least: 5, most: 80 } };
const LONGEST_MS = 25 * 60_000;

/**
 * Puts orders, in order of time, into what each bank sends by its channel. A bank sends what it has collected when there is
 * enough or when the oldest has waited long enough; after the day's last order everyone sends what is left.
 */
export function submissionsOf(random: Random, banks: readonly DemoBank[], orders: readonly TimedOrder[], startMs: Millis): Submission[] {
  const collected = new Map<number, Collected>();
  const sent: Submission[] = [];
  const send = (sender: number, { orders: own }: Collected) => {
    collected.delete(sender);
    sent.push(submissionOf(random, banks[sender]!, own, { startMs, number: sent.length }));
  };
  for (const timed of orders) {
    for (const [sender, waiting] of collected) if (timed.atMs - waiting.orders[0]!.atMs > LONGEST_MS) send(sender, waiting);
    const { channel } = banks[timed.sender]!;
    const own = collected.get(timed.sender) ?? { orders: [], size: random.int(SIZES[channel].least, SIZES[channel].most) };
    own.orders.push(timed);
    collected.set(timed.sender, own);
    if (own.orders.length >= own.size) send(timed.sender, own);
  }
  for (const [sender, waiting] of collected) send(sender, waiting);
  return sent;
}

function submissionOf(random: Random, bank: DemoBank, timed: readonly TimedOrder[], file: { startMs: Millis; number: number }): Submission {
  const atMs = timed.at(-1)!.atMs;
  const orders = timed.map(({ order }) => order);
  const base = { atMs, sender: bank.bic };
  if (bank.channel === 'payment') return { ...base, kind: 'payment', order: orders[0]! };
  if (bank.channel === 'batch') return { ...base, kind: 'batch', orders };
  const messageId = `${bank.bic.slice(0, 4)}-${new Date(file.startMs).toISOString().slice(0, 10).replaceAll('-', '')}-${file.number}`;
  const xml = writePacs008({
    // Banks move to new versions at different times.
    version: 8 + (bank.bic.charCodeAt(0) % 6),
    messageId,
    createdAt: file.startMs + atMs,
    instructingAgent: bank.bic,
    transactions: orders.map((order) => ({
      order,
      instructionId: order.endToEndId,
      chargeBearer: random.pick(['SHAR', 'SHAR', 'DEBT', 'SLEV']),
    })),
  });
  return { ...base, kind: 'file', name: `${messageId}.xml`, bytes: Buffer.from(xml) };
}
