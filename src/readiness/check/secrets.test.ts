import { describe, expect, onTestFinished, test } from 'vitest';
import { builtInChecks } from './built-in.ts';
import { createKinds } from './kinds.ts';
import { bareProbe, httpOnLoopback, type Loopback } from './loopback.ts';
import { postgresOnLoopback } from './loopback-postgres.ts';
import { redact, redactNamed, redactOutput } from './redact.ts';
import { runCheck } from './run-check.ts';
import { secretsIn } from './tracked-secrets.ts';

const SECRET = ['hunter2', 'hunter2'].join('');
const kinds = createKinds([builtInChecks()]);
const checked = async (kind: string, made: Promise<Loopback>, params: object) => {
  const { url, end } = await made;
  onTestFinished(end);
  return runCheck(kinds.find(kind)!, { target: url, ...params }, bareProbe());
};

describe('a credential', () => {
  test.each([
    `DB_PASS=${SECRET}`,
    `dbPass=${SECRET}`,
    `SMTP_PASS: ${SECRET}`,
    `SMTP_PASS: correct horse ${SECRET}`,
    `"pass":"${SECRET}"`,
    `<password>${SECRET}</password>`,
    `<add key="password" value="${SECRET}"/>`,
    `- name: DB_PASSWORD\n  value: ${SECRET}`,
    `"tokens": ["${SECRET}"]`,
    `{"credentials":{"list":[{"a":"${SECRET}"}],"n":3}}`,
    `password: |\n  ${SECRET}`,
    `postgres://app:pa/ss${SECRET}@db/x`,
    `AccountKey=${SECRET}==;EndpointSuffix=x`,
    `password ${SECRET}`,
    `Login failed for app with password '${SECRET}'`,
    `--password ${SECRET}`,
    `mysql -p ${SECRET}`,
    `SG.${SECRET}abcdefghijk.${SECRET}`,
    `pin: ${SECRET}`,
    `client_auth=${SECRET}`,
    `x-auth: ${SECRET}`,
    `AWS_SESSION=${SECRET}`,
    `passwort: ${SECRET}`,
    `pw=${SECRET}`,
    `"api key": "${SECRET}"`,
    `secret\t${SECRET}`,
    `password\n${SECRET}`,
    `password=>"${SECRET}"`,
    `password := "${SECRET}"`,
    `password = null; token -> ${SECRET}`,
    `sessionid=${SECRET}`,
    `sig=${SECRET}`,
    `$.tokens[0] is "${SECRET}", demanded = "${SECRET}"`,
    `$.db.pass is "${SECRET}"`,
    `$.credentials.list[0] contains "${SECRET}"`,
    JSON.stringify({ a: JSON.stringify({ password: SECRET }) }),
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ password: `a"${SECRET}` }) }) }),
    JSON.stringify({ a: JSON.stringify({ tokens: [SECRET] }) }),
    JSON.stringify({ body: `{"login":{"pass":"${SECRET}","user":"bob"}}` }),
    `hmac_key: ${SECRET}`,
    `curl -u user:${SECRET} https://x.example`,
    `curl --user "user:${SECRET}" -sS https://x.example`,
    `CREATE USER x IDENTIFIED BY '${SECRET}'`,
    `ALTER USER x IDENTIFIED WITH mysql_native_password BY "${SECRET}";`,
    `mysql -p${SECRET}`,
    `mysqldump --single-transaction -u root -p${SECRET} app`,
    `redis-cli -h cache -a ${SECRET} ping`,
    `user,password\nbob,${SECRET}`,
    `id,user,api_key,note\n1,bob,"${SECRET},x",fine\n2,eve,${SECRET},fine`,
    ` user | password \n------+----------\n bob  | ${SECRET}\n eve  | ${SECRET}`,
    `| user | API key |\n|---|---|\n| bob | ${SECRET} |`,
    `name;pwd\nbob;${SECRET}`,
    `API key is ${SECRET}`,
    `contraseña: ${SECRET}`,
    `Contrasena = ${SECRET}`,
    `mot de passe : ${SECRET}`,
    `mot_de_passe=${SECRET}`,
    `Passwort: ${SECRET}`,
    `Kennwort ist ${SECRET}`,
    `clave: ${SECRET}`,
    `senha: ${SECRET}`,
    `mdp=${SECRET}`,
    `пароль: ${SECRET}`,
    `密码: ${SECRET}`,
    `seed phrase: ${SECRET} able about above absent absorb abstract absurd abuse access accident`,
    `mnemonic = "${SECRET} able about"`,
  ])('is masked in %j', (text) => {
    const masked = redact(text);
    expect(masked).not.toContain(SECRET);
    expect(redact(masked)).toBe(masked);
  });

  test.each([
    'abandon ability able about above absent absorb abstract absurd abuse access accident',
    'wallet restored from "legal winner thank year wave sausage worth useful legal winner thank yellow"',
  ])('of words for a wallet is masked in %j', (text) => {
    expect(redact(text)).not.toMatch(/absorb|sausage/);
  });

  test.each(['password=12345678', '"password": 12345678', 'pin=4711', 'otp: 123456', 'access_token=20261123'])(
    'of digits is masked in %j',
    (text) => {
      expect(redact(text)).not.toMatch(/\d{4}/);
    },
  );

  test.each(['$.tokens[0]', '$.db.pass', '$.credentials.list[0]', 'DB_PASSWORD', '$.user["password"]'])(
    'is masked by the name %s',
    (name) => {
      expect(redactNamed(name, `"${SECRET}"`)).toBe('[secret]');
    },
  );
});

describe('what only tells about credentials, or looks like it, stays readable:', () => {
  test.each([
    '3 pass, 0 fail',
    '"pass": 120, "fail": 0',
    'PASS: login works',
    'PASS src/a.test.ts',
    'token_ttl=3600',
    'max_tokens=4096',
    'tokens: 512',
    '2 tokens in 15 ms',
    'passwordMinLength: 12',
    'JWT_SECRET is not set',
    'JWT_SECRET has 5 characters, at least 32 are demanded.',
    'secret rotated 2026-11-01',
    'secret_rotated_at: 2026-11-01T10:00:00Z',
    'password: required',
    'token is valid for 30 days',
    'token v1.2.3',
    'AUTH_MODE=strict',
    'signature: valid',
    '"tokens": {"count": 3, "status": "ok"}',
    '$.token.status is "valid", demanded = "valid"',
    '$.auth.mode is "none", demanded = "strict"',
    'https://api.example:8080/v1/health 200',
    'http://localhost:4873/@scope/pkg',
    'docker run -p 8080:80',
    'p95 is 12.3 ms, demanded <= 100 ms',
    'author: Ada, design=7, bypass=yes, spin: 5',
    '/bearer answered 200',
    'GET /basic returned 404',
    'basic authentication is off',
    'the bearer presented nothing',
    'docker run -u 1000:1000 -p 8080:80 app',
    'user,role,tokens\nbob,admin,12',
    'host,token_ttl\ndb,3600',
    'one line, with a token, in prose\nanother line, with commas, in prose',
    'these words stand here because some people write long lines without stops today',
    'mysql -u root --port 3306 app',
    'keyword: clave-less, primary key is (id)',
    '1 places look as if they held credentials (dump.sql line 3 has a literal secret)',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('numbers, versions, dates and states of what is so named', () => {
    for (const [name, value] of [
      ['$.tokens.length', '512'],
      ['$.auth.mode', 'strict'],
      ['$.token.expiresAt', '2026-11-23'],
      ['$.session', 'active'],
      ['JWT_SECRET', 'not set'],
    ] as const)
      expect(redactNamed(name, value)).toBe(value);
  });
});

describe('what a check tells of a place that holds a credential', () => {
  test('in a column is masked, with its rows, and truth and counts are not', async () => {
    const told = await checked('sql', postgresOnLoopback([[SECRET]]), {
      query: 'select password from app_users limit 1',
      op: '=',
      value: 'x',
    });
    expect(JSON.stringify(told)).not.toContain(SECRET);
    expect(told.result.state).toBe('fail');
    const flag = await checked('sql', postgresOnLoopback([['t']]), {
      query: 'select rolpassword is null from pg_authid',
      op: '=',
      value: true,
    });
    expect(flag.result).toMatchObject({ state: 'pass', summary: 'value is "t".' });
    const count = await checked('sql', postgresOnLoopback([['123456']]), { query: 'select count(*) from api_tokens', op: '>', value: 5 });
    expect(count.result).toMatchObject({ state: 'pass', measurements: [{ value: 123_456 }] });
  });

  test.each(['$.tokens[0]', '$.db.pass', '$.credentials.list[0]'])('in a document at %s is masked', async (at) => {
    const body = JSON.stringify({ tokens: [SECRET], db: { pass: SECRET }, credentials: { list: [SECRET] } });
    const told = await checked(
      'http',
      httpOnLoopback((_, reply) => void reply.end(body)),
      { json: [{ at, op: '=', value: 'ok' }] },
    );
    expect(JSON.stringify(told)).not.toContain(SECRET);
  });
});

test('of hostile shape is masked in time that grows as the text does', () => {
  for (const piece of [
    'password',
    'password ',
    'a://b:',
    'secret:{',
    'token:[',
    '<password',
    'password: |\n ',
    'pass ',
    '$.token ',
    ' -p a',
    "pw='",
    'a.',
    'user,password\n',
    'password,',
    '"a|password',
    'password\\\\"',
    'password:\\"a',
    'mysql ',
    'curl -u a:b ',
    'identified by ',
    'abandon ',
    'API key is ',
  ]) {
    const from = performance.now();
    redactOutput(piece.repeat(Math.ceil(400_000 / piece.length)));
    expect(`${piece} ${performance.now() - from < 4_000}`).toBe(`${piece} true`);
  }
});

test.each([
  `DB_PASS=${SECRET}`,
  `SMTP_PASS: ${SECRET}`,
  `"pass":"${SECRET}"`,
  `<password>${SECRET}</password>`,
  `"tokens": ["${SECRET}"]`,
  `AccountKey=${SECRET}==;EndpointSuffix=x`,
  `--password ${SECRET}`,
  `client_auth=${SECRET}`,
  `x-auth: ${SECRET}`,
  `passwort: ${SECRET}`,
  `pw=${SECRET}`,
  `"api key": "${SECRET}"`,
  `password=>"${SECRET}"`,
  `password := "${SECRET}"`,
  `sessionid=${SECRET}`,
  `sig=${SECRET}`,
  `SG.${SECRET}abcdefghijk.${SECRET}`,
])('a tracked file may not hold %j', (text) => {
  expect(secretsIn(text)).not.toEqual([]);
});
