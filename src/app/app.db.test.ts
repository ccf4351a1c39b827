import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { basicEnvironment } from '../../test/support/environment.ts';
import { startProduct } from '../../test/support/product.ts';
import { hasServer, startNats, startRedis } from '../../test/support/servers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rialto-app-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a program of the product on the test's own data folder. `until` answers with the signal to end it by, when it has said enough. */
async function run(args: string[], env: Record<string, string> = {}, until?: (said: string) => NodeJS.Signals | false) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...basicEnvironment(), PORT: '0', RIALTO_DATA: folder, RIALTO_DEMO: 'off', LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const heard = () => {
    const signal = until?.(stdout + stderr);
    if (signal) child.kill(signal);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    heard();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    heard();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('a start', () => {
  test('that fails ends the process, also when half of the house stands already', async () => {
    const { code, stderr } = await run(['src/app/main.ts'], { NATS_URL: 'nats://127.0.0.1:1' });
    expect(code).toBe(1);
    expect(stderr).toContain('NATS_URL');
  });
});

describe('rialto demo and rialto up', () => {
  test('in an empty installation the first password is told, which no later start knows', async () => {
    const own = mkdtempSync(join(tmpdir(), 'rialto-app-'));
    try {
      const { stderr } = await run(['src/app/cli.ts', 'demo'], { RIALTO_DATA: own }, (said) => /Password +\S+/.test(said) && 'SIGKILL');
      expect(stderr).toMatch(/Log in as +\S+@\S+\n +Password +\S+/);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });

  test('a day that is broken off tells machines in one JSON value how far it came, and the first password', async () => {
    const { code, stdout } = await run(['src/app/cli.ts', 'demo', '--json'], {}, (said) => said.includes(' %') && 'SIGINT');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      finished: false,
      participants: 40,
      orders: 20_000,
      login: { email: expect.stringContaining('@') as string, password: expect.stringMatching(/^\w{24}$/) as string },
    });
  });

  test('a later start says what goes on with a day that is not finished, and where it serves in one JSON value', async () => {
    const { code, stdout, stderr } = await run(['src/app/cli.ts', 'up', '--json'], {}, (said) => said.includes('not finished') && 'SIGINT');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string });
    expect(stderr).toContain('rialto -- demo` goes on with it');
  });

  test('the day goes on beside a running house', async () => {
    const product = await startProduct({ dataFolder: folder });
    try {
      const { stdout } = await run(['src/app/cli.ts', 'demo', '--json'], {}, (said) => said.includes(' %') && 'SIGINT');
      expect(JSON.parse(stdout)).toMatchObject({ finished: false, participants: 40 });
    } finally {
      expect(await product.stop()).toBe(0);
    }
  });
});

describe.skipIf(!hasServer('nats-server') || !hasServer('redis-server'))('health', () => {
  test('tells the loss of NATS and of Redis by name, and the log tells it too; without NATS nobody is sent here', async () => {
    const [nats, redis] = await Promise.all([startNats(), startRedis()]);
    const product = await startProduct({ dataFolder: folder, env: { NATS_URL: nats.url, REDIS_URL: redis.url, LOG_LEVEL: 'info' } });
    const ready = async () => {
      const answer = await fetch(`${product.url}/health/ready`);
      const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean }[] };
      const of = (name: string) => checks.find((check) => check.name === name)?.ok;
      return { status: answer.status, bus: of('bus'), kv: of('kv') };
    };
    const becomes = (state: object) => vi.waitFor(async () => expect(await ready()).toEqual(state), { timeout: 120_000, interval: 100 });
    try {
      await becomes({ status: 200, bus: true, kv: true });
      await redis.kill();
      await becomes({ status: 200, bus: true, kv: false });
      await nats.kill();
      await becomes({ status: 503, bus: false, kv: false });
      await Promise.all([nats.start(), redis.start()]);
      await becomes({ status: 200, bus: true, kv: true });
      for (const said of ['NATS is lost', 'NATS is back', 'shared kv does not answer', 'shared kv is back', 'a check of health fails'])
        expect(product.output()).toContain(said);
    } finally {
      await product.stop();
      await Promise.all([nats.close(), redis.close()]);
    }
  });
});

describe('rialto keys', () => {
  test.each([
    [['create', '--name', 'x', '--days', 'soon'], '--days'],
    [['create', '--name', 'x', '--days', '0'], '--days'],
    [['create', '--name', 'x', '--days', '99999999999'], '--days'],
    [['create', '--name', 'x', '--member', 'nobody'], 'mem_'],
    [['rotate', `key_${'0'.repeat(32)}`, '--overlap', 'later'], '--overlap'],
  ])('%j is refused in words, and standard output stays empty', async (args, named) => {
    const { code, stdout, stderr } = await run(['src/app/cli.ts', 'keys', ...args, '--json']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe('request.invalid');
    expect(error.message).toContain(named);
  });
});

describe('rialto keys create and rotate', () => {
  test('what create gives rotate takes, and both keys open until the overlap is over', async () => {
    const product = await startProduct({ dataFolder: folder });
    try {
      const made = await run(['src/app/cli.ts', 'keys', 'create', '--name', 'first', '--json']);
      const key = JSON.parse(made.stdout) as { id: string; key: string; createdAt: string };
      expect(key).toMatchObject({
        id: expect.stringMatching(/^key_[0-9a-f]{32}$/) as string,
        createdAt: expect.stringMatching(/Z$/) as string,
      });
      const rotated = await run(['src/app/cli.ts', 'keys', 'rotate', key.id]);
      expect(rotated.code).toBe(0);
      // Only the key itself, so that KEY=$(…) takes it; the id is for whoever looks.
      expect(rotated.stdout).toMatch(/^rlt_\w+\n$/);
      expect(rotated.stderr).toContain(key.id);
      for (const token of [key.key, rotated.stdout.trim()]) {
        const { status } = await fetch(`${product.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
        expect(status).toBe(200);
      }
    } finally {
      await product.stop();
    }
  });
});

describe('behind a proxy', () => {
  const live = async (url: string, token: string, caller: string) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`, { headers: { 'x-forwarded-for': caller } });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'auth', token }));
    await once(socket, 'close');
  };

  test('what a stranger fails at any door counts against the stranger alone, and a key that is known passes even there', async () => {
    const product = await startProduct({ dataFolder: folder, env: { RIALTO_TRUSTED_PROXIES: '127.0.0.1' } });
    try {
      const made = await run(['src/app/cli.ts', 'keys', 'create', '--name', 'owner', '--json']);
      const { key } = JSON.parse(made.stdout) as { key: string };
      const ask = async (path: string, token: string, caller: string) => {
        const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': caller };
        return (await fetch(`${product.url}${path}`, { headers })).status;
      };
      const [thief, owner] = ['203.0.113.66', '198.51.100.7'];
      expect(await ask('/v1/me', key, owner)).toBe(200);
      for (let i = 0; i < 10; i++) await live(product.url, 'made-up', thief);
      for (let i = 0; i < 5; i++) expect(await ask('/metrics', 'made-up', thief)).toBe(401);
      // At once, since what a stranger may do comes back with time.
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask('/v1/me', 'made-up', thief)));
      expect(answers.filter((status) => status === 429).length).toBeGreaterThan(0);
      expect(await ask('/v1/me', 'made-up', owner)).toBe(401);
      expect([await ask('/v1/me', key, owner), await ask('/v1/me', key, thief)]).toEqual([200, 200]);
      expect(product.output()).not.toContain('RIALTO_TRUSTED_PROXIES');
    } finally {
      await product.stop();
    }
  });

  test('a start that is reached by https and knows no proxy warns of it', async () => {
    const product = await startProduct({ dataFolder: folder, env: { PUBLIC_URL: 'https://rialto.example' } });
    expect(product.output()).toContain('RIALTO_TRUSTED_PROXIES');
    await product.stop();
  });
});

describe('rialto payments send', () => {
  test('tells the status of an answer that is not ours, as of a proxy', async () => {
    const proxy = createServer((_request, response) => response.writeHead(502).end('<html>Bad gateway</html>'));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { code, stderr } = await run(['src/app/cli.ts', 'payments', 'send', 'package.json', '--url', url, '--json'], {
      RIALTO_API_KEY: 'k',
    });
    proxy.close();
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'cli.refused', message: 'The answer was 502.' } });
  });

  test('names an address that is none', async () => {
    const { stderr } = await run(['src/app/cli.ts', 'payments', 'send', 'package.json', '--url', 'nowhere', '--json'], {
      RIALTO_API_KEY: 'k',
    });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'request.invalid' } });
  });
});
