import { newId, type Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { PRIORITIES } from './case.ts';
import { insertStep } from './case-parts-store.ts';
import { countOpen, markBreached } from './case-store.ts';
import { caseEvent } from './case-view.ts';
import { caseBreached } from './contract.ts';

const AT_ONCE = 200;

/** Tells of cases whose time is over, once each, and counts what is open. Answers with how many there were. */
export async function breachCases(deps: Pick<SettlementDeps, 'db' | 'clock' | 'outbox' | 'metrics'>, tenantId: Uuid): Promise<number> {
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
  for (const priority of PRIORITIES) {
    const own = open.filter((one) => one.priority === priority);
    const sum = (of: (one: (typeof own)[number]) => number) => own.reduce((total, one) => total + of(one), 0);
    deps.metrics.casesOpen(
      priority,
      sum(({ cases }) => cases),
      sum(({ overdue }) => overdue),
    );
  }
  return late;
}
