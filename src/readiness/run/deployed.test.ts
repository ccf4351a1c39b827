import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { configHashOf } from './deployed.ts';
import { readRunSettings } from './settings.ts';

describe('the hash of the configuration', () => {
  const environment = { MODE: 'live', OTHER: 'x' };

  test('changes with every declared file and setting, and with nothing else', async () => {
    const root = temporaryFolder({ 'app.yaml': 'a: 1', 'other.yaml': 'b' });
    const of = (more: object = {}) => configHashOf({ root, files: ['app.yaml'], env: ['MODE', 'UNSET'], environment, ...more });
    const before = await of();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await of({ environment: { ...environment, OTHER: 'y' } })).toBe(before);
    writeFileSync(join(root, 'other.yaml'), 'c');
    expect(await of()).toBe(before);
    const changes = [
      { settings: 'other' },
      { environment: { MODE: 'test' } },
      { environment: { ...environment, UNSET: '' } },
      { files: [] },
      { env: ['MODE'] },
    ];
    const hashes = await Promise.all(changes.map(of));
    writeFileSync(join(root, 'app.yaml'), 'a: 2');
    expect(new Set([before, ...hashes, await of()]).size).toBe(changes.length + 2);
  });

  test('is not made of a file that is missing or lies outside the root, also by way of a link', async () => {
    const outside = temporaryFolder({ secret: 's' });
    const root = temporaryFolder({ 'app.yaml': '1' });
    symlinkSync(join(outside, 'secret'), join(root, 'link'));
    mkdirSync(join(root, 'folder'));
    for (const file of ['missing', join('..', 'x'), 'link', join(outside, 'secret'), 'folder'])
      await expect(configHashOf({ root, files: [file], env: [], environment })).rejects.toMatchObject({
        code: 'readiness.config_unreadable',
      });
  });
});

describe('settings of runs', () => {
  test('have their usual values, and leave the keys of other parts alone', () => {
    expect(readRunSettings('version: 1\ntargets: {}\n', '/app')).toMatchObject({
      environment: 'production',
      people: '/app/people.yaml',
      records: '/app/.readiness',
      config: { files: [], env: [] },
      limits: {},
    });
    const text =
      'version: 1\nenvironment: staging\nrun: { holdsForHours: 2, concurrency: 4 }\ngate: { maxWaiverDays: 7 }\nconfig: { env: [MODE] }\n';
    const settings = readRunSettings(text, '/app');
    expect(settings).toMatchObject({
      environment: 'staging',
      limits: { concurrency: 4, defaultTtlMs: 7_200_000 },
      policy: { maxWaiverDays: 7 },
    });
  });

  test('have one hash for what they say, however it is written', () => {
    const hashOf = (text: string) => readRunSettings(text, '/app').hash;
    const before = hashOf('version: 1\ntargets: { app: "https://a.example" }\n');
    expect(hashOf('# ours\ntargets:\n  app: https://a.example\nversion: 1\n')).toBe(before);
    expect(hashOf('version: 1\ntargets: { app: "https://b.example" }\n')).not.toBe(before);
  });

  test.each([
    'version: .inf',
    'run: { concurrency: 0 }',
    'gate: { approverRoles: [] }',
    'gate: { admins: [x] }',
    'environment: ""',
    'a: [',
    'nothing',
  ])('are refused: %s', (text) => {
    expect(() => readRunSettings(text, '/app')).toThrow(expect.objectContaining({ code: 'readiness.settings_invalid' }));
  });
});
