import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { commitAll, gitIn, readinessCli } from '../../../../test/support/readiness-cli.ts';
import { CHECKLIST, sceneOf, type Scene } from '../../../../test/support/readiness-repository.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';

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
