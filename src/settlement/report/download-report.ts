import type { Readable } from 'node:stream';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { Reply, type RequestExtras } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { mayHave } from './check-parameters.ts';
import type { ByteRange, FileStore } from './files.ts';
import { KINDS } from './kinds/kinds.ts';
import { mustFindRun } from './read-reports.ts';
import { WRITERS } from './write/writers.ts';

/**
 * The file of a report, or the part of it that a `Range` header names: files never change, so that a download that broke off
 * goes on where it ended.
 *
 * Errors: `settlement.report_not_found`, `settlement.report_not_done`, `settlement.report_expired`,
 * `settlement.report_file_missing`, `settlement.report_forbidden`.
 */
export async function downloadReport(
  deps: SettlementDeps & { files: FileStore },
  ctx: Ctx,
  { id }: { id: Uuid },
  { range: asked }: Pick<RequestExtras, 'range'>,
): Promise<Reply<Readable>> {
  const row = await mustFindRun(deps, ctx, id);
  mayHave(ctx.actor, KINDS[row.kind]);
  if (row.state === 'expired')
    throw new AppError('not_found', 'settlement.report_expired', 'The file has been removed: it was kept as long as was asked for.');
  if (row.state !== 'done') throw new AppError('conflict', 'settlement.report_not_done', `The report is ${row.state}: there is no file.`);
  const [hash, bytes] = [row.fileHash!, Number(row.fileBytes)];
  const range = rangeOf(asked, bytes);
  const file = await deps.files.read({ tenantId: ctx.tenantId, hash }, range);
  if (!file)
    throw new AppError('not_found', 'settlement.report_file_missing', 'The file is not in the data folder. Ask for the report again.');
  const { first, last } = range ?? { first: 0, last: bytes - 1 };
  return new Reply(file, {
    status: range ? 206 : 200,
    headers: {
      'content-type': WRITERS[row.format].type,
      'content-length': String(last - first + 1),
      'content-disposition': `attachment; filename="${row.fileName}"`,
      'accept-ranges': 'bytes',
      etag: `"${hash.toString('hex')}"`,
      'cache-control': 'private, no-store',
      ...(range && { 'content-range': `bytes ${first}-${last}/${bytes}` }),
    },
  });
}

/** One range of bytes as RFC 9110 §14.1.2 writes it; what cannot be met is ignored, as it says a server may. */
function rangeOf(header: string | undefined, bytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(' ', '') ?? '');
  if (!match) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  return first <= last ? { first, last } : undefined;
}
