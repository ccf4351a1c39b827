import type { Finding } from '../checklist/checklist.ts';
import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { listChecklists as listContract } from '../contract.ts';
import type { getChecklist as getContract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import type { Document } from '../library.ts';
import { selectWaiverRequests } from '../store/people-store.ts';
import { findRun, selectOpenRun } from '../store/run-store.ts';
import { viewOfGate, viewOfLines, viewOfRun, viewOfSummary, viewOfVoided, type ChecklistView } from '../view.ts';
import { rolesOf } from './manage-signers.ts';
import { viewOfWaiver } from './manage-waivers.ts';

/** The checklists of the caller's tenant. Bound to a member, one sees none. */
export async function listChecklists(deps: ReadinessDeps, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const documents = ctx.memberId === undefined ? await deps.library.list(ctx.tenantId) : [];
  return { items: await Promise.all(documents.map((document) => summaryOf(deps, ctx, document))) };
}

/** How one checklist stands. */
export async function summaryOf(deps: ReadinessDeps, ctx: Ctx, document: Document) {
  return viewOfSummary(await deps.ledgers.standing(ctx.tenantId, document));
}

const remarkOf = ({ line, kind, text }: Finding) => ({ line, kind, text });

/** Errors: `readiness.checklist_not_found`. */
export async function getChecklist(deps: ReadinessDeps, ctx: Ctx, { name }: InputOf<typeof getContract>): Promise<ChecklistView> {
  const document = await deps.library.find(ctx, name);
  const standing = await deps.ledgers.standing(ctx.tenantId, document);
  const { run, open, waivers } = await deps.db.read(ctx, async (tx) => ({
    run: standing.run && (await findRun(tx, standing.run.id)),
    open: await selectOpenRun(tx, name),
    waivers: await selectWaiverRequests(tx, name),
  }));
  const lines = viewOfLines(standing);
  const { findings, notUnderstood, guessed } = document.checklist;
  return {
    ...viewOfSummary(standing),
    bindingsSha256: document.bindingsSha256,
    gate: viewOfGate(standing),
    lines,
    ...(run && { run: viewOfRun(run) }),
    ...(open && { open: viewOfRun(open) }),
    voided: standing.state.voided.map(viewOfVoided),
    roles: ctx.actor.kind === 'user' ? await rolesOf(deps, ctx.tenantId, ctx.actor.id) : [],
    rolesAsked: [...new Set(lines.flatMap(({ role }) => role ?? []))],
    findings: [...findings, ...notUnderstood].map(remarkOf),
    guessed: guessed.map(remarkOf),
    waiverRequests: waivers.map((row) => viewOfWaiver(ctx, row)),
    log: await deps.ledgers.storeOf(ctx.tenantId).root(),
  };
}
