import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leiOf } from '../../src/base/check-digit.ts';
import { place } from '../../src/infra/postgres/placement.ts';
import { administrator, apiOf, must, type Api } from '../support/api.ts';
import { startProduct, type Product } from '../support/product.ts';
import { launch, rialto } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT = { timeout: 90_000 };
const MAIN = 'src/app/main.ts';
const FILE = 'test/fixtures/pacs008/golden/credit-transfer.xml';

/** Processes that work in a cluster's folder: its PostgreSQL, with every session. */
function serversOf(dataFolder: string): string[] {
  const cluster = join(place(dataFolder).home, 'cluster');
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false;
    }
  });
}

describe('one installation, from its first start to its third', () => {
  let product: Product;
  let first: Product;
  let api: Api;
  let env: Record<string, string>;

  beforeAll(async () => {
    first = product = await startProduct();
    env = { RIALTO_DATA: product.dataFolder, PORT: new URL(product.url).port };
    const { email, password } = product as Required<Product>;
    api = await administrator({ url: () => product.url, email, password }, ['participants:read']);
  });
  afterAll(async () => {
    await product.stop();
    first.clean();
  });

  test.each(['/health', '/health/ready', '/api/health', '/api/v1/health', '/openapi.json', '/docs', '/metrics'])(
    '%s answers without a login',
    async (path) => expect((await fetch(`${product.url}${path}`)).status).toBe(200),
  );

  test('a second start on the same data folder is refused with the reason, and the first goes on', TIMEOUT, async () => {
    const { code, stderr } = await launch([MAIN], { RIALTO_DATA: product.dataFolder, PORT: '0' }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`is in use by process ${product.pid}`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect((await api('GET /v1/me')).status).toBe(200);
  });

  test('a port in use is told, ends the start with 1 and leaves no server behind', TIMEOUT, async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await launch([MAIN], { RIALTO_DATA: folder, PORT: env['PORT']! }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${env['PORT']} on 127.0.0.1 is taken by another program`);
    expect(serversOf(folder)).toEqual([]);
  });

  describe('the command line beside the running product', TIMEOUT, () => {
    const json = async (args: string[], more: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await rialto([...args, '--json'], { ...env, ...more });
      expect([code, stderr]).toEqual([0, '']);
      return JSON.parse(stdout) as Record<string, unknown>;
    };

    test('doctor finds everything well', async () => {
      const { findings } = (await json(['doctor'])) as { findings: { what: string; ok: boolean }[] };
      expect(findings.filter(({ ok }) => !ok)).toEqual([]);
      expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['node', 'data folder', 'database', 'clock', 'schema']));
    });
    test('migrate --plan has nothing to do', async () => {
      expect(await json(['migrate', '--plan'])).toEqual({ plan: true, pending: [] });
    });
    test('ledger verify and audit verify find both sound', async () => {
      expect(await json(['ledger', 'verify'])).toMatchObject({ ok: true, findings: [] });
      expect(await json(['audit', 'verify'])).toMatchObject({ differences: [] });
    });
    test('the head of the audit log is kept in the data folder, and a head that was noted before is held against', async () => {
      const [head] = (await json(['audit', 'heads'])) as unknown as { tenantId: string; size: number; root: string }[];
      expect(readdirSync(join(product.dataFolder, 'heads', 'audit'))).toEqual([`${head!.tenantId}.json`]);
      expect(await json(['audit', 'verify', '--head', `${head!.size}:${head!.root}`])).toMatchObject({ noted: 2, differences: [] });
      const other = await rialto(['audit', 'verify', '--head', `${head!.size}:${'0'.repeat(64)}`], env);
      expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('--head has root 0000') });
    });
    test('keys create makes a key that sends a file, to the port of the installation; a file that is refused whole ends with 1', async () => {
      const { key } = await json(['keys', 'create', '--name', 'cli', '--scopes', 'payments:write']);
      const args = ['payments', 'send', FILE];
      const { code, stdout } = await rialto([...args, '--json'], { ...env, RIALTO_API_KEY: key as string });
      expect([code, stdout]).toEqual([1, expect.stringContaining('<TxSts>RJCT</TxSts>')]);
      expect(await rialto(args, env)).toMatchObject({ code: 1, stderr: expect.stringContaining('RIALTO_API_KEY') });
    });
    test('secrets generate and openapi need no installation', async () => {
      expect(Buffer.from((await json(['secrets', 'generate']))['secret'] as string, 'base64url')).toHaveLength(32);
      const { code, stdout } = await rialto(['openapi']);
      expect([code, JSON.parse(stdout)]).toEqual([0, (await api('GET /openapi.json')).body]);
    });
  });

  test('a request under way at SIGTERM is answered, then the process ends with 0 and its server with it', TIMEOUT, async () => {
    const bank = { name: 'Late Bank', bic: 'LATENOKK', lei: leiOf('LATE00000000000000'), assets: ['NOK/2'] };
    const { accessToken } = await must(
      apiOf(() => product.url)<{ accessToken: string }>('POST /v1/auth/login', {
        json: { email: product.email, password: product.password },
      }),
    );
    const slow = await halfSent(product.url, 'POST /v1/participants', JSON.stringify(bank), accessToken);
    process.kill(product.pid, 'SIGTERM');
    await heardStopping(product);
    expect(await slow.sendRest()).toMatch(/^HTTP\/1\.1 201 /);
    expect(await product.ended).toBe(0);
    expect(product.output()).not.toContain('still under way');
    expect(serversOf(product.dataFolder)).toEqual([]);
  });

  test('the command line works without the running product, and leaves nothing running', TIMEOUT, async () => {
    const { code, stdout } = await rialto(['ledger', 'verify', '--json'], env);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { ok: true }]);
    expect(await rialto(['doctor', '--json'], { ...env, PORT: '0' })).toMatchObject({ code: 0 });
    expect(serversOf(product.dataFolder)).toEqual([]);
    const nowhere = await rialto(['ledger', 'verify'], { RIALTO_DATA: temporaryFolder() });
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no installation') });
  });

  test('the second start keeps the data and tells no password; Ctrl-C ends it with 0', TIMEOUT, async () => {
    const { email, password } = product;
    product = await startProduct({ dataFolder: product.dataFolder });
    expect(product.output()).not.toMatch(/password/i);
    const { items } = await must(api<{ items: { bic: string }[] }>('GET /v1/participants'));
    expect(items.map(({ bic }) => bic)).toEqual(['LATENOKK']);
    expect((await apiOf(() => product.url)('POST /v1/auth/login', { json: { email, password } })).status).toBe(200);
    expect(await product.stop()).toBe(0);
    expect(serversOf(product.dataFolder)).toEqual([]);
  });

  test('SIGTERM during the start ends it before it is ready, cleanly, and the next start finds everything', TIMEOUT, async () => {
    const starting = launch([MAIN], { RIALTO_DATA: product.dataFolder, PORT: '0' });
    await starting.said(/PostgreSQL .* is running/);
    starting.signal('SIGTERM');
    const { code, stderr } = await starting.ended;
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/^\s+at |is ready/m)]);
    expect(stderr).toMatch(/Stopped before it was ready\n$/);
    expect(serversOf(product.dataFolder)).toEqual([]);
    product = await startProduct({ dataFolder: product.dataFolder });
    expect((await api('GET /v1/participants')).status).toBe(200);
  });
});

test('a bad configuration is told whole, at once and without its passwords', TIMEOUT, async () => {
  const bad = {
    PORT: 'eighty',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://app:geheim@db/x',
    REDIS_URL: 'geheim',
    RIALTO_WINDOW_SECONDS: '-1',
  };
  const { code, stdout, stderr } = await launch([MAIN], bad).ended;
  expect(code).toBe(1);
  for (const name of Object.keys(bad)) expect(stderr).toContain(`${name} must`);
  expect(stdout + stderr).not.toContain('geheim');
});

test('a data folder that cannot be made ends the start at once, by its name', TIMEOUT, async () => {
  const { code, stderr } = await launch([MAIN], { RIALTO_DATA: '/proc/rialto', PORT: '0' }).ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('The data folder /proc/rialto cannot be used')]);
});

/** A request of which the second half of the body is kept back. */
async function halfSent(url: string, request: string, body: string, token: string): Promise<{ sendRest(): Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  const head = [
    `${request} HTTP/1.1`,
    `host: ${hostname}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'expect: 100-continue',
  ];
  let answer = '';
  // The interim answer says that the server has taken the request up.
  const taken = new Promise<void>((resolve) => socket.on('data', (chunk) => ((answer += chunk.toString()), resolve())));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await taken;
  socket.write(body.slice(0, body.length >> 1));
  return {
    async sendRest() {
      answer = '';
      socket.write(body.slice(body.length >> 1));
      await closed;
      return answer;
    },
  };
}

async function heardStopping(product: Product): Promise<void> {
  await expect.poll(() => product.output(), { timeout: 20_000, interval: 5 }).toContain('Stopping');
}
