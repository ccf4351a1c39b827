import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { rootsNotedIn } from '../../../readiness/people-file.ts';
import { refuseCutLog } from '../../../readiness/run/log-in-git.ts';
import { plain } from '../../../readiness/report/plain.ts';
import { verifyLog, type LogVerdict, type NotedRoot } from '../../../readiness/record/verify.ts';
import type { AddCommand } from '../readiness.ts';
import { openSetup } from './workspace.ts';

/** `rialto readiness verify`: the log by what is kept alone; exit code 1 when anything is wrong with it. */
export function addVerify(parent: Command, command: AddCommand): void {
  command<[{ settings?: string; noted?: string[]; report?: string[] }]>(
    parent,
    'verify',
    'recompute the log of records: leaves, root, signatures, evidence, and that it continues roots noted earlier',
    async ({ print }, options) => {
      const setup = await openSetup(options.settings);
      const reported = await Promise.all((options.report ?? []).map(rootReported));
      const noted = [...(options.noted ?? []).map(notedRoot), ...reported, ...rootsNotedIn(setup.peopleFile)];
      const verdict = withCut(await verifyLog(setup, noted), await cutInGit(setup.settings.records));
      print(describeLog(verdict), verdict);
      if (!verdict.ok) process.exitCode = 1;
    },
  )
    .option('--settings <file>', 'readiness.yaml unless told')
    .option('--noted <size:root...>', 'roots that were noted earlier, as run and sign have told them')
    .option('--report <file...>', 'reports in JSON that were made earlier and kept elsewhere: each tells a root');
}

/** What git knows of entries that are gone. */
async function cutInGit(records: string): Promise<string | undefined> {
  return await refuseCutLog(records).then(
    () => undefined,
    (error: AppError) => error.message,
  );
}

function withCut(verdict: LogVerdict, cut: string | undefined): LogVerdict {
  return cut === undefined ? verdict : { ...verdict, ok: false, findings: [...verdict.findings, { what: 'cut', detail: cut }] };
}

/** The root that a report tells. Errors: `readiness.file_unreadable`. */
async function rootReported(path: string): Promise<NotedRoot> {
  try {
    const { log } = JSON.parse(await readFile(path, 'utf8')) as { log?: { size?: unknown; root?: unknown } };
    return notedRoot(`${String(log?.size)}:${String(log?.root)}`);
  } catch (error) {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} is no report in JSON with a root of the log.`, error);
  }
}

function notedRoot(text: string): NotedRoot {
  const [, size, root] = /^(\d{1,12}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (size === undefined || root === undefined)
    throw new AppError(
      'invalid',
      'request.invalid',
      '--noted takes what run has told: the number of entries, a colon, and 64 hexadecimal digits.',
    );
  return { size: Number(size), root };
}

function describeLog({ ok, size, root, signatures, evidence, findings }: LogVerdict): string {
  const lines = findings.map(
    ({ what, entry, detail }) => `  ${entry === undefined ? 'log' : `entry ${entry}`}: ${what.replaceAll('_', ' ')}: ${plain(detail)}`,
  );
  const sum = `${size} entries, ${signatures} signatures and ${evidence} pieces of evidence verified; root ${size}:${root}`;
  return [ok ? `The log is sound: ${sum}` : `The log is NOT sound (${sum}):`, ...lines].join('\n');
}
