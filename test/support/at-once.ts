import type { LedgerPort } from '../../src/ledger/port.ts';
import type { SettlementDeps } from '../../src/settlement/deps.ts';
import type { TestDatabase } from './database.ts';

/** Until some transaction waits for a lock that another one holds, or what might is at its end. */
export async function untilBlocked({ admin }: TestDatabase, work: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  work.then(end, end);
  for (;;) {
    const waiting = await admin(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    if (hasEnded || waiting.length > 0) return;
  }
}

/** A stop on somebody's way: `reached` is when it is met first, and `go` lets whoever waits there pass, from then on without a halt. */
export function halt() {
  const reached = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const pass = (): Promise<void> => {
    reached.resolve();
    return gone.promise;
  };
  return { pass, reached: reached.promise, go: gone.resolve };
}

type Stops = { beforeCommit?: () => Promise<void>; beforeBook?: () => Promise<void> };

/** Somebody who stops on the way through a transaction; `runs` counts how often it was begun, which deadlocks make more than once. */
export function stopping(deps: SettlementDeps, { beforeCommit, beforeBook }: Stops): { deps: SettlementDeps; runs(): number } {
  let runs = 0;
  const command: SettlementDeps['access']['command'] = (ctx, operation, work) =>
    deps.access.command(ctx, operation, async (tx) => {
      runs++;
      const done = await work(tx);
      await beforeCommit?.();
      return done;
    });
  const inTx: LedgerPort['inTx'] = async (tx, tenantId) => {
    await beforeBook?.();
    return deps.ledger.inTx(tx, tenantId);
  };
  return { deps: { ...deps, access: { ...deps.access, command }, ledger: { ...deps.ledger, inTx } }, runs: () => runs };
}
