import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leiOf } from '../../src/base/check-digit.ts';
import { apiOf, must } from '../support/api.ts';
import { ownPostgresPrograms, startOwnPostgres, type OwnPostgres } from '../support/own-postgres.ts';
import { startProduct, type Product } from '../support/product.ts';
import { rialto } from '../support/program.ts';
import { hasServer } from '../support/servers.ts';

const PATIENCE = { timeout: 300_000 };
const BANK = { name: 'Nordfjord Bank', bic: 'NORDFIHH', lei: leiOf('BKUP00000000000000'), assets: ['EUR/2'] };
const FUNDING = { asset: 'EUR/2', units: '1000000', reference: 'OPENING' };

type Login = { accessToken: string };
type Found = { items: { bic: string; accounts: { available: string }[] }[] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rialto-backup-'));
  // Where PostgreSQL's unprivileged user gets through.
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const logIn = async ({ url, email, password }: Product) =>
  (await must(apiOf(() => url)<Login>('POST /v1/auth/login', { json: { email, password } }))).accessToken;

/** A bank with money; answers with a token that was signed before the backup. */
async function doBusiness(product: Product): Promise<string> {
  const token = await logIn(product);
  const api = apiOf(() => product.url, token);
  const { id } = await must(api<{ id: string }>('POST /v1/participants', { json: BANK }));
  await must(api(`POST /v1/participants/${id}/fund`, { key: 'fund', json: FUNDING }));
  return token;
}

/** Business after the backup, up to the head of the log that is noted for it. */
async function doMore({ url }: Product, token: string, dataFolder: string): Promise<void> {
  const heads = () =>
    readdirSync(join(dataFolder, 'heads', 'ledger')).map((name) => readFileSync(join(dataFolder, 'heads', 'ledger', name), 'utf8'));
  const before = existsSync(join(dataFolder, 'heads', 'ledger')) ? heads() : [];
  const api = apiOf(() => url, token);
  const { items } = await must(api<{ items: { id: string }[] }>('GET /v1/participants'));
  await must(api(`POST /v1/participants/${items[0]!.id}/fund`, { key: 'more', json: { ...FUNDING, reference: 'LATER' } }));
  while (!existsSync(join(dataFolder, 'heads', 'ledger')) || heads().join('') === before.join('')) await pause(100);
}

/** What has to hold of an installation that was restored: its business, its keys, its books. */
async function expectWhole(product: Product, token: string, env: Record<string, string>): Promise<void> {
  // Signed before the backup: the key that signs is there, and can be opened.
  const api = apiOf(() => product.url, token);
  const { items } = await must(api<Found>('GET /v1/participants'));
  expect(items.map(({ bic }) => bic)).toEqual(['NORDFIHH']);
  expect(items[0]!.accounts[0]!.available).toBe('1000000');
  for (const what of ['ledger', 'audit']) expect(await rialto([what, 'verify'], env)).toMatchObject({ code: 0 });
  expect(await product.stop()).toBe(0);
}

test('the data folder, copied while Rialto is stopped, is a whole installation at another place', PATIENCE, async () => {
  const [from, to] = [join(folder, 'embedded'), join(folder, 'restored')];
  mkdirSync(from);
  const first = await startProduct({ dataFolder: from });
  const token = await doBusiness(first);
  expect(await first.stop()).toBe(0);
  // Here the database lies in the folder itself; where it does not, postgres.location says where.
  expect(existsSync(join(from, 'postgres.location'))).toBe(false);
  execFileSync('cp', ['-a', from, to]);
  rmSync(from, { recursive: true });
  const second = await startProduct({ dataFolder: to });
  await expectWhole(second, token, { RIALTO_DATA: to });
});

describe.skipIf(!hasServer('postgresql', ownPostgresPrograms() !== undefined))('with a PostgreSQL of one’s own', () => {
  const open: OwnPostgres[] = [];
  const products: Product[] = [];
  afterAll(async () => {
    for (const product of products) await product.stop();
    for (const server of open) await server.close();
  });

  async function kept(starting: Promise<OwnPostgres>): Promise<OwnPostgres> {
    const one = await starting;
    open.push(one);
    return one;
  }

  async function start(at: OwnPostgres, dataFolder: string): Promise<{ product: Product; env: Record<string, string> }> {
    const env = { DATABASE_URL: at.url('rialto_app'), DATABASE_ADMIN_URL: at.url('rialto_admin') };
    const product = await startProduct({ dataFolder, env });
    products.push(product);
    return { product, env: { ...env, RIALTO_DATA: dataFolder } };
  }

  test('a base backup of a running database, beside the data folder, is restored as a new server', PATIENCE, async () => {
    const [from, to] = [join(folder, 'own'), join(folder, 'own-restored')];
    mkdirSync(from);
    const one = await kept(startOwnPostgres());
    for (const text of [
      'create role rialto_admin login createrole',
      'create role rialto_app login noinherit',
      'create database rialto owner rialto_admin',
    ])
      await one.program('psql', ['-v', 'ON_ERROR_STOP=1', '-d', one.url('postgres', 'postgres'), '-c', text]);
    const { product } = await start(one, from);
    const token = await doBusiness(product);

    // As docs/how-to/operate.md has it: first the heads, then the database, while it works, then the folder.
    const heads = join(folder, 'heads');
    cpSync(join(from, 'heads'), heads, { recursive: true });
    const two = await kept(startOwnPostgres(one));
    await doMore(product, token, from);
    cpSync(from, to, { recursive: true });
    rmSync(join(to, 'heads'), { recursive: true });
    cpSync(heads, join(to, 'heads'), { recursive: true });
    await product.stop();
    const restored = await start(two, to);
    await expectWhole(restored.product, token, restored.env);
  });
});
