import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entropyBits, hiderOf, isSecretSetting, redact, redactOutput } from './redact.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const CAPITALS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const drawn = (minLength: number, maxLength = minLength, unit: readonly string[] = LETTERS) =>
  fc.string({ unit: fc.constantFrom(...unit), minLength, maxLength });
const around = fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[\w"'=:@/-]/g, ' '));

/** A secret, and the text in which it stands. */
const PLANTED: Readonly<Record<string, fc.Arbitrary<readonly [secret: string, text: string]>>> = {
  'a password in an address': fc
    .tuple(drawn(8, 30), drawn(1, 8))
    .map(([secret, user]) => [secret, `postgres://${user}:${secret}@db.example:5432/app`]),
  'a token in place of the user': drawn(20, 40).map((secret) => [secret, `https://${secret}@host.example/x.git`]),
  'a bearer token': drawn(12, 60).map((secret) => [secret, `authorization: Bearer ${secret}`]),
  'a bearer token in JSON': drawn(12, 60).map((secret) => [secret, `{"h":"Bearer ${secret}"}`]),
  'a basic login': drawn(8, 30).map((secret) => [
    Buffer.from(`u:${secret}`).toString('base64'),
    `Basic ${Buffer.from(`u:${secret}`).toString('base64')}`,
  ]),
  'a cookie': drawn(10, 40).map((secret) => [secret, `set-cookie: session=${secret}; Path=/; HttpOnly`]),
  'a cookie that is sent': drawn(10, 40).map((secret) => [secret, `Cookie: a=b; session="${secret}"`]),
  'a JSON web token': fc.tuple(drawn(20), drawn(20), drawn(20)).map(([a, b, c]) => [b, `eyJ${a}.${b}.${c}`]),
  'a key of AWS': drawn(16, 16, CAPITALS).map((secret) => [secret, `id AKIA${secret}`]),
  'a password that is set': drawn(6, 30).map((secret) => [secret, `DB_PASSWORD=${secret}`]),
  'a secret in YAML with blanks': fc.tuple(drawn(6, 12), drawn(6, 12)).map(([one, two]) => [two, `client_secret: ${one} ${two}`]),
  'a secret in JSON': drawn(6, 30).map((secret) => [secret, `{"apiKey": "${secret}", "a": 1}`]),
  'a secret in JSON with a quote': drawn(6, 30).map((secret) => [secret, `{"password": "a\\"${secret}"}`]),
  'a value that a check tells of': drawn(6, 30).map((secret) => [secret, `$.user.password is "${secret}"`]),
  'a token in a query': drawn(10, 30).map((secret) => [secret, `GET /x?access_token=${secret}&a=1`]),
  'a private key': drawn(64, 200).map((secret) => [secret, `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`]),
  'a private key that is cut': drawn(64, 200).map((secret) => [secret, `-----BEGIN PRIVATE KEY-----\n${secret}`]),
  'a token of GitHub': drawn(36).map((secret) => [secret, `ghp_${secret}`]),
};

describe('in what is kept as evidence', () => {
  test.each(Object.entries(PLANTED))('%s is masked, whatever stands around it', (_, planted) => {
    fc.assert(
      fc.property(planted, around, around, ([secret, text], before, after) => {
        expect(redact(`${before}\n${text}\n${after}`)).not.toContain(secret);
      }),
    );
  });

  test('masking twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.oneof(...Object.values(PLANTED)), fc.string(), ([, text], after) => {
        const once = redact(`${text} ${after}`);
        expect(redact(once)).toBe(once);
      }),
    );
  });

  test('what is no secret stays readable', () => {
    const plain =
      'GET https://api.example/v1/health 200\ncontent-type: application/json\n{"status":"ok","sha256":"9f86d081884c7d659a2feaa0c55ad015"}';
    expect(redact(plain)).toBe(plain);
  });

  test('known values are masked, also as they stand in addresses, JSON, base64 and hex', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, maxLength: 40 }).filter((value) => value.isWellFormed()),
        (value) => {
          const hide = hiderOf([value]);
          const bytes = Buffer.from(value);
          for (const form of [
            value,
            encodeURIComponent(value),
            JSON.stringify(value).slice(1, -1),
            bytes.toString('base64'),
            bytes.toString('hex'),
          ])
            expect(hide(`<<${form}>>`)).toBe('<<[secret]>>');
        },
      ),
    );
  });
});

describe('the output of a check', () => {
  test('is cut at 64 KiB and says so, without splitting a letter', () => {
    const output = redactOutput('ä'.repeat(100_000));
    expect(output).toMatch(/… cut: \d+ of 200000 bytes are kept$/);
    expect(Buffer.byteLength(output)).toBeLessThan(65_700);
    expect(output).not.toContain('\uFFFD');
    expect(redactOutput('short')).toBe('short');
  });

  test('is cut so that no half of a secret is left over', () => {
    const secret = 'k'.repeat(4_000);
    for (const shift of [0, 100, 3_900]) {
      const text = `${'password=x '.repeat(95_000)}${'.'.repeat(shift)}`.slice(0, (1 << 20) - 2_000) + `token=${secret}`;
      expect(redactOutput(text)).not.toContain('kkkkkkkk');
    }
  });

  test('of hostile shape is masked in bounded time', () => {
    for (const piece of ['password', 'a://', 'bearer ', '-----BEGIN PRIVATE KEY-----', 'token="\\', 'secret:', 'cookie:', 'eyJ', '=:'])
      expect(redactOutput(piece.repeat(200_000)).length).toBeLessThan(70_000);
  });
});

describe('a setting', () => {
  test('is secret by its name or because it looks drawn at random', () => {
    expect(isSecretSetting('DB_PASSWORD', 'correct-horse')).toBe(true);
    expect(isSecretSetting('WEBHOOK', 'q7Jx2mKp9RtVw4Zb8LcN')).toBe(true);
    expect(isSecretSetting('LOG_LEVEL', 'warning')).toBe(false);
    expect(isSecretSetting('NODE_ENV', 'production')).toBe(false);
  });

  test('of one letter again and again holds no bits', () => {
    expect(entropyBits('aaaaaaaaaaaaaaaa')).toBe(0);
    expect(entropyBits('abcdefghijklmnop')).toBe(64);
  });
});
