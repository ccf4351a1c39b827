import type { Ctx } from '../../../base/context.ts';
import { AppError } from '../../../base/error.ts';
import type { InputOf, OutputOf } from '../../../base/operation.ts';
import type { SettlementDeps } from '../../deps.ts';
import { closeAlerts } from './alerts.ts';
import {
  removeListSource as removeContract,
  runListSource as runContract,
  setListSource as setContract,
  type listListSources as listContract,
} from './contract.ts';
import type { ListFetcher } from './fetch-list.ts';
import { refreshList } from './refresh-list.ts';
import { checkPlace, formatNamed, SHRINK_PERCENT, type Reach, type Source } from './source.ts';
import { deleteSource, findSource, listSources, putSource } from './source-store.ts';

type View = OutputOf<typeof setContract>;

function viewOf(source: Source): View {
  const { listId, url, intervalSeconds, minimumEntries, largestShrinkPercent, setBy, setAt, nextAt, failures } = source;
  const { checksumUrl, sha256, format, purpose, triedAt, outcome, code, detail, goodAt } = source;
  return {
    listId,
    url,
    intervalMinutes: Math.max(1, Math.round(intervalSeconds / 60)),
    minimumEntries,
    largestShrinkPercent,
    setBy,
    setAt,
    nextAt,
    failures,
    ...(checksumUrl !== null && { checksumUrl }),
    ...(sha256 !== null && { sha256 }),
    ...(format !== null && { format }),
    ...(purpose !== null && { purpose }),
    ...(triedAt !== null && { triedAt }),
    ...(outcome !== null && { outcome }),
    ...(code !== null && { code }),
    ...(detail !== null && { detail }),
    ...(goodAt !== null && { goodAt }),
  };
}

export async function listListSources(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => listSources(tx, ctx.tenantId));
  return { items: rows.map(viewOf) };
}

/** Errors: `settlement.source_invalid`. */
export async function setListSource(deps: SettlementDeps, reach: Reach, ctx: Ctx, input: InputOf<typeof setContract>): Promise<View> {
  const {
    id,
    url,
    intervalMinutes,
    checksumUrl,
    sha256,
    format,
    purpose,
    minimumEntries = 1,
    largestShrinkPercent = SHRINK_PERCENT,
  } = input;
  for (const place of [url, checksumUrl]) if (place !== undefined) checkPlace(place, reach);
  const settings = {
    url,
    intervalSeconds: intervalMinutes * 60,
    checksumUrl: checksumUrl ?? null,
    sha256: sha256 ?? null,
    format: format === undefined ? null : formatNamed(format),
    purpose: purpose ?? null,
    minimumEntries,
    largestShrinkPercent,
  };
  return await deps.access.command(ctx, setContract, async (tx) => {
    const source = await putSource(tx, ctx.tenantId, { ...settings, listId: id, setBy: ctx.actor.name, setAt: deps.clock.now() });
    return { answer: viewOf(source), subject: id, detail: settings };
  });
}

/** Fetches now, outside any transaction, then notes who asked and how it went. Errors: `settlement.source_not_found`. */
export async function runListSource(
  deps: SettlementDeps,
  fetcher: ListFetcher,
  ctx: Ctx,
  { id }: InputOf<typeof runContract>,
): Promise<View> {
  const find = () => deps.db.read(ctx, (tx) => findSource(tx, ctx.tenantId, id));
  const source = await find();
  if (!source) throw new AppError('not_found', 'settlement.source_not_found', 'This list is fetched from nowhere.');
  const { outcome, code } = await refreshList(deps, fetcher, { ...ctx, idempotency: undefined }, source);
  const after = (await find()) ?? source;
  return await deps.access.command(ctx, runContract, async () => ({ answer: viewOf(after), subject: id, detail: { outcome, code } }));
}

/** The list that was fetched stays in force. An alert about its source ends with it. */
export async function removeListSource(
  deps: SettlementDeps,
  ctx: Ctx,
  { id }: InputOf<typeof removeContract>,
): Promise<OutputOf<typeof removeContract>> {
  return await deps.access.command(ctx, removeContract, async (tx) => {
    const removed = await deleteSource(tx, ctx.tenantId, id);
    const at = deps.clock.now();
    if (removed) await closeAlerts(tx, ctx.tenantId, { listId: id, closing: 'source_removed', by: ctx.actor.name, at });
    return { answer: { removed }, subject: id };
  });
}
