import type { Report } from './report.ts';

/** What a report can be had as. */
export type ReportFormat = 'text' | 'json' | 'junit' | 'markdown' | 'html' | 'pdf';

const TEXT_WIDTH = 100;

type Write = (report: Report, source: Uint8Array) => Promise<string | Uint8Array>;

/** Only what is asked for is loaded: that of a PDF takes a third of a second. */
const WRITERS: Readonly<Record<ReportFormat, Write>> = {
  text: async (report) => (await import('./text.ts')).textReport(report, { width: TEXT_WIDTH, colour: false }),
  json: async (report) => (await import('./json.ts')).jsonReport(report),
  junit: async (report) => (await import('./junit.ts')).junitReport(report),
  markdown: async (report, source) => (await import('./markdown.ts')).markdownReport(source, report),
  html: async (report, source) => (await import('./html.ts')).htmlReport(report, source),
  pdf: async (report) => (await import('./pdf.ts')).pdfReport(report),
};

/** The report as the bytes of a file. `source` are those of the checklist. Errors: those of `markdownReport`. */
export async function writeReport({
  format,
  report,
  source,
}: {
  format: ReportFormat;
  report: Report;
  source: Uint8Array;
}): Promise<Uint8Array> {
  const written = await WRITERS[format](report, source);
  return typeof written === 'string' ? new TextEncoder().encode(written) : written;
}
