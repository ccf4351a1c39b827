import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../base/secret.ts';
import { hashOf, judgeKey, keyGoodUntil, newKeyPrefix, prefixOf } from './api-key.ts';
import { keySeals } from './key-seal.ts';

const seals = keySeals(new Secret(new Uint8Array(32).fill(1)));

test('a key is found by its prefix, and nothing else is taken for a key', () => {
  const prefix = newKeyPrefix();
  const key = seals.make(prefix);
  expect(prefixOf(key)).toBe(prefix);
  for (const text of ['', 'rlt_', key.slice(1), `${key}a`, `${key}\n`, key.replace('rlt', 'RLT'), key.replaceAll('_', '-')])
    expect(prefixOf(text)).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(prefixOf(text)).toBeUndefined();
    }),
  );
});

const time = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined });

test('a remembered "ok" is still what would be judged, up to the time it says', () => {
  const [current, previous] = [hashOf('current'), hashOf('previous')];
  fc.assert(
    fc.property(
      time,
      time,
      fc.boolean(),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 100 }),
      (expiresAt, overlapUntil, isCurrent, now, later) => {
        const state = { hash: current, previousHash: previous, expiresAt, overlapUntil };
        const presented = isCurrent ? current : previous;
        fc.pre(judgeKey(state, presented, now) === 'ok' && later >= now);
        expect(judgeKey(state, presented, later)).toBe(later < keyGoodUntil(state, presented) ? 'ok' : 'expired');
      },
    ),
  );
});

test('only who holds the secret learns that a key was revoked or has expired', () => {
  const state = { hash: hashOf('secret'), revokedAt: 1, expiresAt: 1 };
  expect(judgeKey(state, hashOf('secret'), 2)).toBe('revoked');
  expect(judgeKey(state, hashOf('guess'), 2)).toBe('unknown');
  expect(judgeKey({ ...state, revokedAt: undefined }, hashOf('secret'), 2)).toBe('expired');
});

test('a key made here is known as ours without asking anybody, and with one character changed, or made elsewhere, it is not', () => {
  const elsewhere = keySeals(new Secret(new Uint8Array(32).fill(2)));
  fc.assert(
    fc.property(fc.nat(59), (at) => {
      const key = seals.make(newKeyPrefix());
      expect(key).toHaveLength(60);
      expect(seals.isOurs(key)).toBe(true);
      expect(elsewhere.isOurs(key)).toBe(false);
      expect(seals.isOurs(`${key.slice(0, at)}${key[at] === 'a' ? 'b' : 'a'}${key.slice(at + 1)}`)).toBe(false);
    }),
  );
  for (const text of ['', 'rlt_', 'x'.repeat(60)]) expect(seals.isOurs(text)).toBe(false);
});
