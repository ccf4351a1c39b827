import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { readConfig, SETTINGS } from './config.ts';

test('without any setting everything has its documented value', () => {
  const config = readConfig({}, {});
  expect(config).toMatchObject({ port: 8080, host: '127.0.0.1', demo: true, logLevel: 'info', windowSeconds: 60, corsOrigins: [] });
  expect(config.databaseUrl).toBeUndefined();
});

test('every problem is told at once, by name', () => {
  const wrong = {
    PORT: 'http',
    LOG_LEVEL: 'loud',
    RIALTO_DEMO: 'maybe',
    NATS_URL: 'localhost',
    CORS_ORIGINS: 'https://a.example/x',
    DATABASE_URL: 'postgres://x',
  };
  expect(() => readConfig(wrong, {})).toThrowError(
    /6 problem[^]*PORT[^]*NATS_URL[^]*RIALTO_DEMO[^]*LOG_LEVEL[^]*CORS_ORIGINS[^]*DATABASE_ADMIN_URL/,
  );
});

test('proxies are addresses and networks, and never everybody', () => {
  expect(readConfig({ RIALTO_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1' }, {}).trustedProxies).toEqual(['10.0.0.0/8', '2001:db8::1']);
  for (const wrong of ['proxy.example', '0.0.0.0/0', '10.0.0.0/40'])
    expect(() => readConfig({ RIALTO_TRUSTED_PROXIES: wrong }, {})).toThrowError(/RIALTO_TRUSTED_PROXIES/);
});

test('servers of a NATS cluster are several addresses, and a wrong one among them is told without its password', () => {
  const several = 'nats://a:hunter2@n1:4222, tls://n2:4222';
  expect(readConfig({ NATS_URL: several }, {}).natsUrl?.reveal()).toBe(several);
  const wrong = (): unknown => readConfig({ NATS_URL: 'nats://n1:4222,http://a:hunter2@n2' }, {});
  expect(wrong).toThrowError(/NATS_URL/);
  expect(wrong).not.toThrowError(/hunter2/);
});

test('a password with a % of its own is told with what to write instead, and not shown', () => {
  const wrong = {
    DATABASE_URL: 'postgres://u:hun%ter2@h/d',
    DATABASE_ADMIN_URL: 'postgres://u:x@h/d',
    REDIS_URL: 'redis://:hun%ter2@h',
    NATS_URL: 'nats://u:hun%ter2@h',
    SMTP_URL: 'smtp://u:hun%ter2@h',
  };
  const read = (): unknown => readConfig(wrong, {});
  expect(read).toThrowError(/DATABASE_URL must[^]*%25[^]*NATS_URL must[^]*%25[^]*REDIS_URL must[^]*%25[^]*SMTP_URL must[^]*%25/);
  expect(read).not.toThrowError(/ter2/);
});

test('the public address, which is printed, holds no login', () => {
  const read = (): unknown => readConfig({ PUBLIC_URL: 'https://u:hunter2@desk.example/' }, {});
  expect(read).toThrowError(/PUBLIC_URL must hold no name/);
  expect(read).not.toThrowError(/hunter2/);
});

test('the environment goes before the file', () => {
  expect(readConfig({ PORT: '9000' }, { PORT: '9001', HOST: '::1' })).toMatchObject({ port: 9000, host: '::1' });
});

test('no password is printed, neither of a good address nor of a bad one', () => {
  const good = readConfig(
    { DATABASE_URL: 'postgres://a:hunter2@h/d', DATABASE_ADMIN_URL: 'postgres://b:hunter2@h/d', REDIS_URL: 'redis://:hunter2@h' },
    {},
  );
  expect(inspect(good) + JSON.stringify(good)).not.toContain('hunter2');
  let said = '';
  try {
    readConfig({ DATABASE_URL: 'mysql://a:hunter2@h/d' }, {});
  } catch (error) {
    said = inspect(error);
  }
  expect(said).toContain('DATABASE_URL');
  expect(said).not.toContain('hunter2');
});

test('names of settings are unique', () => {
  const names = Object.values(SETTINGS).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
