import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { builtInChecks } from '../check/built-in.ts';
import type { CheckKind } from '../check/check.ts';
import { createProbe } from '../check/targets.ts';
import { runCheck } from '../check/run-check.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksApart } from './checks-apart.ts';

const groundIn = (root: string) => ({
  settings: { root, folders: [], targets: {}, hosts: [], networks: [], sweep: [], names: ['LOG_LEVEL'], commands: {} },
  environment: { LOG_LEVEL: 'info' },
  commit: 'c0ffee',
});
const made: CheckKind = {
  name: 'made',
  summary: 'for tests',
  params: Type.Object({ manner: Type.String() }),
  describe: () => 'made',
  run: () => Promise.reject(new Error('this must be made in the process')),
  negative: [],
};
const open = (processes = 1) => {
  const apart = checksApart(
    { name: 'made', kinds: [made] },
    { ground: () => groundIn('/'), processes, graceMs: 50, file: new URL('hog-process.fixture.ts', import.meta.url) },
  );
  onTestFinished(apart.close);
  const kind = apart.provider.kinds[0]!;
  return (manner: string, signal = new AbortController().signal) => kind.run({ manner }, { signal } as never);
};

test('a check that keeps its process busy and does not stop ends with it, as an error; the next one gets a new process', async () => {
  const make = open();
  const hogged = make('hog', AbortSignal.timeout(50));
  const next = make('quick');
  expect(await hogged).toMatchObject({ state: 'error', summary: expect.stringContaining('ended with its process') });
  expect(await next).toEqual({ state: 'pass', summary: 'quick' });
});

test('a process that dies is an error of its check and of no other', async () => {
  const make = open(2);
  const [died, lived] = await Promise.all([make('die'), make('quick')]);
  expect(died.state).toBe('error');
  expect(lived.state).toBe('pass');
  expect((await make('quick')).state).toBe('pass');
});

test('the built-in kinds find in a process what they would find here, refusals and failures by name', async () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'notes.md'), '# Notes\n\nWritten.\n');
  const ground = groundIn(root);
  const apart = checksApart(builtInChecks(), { ground: () => ground, processes: 2 });
  onTestFinished(apart.close);
  const probe = createProbe({ settings: ground.settings, environment: ground.environment });
  const both = async (name: string, params: object) => {
    const here = builtInChecks().kinds.find((kind) => kind.name === name)!;
    const there = apart.provider.kinds.find((kind) => kind.name === name)!;
    const [a, b] = [await runCheck(here, params, probe), await runCheck(there, params, probe)];
    expect(b.result).toMatchObject({ state: a.result.state, summary: a.result.summary });
    return b.result.state;
  };
  expect(await both('file', { path: 'notes.md' })).toBe('pass');
  expect(await both('file', { path: 'missing.md' })).toBe('fail');
  expect(await both('http', { target: 'app', path: '/health' })).toBe('error');
});
