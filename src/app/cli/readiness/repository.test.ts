import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { commitAll, enrolCheaply, gitIn, PASSPHRASE, readinessCli } from '../../../../test/support/readiness-cli.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';

const CHECKLIST = `# Release

## Critical (must pass)
- [ ] The service is set up
- [ ] The harbour has read it

## High (requires approval)
- [ ] The budget is there
`;

type Scene = { settings?: string; service?: string; ignored?: string };

/** A repository that was set up, with people whose keys are cheap to open; `.readiness` is kept with it. */
async function sceneOf({ settings = 'version: 1\n', service, ignored = '' }: Scene = {}) {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
  const folder = join(temporaryFolder(), 'service');
  const keys = join(temporaryFolder({ pass: PASSPHRASE }), 'keys');
  const pass = join(keys, '../pass');
  commitFirst(folder, { 'release.md': CHECKLIST, 'readiness.yaml': settings, 'service.json': '{"mode":"strict"}', '.gitignore': ignored });
  await readinessCli('init', folder);
  vi.stubEnv('RIALTO_INSTALLATION_KEY', join(folder, '.readiness/installation.key'));
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [id, name, role] of [
    ['ann', 'Ann Author', 'Release Manager'],
    ['ada', 'Ada Lind', 'Harbour Office'],
    ['grace', 'Grace Hill', 'Release Manager'],
    ['robin', 'Robin', 'Harbour Clerk'],
  ] as const)
    await enrolCheaply(join(folder, 'people.yaml'), keys, { id, name, roles: [role] });
  writeFileSync(join(folder, 'release.bindings.yaml'), await bindingsFor(join(folder, 'release.md'), service));
  commitAll(folder);
  return { folder, ...actingIn(folder, keys, pass) };
}

function commitFirst(folder: string, files: Readonly<Record<string, string>>): void {
  gitIn(join(folder, '..'), ['init', '-q', folder]);
  commitAll(folder, files);
}

/** The commands as people give them in a clone. */
function actingIn(folder: string, keys: string, pass: string) {
  const list = join(folder, 'release.md');
  const setup = ['--settings', join(folder, 'readiness.yaml')];
  const as = (id: string) => ['--as', id, '--keys', keys, '--passphrase-file', pass];
  const at = (command: string, ...args: string[]) => readinessCli(command, list, ...args, ...setup);
  return {
    at,
    keys,
    pass,
    run: (...more: string[]) => at('run', '--by', 'Robin', ...more),
    decide: (...more: string[]) => at('decide', ...more),
    sign: (...more: string[]) => at('sign', ':5', '--statement', 'Read it whole', ...as('ada'), ...more),
    approve: (id: string, ...more: string[]) => at('approve', ':8', '--reason', 'Watched by hand', ...as(id), ...more),
  };
}

async function bindingsFor(list: string, service = '{ kind: file, params: { path: service.json } }'): Promise<string> {
  const { value } = await readinessCli('read', list);
  const [set, read, budget] = (value as { items: { id: string }[] }).items.map(({ id }) => id);
  const entry = (id: string, disposition: string) =>
    `  - { line: "${id}", disposition: ${disposition}, confirmed: { by: Grace, at: 2026-01-05 } }\n`;
  const budgeted = '{ kind: file, params: { path: budget.md } }';
  const bound = [
    entry(set!, `{ kind: checked, checks: [${service}] }`),
    entry(read!, '{ kind: attested, role: Harbour Office }'),
    entry(budget!, `{ kind: checked, checks: [${budgeted}] }`),
  ];
  return `version: 1\nchecklist: release.md\nbindings:\n${bound.join('')}`;
}

describe('a commit that is named', () => {
  test('lets nobody approve what they wrote: a name that git does not know is refused, and so is another commit', async () => {
    const { folder, run, approve, decide } = await sceneOf();
    expect(await run()).toMatchObject({ exitCode: 1 });
    await expect(approve('ann')).rejects.toMatchObject({ code: 'readiness.own_request' });
    for (const name of ['release-7', 'HEAD~1']) {
      expect((await run('--commit', name)).exitCode).toBe(3);
      await expect(approve('ann', '--commit', name)).rejects.toMatchObject({
        code: expect.stringMatching(/^readiness\.commit_(unknown|other)$/),
      });
      expect((await decide('--commit', name)).exitCode).toBe(3);
    }
    const head = gitIn(folder, ['rev-parse', 'HEAD']);
    expect((await run('--commit', head)).value).toMatchObject({ subject: { commit: head } });
    await expect(approve('ann', '--commit', head)).rejects.toMatchObject({ code: 'readiness.own_request' });
  });

  test('is that of what checks read, wherever the checklist lies', async () => {
    const { folder, at } = await sceneOf();
    const elsewhere = temporaryFolder({ 'release.md': CHECKLIST });
    const run = (...more: string[]) =>
      readinessCli('run', join(elsewhere, 'release.md'), '--settings', join(folder, 'readiness.yaml'), '--by', 'Robin', ...more);
    expect((await run('--commit', 'release-7')).exitCode).toBe(3);
    const { value } = await run();
    expect(value).toMatchObject({ subject: { commit: gitIn(folder, ['rev-parse', 'HEAD']) } });
    appendFileSync(join(folder, 'service.json'), '\n');
    expect((await at('run', '--by', 'Robin')).value).not.toMatchObject({ subject: (value as { subject: object }).subject });
  });
});

describe('a file that a check reads and git does not hold', () => {
  test('is no evidence of the commit: what it shows at the desk is of another one, and it is named', async () => {
    const { folder, run } = await sceneOf();
    const head = gitIn(folder, ['rev-parse', 'HEAD']);
    writeFileSync(join(folder, 'notes.md'), 'read by nothing');
    expect((await run('--commit', head)).value).toMatchObject({ subject: { commit: head } });
    writeFileSync(join(folder, 'budget.md'), 'forgotten');
    const { value, text } = await run();
    expect(value).toMatchObject({ subject: { commit: expect.stringMatching(new RegExp(`^${head}\\+`)) }, unheld: ['budget.md'] });
    expect(text).toContain('Read by checks, and not in the commit: budget.md.');
    expect((await run('--commit', head)).exitCode).toBe(3);
    const next = commitAll(folder);
    expect((await run('--commit', next)).value).toMatchObject({ subject: { commit: next } });
  });

  test('counts no report that says itself which commit or how old it is, ignored or not', async () => {
    const report = '{ kind: junit, params: { report: reports/junit.xml, of: { commitFile: reports/COMMIT } } }';
    const { folder, run } = await sceneOf({ service: report });
    const head = gitIn(folder, ['rev-parse', 'HEAD']);
    mkdirSync(join(folder, 'reports'));
    writeFileSync(join(folder, 'reports/junit.xml'), '<testsuites><testsuite tests="1"><testcase name="a"/></testsuite></testsuites>');
    writeFileSync(join(folder, 'reports/COMMIT'), head);
    const { value } = await run('--commit', head);
    expect(value).toMatchObject({ subject: { commit: head } });
    expect((value as { lines: { line: number; state: string }[] }).lines.find(({ line }) => line === 4)).toMatchObject({ state: 'pass' });
  });
});

describe('who wrote what is released', () => {
  test('may not approve it, though another wrote the last commit, until it was released', async () => {
    const { folder, run, sign, approve, decide } = await sceneOf();
    commitAll(folder, { 'service.json': '{"mode":"strict","more":1}' }, 'Grace Hill');
    commitAll(folder, { 'service.json': '{"mode":"strict","more":2}' });
    // Whoever names a later release by hand is held to the history that others see.
    const shorter = ['--since', 'HEAD~1'];
    await run(...shorter);
    await sign(...shorter);
    await approve('grace', ...shorter);
    expect((await decide(...shorter)).value).toMatchObject({ decision: 'go' });
    expect((await decide()).value).toMatchObject({
      decision: 'conditional',
      written: { accounts: expect.arrayContaining(['ann', 'grace']) },
    });
    const told = await run();
    expect(told.text).toMatch(/Written in the whole history by .*grace/);
    for (const id of ['grace', 'ann']) await expect(approve(id)).rejects.toMatchObject({ code: 'readiness.own_request' });
    await expect(approve('grace', ...shorter)).rejects.toMatchObject({ code: 'readiness.own_request' });
  });

  test('is counted from the last go of the same environment, and a go for the same commit frees nobody', async () => {
    const { folder, run, sign, approve, decide } = await sceneOf();
    await run();
    await sign();
    await approve('grace');
    expect((await decide()).value).toMatchObject({ decision: 'go' });
    await expect(approve('ann')).rejects.toMatchObject({ code: 'readiness.own_request' });
    const released = gitIn(folder, ['rev-parse', 'HEAD']);
    commitAll(folder, { 'service.json': '{"mode":"strict","more":1}' }, 'Grace Hill');
    const { value } = await run();
    expect(value).toMatchObject({ written: { since: released } });
    await expect(approve('grace')).rejects.toMatchObject({ code: 'readiness.own_request' });
    expect((await run('--environment', 'staging')).value).not.toMatchObject({ written: { since: released } });
  });
});

describe('a log that was cut', () => {
  test('is used for nothing while git knows more of it, and verify says so', async () => {
    const { folder, run, sign, at } = await sceneOf();
    await run();
    await sign();
    commitAll(folder);
    const path = join(folder, '.readiness/records.jsonl');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.split('\n').slice(0, 2).join('\n') + '\n');
    expect(await run()).toMatchObject({ exitCode: 3 });
    await expect(at('report')).rejects.toMatchObject({ code: 'readiness.log_cut' });
    const settings = ['--settings', join(folder, 'readiness.yaml')];
    expect(await readinessCli('verify', ...settings)).toMatchObject({ exitCode: 1, value: { ok: false, findings: [{ what: 'cut' }] } });
    writeFileSync(path, whole);
    expect(await readinessCli('verify', ...settings)).toMatchObject({ value: { ok: true } });
  });
});

describe('a key that was replaced', () => {
  test('signs nothing new, also not as of an earlier day, and what it signed before holds', async () => {
    const { folder, run, sign, decide, keys, pass } = await sceneOf();
    const settings = ['--settings', join(folder, 'readiness.yaml')];
    await run();
    const { value } = await sign();
    const before = (value as { record: { body: object } }).record.body;
    const former = readFileSync(join(keys, 'ada.json'), 'utf8');
    const formerly = readFileSync(join(folder, 'people.yaml'), 'utf8');
    const rekeyed = await readinessCli('rekey', 'ada', '--keys', keys, '--passphrase-file', pass, ...settings);
    expect(rekeyed.value).toMatchObject({ account: 'ada', log: expect.stringMatching(/^3:[0-9a-f]{64}$/) });
    const people = readFileSync(join(folder, 'people.yaml'), 'utf8');
    const verified = await readinessCli('verify', ...settings);
    expect(verified.value).toMatchObject({ ok: true, findings: [] });
    // With the former key, by whoever still has it, over the same release and with its clock put back.
    writeFileSync(join(keys, 'ada.json'), former, { mode: 0o600 });
    await expect(sign()).rejects.toMatchObject({ code: 'readiness.key_other' });
    writeFileSync(join(folder, 'people.yaml'), formerly);
    await run();
    await sign();
    writeFileSync(join(folder, 'people.yaml'), people);
    const after = await readinessCli('verify', ...settings);
    expect(after.value).toMatchObject({ findings: [{ what: 'key_not_valid', entry: 5 }] });
    await run();
    const { voided } = (await decide()).value as { voided: { why: string[]; body: { kind: string } }[] };
    expect(voided.filter(({ body }) => body.kind === 'signed').map(({ why }) => why)).toContainEqual(
      expect.arrayContaining(['key_not_valid']),
    );
    expect(before).toMatchObject({ kind: 'signed', log: { size: 2 } });
  });

  test('brings nothing back that it withdrew, though it is told as lost since before the withdrawal', async () => {
    const { folder, run, sign, at, decide, keys, pass } = await sceneOf();
    const withKey = ['--keys', keys, '--passphrase-file', pass];
    const read = async () =>
      ((await decide()).value as { lines: { line: number; state: string }[] }).lines.find(({ line }) => line === 5)!.state;
    await run();
    const signed = (await sign()).value as { record: { index: number } };
    expect(await read()).toBe('pass');
    const back = await at('withdraw', String(signed.record.index), '--reason', 'It was another drill', '--as', 'ada', ...withKey);
    expect(await read()).toBe('awaiting_sign_off');
    const since = (back.value as { record: { body: { signedAt: string } } }).record.body.signedAt;
    await readinessCli('rekey', 'ada', ...withKey, '--compromised-since', since, '--settings', join(folder, 'readiness.yaml'));
    await run();
    expect(await read()).toBe('awaiting_sign_off');
  });
});

describe('what checks read here', () => {
  const ENV = '{ kind: env, params: { names: [AUTH_MODE], equals: strict } }';
  const OF_FILE = 'version: 1\nsettings: { file: .env.production, names: [AUTH_MODE] }\n';
  const written = (name: string, text: string) => (folder: string) => writeFileSync(join(folder, name), text);

  test.each<[string, Scene & { before?: (folder: string) => void; after: (folder: string) => void }]>([
    [
      'a setting in the file of settings, which git ignores',
      {
        settings: OF_FILE,
        service: ENV,
        ignored: '.env.production\n',
        before: written('.env.production', 'AUTH_MODE=strict\n'),
        after: written('.env.production', 'AUTH_MODE=none\n'),
      },
    ],
    [
      'a setting of the environment',
      {
        settings: 'version: 1\nsettings: { names: [AUTH_MODE] }\n',
        service: ENV,
        before: () => void vi.stubEnv('AUTH_MODE', 'strict'),
        after: () => void vi.stubEnv('AUTH_MODE', 'none'),
      },
    ],
    [
      'a file that git ignores',
      {
        service: '{ kind: file, params: { path: key.json, contains: [rotated] } }',
        ignored: 'key.json\n',
        before: written('key.json', 'rotated'),
        after: written('key.json', 'not yet'),
      },
    ],
    [
      'a report that git ignores',
      {
        service: '{ kind: coverage, params: { report: c.json, of: { commitFile: commit }, min: { lines: 80 } } }',
        ignored: 'c.json\ncommit\n',
        before: (folder) => {
          written('c.json', '{"total":{"lines":{"total":100,"covered":95}}}')(folder);
          written('commit', gitIn(folder, ['rev-parse', 'HEAD']))(folder);
        },
        after: written('c.json', '{"total":{"lines":{"total":100,"covered":5}}}'),
      },
    ],
    [
      'the script of a command, which git ignores',
      {
        settings: 'version: 1\ncommands: { look: { argv: [/bin/sh, look.sh] } }\n',
        service: '{ kind: command, params: { command: look } }',
        ignored: 'look.sh\n',
        before: written('look.sh', 'exit 0\n'),
        after: written('look.sh', 'exit 1\n'),
      },
    ],
  ])('makes a run void when it changes, and leaves signatures alone: %s', async (_, { before, after, ...given }) => {
    const { folder, run, sign, approve, decide } = await sceneOf(given);
    before?.(folder);
    await run();
    await sign();
    await approve('grace');
    expect((await decide()).value).toMatchObject({ decision: 'go' });
    after(folder);
    const decided = await decide();
    expect(decided).toMatchObject({ exitCode: 3, value: { decision: 'undecided' } });
    expect(decided.text).toContain('Settings or files that its checks read were changed since the run');
    await expect(sign()).rejects.toMatchObject({ code: 'readiness.subject_changed' });
    expect((await run()).value).toMatchObject({ decision: 'no_go', effects: { passes: 1, approved: 1 } });
  });

  test('does not hold a log, or what is demanded by its age', async () => {
    const service =
      '{ kind: file, params: { path: beat.log, maxAgeHours: 1 } }, { kind: log_marker, params: { file: beat.log, absent: [FATAL] } }';
    const { folder, run, sign, approve, decide } = await sceneOf({ service, ignored: 'beat.log\n' });
    writeFileSync(join(folder, 'beat.log'), 'one\n');
    await run();
    await sign();
    await approve('grace');
    appendFileSync(join(folder, 'beat.log'), 'two\n');
    expect((await decide()).value).toMatchObject({ decision: 'go' });
  });

  test('does not ask of who signs to know the password in an address', async () => {
    const settings = 'version: 1\ntargets: { database: { env: DATABASE } }\n';
    vi.stubEnv('DATABASE', 'postgres://reader:secret@db.example/app');
    const { run, sign } = await sceneOf({ settings });
    await run();
    await sign();
    vi.stubEnv('DATABASE', 'postgres://reader@db.example/app');
    expect((await run()).value).toMatchObject({ effects: { passes: 2 } });
    vi.stubEnv('DATABASE', 'postgres://reader@other.example/app');
    expect((await run()).value).toMatchObject({ effects: { passes: 1 } });
  });
});

describe('signatures that are kept with the repository', () => {
  /** A repository whose signatures were committed and pushed from one clone, and another clone of it. */
  async function signedScene(service?: string) {
    const scene = await sceneOf({ ...(service !== undefined && { service }) });
    const { folder, run, sign, approve, keys, pass } = scene;
    expect((await run()).value).toMatchObject({ decision: 'no_go' });
    await sign();
    await approve('grace');
    const judged = gitIn(folder, ['rev-parse', 'HEAD']);
    const kept = commitAll(folder, {}, 'Kay Keeper');
    const clone = join(temporaryFolder(), 'clone');
    gitIn(folder, ['clone', '-q', '--no-local', folder, clone]);
    return { ...scene, judged, kept, clone, there: actingIn(clone, keys, pass) };
  }

  test('hold in a fresh clone: it decides go by them, with a run of its own and without', async () => {
    const { judged, kept, clone, there } = await signedScene();
    expect(gitIn(clone, ['log', '-1', '--format=%H %an'])).toBe(`${kept} Kay Keeper`);
    const decided = await there.decide();
    expect(decided).toMatchObject({ exitCode: 0, value: { decision: 'go', subject: { commit: judged }, voided: [] } });
    expect((await there.run()).value).toMatchObject({ decision: 'go', effects: { passes: 2, approved: 1 } });
    expect((await there.run('--commit', kept)).value).toMatchObject({ decision: 'go', subject: { commit: judged } });
    commitAll(clone, {}, 'Pipeline');
    expect((await there.decide()).value).toMatchObject({ decision: 'go', subject: { commit: judged } });
    await expect(there.approve('ann')).rejects.toMatchObject({ code: 'readiness.own_request' });
  });

  test.each<[string, (clone: string) => void]>([
    ['what is judged', (clone) => void commitAll(clone, { 'service.json': '{}' })],
    ['an edit of it', (clone) => writeFileSync(join(clone, 'service.json'), '{}')],
    ['who may sign', (clone) => void commitAll(clone, { 'people.yaml': `${readFileSync(join(clone, 'people.yaml'), 'utf8')}# more\n` })],
    ['an edit of who may sign', (clone) => appendFileSync(join(clone, 'people.yaml'), '# more\n')],
    ['another file among the records', (clone) => void commitAll(clone, { '.readiness/plugin.js': 'x' })],
  ])('are void after a change of %s', async (_, change) => {
    const { clone, there } = await signedScene();
    change(clone);
    const { value } = await there.run();
    expect(value).toMatchObject({ decision: 'no_go', effects: { passes: 1, approved: 0 } });
    expect((value as { voided: { why: string[] }[] }).voided.map(({ why }) => why)).toContainEqual(['commit_changed']);
  });

  test('leave the repository clean for a check that demands it', async () => {
    const { folder, at, sign } = await sceneOf({ service: '{ kind: git, params: { clean: true } }' });
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 1 } });
    await sign();
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 2 } });
    commitAll(folder);
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 2 } });
    writeFileSync(join(folder, '.readiness/plugin.js'), 'x');
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 1 } });
  });
});

describe('a report of a commit', () => {
  const REPORT = '{"total":{"lines":{"total":100,"covered":95}}}';
  const service = '{ kind: coverage, params: { report: c.json, of: { commitFile: commit }, min: { lines: 80 } } }';
  const lineOf = ({ value }: { value: unknown }) => (value as { lines: { state: string; result: { summary: string } }[] }).lines[0]!;

  test('is stale where tracked files were edited since, however it names the commit', async () => {
    const { folder, run } = await sceneOf({ service, ignored: 'c.json\ncommit\n' });
    const head = gitIn(folder, ['rev-parse', 'HEAD']);
    writeFileSync(join(folder, 'c.json'), REPORT);
    writeFileSync(join(folder, 'commit'), head);
    expect(lineOf(await run())).toMatchObject({ state: 'pass' });
    appendFileSync(join(folder, 'service.json'), '\n');
    for (const name of [head, head.slice(0, 7), head.toUpperCase()]) {
      writeFileSync(join(folder, 'commit'), name);
      const line = lineOf(await run());
      expect(line.state).toBe('stale');
      expect(line.result.summary).toContain('judged is that with edits');
    }
  });

  test('counts by the commit that is checked out as well, where nothing but records came after the one that is judged', async () => {
    const { folder, run } = await sceneOf({ service, ignored: 'c.json\ncommit\n' });
    writeFileSync(join(folder, 'c.json'), REPORT);
    await run();
    for (const head of [gitIn(folder, ['rev-parse', 'HEAD']), commitAll(folder)]) {
      writeFileSync(join(folder, 'commit'), head);
      expect(lineOf(await run())).toMatchObject({ state: 'pass' });
    }
    writeFileSync(join(folder, 'commit'), 'c0ffee0');
    expect(lineOf(await run())).toMatchObject({ state: 'stale' });
  });

  test('is not what the git check judges, which says that there are edits', async () => {
    const { folder, run } = await sceneOf({ service: '{ kind: git, params: {} }' });
    expect(lineOf(await run())).toMatchObject({ state: 'pass' });
    appendFileSync(join(folder, 'service.json'), '\n');
    const line = lineOf(await run());
    expect(line.state).toBe('fail');
    expect(line.result.summary).toMatch(/the commit checked out is (\w+), judged is \1 with edits/);
  });
});
