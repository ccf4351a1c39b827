import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { buildReport } from '../../../readiness/report/build-report.ts';
import { htmlReport } from '../../../readiness/report/html.ts';
import { jsonReport } from '../../../readiness/report/json.ts';
import { junitReport } from '../../../readiness/report/junit.ts';
import { markdownReport } from '../../../readiness/report/markdown.ts';
import { pdfReport } from '../../../readiness/report/pdf.ts';
import type { Report } from '../../../readiness/report/report.ts';
import { textReport } from '../../../readiness/report/text.ts';
import type { AddCommand } from '../readiness.ts';
import { withWork } from './run.ts';
import { openWorkspace, standingOf, type WorkOptions } from './workspace.ts';

type ReportOptions = WorkOptions & { format?: string; output?: string; summary?: boolean; inPlace?: boolean };

type Write = (report: Report, source: Uint8Array, options: ReportOptions) => string | Uint8Array | Promise<Uint8Array>;

const FORMATS: Readonly<Record<string, Write>> = {
  text: (report, _, { output }) =>
    textReport(report, { width: process.stdout.columns ?? 100, colour: output === undefined && isColourful() }),
  json: (report) => jsonReport(report),
  junit: (report) => junitReport(report),
  markdown: (report, source, { summary }) => markdownReport(source, report, { summary: summary === true }),
  html: (report, source) => htmlReport(report, source),
  pdf: (report) => pdfReport(report),
};

/** `rialto readiness report`: the newest run and what people decided, in any format. Decides nothing and writes nothing down. */
export function addReport(parent: Command, command: AddCommand): void {
  const reporting = command<[string, ReportOptions]>(
    parent,
    'report <checklist>',
    'tell the newest run as text, json, junit, markdown (the checklist with its boxes ticked), html or pdf',
    async ({ json }, file, options) => {
      const format = options.format ?? (json ? 'json' : 'text');
      const write = Object.hasOwn(FORMATS, format) ? FORMATS[format]! : undefined;
      if (!write)
        throw new AppError(
          'invalid',
          'readiness.format_unknown',
          `There is no format ${format}; there are ${Object.keys(FORMATS).join(', ')}.`,
        );
      refuseUnfit(file, format, options);
      const { report, source } = await reportOf(file, options);
      const told = await write(report, source, options);
      if (options.output === undefined) process.stdout.write(told);
      else await replace(options.output, told);
    },
  );
  withWork(reporting)
    .option('--format <format>', 'text, json, junit, markdown, html or pdf; text unless told')
    .option('--output <file>', 'write it to a file')
    .option('--summary', 'markdown: add a section with the decision and what stands in the way')
    .option('--in-place', 'allow --output to be the checklist itself; results and signatures of its old text are then void');
}

/** Colours only where somebody looks, and not where they asked for none (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

function refuseUnfit(file: string, format: string, { output, inPlace }: ReportOptions): void {
  if (format === 'pdf' && output === undefined && process.stdout.isTTY)
    throw new AppError('invalid', 'readiness.output_missing', 'A PDF is nothing for a terminal. Name a file: --output report.pdf');
  if (output === undefined || resolve(output) !== resolve(file)) return;
  if (format === 'markdown' && inPlace) return;
  const advice =
    'Changing the checklist makes every result and signature of it void. Name another file, or say --in-place (markdown only).';
  throw new AppError('conflict', 'readiness.output_is_checklist', advice);
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
