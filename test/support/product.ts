import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { basicEnvironment } from './environment.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** As `npm start` has them: room for the payments under way, so that collecting garbage does not copy them again and again. */
const FLAGS = ['--max-semi-space-size=64'];

/** The real product in a process of its own. */
export type Product = {
  url: string;
  /** Of the administrator; only the first start on a data folder tells the password. */
  email?: string;
  password?: string;
  dataFolder: string;
  pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Ends it as Ctrl-C does and answers with its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Resolves when it has ended, however that came. */
  ended: Promise<number | null>;
  /** Removes the data folder, unless the caller gave it. */
  clean(): void;
};

export type ProductOptions = { env?: Record<string, string>; dataFolder?: string; startMs?: number };

/** Starts the product on a free port and waits until it tells its address. */
export async function startProduct({ env = {}, dataFolder, startMs = 120_000 }: ProductOptions = {}): Promise<Product> {
  const folder = dataFolder ?? mkdtempSync(join(tmpdir(), 'rialto-product-'));
  const child = spawn(process.execPath, [...FLAGS, 'src/app/main.ts'], {
    cwd: ROOT,
    env: {
      ...basicEnvironment(),
      PORT: '0',
      RIALTO_DATA: folder,
      RIALTO_DEMO: 'off',
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await address(child, startMs, (text) => (said += text)).catch((error: unknown) => {
    if (dataFolder === undefined) rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const [, email, password] = /Log in as +(\S+)\s+Password +(\S+)/.exec(said) ?? [];
  return {
    url,
    ...(email && password && { email, password }),
    dataFolder: folder,
    pid: child.pid!,
    output: () => said,
    ended,
    stop() {
      child.kill('SIGINT');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    clean() {
      if (dataFolder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Reads both streams for as long as the process lives; resolves with the address that it prints once it is ready. */
function address(child: ChildProcess, startMs: number, heard: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let why = '';
    const late = setTimeout(() => {
      why = ` (killed, since it was not ready after ${startMs} ms)`;
      child.kill('SIGKILL');
    }, startMs);
    // Only when it is gone may another take its data folder.
    child.on('close', (code) => {
      clearTimeout(late);
      reject(new Error(`the product ended with ${code}${why}; it said:\n${said}`));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        heard(chunk.toString());
        // The password comes in the same write as the address.
        const found = /Rialto is ready at (\S+)\n/.exec(said);
        if (!found) return;
        clearTimeout(late);
        resolve(found[1]!);
      });
    }
  });
}
