import path from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../../../test/support/exit-code.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import type { AddCommand } from '../readiness.ts';
import { addProve } from './prove.ts';

/** What the command prints for people and for machines. */
async function prove(options: { bindings?: string }): Promise<{ text: string; value: unknown; exitCode: number }> {
  const printed: { text: string; value: unknown }[] = [];
  let run: (() => Promise<void>) | undefined;
  const add = ((parent: Command, usage: string, about: string, work: (output: object, options: object) => Promise<void>) => {
    run = () => work({ json: false, print: (text: string, value: unknown) => printed.push({ text, value }) }, options);
    return parent.command(usage).description(about);
  }) as AddCommand;
  addProve(new Command(), add);
  const exitCode = await exitCodeOf(() => run!());
  return { ...printed[0]!, exitCode };
}

test('every kind that the product brings is proven able to fail', async () => {
  const { text, value, exitCode } = await prove({});
  const { proven, kinds } = value as { proven: boolean; kinds: { kind: string; proven: boolean; fixtures: object[] }[] };
  expect(kinds.filter((kind) => !kind.proven || kind.fixtures.length === 0)).toEqual([]);
  expect(proven).toBe(true);
  expect(text).toContain(`All ${kinds.length} kinds of checks fail where they must`);
  expect(exitCode).toBe(0);
});

test('of bindings, each bound check is said to be of a proven kind', async () => {
  const bindings = `version: 1
checklist: release.md
bindings:
  - line: l_1
    disposition: { kind: checked, checks: [{ kind: tcp, params: { target: api } }, { kind: file, params: { path: a } }] }
`;
  const folder = temporaryFolder({ 'release.bindings.yaml': bindings });
  const { text, value } = await prove({ bindings: path.join(folder, 'release.bindings.yaml') });
  expect(value).toMatchObject({ proven: true, bound: [{ proven: true }, { proven: true }] });
  expect(text).toContain('All 2 bound checks are of proven kinds.');
  await expect(prove({ bindings: path.join(folder, 'none.yaml') })).rejects.toMatchObject({ code: 'readiness.file_unreadable' });
});
