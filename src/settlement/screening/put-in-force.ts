import { createHash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { inspectList } from './build-index.ts';
import type { Inspected } from './build-task.ts';
import { loadScreeningList as contract } from './contract.ts';
import { lackOf } from './extent.ts';
import type { ListFormat } from './lists/read-list.ts';
import { closeAlerts } from './refresh/alerts.ts';
import { awaitKeepers, lockList, putList, type ListPurpose } from './store.ts';

/** What a file must be like to take the place of the list in force. */
export type Demands = {
  sha256?: string | null | undefined;
  format?: ListFormat | null;
  minimumEntries?: number;
  /** The largest part of the entries in force, and of what is known of them, that may be gone, 0 to 1; 1 asks nothing. */
  largestShrink: number;
  /** That of the list in force unless told, sanctions when there is none. */
  purpose?: ListPurpose | null | undefined;
};

/** A file that can be read whole and is what was demanded of it alone. */
type Read = Inspected & { version: string };

/** SHA-256 of a file, by which versions of lists are called. */
export function versionOf(document: Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}

/**
 * Reads a list whole and lets it take the place of the one with its id, all or nothing; answers when names are screened
 * against it in this process. An alert that waits for a good file is closed. A file that is refused leaves the old one in
 * force, which the caller has to tell.
 * Errors: `settlement.list_malformed`, `settlement.list_empty`, `settlement.list_truncated`,
 * `settlement.list_unknown_format`, `settlement.list_other_format`, `settlement.list_checksum`, `settlement.list_too_few`,
 * `settlement.list_shrunk`.
 */
export async function putInForce(
  deps: SettlementDeps,
  ctx: Ctx,
  file: { id: string; document: Uint8Array },
  demands: Demands,
): Promise<OutputOf<typeof contract>> {
  const answer = await replace(deps, ctx, file.id, await read(file.document, demands), demands);
  await deps.screening.reload(ctx.tenantId);
  return answer;
}

async function read(document: Uint8Array, { sha256, format, minimumEntries = 1 }: Demands): Promise<Read> {
  const version = versionOf(document);
  if (sha256 && sha256 !== version)
    throw refused('list_checksum', `The file has the checksum ${version}, not ${sha256}. The list in force stays.`);
  const found = await inspectList(document, Boolean(sha256));
  if (format && format !== found.format)
    throw refused('list_other_format', `The file is ${found.format} where ${format} is expected. The list in force stays.`);
  if (found.entries < minimumEntries)
    throw refused(
      'list_too_few',
      `The file has ${found.entries} entries, fewer than the ${minimumEntries} expected. The list in force stays.`,
    );
  return { ...found, version };
}

function refused(code: 'list_checksum' | 'list_other_format' | 'list_too_few', why: string): AppError {
  return new AppError('unprocessable', `settlement.${code}`, why);
}

async function replace(deps: SettlementDeps, ctx: Ctx, id: string, file: Read, demands: Demands): Promise<OutputOf<typeof contract>> {
  const { text: content, entryHashes, extent, ...found } = file;
  return await deps.access.command(ctx, contract, async (tx) => {
    await awaitKeepers(tx, ctx.tenantId);
    const before = await lockList(tx, ctx.tenantId, id);
    const lack = before && before.version !== file.version ? lackOf(before, file, demands.largestShrink) : undefined;
    if (lack) throw shrunk(lack);
    const list = { id, ...found, purpose: demands.purpose ?? before?.purpose ?? 'sanctions', loadedAt: deps.clock.now() };
    await putList(tx, ctx.tenantId, { ...list, content, extent, entryHashes, loadedBy: ctx.actor.name });
    await closeAlerts(tx, ctx.tenantId, { listId: id, closing: 'loaded', by: ctx.actor.name, at: list.loadedAt });
    const { version, entries, purpose } = list;
    return { answer: { ...list, name: id }, subject: id, detail: { version, entries, purpose } };
  });
}

function shrunk(lack: string): AppError {
  return new AppError(
    'unprocessable',
    'settlement.list_shrunk',
    `${lack}. If it is meant so, load it with allowSmaller=true; the list in force stays.`,
  );
}
