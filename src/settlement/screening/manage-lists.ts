import { createHash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { inspectList } from './build-index.ts';
import { loadScreeningList as loadContract, type checkName as checkContract, type listScreeningLists as listContract } from './contract.ts';
import { THRESHOLD } from './match.ts';
import { lockList, putList, versionsOfLists } from './store.ts';

export async function listScreeningLists(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => versionsOfLists(tx, ctx.tenantId));
  return { items: rows.map((row) => ({ ...row, name: row.id })) };
}

/** A file with less than this part of the entries in force is taken for a torn one. */
const SHRUNK = 0.5;

/**
 * Reads a list whole before it takes the place of the old one, and answers when names are screened against it; a bad file
 * leaves the old one in force.
 * Errors: `settlement.list_malformed` names the line, `settlement.list_empty`, `settlement.list_truncated`,
 * `settlement.list_unknown_format`, `settlement.list_checksum`, `settlement.list_shrunk`.
 */
export async function loadScreeningList(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, purpose, sha256, allowSmaller }: InputOf<typeof loadContract>,
  request: Pick<RequestExtras, 'document'>,
): Promise<OutputOf<typeof loadContract>> {
  const version = createHash('sha256').update(request.document).digest('hex');
  if (sha256 && sha256 !== version) {
    throw new AppError(
      'unprocessable',
      'settlement.list_checksum',
      `The file has the checksum ${version}, not ${sha256}. The list in force stays.`,
    );
  }
  const { text: content, ...read } = await inspectList(request.document);
  const answer = await deps.access.command(ctx, loadContract, async (tx) => {
    const before = await lockList(tx, ctx.tenantId, id);
    if (before && read.entries < before.entries * SHRUNK && allowSmaller !== 'true') throw shrunk(before.entries, read.entries);
    const list = { id, version, ...read, purpose: purpose ?? before?.purpose ?? 'sanctions', loadedAt: deps.clock.now() };
    await putList(tx, ctx.tenantId, { ...list, content, loadedBy: ctx.actor.name });
    return { answer: { ...list, name: id }, subject: id, detail: { version, entries: list.entries, purpose: list.purpose } };
  });
  await deps.screening.reload(ctx.tenantId);
  return answer;
}

function shrunk(before: number, now: number): AppError {
  return new AppError(
    'unprocessable',
    'settlement.list_shrunk',
    `The file has ${now} entries where ${before} are in force. Send allowSmaller=true if it is meant so; the list in force stays.`,
  );
}

export async function checkName(
  deps: Pick<SettlementDeps, 'screening'>,
  ctx: Ctx,
  { name, ...known }: InputOf<typeof checkContract>,
): Promise<OutputOf<typeof checkContract>> {
  return { matches: await deps.screening.check(ctx.tenantId, name, known), threshold: THRESHOLD };
}
