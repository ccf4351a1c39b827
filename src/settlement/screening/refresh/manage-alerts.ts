import type { Ctx } from '../../../base/context.ts';
import { AppError } from '../../../base/error.ts';
import type { InputOf, OutputOf } from '../../../base/operation.ts';
import type { Check } from '../../../infra/module.ts';
import type { SettlementDeps } from '../../deps.ts';
import { closeAlert, countLists, countOpenAlerts, findAlert, listAlerts, type AlertRow } from './alert-store.ts';
import { dismissScreeningAlert as dismissContract, type listScreeningAlerts as listContract } from './contract.ts';

const LISTED = 100;

type View = OutputOf<typeof dismissContract>;

function viewOf({ closedAt, closing, closedBy, comment, ...alert }: AlertRow): View {
  return {
    ...alert,
    ...(closedAt !== null && { closedAt }),
    ...(closing !== null && { closing }),
    ...(closedBy !== null && { closedBy }),
    ...(comment !== null && { comment }),
  };
}

export async function listScreeningAlerts(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => listAlerts(tx, ctx.tenantId, LISTED));
  return { items: rows.map(viewOf) };
}

/** Closes an alert by hand; one that is closed stays as it is. Errors: `settlement.alert_not_found`. */
export async function dismissScreeningAlert(
  deps: Pick<SettlementDeps, 'access' | 'clock'>,
  ctx: Ctx,
  { id, comment }: InputOf<typeof dismissContract>,
): Promise<View> {
  return await deps.access.command(ctx, dismissContract, async (tx) => {
    const end = { id, closing: 'dismissed' as const, by: ctx.actor.name, at: deps.clock.now(), comment };
    const alert = (await closeAlert(tx, ctx.tenantId, end)) ?? (await findAlert(tx, ctx.tenantId, id));
    if (!alert) throw new AppError('not_found', 'settlement.alert_not_found', 'There is no such alert.');
    return { answer: viewOf(alert), subject: id, detail: { listId: alert.listId, comment } };
  });
}

/** How many alerts wait in all tenants. */
export async function openAlerts(deps: Pick<SettlementDeps, 'access' | 'db'>): Promise<number> {
  let open = 0;
  for (const tenantId of await deps.access.tenantIds()) open += await deps.db.read({ tenantId }, (tx) => countOpenAlerts(tx, tenantId));
  return open;
}

/**
 * Fails while a list is older than people may believe. Advisory: names are screened against the list in force, so the
 * process goes on taking payments.
 */
export function listsCheck(deps: Pick<SettlementDeps, 'access' | 'db'>): Check {
  return {
    name: 'screening lists',
    advisory: true,
    async run() {
      const open = await openAlerts(deps);
      let lists = 0;
      for (const tenantId of await deps.access.tenantIds()) lists += await deps.db.read({ tenantId }, (tx) => countLists(tx, tenantId));
      if (open === 0 && lists === 0) return { ok: true, unseen: true, detail: 'No list is in force.' };
      return {
        ok: open === 0,
        detail: open === 0 ? 'No list waits for a good file.' : `${open} could not be loaded; see the screening page.`,
      };
    },
  };
}
