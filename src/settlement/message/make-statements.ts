import type { Uuid } from '../../base/id.ts';
import { addDays, dayOf, type LocalDate } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { statementOf } from '../participant/get-statement.ts';
import { isExpressible } from '../iso20022/xml-writer.ts';
import { deliver, statementsMade, subscribedBoxes, type BoxRow } from './box-store.ts';
import { letterOf, messageIdOf, OPERATOR_BOX, type Letter } from './mailbox.ts';

/** After midnight, so that what was recorded in the last moment of a day is in its statement. */
const AFTER_MIDNIGHT_MS = 60_000;

/** Statements that are made up for at once, after a time in which nothing ran. */
const MOST_DAYS = 31;

/** Makes the statements (camt.053) of the days that are over, for the banks that want them, day by day, each once. */
export async function makeStatements(deps: SettlementDeps, tenantId: Uuid, signal?: AbortSignal): Promise<void> {
  const isStopped = () => signal?.aborted ?? false;
  const lastOver = addDays(dayOf(deps.clock.now() - AFTER_MIDNIGHT_MS), -1);
  const boxes = await deps.db.read({ tenantId }, (tx) => subscribedBoxes(tx, tenantId));
  for (const box of boxes) {
    if (!box.kinds.includes('camt.053') || box.ownerId === OPERATOR_BOX || box.statementDay === null) continue;
    const first = box.statementDay < addDays(lastOver, -MOST_DAYS) ? addDays(lastOver, -MOST_DAYS) : addDays(box.statementDay, 1);
    for (let day = first; day <= lastOver && !isStopped(); day = addDays(day, 1)) await makeDay(deps, tenantId, box, day);
  }
}

async function makeDay(deps: SettlementDeps, tenantId: Uuid, { ownerId }: BoxRow, day: LocalDate): Promise<void> {
  const { byId } = await deps.directory.of(tenantId, { ids: [ownerId] });
  const owner = byId.get(ownerId);
  const ctx = deps.access.systemCtx('settlement.make_statements', tenantId);
  const letters: Letter[] = [];
  for (const asset of owner?.accounts.keys() ?? []) {
    if (!isExpressible({ asset, units: 0n })) continue;
    const messageId = messageIdOf(tenantId, 'camt.053', ownerId, asset, day);
    const document = await statementOf(deps, ctx, { id: ownerId, asset, day, family: 'camt.053', messageId });
    letters.push(await letterOf({ messageId, subject: day, madeAt: deps.clock.now(), document }));
  }
  await deps.db.write({ tenantId }, async (tx) => {
    await deliver(tx, tenantId, ownerId, letters);
    await statementsMade(tx, tenantId, ownerId, day);
  });
}
