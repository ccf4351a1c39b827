import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { lintNames } from '../../../readiness/binding/lint-names.ts';
import { readBindings } from '../../../readiness/binding/read-bindings.ts';
import { changeBindings, emptyBindings } from '../../../readiness/binding/write-bindings.ts';
import type { ProposedFor } from '../../../readiness/catalogue/propose.ts';
import { confirm, standOf, type Stand } from '../../../readiness/catalogue/stand.ts';
import { builtInChecks } from '../../../readiness/check/built-in.ts';
import { createKinds } from '../../../readiness/check/kinds.ts';
import { readSettings, type CheckSettings } from '../../../readiness/check/settings.ts';
import { valuesOf } from '../../../readiness/check/targets.ts';
import type { Checklist } from '../../../readiness/checklist/checklist.ts';
import { RUN_KEYS } from '../../../readiness/run/settings.ts';
import type { AddCommand } from '../readiness.ts';
import { describeFindings, describeStand, describeSuggestions, standJson, tableOfSuggestions } from './describe-stand.ts';
import { readChecklistFile } from './read.ts';

export type BindOptions = {
  bindings?: string;
  suggest?: boolean;
  lint?: boolean;
  confirm?: string[];
  confirmTheme?: string;
  by?: string;
  set?: string[];
  table?: boolean;
  settings?: string;
};

/** `rialto readiness bind`: what decides each line of a checklist; writes only what a person confirms. */
export function addBind(parent: Command, command: AddCommand): void {
  command<[string, BindOptions]>(
    parent,
    'bind <checklist>',
    'show what decides each line of a checklist, suggest it, and confirm it',
    async ({ print }, file, options) => {
      const stand = await bind(file, options);
      const text = options.lint
        ? describeFindings(stand)
        : options.suggest
          ? options.table
            ? tableOfSuggestions(stand)
            : describeSuggestions(stand)
          : describeStand(stand);
      print(text, standJson(stand));
      if (options.lint && stand.findings.length > 0) process.exitCode = 1;
    },
  )
    .option('--bindings <file>', 'where they are; NAME.bindings.yaml beside the checklist unless told')
    .option('--suggest', 'show what could decide each line that nothing decides yet, and why')
    .option(
      '--lint',
      'show every line that is not decided exactly once, or whose check asks a target that the settings lack; exit 1 when there is one',
    )
    .option('--confirm <id...>', 'confirm what is suggested for these lines, named by identity, its beginning, or :NUMBER of their line')
    .option('--confirm-theme <theme>', 'confirm what is suggested for all lines of a theme')
    .option('--by <name>', 'who confirms')
    .option(
      '--set <name=value...>',
      'what the proposals which are confirmed leave to you, such as path=/health or 1.demands.0.at=$.p95, and role="QA Lead" for another role',
    )
    .option('--table', 'with --suggest: one row for each proposal')
    .option(
      '--settings <file>',
      'whose targets proposals may name; readiness.yaml here or beside the checklist unless told, if there is one',
    );
}

const CATALOGUE = fileURLToPath(new URL('../../../readiness/catalogue/', import.meta.url));

/**
 * For whom is proposed: Rialto's own catalogue alone is proposed what Rialto has. Of every other system only its checklist is known, and
 * the targets of its settings, if there are any.
 */
function proposedFor(file: string, checklist: Checklist, checks: CheckSettings | undefined): ProposedFor {
  if (file !== '-' && dirname(resolve(file)) === dirname(join(CATALOGUE, 'production.md'))) return 'own';
  if (!checks) return { targets: {}, services: checklist.services };
  const values = valuesOf(checks, process.env);
  const targets = Object.entries(checks.targets).map(
    ([name, target]) => [name, 'url' in target ? target.url : values[target.env]] as const,
  );
  return { targets: Object.fromEntries(targets), services: checklist.services };
}

/** The settings that were named, or those of this folder or of the checklist's, if there are any. Errors: those of `readSettings`. */
async function settingsFor(file: string, named: string | undefined): Promise<CheckSettings | undefined> {
  const path = named ?? [process.cwd(), dirname(resolve(file))].map((folder) => join(folder, 'readiness.yaml')).find(existsSync);
  return path === undefined ? undefined : readSettings((await contentOf(path)) ?? '', dirname(resolve(path)), [...RUN_KEYS, 'watch']);
}

/** Errors: `request.invalid`. */
function givenBy(set: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    set.map((text) => {
      const [, name, value] = /^((?:\w+ )?[A-Za-z0-9][\w.]*)=(.+)$/s.exec(text) ?? [];
      if (name === undefined) throw new AppError('invalid', 'request.invalid', '--set takes a name and a value, such as path=/health.');
      return [name, value!];
    }),
  );
}

/**
 * How a checklist stands, after what was confirmed is written. Errors: `readiness.confirmer_missing` without a name, those of
 * the reader, of the bindings and of `confirm`.
 */
export async function bind(file: string, options: BindOptions): Promise<Stand> {
  const checklist = await readChecklistFile(file);
  const path = options.bindings ?? `${file === '-' ? 'checklist' : file.replace(/\.[a-z]+$/i, '')}.bindings.yaml`;
  const kinds = createKinds([builtInChecks()]);
  const source = (await contentOf(path)) ?? emptyBindings(checklist.name);
  const checks = await settingsFor(file, options.settings);
  const of = proposedFor(file, checklist, checks);
  const standBy = (text: string): Stand => {
    const bindings = readBindings(text, { file: path, kinds });
    const stand = standOf(checklist, bindings, Date.now(), of);
    const unknown = checks ? lintNames(checklist, bindings, { ...checks, kinds }) : [];
    return { ...stand, findings: [...stand.findings, ...unknown] };
  };
  const stand = standBy(source);
  if (!options.confirm && options.confirmTheme === undefined) return stand;
  if (!options.by?.trim()) throw new AppError('invalid', 'readiness.confirmer_missing', 'Say who confirms: --by "Your Name".');
  const at = new Date().toISOString().slice(0, 10);
  const wanted = {
    by: options.by.trim(),
    at,
    given: givenBy(options.set),
    ...(options.confirm && { ids: options.confirm }),
    ...(options.confirmTheme !== undefined && { theme: options.confirmTheme }),
  };
  const written = changeBindings(source, confirm(stand, wanted));
  const after = standBy(written);
  await replace(path, written);
  return after;
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} cannot be read: ${code ?? message}.`);
  }
}

/** All or nothing: a reader sees the file as it was or as it is. */
async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text);
  await rename(draft, path);
}
