import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import type { Checklist } from '../../../readiness/checklist/checklist.ts';
import { checklistJson } from '../../../readiness/checklist/json.ts';
import { readChecklist } from '../../../readiness/checklist/read-checklist.ts';
import type { AddCommand } from '../readiness.ts';

/** `rialto readiness read`: what the reader makes of a checklist. */
export function addRead(parent: Command, command: AddCommand): void {
  command<[string]>(
    parent,
    'read <file>',
    'show what is understood of a Markdown checklist; - reads from standard input',
    async ({ print }, file) => {
      const checklist = await readChecklistFile(file);
      print(describeTree(checklist), checklistJson(checklist));
    },
  );
}

/** Reads a checklist from a file, or from standard input for `-`. Error: `readiness.file_unreadable`. */
export async function readChecklistFile(file: string): Promise<Checklist> {
  if (file === '-') return readChecklist(Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)), 'standard input');
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', 'readiness.file_unreadable', `${file} cannot be read: ${error.code ?? error.message}.`);
  });
  return readChecklist(bytes, basename(file));
}

function describeTree({ title, items }: Checklist): string {
  return [title, ...items.map(({ checked, line, title: text }) => `${checked ? '[x]' : '[ ]'} ${line}: ${text}`)].join('\n');
}
