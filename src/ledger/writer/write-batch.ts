import type { Uuid } from '../../base/id.ts';
import type { Outbox } from '../../infra/outbox/port.ts';
import type { Tx, WriteTx } from '../../infra/postgres/db.ts';
import { type BookHead, type PreparedChange, prepareChange, writeChange } from '../store/book.ts';
import type { Evaluation } from './book-memory.ts';
import { isEmpty } from './plan.ts';

/** Where the book stands before a batch. */
export function bookBefore({ plan, version, seqAfter }: Evaluation): Pick<BookHead, 'seq' | 'version'> {
  return { seq: seqAfter - BigInt(plan.transfers.length), version };
}

/** Puts what a batch changes in the book into columns. */
export function prepareBatch(tenantId: Uuid, evaluation: Evaluation): PreparedChange {
  const { plan, known } = evaluation;
  const { transfers, failed, atMs } = plan;
  return prepareChange(tenantId, bookBefore(evaluation), { transfers, holds: known.holds, failed }, atMs);
}

/** Whether everything that a batch writes has done what it should unless it fails. */
export function needsNoAnswer({ plan }: Evaluation, prepared: PreparedChange): boolean {
  return !isEmpty(plan) && prepared.settled === 0 && plan.rows.keys().every((set) => set.needsNoAnswer);
}

/**
 * Writes a batch. Statements follow each other on the connection, each put into columns while the database runs those before
 * it, and where nobody has to look at an answer the commit follows them at once.
 */
export async function writeBatch(tx: WriteTx, outbox: Outbox, evaluation: Evaluation, prepared: PreparedChange): Promise<void> {
  const { rows, events } = evaluation.plan;
  const asked = counting(tx);
  const written = [writeChange(asked, prepared)];
  for (const [set, placed] of rows) written.push(set.write(asked, placed));
  if (events.length > 0) written.push(outbox.append(asked, events));
  // One that failed before it asked for anything is heard of below.
  const areAsked = asked.count() === written.length;
  if (areAsked && needsNoAnswer(evaluation, prepared)) tx.commit();
  await Promise.all(written);
}

function counting(tx: Tx): Tx & { count(): number } {
  let count = 0;
  return {
    count: () => count,
    query(text, values) {
      count++;
      return tx.query(text, values);
    },
  };
}
