import type { Ctx } from '../../base/context.ts';
import type { InputOf } from '../../base/operation.ts';
import { Reply } from '../../infra/http/route.ts';
import type { downloadReport as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { apart } from '../reading/apart.ts';
import { buildReport } from '../report/build-report.ts';

type Input = InputOf<typeof contract>;

/** From `long` lines on, writing it takes longer than callers may wait for each other, and a thread less than that. */
const FILES: Readonly<Record<Input['format'], { type: string; ending: string; long: number }>> = {
  text: { type: 'text/plain; charset=utf-8', ending: 'txt', long: 500 },
  json: { type: 'application/json; charset=utf-8', ending: 'json', long: 2_000 },
  junit: { type: 'application/xml; charset=utf-8', ending: 'xml', long: 2_000 },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md', long: 2_000 },
  html: { type: 'text/html; charset=utf-8', ending: 'html', long: 2_000 },
  pdf: { type: 'application/pdf', ending: 'pdf', long: 500 },
};

/** How a checklist stands now, as a file; a long one is written in a thread of its own. Errors: `readiness.checklist_not_found`, `readiness.busy`. */
export async function downloadReport(deps: ReadinessDeps, ctx: Ctx, { name, format }: Input): Promise<Reply<Buffer>> {
  const document = await deps.library.find(ctx, name);
  const { verdict, run, entries } = await deps.ledgers.standing(ctx.tenantId, document);
  const report = buildReport({
    checklist: document.checklist,
    verdict,
    run,
    entries,
    log: await deps.ledgers.storeOf(ctx.tenantId).root(),
    madeAt: deps.clock.now(),
  });
  const { type, ending, long } = FILES[format];
  const written = await apart('report', { format, report, source: document.source }, report.lines.length > long, ctx.actor.id);
  return new Reply(Buffer.from(written), {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name}-${report.madeAt.slice(0, 10)}.${ending}"`,
      'cache-control': 'private, no-store',
    },
  });
}
