import { createHash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { loadScreeningList as loadContract, type checkName as checkContract, type listScreeningLists as listContract } from './contract.ts';
import { readListCsv } from './csv.ts';
import { THRESHOLD } from './match.ts';
import { putList, versionsOfLists } from './store.ts';

export async function listScreeningLists(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => versionsOfLists(tx, ctx.tenantId));
  return { items: rows.map((row) => ({ ...row, name: row.id })) };
}

/**
 * Reads a list whole before it takes the place of the old one; a bad file leaves the old one in force.
 * Errors: `settlement.list_malformed` names the line, `settlement.list_empty`.
 */
export async function loadScreeningList(
  deps: SettlementDeps,
  ctx: Ctx,
  { id }: InputOf<typeof loadContract>,
  request: Pick<RequestExtras, 'document'>,
): Promise<OutputOf<typeof loadContract>> {
  const content = decode(request.document);
  const entries = readListCsv(id, content);
  const names = entries.reduce((sum, entry) => sum + entry.names.length, 0);
  const version = createHash('sha256').update(request.document).digest('hex');
  const list = { id, version, entries: entries.length, names, loadedAt: deps.clock.now() };
  const answer = await deps.access.command(ctx, loadContract, async (tx) => {
    await putList(tx, ctx.tenantId, { ...list, content });
    return { answer: { ...list, name: id }, subject: id, detail: { version, entries: list.entries } };
  });
  deps.screening.forget(ctx.tenantId);
  return answer;
}

function decode(document: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(document);
  } catch {
    throw new AppError('invalid', 'settlement.list_malformed', 'The file is not UTF-8 text.');
  }
  if (text.includes('\0')) throw new AppError('invalid', 'settlement.list_malformed', 'The file holds the character U+0000.');
  return text;
}

export async function checkName(
  deps: Pick<SettlementDeps, 'screening'>,
  ctx: Ctx,
  { name }: InputOf<typeof checkContract>,
): Promise<OutputOf<typeof checkContract>> {
  return { matches: await deps.screening.check(ctx.tenantId, name), threshold: THRESHOLD };
}
