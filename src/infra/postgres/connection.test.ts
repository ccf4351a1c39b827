import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';
import { connectionConfig } from './connection.ts';

const config = (url: string): ReturnType<typeof connectionConfig> => connectionConfig(new Secret(url));

test('a URL with a host, a port and escaped characters is understood', () => {
  expect(config('postgres://us%40er:p%3Aw%2F@db.example:6432/my%20base?application_name=x')).toMatchObject({
    host: 'db.example',
    port: 6432,
    user: 'us@er',
    password: 'p:w/',
    database: 'my base',
    application_name: 'x',
    ssl: false,
  });
});

test('a unix socket is named by its folder, in either way of libpq', () => {
  expect(config('postgresql://u:p@localhost/d?host=%2Fvar%2Frun&port=5433')).toMatchObject({ host: '/var/run', port: 5433, ssl: false });
  expect(config('postgresql://u:p@%2Fvar%2Frun/d?sslmode=require')).toMatchObject({ host: '/var/run', port: 5432, ssl: false });
});

test('sslmode means what it means to libpq', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rialto-test-ca-'));
  writeFileSync(join(folder, 'ca.pem'), 'certificate');
  const ssl = (query: string): unknown => config(`postgresql://u:p@db.example/d?${query}`).ssl;
  try {
    expect(ssl('')).toBe(false);
    expect(ssl('sslmode=disable')).toBe(false);
    expect(ssl('sslmode=require')).toEqual({ rejectUnauthorized: false });
    expect(ssl('sslmode=verify-full')).toEqual({ host: 'db.example' });
    const system = { host: 'db.example', ca: expect.any(Array) as string[] };
    expect(ssl('sslrootcert=system')).toEqual(system);
    expect(ssl('sslmode=verify-full&sslrootcert=system')).toEqual(system);
    const rooted = `&sslrootcert=${encodeURIComponent(join(folder, 'ca.pem'))}`;
    expect(ssl(`sslmode=require${rooted}`)).toEqual({ ca: 'certificate', checkServerIdentity: expect.any(Function) });
    expect(ssl(`sslmode=verify-ca${rooted}`)).toEqual({ ca: 'certificate', checkServerIdentity: expect.any(Function) });
    expect(ssl(`sslmode=verify-full${rooted}`)).toEqual({ ca: 'certificate', host: 'db.example' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['another protocol', 'mysql://user:hunter2@host/db'],
  ['no URL', 'user:hunter2@host'],
  ['no database', 'postgresql://user:hunter2@host'],
  ['no user', 'postgresql://host/db?password=hunter2'],
  ['an unknown sslmode', 'postgresql://user:hunter2@host/db?sslmode=sometimes'],
  ['a weak sslmode with the trust of the system', 'postgresql://user:hunter2@host/db?sslmode=require&sslrootcert=system'],
  ['a certificate that is not there', 'postgresql://user:hunter2@host/db?sslmode=verify-full&sslrootcert=/nonexistent'],
])('%s is refused by name without showing the URL', (_, url) => {
  let thrown: unknown;
  try {
    config(url);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(AppError);
  expect(thrown).toMatchObject({ kind: 'invalid', code: 'database.url_invalid' });
  expect(inspect(thrown, { depth: 10 })).not.toContain('hunter2');
});

test('a password with a % of its own is refused in a sentence that does not repeat it', () => {
  for (const url of ['postgres://u:hun%ter2@h/d', 'postgres://u%zz:p@h/d', 'postgres://u:p@h/d%'])
    expect(() => config(url)).toThrowError(/%25/);
  expect(() => config('postgres://u:hun%ter2@h/d')).not.toThrowError(/hun/);
});
