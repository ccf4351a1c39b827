import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Secret } from '../base/secret.ts';
import { connectionConfig } from '../infra/postgres/connection.ts';
import { startEmbedded, type EmbeddedPostgres } from '../infra/postgres/embedded.ts';
import { giveTo, runAs } from '../infra/postgres/placement.ts';
import { selfSigned } from '../readiness/check/self-signed.ts';
import { openMigrated } from './database.ts';

const DAY_MS = 86_400_000;
const WAIT = { timeout: 60_000, interval: 50 };

let folder: string;
let server: EmbeddedPostgres;
let port: number;
let passwords: { app: string; admin: string };

/** A server that speaks TLS with a certificate for 127.0.0.1, to whoever asks for it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rialto-test-postgres-'));
  chmodSync(folder, 0o711);
  port = await freePort();
  server = await startEmbedded({ dataFolder: folder, durable: false, loopbackPort: port });
  const word = (url: Secret) => decodeURIComponent(new URL(url.reveal()).password);
  passwords = { app: word(server.appUrl()), admin: word(server.adminUrl()) };
  const { cert, key } = selfSigned({ names: ['127.0.0.1', 'db.example'], fromMs: Date.now() - DAY_MS, toMs: Date.now() + DAY_MS });
  const other = selfSigned({ names: ['127.0.0.1'], fromMs: Date.now() - DAY_MS, toMs: Date.now() + DAY_MS });
  for (const [name, text] of [
    ['cert.pem', cert],
    ['key.pem', key],
    ['other.pem', other.cert],
  ] as const) {
    writeFileSync(join(folder, name), text);
    if (name !== 'other.pem') giveTo(runAs(), join(folder, name), 0o600);
  }
  const admin = await connect(server.adminUrl().reveal());
  await admin.query(`alter system set ssl_cert_file = '${join(folder, 'cert.pem')}'`);
  await admin.query(`alter system set ssl_key_file = '${join(folder, 'key.pem')}'`);
  await admin.query('alter system set ssl = on');
  await admin.query('select pg_reload_conf()');
  await admin.end();
  // The server reads its settings anew when it gets to it.
  await vi.waitFor(() => isEncrypted('sslmode=require'), WAIT);
});
afterAll(async () => {
  await server.stop();
  rmSync(server.home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const found = (probe.address() as AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
  return found;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(new Secret(url)));
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const urlWith = (query: string, { user = 'rialto_app', password = passwords.app, database = 'rialto', at = port } = {}) =>
  `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/${database}?${query}`;
const certificate = (name: string) => `sslrootcert=${encodeURIComponent(join(folder, name))}`;

const isEncrypted = async (query: string): Promise<boolean> => {
  const client = await connect(urlWith(query));
  const { rows } = await client.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  await client.end();
  return rows[0]!.ssl;
};

test('the driver speaks TLS when the URL says so, and knows whom it speaks to', async () => {
  expect(await isEncrypted('')).toBe(false);
  expect(await isEncrypted('sslmode=allow')).toBe(false);
  for (const query of ['sslmode=require', 'sslmode=prefer']) expect(await isEncrypted(query)).toBe(true);
  for (const mode of ['require', 'verify-ca', 'verify-full'])
    expect(await isEncrypted(`sslmode=${mode}&${certificate('cert.pem')}`)).toBe(true);
});

test.each([
  ['require', () => certificate('other.pem')],
  ['verify-ca', () => certificate('other.pem')],
  ['verify-full', () => certificate('other.pem')],
  ['verify-full', () => 'sslrootcert=system'],
  ['verify-ca', () => ''],
])('sslmode=%s refuses a certificate that nobody it trusts has signed', async (mode, more) => {
  await expect(isEncrypted(`sslmode=${mode}&${more()}`)).rejects.toThrow(/self-signed|certificate|verify/i);
});

/** How a start with this address for the application ends; nothing is migrated, since there is nothing to migrate yet. */
const startWith = async (appUrl: string) => {
  const addresses = { appUrl: new Secret(appUrl), adminUrl: server.adminUrl(), stop: async () => undefined };
  await (await openMigrated(addresses, () => undefined)).close();
};

test('a start over TLS works as any other', async () => {
  await expect(startWith(urlWith(`sslmode=verify-full&${certificate('cert.pem')}`))).resolves.toBeUndefined();
});

test.each([
  ['a wrong password', () => urlWith('', { password: 'hunter2' }), 'password authentication failed'],
  ['a database that is not there', () => urlWith('', { database: 'nowhere' }), 'database "nowhere" does not exist'],
  ['a certificate that is not trusted', () => urlWith(`sslmode=verify-full&${certificate('other.pem')}`), 'certificate'],
  ['nobody there', () => urlWith('', { at: 1 }), 'ECONNREFUSED'],
])('%s is told in a sentence that names the setting and no password', async (_, url, reason) => {
  const error = await startWith(url()).catch((refused: Error) => refused);
  expect(error).toMatchObject({
    code: 'database.unreachable',
    message: expect.stringContaining('DATABASE_URL cannot be reached: ') as string,
  });
  expect(error!.message).toContain(reason);
  expect(error!.message).not.toContain('hunter2');
});

test('TLS asked of a server that has none is told with what to do', async () => {
  const admin = await connect(server.adminUrl().reveal());
  await admin.query('alter system set ssl = off');
  await admin.query('select pg_reload_conf()');
  await admin.end();
  await vi.waitFor(() => expect(isEncrypted('sslmode=require')).rejects.toThrow(), WAIT);
  await expect(startWith(urlWith('sslmode=require'))).rejects.toMatchObject({
    code: 'database.unreachable',
    message: expect.stringContaining('sslmode=disable') as string,
  });
});
