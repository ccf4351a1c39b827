import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { Secret } from '../base/secret.ts';
import { readConfig } from './config.ts';
import { houseReadiness } from './readiness.ts';

const DAY_MS = 86_400_000;
const masterKey = new Secret(new Uint8Array(32));
const addresses = { appUrl: new Secret('postgres://application@127.0.0.1/house') };

/** A house whose settings of readiness are these, and what it tells of itself after a change of the files or the environment. */
function houseOf(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(files);
  const open = (environment: Record<string, string> = {}) => {
    const named = { RIALTO_DATA: folder, RIALTO_READINESS_SETTINGS: join(folder, 'readiness.yaml') };
    return houseReadiness(readConfig(named, {}), addresses, masterKey, environment);
  };
  const hash = async (environment?: Record<string, string>) => (await (await open(environment)).release()).configHash;
  return { open, hash, write: (name: string, text: string) => writeFileSync(join(folder, name), text) };
}

describe('the configuration of the house', () => {
  test.each<[string, string, string]>([
    ['another target', 'targets: { bank: "https://bank.example" }', 'targets: { bank: "http://127.0.0.1:9/stub" }'],
    ['another allowed host', 'allow: { hosts: ["a.example:443"] }', 'allow: { hosts: ["b.example:443"] }'],
    ['another command', 'commands: { look: { argv: [ls] } }', 'commands: { look: { argv: ["true"] } }'],
    ['another rollback', 'watch: { rollback: { policy: off } }', 'watch: { rollback: { policy: confirm, argv: [ls] } }'],
  ])('is another one with %s in its settings of readiness', async (_, before, after) => {
    const house = houseOf({ 'readiness.yaml': `version: 1\n${before}\n` });
    const first = await house.hash();
    house.write('readiness.yaml', `# the same\n${before}\nversion: 1\n`);
    expect(await house.hash()).toBe(first);
    house.write('readiness.yaml', `version: 1\n${after}\n`);
    expect(await house.hash()).not.toBe(first);
  });

  test.each([
    'targets: { bank: { env: OF_IT } }',
    'settings: { names: [OF_IT] }',
    'commands: { look: { argv: [ls], env: [OF_IT] } }',
    'config: { env: [OF_IT] }',
  ])('is another one when the value changes that it names: %s', async (settings) => {
    const house = houseOf({ 'readiness.yaml': `version: 1\n${settings}\n` });
    const hashes = [await house.hash({}), await house.hash({ OF_IT: 'a' }), await house.hash({ OF_IT: 'b' })];
    expect(new Set(hashes).size).toBe(3);
    expect(await house.hash({ OF_IT: 'b', OTHER: 'c', PORT: '1' })).toBe(hashes[2]);
  });

  test('is told as it is now, also of files that change while the house runs', async () => {
    const house = houseOf({
      'readiness.yaml': 'version: 1\nsettings: { file: app.env, names: [MODE] }\nconfig: { files: [app.conf] }\n',
      'app.env': 'MODE=strict\nOTHER=1\n',
      'app.conf': 'a',
    });
    const { release } = await house.open({ MODE: 'none' });
    const first = (await release()).configHash;
    house.write('app.env', 'MODE=strict\nOTHER=2\n');
    expect((await release()).configHash).toBe(first);
    house.write('app.env', 'MODE=none\n');
    const second = (await release()).configHash;
    house.write('app.conf', 'b');
    expect(new Set([first, second, (await release()).configHash]).size).toBe(3);
  });

  test('goes by the reading of its start alone: what the checks ask is what the hash speaks of', async () => {
    const house = houseOf({ 'readiness.yaml': 'version: 1\ntargets: { bank: "https://bank.example" }\n' });
    const { release, settingsAt } = await house.open();
    const { history: _, ...before } = await release();
    house.write('readiness.yaml', 'version: 1\ntargets: { bank: "http://127.0.0.1:9" }\n');
    expect(await release()).toMatchObject(before);
    expect(settingsAt('http://127.0.0.1:1').targets['bank']).toEqual({ url: 'https://bank.example' });
  });
});

describe('the gate of the house', () => {
  test('goes by what its settings of readiness say of approvers, waivers and runs', async () => {
    const said =
      'gate: { approverRoles: [CFO], maxWaiverDays: 7, validFor: { approved: 2d } }\nrun: { holdsForHours: 1, timeoutMs: 500, concurrency: 3 }\n';
    const { policy, limits } = await houseOf({ 'readiness.yaml': `version: 1\nenvironment: production\n${said}` }).open();
    const validFor = { signed: 90 * DAY_MS, approved: 2 * DAY_MS, ruledOut: 90 * DAY_MS, tiers: {} };
    expect(policy).toEqual({ approverRoles: ['CFO'], compatibleRoles: [], maxWaiverDays: 7, validFor });
    expect(limits).toEqual({ defaultTtlMs: 3_600_000, timeoutMs: 500, concurrency: 3 });
  });

  test.each([
    ['people: people.yaml', /people: whoever signs in the house is an account/],
    ['records: log', /records: the log of the house is in its database/],
    ['environment: staging', /environment is staging, that of the house is production \(RIALTO_ENVIRONMENT\)/],
    ['gate: { approvers: [CFO] }', /gate/],
    ['gate: { runSigners: [CFO] }', /gate.runSigners: nobody but the house writes its log/],
    ['run: { holdsForHours: 0 }', /holdsForHours/],
  ])('refuses what it could not hold: %s', async (line, message) => {
    const house = houseOf({ 'readiness.yaml': `version: 1\n${line}\n` });
    await expect(house.open()).rejects.toMatchObject({ code: 'readiness.settings_invalid', message: expect.stringMatching(message) });
  });
});
