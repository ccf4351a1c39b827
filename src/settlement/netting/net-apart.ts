import type { ObligationColumns } from './columns.ts';
import { inThread } from '../../infra/jobs/in-thread.ts';
import { netTask, type NettedColumns } from './net-task.ts';

/** Fewer obligations are netted at once, in some tens of milliseconds: starting a thread takes longer. */
const AT_ONCE = 20_000;

/**
 * Nets columns beside the event loop, so that it goes on with other work; what comes out is the same to the byte. The columns are
 * handed over and cannot be used afterwards. `withPairs`: what each pair owes, too.
 */
export function netApart(columns: ObligationColumns, { withPairs = false } = {}): Promise<NettedColumns> {
  if (columns.count <= AT_ONCE) return Promise.resolve(netTask(columns, withPairs));
  const transferList = [columns.debtor.buffer, columns.creditor.buffer, columns.asset.buffer, columns.units.buffer] as ArrayBuffer[];
  return inThread(new URL('./net-worker.ts', import.meta.url), { workerData: { columns, withPairs }, transferList });
}
