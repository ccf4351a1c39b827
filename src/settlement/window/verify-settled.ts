import type { Ctx } from '../../base/context.ts';
import type { Check } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import { windowFileBytes } from './read-file.ts';
import { findWindow, noteVerified, unverifiedWindows, verifiedWindows } from './store.ts';
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

/** Whether any settled window was found to be unsound, over all tenants. Where none with payments was verified, nothing is known. */
export function windowsCheck({ db, access }: Pick<SettlementDeps, 'db' | 'access'>): Check {
  return {
    name: 'windows',
    // Such a window is a matter for people; the process that tells of it is fit to serve.
    advisory: true,
    async run() {
      let [sound, unsound, behind] = [0, 0, 0];
      for (const tenantId of await access.tenantIds()) {
        const found = await db.read({ tenantId }, (tx) => verifiedWindows(tx, tenantId));
        sound += found.sound;
        unsound += found.unsound;
        behind += found.lastIsVerified ? 0 : 1;
      }
      if (unsound > 0) return { ok: false, detail: `${unsound} settled windows do not hold` };
      if (behind > 0) return { ok: true, unseen: true, detail: `the last settled window of ${behind} tenants is not verified yet` };
      if (sound === 0) return { ok: true, unseen: true, detail: 'no window with payments was verified yet' };
      return { ok: true, detail: `every verified window holds; ${sound} had payments` };
    },
  };
}
