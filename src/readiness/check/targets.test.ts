import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { guardedLookup, isAllowed, isAllowedAddress, readHostRule } from './allow.ts';
import { askHttp } from './ask-http.ts';
import { listFolder, lookAt, placeOf, readText } from './files.ts';
import { http } from './kinds/http.ts';
import { listen } from './loopback.ts';
import { runCheck } from './run-check.ts';
import { readSettings } from './settings.ts';
import { createProbe } from './targets.ts';

const SETTINGS = `
version: 1
root: app
folders: [/var/log/app]
targets:
  api: https://api.example:8443/base
  db: { env: DATABASE_URL }
  stage: { url: "http://127.0.0.1:8080", journeys: true, ca: certs/ca.pem }
allow:
  hosts: ["web.example:443", "10.0.0.7:8080-8089", "*.cdn.example", "[::1]:80"]
  sweep: [127.0.0.1]
settings:
  names: [NODE_ENV, JWT_SECRET]
commands:
  lint: { argv: [npm, run, lint], folder: web, env: [NODE_ENV] }
`;
const environment = {
  DATABASE_URL: 'postgres://app:s3cret-of-db@db.example/app',
  NODE_ENV: 'production',
  JWT_SECRET: 'a-long-jwt-secret',
  HOME: '/root',
};
const probeOf = (text: string, folder = '/srv') => createProbe({ settings: readSettings(text, folder), environment });
const code = (action: () => unknown): string | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('the settings of checks', () => {
  test('name every problem at once', () => {
    const text =
      'version: 2\nroot: 5\ntargets: { api: nowhere, B: "https://x" }\nallow: { hosts: ["a b"], host: [] }\nsettings: { names: ["1x"] }\ncommands: { lint: { argv: [] } }\nextra: 1\n';
    const problems = (() => {
      try {
        return readSettings(text, '/srv');
      } catch (error) {
        return (error as Error).message;
      }
    })();
    for (const part of [
      'version',
      'root',
      'targets.api is not an address',
      'targets has no "B"',
      'allow has no "host"',
      'settings.names.0',
      'commands.lint.argv',
      'the file has no "extra"',
    ])
      expect(problems).toContain(part);
  });

  test('name what has the right shape and no meaning', () => {
    const text = 'version: 1\ntargets: { api: nowhere }\nallow: { hosts: ["a:0"], networks: ["10.0.0.0/33"], sweep: ["*.x"] }\n';
    expect(() => readSettings(text, '/srv')).toThrow(/targets\.api[\s\S]*a:0[\s\S]*10\.0\.0\.0\/33[\s\S]*\*\.x/);
  });

  test('may stand in one file with the settings of others, and nothing else may', () => {
    expect(code(() => readSettings('version: 1\npeople: {}\n', '/srv', ['people']))).toBeUndefined();
    expect(code(() => readSettings('version: 1\npeople: {}\n', '/srv'))).toBe('readiness.settings_invalid');
  });

  test.each(['', '- a', 'version: 1\n  bad: [', 'null', '&a [*a]'])('that are no settings are refused: %j', (text) => {
    expect(code(() => readSettings(text, '/srv'))).toBe('readiness.settings_invalid');
  });

  test('of any text never end in anything but a refusal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([undefined, 'readiness.settings_invalid']).toContain(code(() => readSettings(`version: 1\n${text}`, '/srv')));
      }),
    );
  });
});

describe('a target', () => {
  const probe = probeOf(SETTINGS);

  test('is found by name or by an allowed address, and never shows its login', () => {
    expect(probe.target('api')).toMatchObject({ name: 'api', shown: 'https://api.example:8443/base' });
    expect(probe.target('db')).toMatchObject({ shown: 'postgres://db.example/app' });
    expect(probe.target('db').url.password).toBe('s3cret-of-db');
    expect(probe.target('stage')).toMatchObject({ journeys: true, ca: 'certs/ca.pem' });
    for (const address of [
      'https://web.example',
      'http://10.0.0.7:8081/x',
      'https://a.cdn.example:9000',
      'http://[::1]/',
      'https://api.example:8443/else',
    ])
      expect(probe.target(address).url.href).toBe(new URL(address).href);
  });

  test.each([
    'https://other.example',
    'http://web.example',
    'https://web.example:444',
    'http://10.0.0.7:8090',
    'https://cdn.example',
    'https://evilcdn.example',
    'https://web.example.evil.example',
    'https://user:pw@web.example',
    'file:///etc/passwd',
    'nobody',
    '',
    'toString',
    '__proto__',
    'http://169.254.169.254/latest',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
    'javascript:alert(1)',
    'unix:///var/run/docker.sock',
  ])('is refused when nobody allowed it: %s', (name) => {
    expect(code(() => probe.target(name))).toBe('readiness.target_refused');
  });

  test('whose setting is not set, or holds no address, is told by name', () => {
    const settings = readSettings('version: 1\ntargets: { db: { env: NOT_SET }, bad: { env: BAD } }\n', '/srv');
    const bare = createProbe({ settings, environment: { BAD: 'secret words' } });
    expect(() => bare.target('db')).toThrow(
      expect.objectContaining({ code: 'readiness.target_unset', message: expect.stringContaining('NOT_SET') as string }),
    );
    expect(() => bare.target('bad')).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret words') as string }));
  });

  test('in a network that is not allowed is refused also by name', () => {
    const inside = probeOf('version: 1\ntargets: { a: "http://192.0.2.1", b: "http://10.1.2.3" }\nallow: { networks: ["10.0.0.0/8"] }\n');
    expect(inside.target('b').shown).toBe('http://10.1.2.3');
    expect(code(() => inside.target('a'))).toBe('readiness.target_refused');
  });

  test('may be swept only when it is named as one of one’s own', () => {
    expect(probe.ownHost!('127.0.0.1').shown).toBe('127.0.0.1');
    expect(code(() => probe.ownHost!('api.example'))).toBe('readiness.target_refused');
  });
});

describe('what else a check may use', () => {
  const probe = probeOf(SETTINGS);

  test('is only the named settings', () => {
    expect(probe.setting('NODE_ENV')).toBe('production');
    for (const name of ['HOME', 'DATABASE_URL', '__proto__']) expect(code(() => probe.setting(name))).toBe('readiness.setting_refused');
  });

  test('is only reviewed commands, with only their settings', () => {
    expect(probe.command!('lint')).toEqual({ argv: ['npm', 'run', 'lint'], folder: '/srv/app/web', env: { NODE_ENV: 'production' } });
    for (const name of ['rm', 'constructor']) expect(code(() => probe.command!(name))).toBe('readiness.command_refused');
  });

  test('does not tell secrets: passwords of targets and values of secret settings', () => {
    const told = probe.hide!('a s3cret-of-db b a-long-jwt-secret c production');
    expect(told).toBe('a [secret] b [secret] c production');
  });

  test('comes from the file of settings before the environment', () => {
    const folder = temporaryFolder({ '.env.production': 'NODE_ENV=staging\nJWT_SECRET="from the file"\n' });
    const text = 'version: 1\nsettings: { file: .env.production, names: [NODE_ENV, JWT_SECRET] }\n';
    expect(probeOf(text, folder).setting('NODE_ENV')).toBe('staging');
    expect(code(() => probeOf('version: 1\nsettings: { file: missing }\n', folder))).toBe('readiness.settings_invalid');
  });
});

describe('names and addresses', () => {
  test('of a rule hold only for what is meant', () => {
    const rules = ['a.example:80-90', '*.b.example'].map((text) => readHostRule(text)!);
    expect([
      isAllowed(rules, 'a.example', 80),
      isAllowed(rules, 'a.example', 91),
      isAllowed(rules, 'x.b.example', 1),
      isAllowed(rules, 'b.example', 1),
    ]).toEqual([true, false, true, false]);
    for (const text of ['', '*', 'a.*', 'a:b', 'a:1-0', 'a:70000', 'http://a', '*.*.a']) expect(readHostRule(text)).toBeUndefined();
  });

  test('of the own link are never asked, however they are written', () => {
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1', 'no address'])
      expect(isAllowedAddress(undefined, address)).toBe(false);
    for (const address of ['127.0.0.1', '10.0.0.1', '192.0.2.9', '2001:db8::1']) expect(isAllowedAddress(undefined, address)).toBe(true);
  });

  test('that come from a name are looked at before the connection: a name cannot lead elsewhere', async () => {
    const resolve = ((_: string, __: unknown, done: (error: null, addresses: object[]) => void) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ])) as never;
    const failure = await new Promise((done) => guardedLookup(undefined, resolve)('api.example', {}, (error) => done(error)));
    expect(failure).toMatchObject({ code: 'readiness.target_refused' });
  });
});

describe('a redirect', () => {
  async function serving(location: (own: string) => string) {
    const asked: string[] = [];
    const other = await listen(
      createServer((request, reply) => void (asked.push(`other ${request.headers.authorization ?? ''}`), reply.end('other'))),
      'http',
    );
    const own = await listen(
      createServer((_, reply) => void reply.writeHead(302, { location: location(other.url) }).end()),
      'http',
    );
    onTestFinished(async () => void (await Promise.all([own.end(), other.end()])));
    return { asked, own, other };
  }
  const settingsFor = (own: string, more = '') => `version: 1\ntargets: { api: "${own.replace('//', '//user:pass-word@')}" }\n${more}`;

  test('to a target that is not allowed is an error, and nothing is asked there', async () => {
    const { asked, own } = await serving((other) => `${other}/metadata`);
    const { result } = await runCheck(http, { target: 'api', follow: 3 }, probeOf(settingsFor(own.url)));
    expect(result.state).toBe('error');
    expect(result.summary).toContain('not among the allowed targets');
    expect(asked).toEqual([]);
  });

  test('to an allowed target is followed, without the login of the first', async () => {
    const { asked, own, other } = await serving((url) => `${url}/next`);
    const allow = `allow: { hosts: ["127.0.0.1:${other.port}"] }\n`;
    const { result } = await runCheck(http, { target: 'api', follow: 1, contains: ['other'] }, probeOf(settingsFor(own.url, allow)));
    expect(result.state).toBe('pass');
    expect(asked).toEqual(['other ']);
  });

  test('is not followed unless told, and the path of a target cannot be left by a path', async () => {
    const { own } = await serving((url) => url);
    const probe = probeOf(settingsFor(own.url));
    expect((await askHttp(probe, probe.target('api'), {})).status).toBe(302);
    expect((await runCheck(http, { target: 'api', path: '//127.0.0.1:1/x' }, probe)).result.asked).toBe('GET api//127.0.0.1:1/x');
    expect((await askHttp(probe, probe.target('api'), { path: '//127.0.0.1:1/x' })).shown).toBe(`${own.url}//127.0.0.1:1/x`);
  });
});

describe('a path', () => {
  test('never leads out of the root: not by dots, not from its start, not by links, not by what does not exist yet', async () => {
    const folder = temporaryFolder({ 'root/a.txt': 'inside', 'outside/secret.txt': 'outside' });
    const root = path.join(folder, 'root');
    symlinkSync('../outside', path.join(root, 'link'));
    symlinkSync('../outside/new.txt', path.join(root, 'dangling'));
    mkdirSync(path.join(root, 'sub'));
    for (const way of [
      '../outside/secret.txt',
      'sub/../../outside/secret.txt',
      'link/secret.txt',
      'link',
      'dangling',
      'link/missing.txt',
      '../missing',
      '/etc/passwd',
      path.join(folder, 'outside'),
      'a\0b',
      '..',
    ])
      await expect(placeOf({ root }, way)).rejects.toMatchObject({ code: 'readiness.path_refused' });
    expect(await readText({ root }, 'a.txt')).toBe('inside');
    expect(await readText({ root }, path.join(root, 'a.txt'))).toBe('inside');
    expect(await readText({ root }, 'missing/b.txt')).toBeUndefined();
    expect(await readText({ root, folders: [path.join(folder, 'outside')] }, path.join(folder, 'outside/secret.txt'))).toBe('outside');
  });

  test('of any letters is refused, missing, or inside', async () => {
    const root = temporaryFolder({ 'a/b.txt': 'x' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b.txt', '..', '.', '/', '', '~', '%2e%2e', '\\..', '...')), async (parts) => {
        const place = await placeOf({ root }, parts.join('/')).catch((error: { code?: string }) => {
          expect(error.code).toBe('readiness.path_refused');
        });
        expect(place === undefined || place.startsWith(root)).toBe(true);
      }),
    );
  });

  test('to a folder or something too long is no file', async () => {
    const root = temporaryFolder({ 'a/b.txt': 'long' });
    await expect(readText({ root }, 'a')).rejects.toMatchObject({ code: 'readiness.file_unreadable' });
    await expect(readText({ root }, 'a/b.txt', 3)).rejects.toMatchObject({ code: 'readiness.file_unreadable' });
    writeFileSync(path.join(root, 'a/c.txt'), '');
    expect(await listFolder({ root }, 'a')).toEqual(['b.txt', 'c.txt']);
    expect(await listFolder({ root }, 'a/b.txt')).toBeUndefined();
    expect(await lookAt({ root }, 'a')).toMatchObject({ folder: true });
  });
});
