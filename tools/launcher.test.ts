import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../test/support/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const platform = `${process.platform}-${process.arch}`;
const brought = `node_modules/node-${platform}/bin/node`;
const libatomic = `bin/libatomic/${platform}`;
const needsLibatomic = `case "\${LD_LIBRARY_PATH:-}" in *${libatomic}*) ;; *) echo "libatomic.so.1: cannot open" >&2; exit 127 ;; esac`;

type Files = Record<string, string>;

function execute(program: string, args: string[], options: { cwd?: string; env: Record<string, string> }) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

/** A program that behaves as Node where the launcher asks for a version, and otherwise does this. */
const nodeOf = (major: number, does: string, first = '') =>
  `#!/bin/sh\n${first}\n[ "$1" = -v ] && echo v${major}.1.0 && exit\n[ "$1" = -p ] && echo ${major} && exit\n${does}\n`;

/** Runs a program as npm's scripts do, in a checkout of its own with these files, and with these programs as the system's. */
async function launch({ checkout = {}, system = {} }: { checkout?: Files; system?: Files }, ...args: string[]) {
  const folder = temporaryFolder({ ...checkout, 'system/.keep': '', ...Object.fromEntries(named(system)) });
  cpSync(path.join(root, 'bin'), path.join(folder, 'bin'), { recursive: true });
  await execute('chmod', ['-R', '755', folder], { env: {} });
  // Not the whole of /usr/bin, where there may be a Node.
  for (const tool of ['dirname', 'readlink', 'uname']) symlinkSync(`/usr/bin/${tool}`, path.join(folder, 'system', tool));
  const PATH = `${folder}/node_modules/.bin:${folder}/system`;
  const { code, stdout, stderr } = await execute('/bin/sh', ['bin/node.sh', ...args], { cwd: folder, env: { PATH } });
  return { code, stdout: stdout.replaceAll(folder, '.'), stderr: stderr.replaceAll(folder, '.') };
}
const named = (system: Files) => Object.entries(system).map(([name, text]) => [`system/${name}`, text] as const);

describe('a program is run by the Node that npm brought', () => {
  test('with its arguments as they are, its exit code, and the same Node for whatever it starts by name', async () => {
    const does = 'printf "[%s]" "$@"; command -v node; exit 7';
    const old = nodeOf(18, 'echo the old one');
    const run = await launch({ checkout: { [brought]: nodeOf(26, does) }, system: { node: old } }, 'a.ts', '--loud', 'b  c', '');
    expect(run).toEqual({ code: 7, stdout: `[a.ts][--loud][b  c][]./${brought}\n`, stderr: '' });
  });

  test('in the launcher’s own process, so that a signal to it is one to the program', async () => {
    const run = await launch({ checkout: { [brought]: nodeOf(26, 'echo "$PPID"') } }, 'a.ts');
    expect(run.stdout).toBe(`${process.pid}\n`);
  });

  test('without our libatomic where it starts by itself', async () => {
    const { stdout } = await launch({ checkout: { [brought]: nodeOf(26, 'echo "${LD_LIBRARY_PATH:-none}"') } }, 'a.ts');
    expect(stdout).toBe('none\n');
  });

  test('with our libatomic where it starts only with one, and nothing is said of it', async () => {
    const node = nodeOf(26, 'echo "$LD_LIBRARY_PATH"', needsLibatomic);
    const link = { 'node_modules/.bin/node': node };
    expect(await launch({ checkout: { [brought]: node, ...link } }, 'a.ts')).toEqual({ code: 0, stdout: `./${libatomic}\n`, stderr: '' });
  });
});

describe('where that Node does not start', () => {
  const broken = '#!/bin/sh\necho "GLIBC_9.9 not found" >&2\nexit 1\n';

  test('the system’s goes on if it is new enough, and both are told', async () => {
    const good = nodeOf(24, 'echo "good $1"; command -v node');
    const checkout = { [brought]: broken, 'node_modules/.bin/node': broken };
    const { code, stdout, stderr } = await launch({ checkout, system: { node: good } }, 'a.ts');
    expect([code, stdout]).toEqual([0, 'good a.ts\n./system/node\n']);
    expect(stderr).toBe(
      'The Node that npm ci brought does not start here: GLIBC_9.9 not found\nGoing on with ./system/node, which is v24.1.0.\n',
    );
  });

  test('and the system’s is too old, it is told what is needed', async () => {
    const { code, stdout, stderr } = await launch({ checkout: { [brought]: broken }, system: { node: nodeOf(18, 'echo old') } }, 'a.ts');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/GLIBC_9\.9 not found\nRialto needs Node 24 or newer/);
  });
});

test('where npm brought none, the system’s Node runs the program without a word', async () => {
  const run = await launch({ system: { node: nodeOf(30, 'echo "$1"') } }, 'a.ts');
  expect(run).toEqual({ code: 0, stdout: 'a.ts\n', stderr: '' });
});

test('the command line is found through a link to it, from any folder', async () => {
  const folder = temporaryFolder();
  cpSync(path.join(root, 'bin'), path.join(folder, 'bin'), { recursive: true });
  mkdirSync(path.dirname(path.join(folder, brought)), { recursive: true });
  symlinkSync(path.join(root, brought), path.join(folder, brought));
  await execute('ln', ['-s', path.join(folder, 'bin/rialto'), path.join(folder, 'linked')], { env: {} });
  const program = 'console.log(process.argv.slice(2).join());';
  cpSync(temporaryFolder({ 'src/app/cli.ts': program, 'package.json': '{"type":"module"}' }), folder, { recursive: true });
  const { stdout } = await execute(path.join(folder, 'linked'), ['a', 'b'], { cwd: '/', env: { PATH: '/usr/bin:/bin' } });
  expect(stdout).toBe('a,b\n');
});

describe('our libatomic', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };

  test('is enough for the Node that npm brings, threads that compile at the same time included', async () => {
    const { code, stdout, stderr } = await execute(path.join(root, brought), ['-e', COMPILE_IN_THREADS], {
      env: { LD_LIBRARY_PATH: path.join(root, libatomic) },
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      version: `v${optionalDependencies[`node-${platform}`]}`,
      libraries: [path.join(root, libatomic, 'libatomic.so.1')],
      sums: Array.from({ length: 4 }, () => (FUNCTIONS * (FUNCTIONS - 1)) / 2),
    });
  });
});

const FUNCTIONS = 5_000;

/** Each thread makes functions, which V8 gives places in tables with the operation in question, and adds up what they answer. */
const COMPILE_IN_THREADS = `
  const { Worker } = require('node:worker_threads');
  const thread = \`
    let sum = 0;
    for (let i = 0; i < ${FUNCTIONS}; i++) sum += new Function('return ' + i)();
    require('node:worker_threads').parentPort.postMessage(sum);\`;
  const answer = () => new Promise((resolve, reject) => new Worker(thread, { eval: true }).once('message', resolve).once('error', reject));
  const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
  const libraries = [...new Set(maps.match(/\\/.*libatomic.*/g))];
  Promise.all([answer(), answer(), answer(), answer()]).then((sums) =>
    console.log(JSON.stringify({ version: process.version, libraries, sums })));
`;
