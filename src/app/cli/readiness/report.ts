import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { buildReport } from '../../../readiness/report/build-report.ts';
import type { Report } from '../../../readiness/report/report.ts';
import type { AddCommand } from '../readiness.ts';
import { withWork } from './run.ts';
import { openWorkspace, standingOf, type WorkOptions } from './workspace.ts';

type ReportOptions = WorkOptions & { format?: string; output?: string[]; summary?: boolean; inPlace?: boolean };

type Write = (report: Report, source: Uint8Array, options: { toFile: boolean; summary: boolean }) => Promise<string | Uint8Array>;

/** Only what is asked for is loaded: that of a PDF takes a third of a second. */
const FORMATS: Readonly<Record<string, Write>> = {
  text: async (report, _, { toFile }) =>
    (await import('../../../readiness/report/text.ts')).textReport(report, {
      width: process.stdout.columns ?? 100,
      colour: !toFile && isColourful(),
    }),
  json: async (report) => (await import('../../../readiness/report/json.ts')).jsonReport(report),
  junit: async (report) => (await import('../../../readiness/report/junit.ts')).junitReport(report),
  markdown: async (report, source, { summary }) =>
    (await import('../../../readiness/report/markdown.ts')).markdownReport(source, report, { summary }),
  html: async (report, source) => (await import('../../../readiness/report/html.ts')).htmlReport(report, source),
  pdf: async (report) => (await import('../../../readiness/report/pdf.ts')).pdfReport(report),
};

/** What a file's ending asks for. */
const ENDINGS: Readonly<Record<string, string>> = {
  '.txt': 'text',
  '.json': 'json',
  '.xml': 'junit',
  '.md': 'markdown',
  '.html': 'html',
  '.pdf': 'pdf',
};

/** `rialto readiness report`: the newest run and what people decided, in any format. Decides nothing and writes nothing down. */
export function addReport(parent: Command, command: AddCommand): void {
  const reporting = command<[string, ReportOptions]>(
    parent,
    'report <checklist>',
    'tell the newest run as text, json, junit, markdown (the checklist with its boxes ticked), html or pdf',
    async ({ json }, file, options) => {
      const wanted = wantedOf(options, json);
      refuseUnfit(file, wanted, options);
      const { report, source } = await reportOf(file, options);
      for (const { format, output } of wanted) {
        const told = await FORMATS[format]!(report, source, { toFile: output !== undefined, summary: options.summary === true });
        if (output === undefined) process.stdout.write(told);
        else await replace(output, told);
      }
    },
  );
  withWork(reporting)
    .option('--format <format>', 'text, json, junit, markdown, html or pdf; as the file is called, else text')
    .option('--output <file...>', 'write to a file, or to several: report.html report.pdf report.xml')
    .option('--summary', 'markdown: add a section with the decision and what stands in the way')
    .option('--in-place', 'allow --output to be the checklist itself; results and signatures of its old text are then void');
}

type Wanted = { format: string; output?: string };

function wantedOf({ format, output = [] }: ReportOptions, json: boolean): Wanted[] {
  if (output.length === 0) return [{ format: knownFormat(format ?? (json ? 'json' : 'text')) }];
  if (format !== undefined && output.length > 1)
    throw new AppError(
      'invalid',
      'readiness.format_unknown',
      'Several files have several formats: leave --format out, and let their endings say it.',
    );
  return output.map((path) => ({ format: knownFormat(format ?? ENDINGS[extname(path).toLowerCase()] ?? extname(path)), output: path }));
}

function knownFormat(format: string): string {
  if (Object.hasOwn(FORMATS, format)) return format;
  throw new AppError('invalid', 'readiness.format_unknown', `There is no format ${format}; there are ${Object.keys(FORMATS).join(', ')}.`);
}

/** Colours only where somebody looks, and not where they asked for none (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

function refuseUnfit(file: string, wanted: readonly Wanted[], { inPlace }: ReportOptions): void {
  for (const { format, output } of wanted) {
    if (format === 'pdf' && output === undefined && process.stdout.isTTY)
      throw new AppError('invalid', 'readiness.output_missing', 'A PDF is nothing for a terminal. Name a file: --output report.pdf');
    const isChecklist = output !== undefined && resolve(output) === resolve(file);
    if (!isChecklist || (format === 'markdown' && inPlace)) continue;
    const advice =
      'Changing the checklist makes every result and signature of it void. Name another file, or say --in-place (markdown only).';
    throw new AppError('conflict', 'readiness.output_is_checklist', advice);
  }
}

async function reportOf(file: string, options: WorkOptions): Promise<{ report: Report; source: Uint8Array }> {
  const workspace = await openWorkspace(file, options);
  const source = await readFile(file);
  const { ground, verdict, entries } = await standingOf(workspace);
  const { checklist, store } = workspace;
  const run = verdict.runId === undefined ? undefined : ground.run;
  const report = buildReport({ checklist, verdict, run, entries, log: await store.root(), madeAt: systemClock.now() });
  return { report, source };
}

/** All or nothing: whoever opens the file sees the report before or this one. */
async function replace(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AppError('invalid', 'readiness.output_unwritable', `${path} cannot be written to: ${why}.`, error);
  }
}
