import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A server of the suite's own, on a free port, with a temporary folder for its data. */
export type TestServer = {
  url: string;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Starts again on the same port and data. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
};

/** Full path of a program on PATH or in the system folders, undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether suites that need the program can run. Prints why not; with RIALTO_REQUIRE_TEST_SERVERS=1 a missing program is
 * a failure instead of a skip.
 */
export function hasServer(name: string, isHere = findProgram(name) !== undefined): boolean {
  if (isHere) return true;
  const reason = `${name} is not installed (tools/install-test-servers installs it)`;
  if (process.env['RIALTO_REQUIRE_TEST_SERVERS'] === '1') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Whether somebody listens on a port of this machine. */
export function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => (socket.destroy(), resolve(false)));
  });
}

async function launch(name: string, toArgs: (port: number, folder: string) => string[], scheme: string): Promise<TestServer> {
  const program = findProgram(name);
  if (!program) throw new Error(`${name} is not installed`);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), `rialto-${name}-`));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn(program!, toArgs(port, folder), { stdio: 'ignore', cwd: folder });
    child = started;
    while (!(await isAnswering(port))) {
      if (started.exitCode !== null) throw new Error(`${name} ended at start with ${started.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function kill(): Promise<void> {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  }

  // A test run that ends early takes its servers along.
  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A NATS server with JetStream. */
export function startNats(more: readonly string[] = []): Promise<TestServer> {
  return launch('nats-server', (port, folder) => ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', folder, ...more], 'nats');
}

/** A Redis server without persistence. */
export function startRedis(): Promise<TestServer> {
  const args = (port: number, folder: string) => [
    '--bind',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  return launch('redis-server', args, 'redis');
}
