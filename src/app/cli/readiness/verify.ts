import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { plain } from '../../../readiness/report/plain.ts';
import { verifyLog, type LogVerdict, type NotedRoot } from '../../../readiness/record/verify.ts';
import type { AddCommand } from '../readiness.ts';
import { openSetup } from './workspace.ts';

/** `rialto readiness verify`: the log by what is kept alone; exit code 1 when anything is wrong with it. */
export function addVerify(parent: Command, command: AddCommand): void {
  command<[{ settings?: string; noted?: string[] }]>(
    parent,
    'verify',
    'recompute the log of records: leaves, root, signatures, evidence, and that it continues roots noted earlier',
    async ({ print }, options) => {
      const verdict = await verifyLog(await openSetup(options.settings), (options.noted ?? []).map(notedRoot));
      print(describeLog(verdict), verdict);
      if (!verdict.ok) process.exitCode = 1;
    },
  )
    .option('--settings <file>', 'readiness.yaml unless told')
    .option('--noted <size:root...>', 'roots that were noted earlier, as run and sign have told them');
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
  return ok ? `The log is sound: ${sum}` : [`The log is NOT sound (${sum}):`, ...lines].join('\n');
}
