import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { Command } from 'commander';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { exitCodeOf } from '../../../../test/support/exit-code.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { manualClock } from '../../../base/time.ts';
import { readChecklist } from '../../../readiness/checklist/read-checklist.ts';
import { openFileStore } from '../../../readiness/record/file-store.ts';
import { startWatch } from '../../../readiness/watch/start-watch.ts';
import { watchPass } from '../../../readiness/watch/watch-pass.ts';
import { addReadiness } from '../readiness.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const EXAMPLE = join(ROOT, 'docs/examples/readiness');
const CLI = join(ROOT, 'test/support/fixtures/readiness-cli.ts');

type Ended = { code: number; out: string; problems: string };

/** The command line of readiness in this process: starting it takes longer than what it does. */
async function readinessIn(folder: string, [command, file, ...args]: readonly string[]): Promise<Ended> {
  const program = new Command().exitOverride();
  const told: string[] = [];
  addReadiness(program, (parent, usage, about, work) =>
    parent
      .command(usage)
      .description(about)
      .action((...given: unknown[]) => work({ json: false, print: (text) => void told.push(text) }, ...(given as never))),
  );
  const paths = args.map((arg) => (/^[a-z-]+\.[a-z]+$/.test(arg) ? join(folder, arg) : arg));
  const problems: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => problems.push(String(text)) > 0);
  const code = await exitCodeOf(async () => {
    try {
      await program.parseAsync(['readiness', command!, ...(file ? [join(folder, file)] : [folder]), ...paths], { from: 'user' });
    } catch (error) {
      problems.push((error as Error).message);
      process.exitCode ||= 1;
    } finally {
      write.mockRestore();
    }
  });
  return { code, out: told.join('\n'), problems: problems.join('') };
}

/** A server of its own, and how it is killed. */
async function serving(status: () => number): Promise<{ address: string; kill(): Promise<void> }> {
  const server = createServer((_, response) => void response.writeHead(status()).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kill = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(kill);
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, kill };
}

/** The example of the documentation in a repository of its own, and a service beside it that can be turned off. */
async function sceneOf() {
  const folder = temporaryFolder();
  const release = join(folder, 'release');
  cpSync(EXAMPLE, release, { recursive: true });
  const service = { up: true };
  const app = await serving(() => (service.up ? 200 : 503));
  const elsewhere = await serving(() => 200);
  // One word, as the script takes it.
  const rialto = join(folder, 'rialto');
  writeFileSync(rialto, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(rialto, 0o755);
  vi.stubEnv('APP_URL', app.address);
  vi.stubEnv('ELSEWHERE_URL', elsewhere.address);
  onTestFinished(() => void vi.unstubAllEnvs());
  const env = { ...process.env, RIALTO: rialto };
  const start = (file: string, ...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const child = execFile(file, args, { cwd: release, env }, (error, out, problems) => {
        resolve({ code: child.exitCode ?? (error ? 1 : 0), out, problems });
      });
    });
  const readiness = (...args: string[]): Promise<Ended> => readinessIn(release, args);
  const git = (...args: string[]) => start('git', '-c', 'user.name=Ada Lind', '-c', 'user.email=ada@example.com', ...args);
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-q', '-m', 'Release');
  expect((await readiness('init')).code).toBe(0);
  return { folder: release, service, app, elsewhere, start, readiness };
}

const codeOf = ({ problems }: Ended): string => problems.trim();

describe('the example of the documentation', () => {
  test('stops a deployment that must not be, holds one that waits for somebody, and writes the reports of both', async () => {
    const { folder, service, start } = await sceneOf();
    service.up = false;
    const stopped = await start('sh', 'pre-deploy.sh', 'release.md');
    expect(stopped.code).toBe(1);
    expect(stopped.out).toContain('NO-GO');
    const page = readFileSync(join(folder, 'reports/readiness.html'), 'utf8');
    expect(page).toContain('NO-GO');
    service.up = true;
    const held = await start('sh', 'pre-deploy.sh', 'release.md');
    expect(held.code).toBe(2);
    for (const file of ['readiness.xml', 'readiness.html', 'readiness.pdf', 'readiness.json'])
      expect(existsSync(join(folder, 'reports', file))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'reports/readiness.json'), 'utf8'))).toMatchObject({
      version: 1,
      decision: 'conditional',
      open: 1,
    });
  }, 600_000);

  test('does not deploy when nothing can be decided', async () => {
    const { folder, start } = await sceneOf();
    writeFileSync(join(folder, 'readiness.yaml'), 'version: 1\nno-such-key: 1\n');
    expect((await start('sh', 'pre-deploy.sh', 'release.md')).code).toBe(3);
  });

  test('has scripts that every shell can read, a workflow that is YAML, and a binding for each line', async () => {
    const { start, readiness } = await sceneOf();
    for (const script of ['pre-deploy.sh', 'roll-back.sh'])
      expect(await start('sh', '-n', script)).toMatchObject({ code: 0, problems: '' });
    expect((await readiness('bind', 'release.md', '--lint')).code).toBe(0);
    const workflow = parse(readFileSync(join(EXAMPLE, 'release.workflow.yml'), 'utf8')) as { jobs: Record<string, { needs?: string }> };
    expect(workflow.jobs['deploy']?.needs).toBe('readiness');
  });
});

describe('rialto readiness report', () => {
  test('writes ticks back into a copy, and into the checklist itself only when told so', async () => {
    const { folder, readiness } = await sceneOf();
    await readiness('run', 'release.md');
    expect(await readiness('report', 'release.md', '--format', 'markdown', '--output', 'ticked.md')).toMatchObject({ code: 0 });
    const [before, after] = ['release.md', 'ticked.md'].map((file) => readFileSync(join(folder, file), 'utf8')) as [string, string];
    expect(after.replaceAll('[x]', '[ ]')).toBe(before.replaceAll('[x]', '[ ]'));
    expect(after).toContain('- [x] **Tide tables**');
    expect(after).toContain('- [ ] **Translations**');
    const over = ['report', 'release.md', '--format', 'markdown', '--output', 'release.md'];
    expect(codeOf(await readiness(...over))).toContain('makes every result and signature of it void');
    expect(readFileSync(join(folder, 'release.md'), 'utf8')).toBe(before);
    expect((await readiness(...over, '--in-place')).code).toBe(0);
    expect(readFileSync(join(folder, 'release.md'), 'utf8')).toBe(after);
    await readiness('report', 'release.md', '--output', 'after.txt');
    expect(readFileSync(join(folder, 'after.txt'), 'utf8')).toMatch(/UNDECIDED, \d+ open\n$/);
  });

  test('says so when there is no such format, and no run yet', async () => {
    const { folder, readiness } = await sceneOf();
    expect(codeOf(await readiness('report', 'release.md', '--output', 'report.docx'))).toContain('There is no format .docx');
    expect(codeOf(await readiness('report', 'release.md', '--format', 'html', '--output', 'a.html', 'b.pdf'))).toContain(
      'leave --format out',
    );
    await readiness('report', 'release.md', '--output', 'report.txt');
    expect(readFileSync(join(folder, 'report.txt'), 'utf8')).toContain('UNDECIDED');
  });
});

describe('rialto readiness watch', () => {
  /** A watch that saw the service down ten minutes long, with the last look just now. */
  async function downSince(folder: string, minutes: readonly number[]): Promise<void> {
    const releasedAt = Date.now() - 20 * 60_000;
    const clock = manualClock(releasedAt);
    mkdirSync(join(folder, '.readiness'), { recursive: true });
    const store = openFileStore(join(folder, '.readiness'), { clock });
    const checklist = readChecklist(readFileSync(join(folder, 'release.md')), 'release.md');
    const subject = {
      checklistSha256: checklist.sha256,
      bindingsSha256: 'b'.repeat(64),
      commit: 'c',
      configHash: 'd',
      environment: 'production',
    };
    const { id } = await startWatch({ store, clock, checklist, subject, releasedAt });
    for (const minute of minutes) {
      clock.set(releasedAt + minute * 60_000);
      const look = async (lineIds: readonly string[]) =>
        lineIds.map((lineId) => ({ lineId, state: 'fail' as const, summary: 'down', checks: [] }));
      await watchPass({ store, clock, checklist: checklist.name, policy: { mode: 'off' }, hide: (text) => text, look }, id);
    }
  }

  test('looks once for cron, and tells by its exit code what to do', async () => {
    const { service, readiness } = await sceneOf();
    const releasedAt = new Date().toISOString();
    expect((await readiness('watch', 'release.md', '--once')).code).toBe(3);
    const well = await readiness('watch', 'release.md', '--released-at', releasedAt, '--once');
    expect(well).toMatchObject({ code: 0, problems: '' });
    expect(well.out.trimEnd().split('\n').at(-1)).toBe('CONTINUE');
    service.up = false;
    // Nothing is due for five minutes, so what was seen stands.
    const again = await readiness('watch', 'release.md', '--once');
    expect(again.out).toContain('1 look\n');
    expect(again.code).toBe(0);
    expect((await readiness('watch', 'release.md', '--stop')).out).toContain('stopped');
    expect(codeOf(await readiness('watch', 'release.md', '--once'))).toContain('No release is being watched');
  });

  test('advises to go back after ten bad minutes, and goes back when a person confirms it', async () => {
    const { folder, service, readiness } = await sceneOf();
    service.up = false;
    await downSince(folder, [5, 10, 15, 19]);
    const once = await readiness('watch', 'release.md', '--once');
    expect(once.code).toBe(1);
    expect(once.out).toContain('ROLL BACK NOW');
    const back = await readiness('watch', 'release.md', '--confirm-rollback', 'Ada Lind');
    expect(back.out).toMatch(/Rolled back with sh \.\/roll-back\.sh by Ada Lind at .*: exit code 0/);
    const records = readFileSync(join(folder, '.readiness/records.jsonl'), 'utf8');
    expect(records.split('\n').filter((line) => line.includes('"rollback_'))).toHaveLength(2);
    expect(back.code).toBe(3);
  });

  test('notes in a command that ends what people rolled back by hand', { timeout: 30_000 }, async () => {
    const { folder, readiness } = await sceneOf();
    await downSince(folder, [5, 10, 15, 19]);
    const noted = await readiness('watch', 'release.md', '--rolled-back-by', 'Ada Lind');
    expect(noted.problems).toBe('');
    expect(noted.out).toMatch(/^Rolled back by hand by Ada Lind at \S+Z$/m);
  });

  test('lets a person go back with a command of their own while another process watches', async () => {
    const { folder, service, readiness } = await sceneOf();
    service.up = false;
    await downSince(folder, [5, 10, 15, 19]);
    const records = () => readFileSync(join(folder, '.readiness/records.jsonl'), 'utf8');
    const watching = execFile(process.execPath, [CLI, 'readiness', 'watch', 'release.md'], { cwd: folder });
    const told: string[] = [];
    watching.stdout!.on('data', (text) => void told.push(String(text)));
    watching.stderr!.on('data', (text) => void told.push(String(text)));
    const ended = new Promise((resolve) => watching.once('exit', resolve));
    onTestFinished(() => void watching.kill('SIGKILL'));
    await vi.waitFor(() => expect(told.join('')).toContain('ROLL BACK NOW'), { timeout: 30_000 });
    const back = await readiness('watch', 'release.md', '--confirm-rollback', 'Ada Lind');
    expect(back).toMatchObject({ problems: '', out: expect.stringMatching(/Rolled back with .* by Ada Lind at .*: exit code 0/) });
    expect(watching.exitCode).toBeNull();
    watching.kill('SIGTERM');
    await ended;
    expect(
      records()
        .split('\n')
        .filter((line) => line.includes('"rollback_')),
    ).toHaveLength(2);
  });

  test('rolls nothing back because the log says that somebody has confirmed it: whoever may write the folder may have written that', async () => {
    const { folder, service, readiness } = await sceneOf();
    service.up = false;
    await downSince(folder, [5, 10, 15, 19]);
    const store = openFileStore(join(folder, '.readiness'), { clock: manualClock(Date.now()) });
    const records = await Array.fromAsync(store.read('release.md'));
    const { watchId } = records.map(({ body }) => body).find((body) => body.kind === 'watch_started')!;
    await store.append('release.md', { kind: 'rollback_confirmed', watchId, at: new Date().toISOString(), by: 'Ada Lind' });
    expect((await readiness('watch', 'release.md', '--once')).out).toContain('ROLL BACK NOW');
    expect(readFileSync(join(folder, '.readiness/records.jsonl'), 'utf8')).not.toContain('"rollback_started"');
  });

  test('takes a service that is killed for down while something else answers, and for unknown while nothing does', async () => {
    const { folder, app, elsewhere, readiness } = await sceneOf();
    await app.kill();
    await downSince(folder, [5, 10, 15, 19]);
    const down = await readiness('watch', 'release.md', '--once');
    expect(down.out).toContain('ROLL BACK NOW');
    expect(down.code).toBe(1);
    await elsewhere.kill();
    await readiness('watch', 'release.md', '--stop');
    const alone = await readiness('watch', 'release.md', '--released-at', new Date().toISOString(), '--once');
    expect(alone.out).toContain('the control does not answer either');
    expect(alone.code).toBe(3);
  });

  test('refuses to go back when nothing advises it', async () => {
    const { readiness } = await sceneOf();
    const refused = await readiness('watch', 'release.md', '--released-at', new Date().toISOString(), '--confirm-rollback', 'Ada Lind');
    expect(refused.code).toBe(3);
    expect(codeOf(refused)).toContain('nothing is rolled back');
  });
});
