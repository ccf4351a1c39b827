import { newId, type Uuid } from '../../base/id.ts';
import type { Job } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants } from '../part.ts';
import { PRIORITIES, type Priority } from './case.ts';
import { insertStep } from './case-parts-store.ts';
import { countOpen, markBreached } from './case-store.ts';
import { caseEvent } from './case-view.ts';
import { caseBreached } from './contract.ts';

const AT_ONCE = 200;

/** How many cases are open and how many of them overdue, by priority. */
type OpenCases = Record<Priority, { open: number; overdue: number }>;

const noCases = (): OpenCases => ({
  low: { open: 0, overdue: 0 },
  medium: { open: 0, overdue: 0 },
  high: { open: 0, overdue: 0 },
  critical: { open: 0, overdue: 0 },
});

/** Tells of cases of a tenant whose time is over, once each, and adds what is open to `counts`. Answers with how many there were. */
export async function breachCases(
  deps: Pick<SettlementDeps, 'db' | 'clock' | 'outbox'>,
  tenantId: Uuid,
  counts = noCases(),
): Promise<number> {
  const at = deps.clock.now();
  const { late, open } = await deps.db.write({ tenantId }, async (tx) => {
    const rows = await markBreached(tx, tenantId, at, AT_ONCE);
    for (const row of rows) {
      const text = 'Its time is over and it is not decided.';
      await insertStep(tx, tenantId, { id: newId(at), caseId: row.id, step: 'overdue', text, actorId: null, actorName: 'Rialto', at });
    }
    const events = rows.map((row) =>
      caseEvent(tenantId, row, { kind: caseBreached, at, data: { dueAt: new Date(row.dueAt).toISOString() } }),
    );
    if (events.length > 0) await deps.outbox.append(tx, events);
    return { late: rows.length, open: await countOpen(tx, tenantId, at) };
  });
  for (const { priority, cases, overdue } of open) {
    counts[priority].open += cases;
    counts[priority].overdue += overdue;
  }
  return late;
}

/** Looks for overdue cases of every tenant, and tells the metrics what is open in all. */
export function breachJob(deps: SettlementDeps): Job {
  let counts = noCases();
  const each = jobOfTenants(deps, { name: 'settlement.breach_cases', everyMs: 15_000 }, (tenantId) => breachCases(deps, tenantId, counts));
  return {
    ...each,
    async run(signal) {
      counts = noCases();
      await each.run(signal);
      for (const priority of PRIORITIES) deps.metrics.casesOpen(priority, counts[priority].open, counts[priority].overdue);
    },
  };
}
