import { newId, toWireId, type Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { SettlementDeps } from '../../deps.ts';
import { closeAlert, insertAlert, lastGoodAt, latestAlert, repeatAlert, type AlertRow, type Closing } from './alert-store.ts';
import { listRefused } from './contract.ts';

/** What went wrong with a newer file of a list. */
export type Trouble = { listId: string; code: string; detail: string; source: string };

type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'outbox' | 'log' | 'metrics'>;

const DETAIL_LETTERS = 1_000;

/**
 * Tells that a list could not be replaced while one is in force: an alert and an event when it begins, a count while it
 * goes on. What somebody has dismissed is counted without a new alert as long as the same is wrong.
 */
export async function raiseAlert(deps: Deps, tenantId: Uuid, { detail, ...trouble }: Trouble): Promise<void> {
  const at = deps.clock.now();
  const told = { ...trouble, detail: detail.slice(0, DETAIL_LETTERS) };
  deps.metrics.listRefused(trouble.code);
  deps.log.warn('A list could not be replaced; the one in force stays', { tenantId, ...told });
  await deps.db.write({ tenantId }, async (tx) => {
    const goodAt = await lastGoodAt(tx, tenantId, trouble.listId);
    if (goodAt === undefined) return;
    const last = await latestAlert(tx, tenantId, trouble.listId);
    const isKnown = (alert: AlertRow) => alert.closing === 'dismissed' && alert.code === trouble.code && alert.closedAt! >= goodAt;
    if (last && (last.closedAt === null || isKnown(last))) return await repeatAlert(tx, tenantId, { ...told, id: last.id, lastAt: at });
    const id = newId(at);
    if (!(await insertAlert(tx, tenantId, { ...told, id, raisedAt: at }))) return;
    await deps.outbox.append(tx, [
      {
        id: newId(at),
        tenantId,
        type: listRefused.type,
        version: listRefused.version,
        subject: trouble.listId,
        at,
        data: { alertId: toWireId('sal', id), ...told },
      },
    ]);
  });
}

/** Ends the open alert of a list: a good one is in force, or its source is no more. */
export async function closeAlerts(
  tx: Tx,
  tenantId: Uuid,
  end: { listId: string; closing: Exclude<Closing, 'dismissed'>; by: string; at: Millis },
): Promise<void> {
  await closeAlert(tx, tenantId, end);
}
