import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import { Reply } from '../../infra/http/route.ts';
import type { getEvidence as evidenceContract, getRun as getContract, listRuns as listContract } from '../contract.ts';
import { startRun as startContract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { progressedEvent } from '../events.ts';
import type { CheckResult } from '../run/result.ts';
import { findRun, queueRun, selectRuns } from '../store/run-store.ts';
import { viewOfRun, type RunView } from '../view.ts';

/** Who asked for something, so that it is known again by name and by account. */
export function requesterText({ name, id }: { name: string; id: Uuid }): string {
  return `${name} <${toWireId('usr', id)}>`;
}

/** The same of whoever calls; keys and jobs have a name only. */
export function requesterOf({ actor }: Ctx): string {
  return actor.kind === 'user' ? requesterText(actor) : actor.name;
}

/** Queues a run of all checks. Errors: `readiness.checklist_not_found`. */
export async function startRun(deps: ReadinessDeps, ctx: Ctx, { name }: InputOf<typeof startContract>): Promise<RunView> {
  await deps.library.find(ctx, name);
  return await deps.access.command(ctx, startContract, async (tx) => {
    const at = deps.clock.now();
    const row = await queueRun(tx, ctx.tenantId, { id: newId(at), checklist: name, requestedBy: requesterOf(ctx), requestedAt: at });
    return {
      answer: viewOfRun(row),
      subject: toWireId('run', row.id),
      detail: { checklist: name },
      events: [progressedEvent(ctx.tenantId, at, row)],
    };
  });
}

/** Errors: `readiness.checklist_not_found`, `request.cursor_invalid`. */
export async function listRuns(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<OutputOf<typeof listContract>> {
  await deps.library.find(ctx, input.name);
  const limit = input.limit ?? DEFAULT_PAGE;
  const rows = await deps.db.read(ctx, (tx) => selectRuns(tx, input.name, { before: idCursor(input.after), limit: limit + 1 }));
  return toPage(rows, limit, viewOfRun);
}

/** Errors: `readiness.run_not_found`. */
export async function getRun(deps: ReadinessDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<OutputOf<typeof getContract>> {
  const row = await deps.db.read(ctx, (tx) => findRun(tx, id));
  if (!row) throw new AppError('not_found', 'readiness.run_not_found', 'There is no such run.');
  const run = row.results === null ? undefined : await deps.ledgers.run(ctx.tenantId, row.results);
  const lines = (run?.results ?? []).map(({ lineId, state, summary, checks }) => ({
    id: lineId,
    state,
    summary,
    checks: checks.map(viewOfCheck),
  }));
  return { ...viewOfRun(row), lines };
}

/** One check's result as it is shown. */
export function viewOfCheck({ kind, asked, state, summary, measurements, startedAt, ms, evidence }: CheckResult) {
  return {
    kind,
    asked,
    state,
    summary,
    measurements: measurements.map((measurement) => ({ ...measurement })),
    startedAt,
    ms,
    ...(evidence !== undefined && { evidence }),
  };
}

/** The bytes of an evidence, as plain text or data that no browser runs. Errors: `readiness.evidence_not_found`. */
export async function getEvidence(deps: ReadinessDeps, ctx: Ctx, { sha256 }: InputOf<typeof evidenceContract>): Promise<Reply<Buffer>> {
  const found = ctx.memberId === undefined ? await deps.ledgers.storeOf(ctx.tenantId).evidence(sha256) : undefined;
  if (!found) throw new AppError('not_found', 'readiness.evidence_not_found', 'There is no such evidence.');
  return new Reply(Buffer.from(found.bytes), {
    headers: {
      // What was seen may be anybody's page; it is never shown as one.
      'content-type': /^text\/|json$/.test(found.mediaType) ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      'content-disposition': `attachment; filename="${sha256.slice(0, 16)}.txt"`,
      etag: `"${sha256}"`,
      'cache-control': 'private, no-store',
    },
  });
}
