import { expect, test } from 'vitest';
import { SAMPLE_ACTOR } from '../../../test/support/sample-http.ts';
import type { AppError } from '../../base/error.ts';
import { admitCaller, identifyToken, KnownRefused, type Doorkeeper } from './door.ts';
import { createLimiter, memoryLimits, usualLimits } from './limits.ts';

const ADDRESS = '203.0.113.9';

/** A keeper that knows the credential `good`, lets `new` in as well, and refuses all others as somebody's; counts what it looks up. */
function keeperWith(more: Partial<Doorkeeper> = {}) {
  const looked = { count: 0 };
  const keeper: Doorkeeper = {
    limiter: createLimiter({ store: memoryLimits({ now: () => 0 }), limits: usualLimits, now: () => 0 }),
    recognises: async (token) => token === 'good',
    authenticate: async (token) => {
      if (token === 'good') return SAMPLE_ACTOR;
      looked.count += 1;
      // As a question to the database: others come meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      if (token === 'new') return SAMPLE_ACTOR;
      throw new KnownRefused('access.key_revoked', 'Revoked.', SAMPLE_ACTOR);
    },
    ...more,
  };
  return { keeper, looked };
}

const callerAt = (remoteAddress = ADDRESS, cookies?: string) => ({
  visitor: { requestId: 'r', remoteAddress, userAgent: '' },
  authorization: undefined,
  cookies,
  tell: () => undefined,
});
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'let in',
    (error: AppError) => error.code,
  );
const tally = (codes: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(codes)].map((code) => [code, codes.filter((one) => one === code).length]));

test.each([
  ['one after the other', false],
  ['all at once', true],
])('a revoked credential that is tried without end, %s, is looked up no more often than its address may visit', async (_, atOnce) => {
  const { keeper, looked } = keeperWith();
  const ask = () => codeOf(identifyToken(keeper, callerAt(), 'revoked'));
  const codes: string[] = [];
  if (atOnce) codes.push(...(await Promise.all(Array.from({ length: 5_000 }, ask))));
  else for (let i = 0; i < 5_000; i++) codes.push(await ask());
  expect(tally(codes)).toEqual({ 'access.key_revoked': 3_000, 'request.too_many': 2_000 });
  expect(looked.count).toBe(3_000);
});

test('a credential that is known passes behind an address that has used up its visits, one that is not waits', async () => {
  const { keeper } = keeperWith();
  expect(await codeOf(identifyToken(keeper, callerAt(), 'new'))).toBe('let in');
  for (let i = 0; i < 3_000; i++) await codeOf(identifyToken(keeper, callerAt(), 'revoked'));
  expect(await codeOf(identifyToken(keeper, callerAt(), 'good'))).toBe('let in');
  expect(await codeOf(identifyToken(keeper, callerAt(), 'new'))).toBe('request.too_many');
  expect(await codeOf(identifyToken(keeper, callerAt('198.51.100.7'), 'new'))).toBe('let in');
});

test('a session goes on behind an address that has used up what it may ask without one', async () => {
  const { keeper } = keeperWith({ sessionOf: (cookies) => cookies?.slice('session='.length) });
  const refresh = { name: 'access.refresh', method: 'POST', scope: 'public', cost: 'normal' } as const;
  const ask = (cookies?: string) => codeOf(admitCaller(keeper, refresh, callerAt(ADDRESS, cookies)));
  for (let i = 0; i < 150; i++) expect(await ask()).toBe('let in');
  expect(await ask()).toBe('request.too_many');
  expect(await ask('session=one')).toBe('let in');
});
