import { createServer, type AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { judge, pauseAfter, WEBHOOK_RETRY } from './retry.ts';
import { createSender } from './send.ts';
import { newWebhookSecret, openSecret, sealSecret, signatureOf, signedHeaders } from './sign.ts';
import { checkTarget, guardedLookup, isPublicAddress } from './target.ts';

test('a message is signed as the published example of Standard Webhooks', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', time: '1614265330', body: '{"test": 2432232314}' };
  expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('while a secret is replaced a message carries a signature of each, the newest first, under one stable id', () => {
  const [old, fresh] = [newWebhookSecret(), newWebhookSecret()];
  const message = { id: newId(), body: '{}', at: 1_764_000_000_999 };
  const headers = signedHeaders([fresh, old], message);
  const signed = { id: headers['webhook-id']!, time: '1764000000', body: '{}' };
  expect(headers['webhook-signature']).toBe(`${signatureOf(fresh, signed)} ${signatureOf(old, signed)}`);
  expect(signedHeaders([fresh], { ...message, at: message.at + 5_000 })['webhook-id']).toBe(headers['webhook-id']);
});

test('a sealed secret opens with its key for its endpoint only', () => {
  const key = () => new Secret(crypto.getRandomValues(new Uint8Array(32)));
  const [own, other, endpoint] = [key(), key(), newId()];
  const sealed = sealSecret('whsec_abc', endpoint, own);
  expect(openSecret(sealed, endpoint, own)).toBe('whsec_abc');
  expect(openSecret(sealed, endpoint, other)).toBeUndefined();
  expect(openSecret(sealed, newId(), own)).toBeUndefined();
});

const PRIVATE = [
  '127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
  '255.255.255.255', '198.18.0.1', '192.0.2.1', '::1', '::', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8',
  '64:ff9b::7f00:1', '2001:db8::1', '2002:7f00:1::', '2001::1', 'not an address',
]; // prettier-ignore

test.each(PRIVATE)('%s is not the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '172.32.0.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:800::200e'])('%s is', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ['http://bank.example/', 'webhook.url_not_https'],
  ['https://user:pass@bank.example/', 'webhook.url_invalid'],
  ['ftp://bank.example/', 'webhook.url_invalid'],
  ['https://', 'webhook.url_invalid'],
  ['https://127.0.0.1/', 'webhook.target_private'],
  ['https://0x7f.1/', 'webhook.target_private'],
  ['https://2130706433/', 'webhook.target_private'],
  ['https://[::1]/', 'webhook.target_private'],
  ['https://[::ffff:10.0.0.1]/', 'webhook.target_private'],
  ['https://localhost:8443/', 'webhook.target_private'],
  ['https://db.localhost./', 'webhook.target_private'],
])('%s is refused as %s', (url, code) => {
  expect(() => checkTarget(url, [])).toThrow(expect.objectContaining({ code }));
});

test('what the operator allows may be private and without TLS, and nothing else', () => {
  expect(checkTarget('http://10.0.0.8:9000/hook', ['10.0.0.8']).host).toBe('10.0.0.8:9000');
  expect(checkTarget('http://anything/', ['*']).host).toBe('anything');
  expect(() => checkTarget('http://10.0.0.9/', ['10.0.0.8'])).toThrow();
});

const resolverOf = (addresses: LookupAddress[], asked: string[] = []) =>
  ((host: string, _options: object, done: (error: null, all: LookupAddress[]) => void) => {
    asked.push(host);
    done(null, addresses);
  }) as never;

test('a name that has one address that is not public is not connected to', () => {
  const addresses = [
    { address: '93.184.216.34', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ];
  let seen: unknown[] = [];
  guardedLookup([], resolverOf(addresses))('bank.example', { all: true }, (...answer: unknown[]) => (seen = answer));
  expect(seen[0]).toMatchObject({ code: 'WEBHOOK_TARGET_PRIVATE' });
  guardedLookup(['bank.example'], resolverOf(addresses))('bank.example', { all: true }, (...answer: unknown[]) => (seen = answer));
  expect(seen).toEqual([null, addresses]);
});

test('the connection is made to what was looked up once: nothing is resolved between the check and the connection', () => {
  const asked: string[] = [];
  let seen: unknown[] = [];
  const lookup = guardedLookup([], resolverOf([{ address: '93.184.216.34', family: 4 }], asked));
  lookup('bank.example', {}, (...answer: unknown[]) => (seen = answer));
  expect(seen).toEqual([null, '93.184.216.34', 4]);
  expect(asked).toEqual(['bank.example']);
});

test('a sender asks no private address, though the name or address was let in when the endpoint was made', async () => {
  let connections = 0;
  const server = createServer(() => connections++).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const sender = createSender({ allowed: [], lanes: 1 });
  const send = (url: string) => sender.send({ url, headers: {}, body: '{}' }, new AbortController().signal);
  expect(await send(`https://127.0.0.1:${port}/`)).toMatchObject({ status: null, error: 'the address is not on the public internet' });
  await sender.close();
  await new Promise((resolve) => server.close(resolve));
  expect(connections).toBe(0);
});

test('a message that is never taken is tried for about three days, with growing pauses', () => {
  let totalMs = 0;
  for (let tries = 1; ; tries++) {
    const verdict = judge({ status: 500, error: null, retryAfterMs: null }, { tries, now: totalMs, random: 0.5 }, WEBHOOK_RETRY);
    if (verdict.state !== 'pending') {
      expect(verdict.state).toBe('dead');
      expect(tries).toBe(WEBHOOK_RETRY.attempts);
      break;
    }
    expect(verdict.nextAt).toBeGreaterThan(totalMs);
    totalMs = verdict.nextAt;
  }
  expect(totalMs / 3_600_000).toBeGreaterThan(60);
  expect(totalMs / 3_600_000).toBeLessThan(84);
});

test('pauses spread around the usual one and heed Retry-After, up to the longest pause', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, random) => {
      const { firstMs, factor, maxMs, jitter } = WEBHOOK_RETRY;
      const usual = Math.min(maxMs, firstMs * factor ** (tries - 1));
      const pause = pauseAfter(WEBHOOK_RETRY, tries, random);
      expect(pause).toBeGreaterThanOrEqual(Math.floor(usual * (1 - jitter)));
      expect(pause).toBeLessThanOrEqual(Math.ceil(usual * (1 + jitter)));
    }),
  );
  expect(pauseAfter(WEBHOOK_RETRY, 1, 0.5, 120_000)).toBe(120_000);
  expect(pauseAfter(WEBHOOK_RETRY, 1, 0.5, 10 ** 12)).toBe(WEBHOOK_RETRY.maxMs);
});

test.each([200, 201, 204, 299])('%i takes a message', (status) => {
  expect(judge({ status, error: null, retryAfterMs: null }, { tries: 1, now: 0, random: 0 }, WEBHOOK_RETRY)).toEqual({
    state: 'delivered',
  });
});

test.each([301, 302, 400, 404, 410, 429, 500, 503, null])('%s does not', (status) => {
  expect(judge({ status, error: null, retryAfterMs: null }, { tries: 1, now: 0, random: 0 }, WEBHOOK_RETRY).state).toBe('pending');
});
