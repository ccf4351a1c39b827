import type { Ctx } from '../../../base/context.ts';
import { AppError } from '../../../base/error.ts';
import type { SettlementDeps } from '../../deps.ts';
import { putInForce, versionOf } from '../put-in-force.ts';
import { versionsOfLists, type ListRow } from '../store.ts';
import { closeAlerts, raiseAlert } from './alerts.ts';
import type { Fetched, ListFetcher } from './fetch-list.ts';
import { findChecksum } from './checksum.ts';
import { pauseAfter, type Outcome, type Source } from './source.ts';
import { noteTry, type Tried } from './source-store.ts';

/** So often a list may not come before that is told: servers are down for an hour now and then. */
const SILENT_FAILURES = 3;

type File = Extract<Fetched, { result: 'file' }>;
type Result = { outcome: Outcome; error?: AppError; file?: Tried['file'] };

/**
 * Fetches a list once and lets it take the place of the one in force when it is good. Whatever comes, the answer is a note
 * of how it went; a file that is not good, and one that has not come several times, is told by an alert.
 */
export async function refreshList(
  deps: SettlementDeps,
  fetcher: ListFetcher,
  ctx: Ctx,
  source: Source,
  signal: AbortSignal = new AbortController().signal,
): Promise<Tried> {
  const result = await tried(deps, fetcher, ctx, source, signal);
  const { outcome, error } = result;
  const failures = outcome === 'loaded' || outcome === 'unchanged' ? 0 : source.failures + 1;
  const triedAt = deps.clock.now();
  const note: Tried = {
    outcome,
    code: error?.code ?? null,
    detail: error?.message ?? null,
    triedAt,
    nextAt: triedAt + pauseAfter(outcome, failures, source.intervalSeconds),
    failures,
    ...(result.file && { file: result.file }),
  };
  await deps.db.write(ctx, async (tx) => {
    await noteTry(tx, source, note);
    if (failures === 0) await closeAlerts(tx, ctx.tenantId, { listId: source.listId, closing: 'loaded', by: ctx.actor.name, at: triedAt });
  });
  if (error && (outcome === 'refused' || failures >= SILENT_FAILURES))
    await raiseAlert(deps, ctx.tenantId, {
      listId: source.listId,
      code: error.code,
      detail: error.message,
      source: source.url,
      isExpected: true,
    });
  return note;
}

async function tried(deps: SettlementDeps, fetcher: ListFetcher, ctx: Ctx, source: Source, signal: AbortSignal): Promise<Result> {
  const lists = await deps.db.read(ctx, (tx) => versionsOfLists(tx, ctx.tenantId));
  const inForce = lists.find(({ id }) => id === source.listId);
  try {
    // What the server said of a file counts only while that file is the one in force.
    const known = inForce && inForce.version === source.fetchedVersion ? source : {};
    const fetched = await fetcher.fetch(source.url, known, signal);
    if (fetched.result === 'unchanged') return { outcome: 'unchanged' };
    return await take(deps, fetcher, ctx, { source, inForce, file: fetched, signal });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'settlement.list_unreachable' || error.code === 'settlement.source_invalid')
      return { outcome: 'unreachable', error };
    return { outcome: 'refused', error };
  }
}

type Take = { source: Source; inForce: ListRow | undefined; file: File; signal: AbortSignal };

async function take(deps: SettlementDeps, fetcher: ListFetcher, ctx: Ctx, { source, inForce, file, signal }: Take): Promise<Result> {
  const { document, etag, lastModified } = file;
  const version = versionOf(document);
  const sha256 = source.sha256 ?? (source.checksumUrl ? await checksumAt(fetcher, source, signal) : undefined);
  const said = { version, etag, lastModified };
  if (inForce?.version === version && isAsDemanded(inForce, source) && (!sha256 || sha256 === version))
    return { outcome: 'unchanged', file: said };
  await putInForce(
    deps,
    ctx,
    { id: source.listId, document },
    {
      sha256,
      format: source.format,
      minimumEntries: source.minimumEntries,
      largestShrink: source.largestShrinkPercent / 100,
      purpose: source.purpose,
    },
  );
  return { outcome: 'loaded', file: said };
}

function isAsDemanded(list: ListRow, { purpose, format, minimumEntries }: Source): boolean {
  return (purpose ?? list.purpose) === list.purpose && (format ?? list.format) === list.format && list.entries >= minimumEntries;
}

async function checksumAt(fetcher: ListFetcher, source: Source, signal: AbortSignal): Promise<string> {
  const fetched = await fetcher.fetch(source.checksumUrl!, {}, signal);
  return findChecksum(fetched.result === 'file' ? fetched.document : Buffer.alloc(0), source.url);
}
