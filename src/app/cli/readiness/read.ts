import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import type { Checklist } from '../../../readiness/checklist/checklist.ts';
import { checklistJson } from '../../../readiness/checklist/json.ts';
import { readChecklist } from '../../../readiness/checklist/read-checklist.ts';
import type { AddCommand } from '../readiness.ts';
import { describeTable, describeTree } from './describe-checklist.ts';

/** `rialto readiness read`: what the reader makes of a checklist. */
export function addRead(parent: Command, command: AddCommand): void {
  command<[string, { table?: boolean }]>(
    parent,
    'read <file>',
    'show what is understood of a Markdown checklist; - reads from standard input',
    async ({ print, json }, file, { table }) => {
      const checklist = await readChecklistFile(file);
      const text = json ? '' : table ? describeTable(checklist) : describeTree(checklist);
      print(text, checklistJson(checklist));
    },
  ).option('--table', 'one row for each item instead of a tree');
}

/** Reads a checklist from a file, or from standard input for `-`. Error: `readiness.file_unreadable`. */
export async function readChecklistFile(file: string): Promise<Checklist> {
  if (file === '-') return readChecklist(Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)), 'standard input');
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${file} cannot be read: ${error.code ?? error.message}.`);
  });
  return readChecklist(bytes, basename(file));
}
