import type { Ctx } from '../../base/context.ts';
import type { Check } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import { windowFileBytes } from './read-file.ts';
import { findWindow, noteVerified, unverifiedWindows } from './store.ts';
import { verifyApart } from './verify-apart.ts';

/** Windows that one run looks at. */
const AT_ONCE = 50;
/** What is kept of what was found. */
const MOST_FINDINGS = 50;

/**
 * Has the independent verifier look at every window that was settled: all of N1 to N11 over the very bytes that banks get. What it
 * finds is kept with the window, and told in the log as an error: such a window is a fault of ours.
 */
export async function verifySettled(deps: SettlementDeps, { tenantId }: Ctx, signal: AbortSignal): Promise<void> {
  const ids = await deps.db.read({ tenantId }, (tx) => unverifiedWindows(tx, tenantId, AT_ONCE));
  for (const id of ids) {
    if (signal.aborted) return;
    const window = (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, id)))!;
    const bytes = await windowFileBytes(deps, tenantId, id);
    const { ok, checks } = await verifyApart(bytes, window.payments, { publishedRoot: window.inputRoot!.toString('hex') });
    const findings = checks.flatMap((check) => check.findings.map((text) => `${check.id}: ${text}`)).slice(0, MOST_FINDINGS);
    if (!ok) deps.log.error('A settled window does not hold', { tenantId, window: window.number, findings });
    await deps.db.write({ tenantId }, (tx) => noteVerified(tx, tenantId, id, { at: deps.clock.now(), ok, findings }));
  }
}

/** Whether any settled window was found to be unsound, over all tenants. */
export function windowsCheck({ db, access }: Pick<SettlementDeps, 'db' | 'access'>): Check {
  return {
    name: 'windows',
    // Such a window is a matter for people; the process that tells of it is fit to serve.
    advisory: true,
    async run() {
      let unsound = 0;
      for (const tenantId of await access.tenantIds()) {
        const [row] = await db.read({ tenantId }, (tx) =>
          tx.query<{ n: number }>('select count(*)::int as n from settlement.netting_window where tenant_id = $1 and not verified_ok', [
            tenantId,
          ]),
        );
        unsound += row!.n;
      }
      return { ok: unsound === 0, detail: unsound === 0 ? 'every verified window holds' : `${unsound} settled windows do not hold` };
    },
  };
}
