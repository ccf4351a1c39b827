import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { enrolCheaply, enterPrograms, PASSPHRASE, readinessCli, type Told } from '../../../../test/support/readiness-cli.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import type { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import type { Verdict } from '../../../readiness/gate/decide.ts';
import { openFileStore } from '../../../readiness/record/file-store.ts';
import type { Run } from '../../../readiness/run/result.ts';

const CHECKLIST = `# Release

## Critical (Must Pass - Deployment Blocker)
- [ ] The manual is there
- [ ] The door answers
- [ ] Somebody tried it

## High Priority (Should Pass - Requires Approval to Proceed)
- [ ] The budget is there
`;

/** A folder that was set up, with people whose keys are cheap to open, and the command line in it. */
async function sceneOf() {
  const folder = temporaryFolder({
    'release.md': CHECKLIST,
    'manual.md': '# Manual\n',
    'app.conf': 'mode=live\n',
    'where.env': 'DOOR_URL=http://127.0.0.1:1\n',
    pass: `${PASSPHRASE}\n`,
  });
  const keys = join(folder, 'keys');
  const path = (name: string) => join(folder, name);
  const run = readinessCli;
  const setup = ['--settings', path('readiness.yaml')];
  const work = [...setup, '--commit', 'c0ffee'];
  const as = (id: string) => [...work, '--as', id, '--keys', keys, '--passphrase-file', path('pass')];
  await run('init', folder);
  const settings = readFileSync(path('readiness.yaml'), 'utf8')
    .replace('files: []', 'files: [app.conf]')
    .replace('targets: {}', 'targets: { door: { env: DOOR_URL } }')
    .replace('names: []', 'names: []\n  file: where.env');
  writeFileSync(path('readiness.yaml'), settings);
  for (const [id, name, role] of [
    ['ada', 'Ada', 'QA Lead'],
    ['grace', 'Grace', 'Release Manager'],
    ['robin', 'Robin', 'Release Clerk'],
  ] as const)
    await enrolCheaply(path('people.yaml'), keys, { id, name, roles: [role] });
  writeFileSync(path('release.bindings.yaml'), await bindingsFor(run, path('release.md')));
  return { run, path, work, as, setup, list: path('release.md'), keys };
}

async function bindingsFor(run: (...args: string[]) => Promise<Told>, list: string): Promise<string> {
  const { value } = await run('read', list);
  const [manual, door, tried, budget] = (value as { items: { id: string }[] }).items.map(({ id }) => id);
  const there = (path: string) => `{ kind: checked, checks: [{ kind: file, params: { path: ${path} } }] }`;
  const entry = (id: string, disposition: string, tier: string) =>
    `  - { line: "${id}", tier: ${tier}, disposition: ${disposition}, confirmed: { by: Grace, at: 2026-01-05 } }\n`;
  const bound = [
    entry(manual!, there('manual.md'), 'critical'),
    entry(door!, there('door.md'), 'critical'),
    entry(tried!, '{ kind: attested, role: QA Lead }', 'critical'),
    entry(budget!, there('budget.md'), 'high'),
  ];
  return `version: 1\nchecklist: release.md\nbindings:\n${bound.join('')}`;
}

/** What a decision told to standard error, and nothing of it on the test's own. */
function quietly(): () => string {
  const spy = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => {
    spy.mockRestore();
  });
  return () => spy.mock.calls.map(([text]) => String(text)).join('');
}

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const verdictOf = ({ value }: Told) => value as Verdict & { record?: number; log: { size: number; root: string } };

describe('from a checklist to a go', () => {
  test('each act of a person takes away what it answers for, and the log of it verifies', async () => {
    quietly();
    const { run, list, work, as, setup } = await sceneOf();
    const first = await run('run', list, ...work, '--by', 'Robin');
    expect(first).toMatchObject({ exitCode: 1, value: { decision: 'no_go', record: 1 } });
    expect(first.text).toMatch(/Critical: 1 of 3 pass\n {2}BLOCKS {2}5: The door answers/);
    await run('sign', list, ':6', '--statement', 'Tried on staging', ...as('ada'));
    await run('waive', list, ':5', '--reason', 'Opens later', '--until', day(7), '--requested-by', 'Robin', ...as('grace'));
    expect(await run('decide', list, ...work)).toMatchObject({ exitCode: 2, value: { decision: 'conditional' } });
    await run('approve', list, '--reason', 'Watched by hand', ...as('grace'));
    const last = await run('decide', list, ...work);
    expect(last).toMatchObject({ exitCode: 0, value: { decision: 'go', effects: { passes: 2, waived: 1, approved: 1 } } });
    const { log } = verdictOf(last);
    const noted = `${log.size}:${log.root}`;
    expect(await run('verify', ...setup, '--noted', noted)).toMatchObject({ exitCode: 0, value: { ok: true, signatures: 6 } });
    await run('withdraw', list, '2', '--reason', 'It was another host', ...as('ada'));
    expect(await run('decide', list, ...work)).toMatchObject({ exitCode: 1 });
  });

  test('a run decides by what it finds now, and by what was signed for the same files before', async () => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    await run('sign', list, ':6', '--statement', 'Tried on staging', ...as('ada'));
    for (const name of ['door.md', 'budget.md']) writeFileSync(path(name), 'x');
    expect(await run('run', list, ...work, '--by', 'Robin')).toMatchObject({ exitCode: 0, value: { decision: 'go', score: 100 } });
  });
});

describe('a run that somebody has written into the log', () => {
  async function logOf(folder: string) {
    const store = openFileStore(folder, { clock: systemClock });
    return { store, entries: await Array.fromAsync(store.readAll()) };
  }

  /** The newest run once more, with every check passed, under an id; and what was there of verdicts behind it. */
  async function forge(folder: string, id?: string): Promise<void> {
    const { store, entries } = await logOf(folder);
    const { body } = entries.findLast((entry) => entry.body.kind === 'run_finished')!;
    if (body.kind !== 'run_finished') throw new Error('no run');
    const run = JSON.parse(Buffer.from((await store.evidence(body.results))!.bytes).toString('utf8')) as Run;
    const runId = id ?? run.id;
    const results = run.results.map((line) => ({ ...line, checks: line.checks.map((check) => ({ ...check, state: 'pass' })) }));
    const sha256 = await store.putEvidence(Buffer.from(JSON.stringify({ ...run, id: runId, results })), 'application/json');
    await store.append('release.md', { ...body, runId, results: sha256 });
    for (const entry of entries) if (entry.body.kind === 'decided') await store.append('release.md', entry.body);
  }

  test('and for which only somebody vouches who may not, as may be set, decides nothing', async () => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    for (const name of ['door.md', 'budget.md']) writeFileSync(path(name), 'x');
    const decided = async (...signer: string[]) => {
      await run('run', list, ...work, '--by', 'Robin', ...signer);
      return verdictOf(await run('decide', list, ...work)).decision;
    };
    expect(await decided(...as('ada'))).toBe('undecided');
    expect(await decided()).toBe('no_go');
    expect(await decided(...as('grace'))).toBe('no_go');
    const settings = readFileSync(path('readiness.yaml'), 'utf8');
    writeFileSync(path('readiness.yaml'), `${settings}\ngate: { runSigners: [installation] }\n`);
    expect(await decided(...as('grace'))).toBe('undecided');
    expect(await decided()).toBe('no_go');
  });

  test('between a run and the verdict over it, with the name of that run, decides nothing', async () => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    await run('sign', list, ':6', '--statement', 'Tried on staging', ...as('ada'));
    await run('run', list, ...work, '--by', 'Robin');
    const { store, entries } = await logOf(path('.readiness'));
    const verdict = entries.at(-1)!;
    const file = path('.readiness/records.jsonl');
    writeFileSync(file, `${readFileSync(file, 'utf8').split('\n').slice(0, verdict.index).join('\n')}\n`);
    await forge(path('.readiness'));
    await store.append('release.md', verdict.body);
    expect(await run('decide', list, ...work)).toMatchObject({ exitCode: 3, value: { decision: 'undecided' } });
  });

  test.each([
    ['under an id of its own', 'forged'],
    ['under the id of a run that was signed, with the verdict over that behind it', undefined],
  ])('decides nothing: %s', async (_, id) => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    await run('sign', list, ':6', '--statement', 'Tried on staging', ...as('ada'));
    await forge(path('.readiness'), id);
    const decided = await run('decide', list, ...work);
    expect(decided).toMatchObject({ exitCode: 3, value: { decision: 'undecided' } });
    expect(decided.text).toContain('Nobody who may vouch for runs has signed what the run came to');
    expect(await run('run', list, ...work, '--by', 'Robin')).toMatchObject({ exitCode: 1, value: { decision: 'no_go' } });
  });
});

describe('what changes in between', () => {
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error as AppError,
    );

  test('a checklist that is edited after the run is neither signed nor decided, and what was signed before is void', async () => {
    const told = quietly();
    const { run, list, work, as } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    await run('sign', list, ':6', '--statement', 'Tried on staging', ...as('ada'));
    appendFileSync(list, '- [ ] One more\n');
    const error = await refused(run('sign', list, ':6', '--statement', 'Tried on staging', ...as('ada')));
    expect(error).toMatchObject({
      code: 'readiness.subject_changed',
      message: expect.stringContaining('the checklist was edited') as string,
    });
    const decided = await run('decide', list, ...work);
    expect(decided).toMatchObject({ exitCode: 3, value: { decision: 'undecided' } });
    expect(verdictOf(decided).voided).toMatchObject([{ why: ['checklist_changed'] }]);
    expect(decided.text).toContain('checklist changed');
    expect(told()).not.toContain(PASSPHRASE);
  });

  test.each<[string, (path: (name: string) => string) => void, string]>([
    ['the configuration', (path) => writeFileSync(path('app.conf'), 'mode=test\n'), 'config_changed'],
    [
      'the bindings',
      (path) => appendFileSync(path('release.bindings.yaml'), '  - { line: other, disposition: { kind: derived } }\n'),
      'bindings_changed',
    ],
    ['the settings', (path) => appendFileSync(path('readiness.yaml'), 'gate: { maxWaiverDays: 60 }\n'), 'config_changed'],
    ['where a check looks', (path) => writeFileSync(path('where.env'), 'DOOR_URL=http://127.0.0.1:2\n'), 'config_changed'],
  ])('%s: signatures are void, and a waiver counts once it is confirmed again', async (_, change, reason) => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    await run('waive', list, ':5', '--reason', 'Opens later', '--until', day(7), '--requested-by', 'Robin', ...as('grace'));
    change(path);
    const again = verdictOf(await run('run', list, ...work, '--by', 'Robin'));
    const waiver = again.voided.find(({ body }) => body.kind === 'waived')!;
    expect(waiver).toMatchObject({ why: [reason], reconfirmable: true });
    await run('waive', list, '--reconfirm', String(waiver.index), ...as('grace'));
    expect(verdictOf(await run('decide', list, ...work)).effects.waived).toBe(1);
  });

  test('a run over which nobody could sign is not made', async () => {
    quietly();
    const { run, list, path, work } = await sceneOf();
    const told = await run('run', list, ...work, '--as', 'grace', '--keys', path('elsewhere'), '--passphrase-file', path('pass'));
    expect(told.exitCode).toBe(3);
    const log = openFileStore(path('.readiness'), { clock: systemClock });
    expect(await Array.fromAsync(log.readAll())).toEqual([]);
  });

  test('a wrong passphrase, a wrong role and a person that is none leave nothing in the log', async () => {
    quietly();
    const { run, list, work, as, path, setup } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    const { size } = (await run('verify', ...setup)).value as { size: number };
    const sign = (...by: string[]) => refused(run('sign', list, ':6', '--statement', 'Tried', ...by));
    expect(await sign(...as('grace'))).toMatchObject({ code: 'readiness.role_not_held' });
    expect(await sign(...as('eve'))).toMatchObject({ code: 'readiness.account_unknown' });
    expect(await sign(...work)).toMatchObject({ code: 'readiness.signer_missing' });
    writeFileSync(path('pass'), 'some other words there');
    expect(await sign(...as('ada'))).toMatchObject({ code: 'readiness.passphrase_wrong' });
    writeFileSync(path('pass'), '\n');
    expect(await sign(...as('ada'))).toMatchObject({ code: 'readiness.passphrase_missing' });
    expect((await run('verify', ...setup)).value).toMatchObject({ size, ok: true });
  });

  test('whoever asked for the release may not approve it, by whichever name or address they asked', async () => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    writeFileSync(
      path('people.yaml'),
      readFileSync(path('people.yaml'), 'utf8').replace('name: Grace', 'name: Grace\n    email: g@example.org'),
    );
    for (const by of ['grace', 'GRACE', 'Somebody Else <g@example.org>']) {
      await run('run', list, ...work, '--by', by);
      expect(await refused(run('approve', list, '--reason', 'Watched', ...as('grace')))).toMatchObject({ code: 'readiness.own_request' });
    }
    const ghost = ['--reason', 'Later', '--until', day(7), '--requested-by', 'Ghost Nobody', ...as('grace')];
    expect(await refused(run('waive', list, ':5', ...ghost))).toMatchObject({ code: 'readiness.own_request' });
    const own = ['--reason', 'Later', '--until', day(7), '--requested-by', 'g@example.org', ...as('grace')];
    expect(await refused(run('waive', list, ':5', ...own))).toMatchObject({ code: 'readiness.own_request' });
  });

  test('a release that nobody who is known asks for is neither approved nor waived, and a free name asks for none', async () => {
    quietly();
    const { run, list, work, as, path } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    const approving = () => run('approve', list, '--reason', 'Watched by hand', ...as('grace'));
    expect(await run('run', list, ...work, '--by', 'Grave')).toMatchObject({ exitCode: 3 });
    vi.spyOn(os, 'userInfo').mockReturnValue({ ...os.userInfo(), username: 'somebody' });
    onTestFinished(() => void vi.restoreAllMocks());
    const told = await run('run', list, ...work);
    expect(told.text).toContain('Asked for by somebody, whom the file of people does not know');
    await expect(approving()).rejects.toMatchObject({ code: 'readiness.requester_unknown' });
    enterPrograms(path('people.yaml'), 'somebody');
    await run('run', list, ...work);
    expect(await approving()).toMatchObject({ value: { decision: 'no_go' } });
    const waive = (by: string) => run('waive', list, ':5', '--reason', 'Later', '--until', day(7), '--requested-by', by, ...as('grace'));
    await expect(waive('A Friend')).rejects.toMatchObject({ code: 'readiness.requester_unknown' });
  });

  test('a line is named by its identity, its beginning or its number, and never guessed', async () => {
    quietly();
    const { run, list, work, as } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    const { lines } = verdictOf(await run('decide', list, ...work));
    const tried = lines.find(({ line }) => line === 6)!.lineId;
    await run('sign', list, tried.slice(0, 8), '--statement', 'Tried', ...as('ada'));
    expect(verdictOf(await run('decide', list, ...work)).lines.find(({ lineId }) => lineId === tried)).toMatchObject({ effect: 'passes' });
    for (const name of ['zzzz', tried.slice(0, 2), ':99'])
      expect(await refused(run('sign', list, name, '--statement', 'Tried', ...as('ada')))).toMatchObject({
        code: 'readiness.line_unknown',
      });
  });
});

describe('what could not be decided has the exit code 3, never that of a no or a go', () => {
  test.each<[string, (path: (name: string) => string) => void, string]>([
    [
      'settings that cannot be used',
      (path) => writeFileSync(path('readiness.yaml'), 'gate: {}\nversions: 1\n'),
      'readiness.settings_invalid',
    ],
    ['people that cannot be read', (path) => writeFileSync(path('people.yaml'), 'people: ['), 'readiness.people_invalid'],
    ['bindings that cannot be read', (path) => writeFileSync(path('release.bindings.yaml'), 'bindings: ['), 'readiness.bindings_invalid'],
    [
      'a configuration that is not there',
      (path) => writeFileSync(path('readiness.yaml'), 'version: 1\nconfig: { files: [gone] }\n'),
      'readiness.config_unreadable',
    ],
    ['a log that was changed', (path) => writeFileSync(path('.readiness/records.jsonl'), '{"index":0}\n'), 'readiness.log_damaged'],
    [
      'an installation whose key may not sign',
      (path) => writeFileSync(path('people.yaml'), 'version: 1\npeople: []\n'),
      'readiness.installation_unknown',
    ],
  ])('%s', async (_, change, code) => {
    const told = quietly();
    const { run, list, work, path } = await sceneOf();
    change(path);
    expect(await run('run', list, ...work)).toMatchObject({ exitCode: 3 });
    expect(told()).toContain(`"code":"${code}"`);
  });

  test('a checklist that was never run', async () => {
    quietly();
    const { run, list, work } = await sceneOf();
    expect(await run('decide', list, ...work)).toMatchObject({ exitCode: 3, value: { decision: 'undecided' } });
  });

  test('a log that was changed is told by verify with the exit code 1', async () => {
    quietly();
    const { run, list, work, path, setup } = await sceneOf();
    await run('run', list, ...work, '--by', 'Robin');
    const log = path('.readiness/records.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"decision":"no_go"', '"decision":"go"'));
    const { exitCode, value } = await run('verify', ...setup);
    expect(exitCode).toBe(1);
    expect((value as { findings: { what: string }[] }).findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['leaf', 'signature']),
    );
  });
});

describe('init and enrol', () => {
  test.skipIf(process.platform !== 'linux')('tell a folder that cannot be made', async () => {
    await expect(readinessCli('init', '/proc/rialto/readiness')).rejects.toMatchObject({ code: 'cli.folder_unusable' });
  });

  test('leave alone what is there', async () => {
    const { run, path } = await sceneOf();
    const before = ['readiness.yaml', 'people.yaml', '.readiness/installation.key'].map((name) => readFileSync(path(name), 'utf8'));
    const { value } = await run('init', path('.'));
    expect((value as { files: { made: boolean }[] }).files.map(({ made }) => made)).toEqual([false, false, false, false]);
    expect(['readiness.yaml', 'people.yaml', '.readiness/installation.key'].map((name) => readFileSync(path(name), 'utf8'))).toEqual(
      before,
    );
  });

  test('offer the services that a checklist asks as targets, and let none of them in', async () => {
    const { run, path } = await sceneOf();
    writeFileSync(path('up.md'), '# Up\n- [ ] up\n```sh\nfor p in {8080..8081}; do curl http://localhost:$p/health; done\n```\n');
    await run('init', path('new'), '--checklist', path('up.md'));
    const settings = readFileSync(path('new/readiness.yaml'), 'utf8');
    expect(settings).toContain(
      '#  localhost-8080: http://localhost:8080  # line 4 of the checklist\n#  localhost-8081: http://localhost:8081',
    );
    expect(settings).toMatch(/^targets: \{\}$/m);
  });

  test('make a key that signs, for an account that is there once', async () => {
    quietly();
    const { run, path, setup, keys, list, work, as } = await sceneOf();
    const enrol = (id: string) =>
      run('enrol', id, '--name', 'Quinn', '--role', 'QA Engineer', '--keys', keys, '--passphrase-file', path('pass'), ...setup);
    expect((await enrol('quinn')).value).toMatchObject({ person: { id: 'quinn', roles: ['QA Engineer'] } });
    await expect(enrol('quinn')).rejects.toMatchObject({ code: 'readiness.account_exists' });
    await run('run', list, ...work, '--by', 'Robin');
    expect((await run('sign', list, ':6', '--statement', 'Tried', ...as('quinn'))).value).toMatchObject({
      record: { body: { kind: 'signed' } },
    });
  });
});
