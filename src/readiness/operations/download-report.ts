import type { Ctx } from '../../base/context.ts';
import type { InputOf } from '../../base/operation.ts';
import { Reply } from '../../infra/http/route.ts';
import type { downloadReport as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { buildReport } from '../report/build-report.ts';
import { htmlReport } from '../report/html.ts';
import { jsonReport } from '../report/json.ts';
import { junitReport } from '../report/junit.ts';
import { markdownReport } from '../report/markdown.ts';
import { pdfReport } from '../report/pdf.ts';
import type { Report } from '../report/report.ts';
import { textReport } from '../report/text.ts';

type Input = InputOf<typeof contract>;
type Written = {
  type: string;
  ending: string;
  write(report: Report, source: Uint8Array): Promise<string | Uint8Array> | string | Uint8Array;
};

const TEXT_WIDTH = 100;

const FORMATS: Readonly<Record<Input['format'], Written>> = {
  text: { type: 'text/plain; charset=utf-8', ending: 'txt', write: (report) => textReport(report, { width: TEXT_WIDTH, colour: false }) },
  json: { type: 'application/json; charset=utf-8', ending: 'json', write: jsonReport },
  junit: { type: 'application/xml; charset=utf-8', ending: 'xml', write: junitReport },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md', write: (report, source) => markdownReport(source, report) },
  html: { type: 'text/html; charset=utf-8', ending: 'html', write: htmlReport },
  pdf: { type: 'application/pdf', ending: 'pdf', write: pdfReport },
};

/** How a checklist stands now, as a file. Errors: `readiness.checklist_not_found`. */
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
  const { type, ending, write } = FORMATS[format];
  const written = await write(report, document.source);
  return new Reply(Buffer.from(written as Uint8Array), {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name}-${report.madeAt.slice(0, 10)}.${ending}"`,
      'cache-control': 'private, no-store',
    },
  });
}
