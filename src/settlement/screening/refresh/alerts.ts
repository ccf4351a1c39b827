import { newId, toWireId, type Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { SettlementDeps } from '../../deps.ts';
import { closeAlert, insertAlert, lastGoodAt, latestAlert, repeatAlert, type AlertRow, type Closing } from './alert-store.ts';
import { listRefused } from './contract.ts';

/** What went wrong with a newer file of a list. `isExpected`: it comes by itself, so that somebody counts on it. */
export type Trouble = { listId: string; code: string; detail: string; source: string; isExpected: boolean };

type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'outbox' | 'log' | 'metrics'>;

const DETAIL_LETTERS = 1_000;

/**
 * Tells that a list could not be replaced while one is in force, or that none ever came from its source: an alert and an event
 * when it begins, a count while it goes on. What somebody has dismissed is counted without a new alert as long as the same is wrong.
 */
export async function raiseAlert(deps: Deps, tenantId: Uuid, { detail, isExpected, ...trouble }: Trouble): Promise<void> {
  const at = deps.clock.now();
  const told = { ...trouble, detail: detail.slice(0, DETAIL_LETTERS) };
  deps.metrics.listRefused(trouble.code);
  await deps.db.write({ tenantId }, async (tx) => {
    const goodAt = await lastGoodAt(tx, tenantId, trouble.listId);
    const inForce = goodAt !== undefined;
    deps.log.warn(inForce ? 'A list could not be replaced; the one in force stays' : 'A list could not be loaded; none is in force', {
      tenantId,
      ...told,
    });
    // Who sends a first file by hand reads the answer, and may have mistaken the list's name.
    if (!inForce && !isExpected) return;
    const last = await latestAlert(tx, tenantId, trouble.listId);
    const isKnown = (alert: AlertRow) =>
      alert.closing === 'dismissed' && alert.code === trouble.code && (!inForce || alert.closedAt! >= goodAt);
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
        data: { alertId: toWireId('sal', id), ...told, inForce },
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
