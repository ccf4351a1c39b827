import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOf, judgeKey, keyGoodUntil, newApiKey, newKeyPrefix, prefixOf } from './api-key.ts';

test('a key is found by its prefix, and nothing else is taken for a key', () => {
  const prefix = newKeyPrefix();
  const key = newApiKey(prefix);
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
