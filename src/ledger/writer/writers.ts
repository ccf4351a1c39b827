import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Outcome } from '../port.ts';
import { BookWriter, type WriterDeps } from './book-writer.ts';
import type { BookAct } from './plan.ts';

/** Most writers that are kept while they have nothing to do. */
const IDLE_WRITERS = 1_000;
/** Acts between two looks at the memory of all books. */
const TRIM_EVERY = 1_024;

/** The book writers of this process, one per tenant, within one bound on memory for all. */
export type Writers = {
  enqueue(tenantId: Uuid, act: BookAct): Promise<Outcome>;
  /** Weight of all that waits. */
  queued(): number;
  /** Takes nothing more and answers when all that was queued is done. */
  close(): Promise<void>;
};

/** `deps.cachedAccounts` bounds the accounts remembered in all books together. */
export function createWriters(deps: WriterDeps): Writers {
  // In order of last use, the longest unused first.
  const writers = new Map<Uuid, BookWriter>();
  let closed = false;
  let sinceTrim = 0;

  const writerOf = (tenantId: Uuid): BookWriter => {
    const writer = writers.get(tenantId) ?? new BookWriter(deps, tenantId);
    writers.delete(tenantId);
    writers.set(tenantId, writer);
    return writer;
  };

  const trim = (): void => {
    let cached = 0;
    for (const writer of writers.values()) cached += writer.cachedAccounts;
    for (const [tenantId, writer] of writers) {
      if (cached <= deps.cachedAccounts && writers.size <= IDLE_WRITERS) return;
      if (!writer.idle) continue;
      cached -= writer.cachedAccounts;
      writers.delete(tenantId);
    }
  };

  return {
    enqueue(tenantId, act) {
      if (closed)
        return Promise.reject(new AppError('unavailable', 'ledger.closed', 'The ledger is shutting down. Nothing was changed; try again.'));
      const answer = writerOf(tenantId).enqueue(act);
      if (++sinceTrim >= TRIM_EVERY) {
        sinceTrim = 0;
        trim();
      }
      return answer;
    },
    queued: () => [...writers.values()].reduce((sum, writer) => sum + writer.queuedWeight, 0),
    async close() {
      closed = true;
      await Promise.all([...writers.values()].map((writer) => writer.drained()));
    },
  };
}
