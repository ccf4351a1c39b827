import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { trustedEntries } from '../../../readiness/record/trusted.ts';
import { openLine, type OpenedLine } from '../../../readiness/report/opened-line.ts';
import { sourceText } from '../../../readiness/report/source-text.ts';
import type { AddCommand } from '../readiness.ts';
import { describeOpenedLine } from './describe-opened-line.ts';
import { withWork } from './run.ts';
import { lineNamed, openWorkspace, settingsPath, standingOf, type WorkOptions } from './workspace.ts';

type ShowOptions = WorkOptions & { run?: string };

/** `rialto readiness show`: one line with what decides it, what its checks saw, its history and who may sign. Writes nothing down. */
export function addShow(parent: Command, command: AddCommand): void {
  const showing = command<[string, string | undefined, ShowOptions]>(
    parent,
    'show <line> [checklist]',
    'open a line: as written, what decides it, its result with the evidence, its history, and who may sign it',
    async ({ print }, line, file, options) => {
      const opened = file === undefined ? await inAnyOf(checklistsHere(options), line, options) : await openedIn(file, line, options);
      print(describeOpenedLine(opened), opened);
    },
  );
  withWork(showing).option('--run <id>', 'by an earlier run: its id, the beginning of it, or the number of its record');
}

async function openedIn(file: string, line: string, options: ShowOptions): Promise<OpenedLine> {
  const workspace = await openWorkspace(file, options);
  const standing = await standingOf(workspace);
  const { store, people, peopleFile } = workspace;
  const ground = {
    ...standing,
    trusted: (await trustedEntries(standing.entries, people)).trusted,
    store,
    source: sourceText(await readFile(file)).split('\n'),
    people: peopleFile.people,
  };
  return await openLine(ground, lineNamed(standing, line), options.run);
}

/** Checklists that have their bindings beside them, where the settings are or the command was called. */
function checklistsHere({ settings }: ShowOptions): string[] {
  const folders = new Set([process.cwd(), dirname(resolve(settingsPath(settings, undefined)))]);
  return [...folders].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.md$/i.test(name) && existsSync(join(folder, name.replace(/\.md$/i, '.bindings.yaml'))))
      .map((name) => join(folder, name)),
  );
}

/** The line in the only one of these that has it. Errors: `readiness.line_unknown`, `readiness.line_ambiguous`. */
async function inAnyOf(files: readonly string[], line: string, options: ShowOptions): Promise<OpenedLine> {
  const found: { file: string; opened: OpenedLine }[] = [];
  for (const file of files) {
    const opened = await openedIn(file, line, options).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'readiness.line_unknown') return undefined;
      throw error;
    });
    if (opened) found.push({ file, opened });
  }
  if (found.length === 1) return found[0]!.opened;
  if (found.length === 0)
    throw new AppError(
      'not_found',
      'readiness.line_unknown',
      `No checklist with bindings here has the line ${line.slice(0, 80)}. Name the file.`,
    );
  throw new AppError(
    'invalid',
    'readiness.line_ambiguous',
    `${line.slice(0, 80)} is a line of ${found.map(({ file }) => file).join(' and ')}. Name the file.`,
  );
}
