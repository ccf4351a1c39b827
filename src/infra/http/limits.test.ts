import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import { memoryKv } from '../kv/memory.ts';
import { createLimiter, type Limiter, type Limits, type LimitStore, memoryLimits, type Payer, usualLimits } from './limits.ts';
import { network, wideNetwork } from './network.ts';

const rates = fc.record({ limit: fc.integer({ min: 1, max: 50 }), windowMs: fc.integer({ min: 50, max: 5_000 }) });
const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), cost: fc.integer({ min: 0, max: 12 }) }), { maxLength: 150 });

test('over any span at most limit × (1 + span / window) units pass', () => {
  fc.assert(
    fc.property(rates, steps, (rate, moves) => {
      let now = 1_000;
      const store = memoryLimits({ now: () => now });
      const passed: { at: number; cost: number }[] = [];
      for (const { waitMs, cost } of moves) {
        now += waitMs;
        if (store.take('k', cost, rate.limit, rate.windowMs).allowed) passed.push({ at: now, cost });
      }
      for (const [from, first] of passed.entries()) {
        let units = 0;
        for (const { at, cost } of passed.slice(from)) {
          units += cost;
          // The rule forgives a hundredth of a millisecond for rounding.
          expect(units).toBeLessThanOrEqual(rate.limit * (1 + (at - first.at + 0.02) / rate.windowMs));
        }
      }
    }),
  );
});

test('a refused caller that waits as long as it was told gets through', () => {
  fc.assert(
    fc.property(rates, steps, (rate, moves) => {
      let now = 1_000;
      const store = memoryLimits({ now: () => now });
      for (const { waitMs, cost } of moves) {
        now += waitMs;
        const { allowed, retryAfterMs } = store.take('k', Math.min(cost, rate.limit), rate.limit, rate.windowMs);
        if (allowed) continue;
        now += retryAfterMs;
        expect(store.take('k', Math.min(cost, rate.limit), rate.limit, rate.windowMs).allowed).toBe(true);
      }
    }),
  );
});

test('a key that was quiet for a window has its whole allowance back', () => {
  let now = 0;
  const store = memoryLimits({ now: () => now });
  expect(store.take('k', 10, 10, 1_000).allowed).toBe(true);
  expect(store.take('k', 1, 10, 1_000).allowed).toBe(false);
  now = 1_000;
  expect(store.take('k', 10, 10, 1_000).allowed).toBe(true);
});

test('memory never holds more keys than allowed, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ key: fc.integer({ min: 0, max: 60 }), waitMs: fc.integer({ min: 0, max: 30 }), cost: fc.integer({ min: 1, max: 4 }) }),
        {
          maxLength: 300,
        },
      ),
      fc.integer({ min: 10, max: 40 }),
      (moves, maxKeys) => {
        let now = 0;
        const store = memoryLimits({ maxKeys, now: () => now });
        for (const { key, waitMs, cost } of moves) {
          now += waitMs;
          store.take(`k${key}`, cost, 5, 100);
          expect(store.size()).toBeLessThanOrEqual(maxKeys);
        }
      },
    ),
  );
});

test('keys that are full again make room before any live key is forgotten', () => {
  let now = 0;
  const store = memoryLimits({ maxKeys: 3, now: () => now });
  store.take('spent', 10, 10, 1_000);
  store.take('short-1', 1, 10, 1_000);
  store.take('short-2', 1, 10, 1_000);
  now = 500;
  store.take('new', 1, 10, 1_000);
  expect(store.take('spent', 10, 10, 1_000).allowed).toBe(false);
});

const tight: Limits = {
  ...usualLimits,
  actor: { units: 4, windowMs: 60_000 },
  tenant: { units: 6, windowMs: 60_000 },
  global: { units: 9, windowMs: 60_000 },
};

test('an actor over its limit is refused by name without eating the allowance of its tenant', async () => {
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: tight });
  const [a, b] = ['a', 'b'].map((actorId) => ({ actorId, tenantId: 't' }));
  for (let i = 0; i < 10; i++) await limiter.take(a!, 'light');
  expect((await limiter.take(a!, 'light')).refusedBy).toEqual({ name: 'actor', retryAfterSeconds: 15 });
  expect((await limiter.take(b!, 'normal')).refusedBy).toBeUndefined();
  expect((await limiter.take(b!, 'light')).refusedBy?.name).toBe('tenant');
});

const bank = (actorId: string) => ({ actorId, memberId: 'bank', tenantId: 't' });
const wide = { units: 1_000_000, windowMs: 60_000 };
const banks: Limits = { ...usualLimits, actor: wide, tenant: wide, global: wide, member: { units: 5, windowMs: 60_000 } };

test('all keys of a bank share its rate, a request counts as one whatever it costs, and other banks are not touched', async () => {
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: banks });
  for (const [i, cost] of (['light', 'heavy', 'normal', 'heavy', 'light'] as const).entries())
    expect((await limiter.take(bank(`key-${i}`), cost)).refusedBy).toBeUndefined();
  const refused = await limiter.take(bank('key-9'), 'light');
  expect(refused.refusedBy).toEqual({ name: 'member', retryAfterSeconds: 12 });
  expect(refused.state).toContain('"member";r=0;t=60');
  expect((await limiter.take({ ...bank('other'), memberId: 'another' }, 'light')).refusedBy).toBeUndefined();
  expect((await limiter.take({ actorId: 'operator', tenantId: 't' }, 'heavy')).refusedBy).toBeUndefined();
});

test('processes that share a store share the rate of a bank', async () => {
  const kv = memoryKv({ clock: manualClock() });
  const [one, other] = [createLimiter({ store: kv, limits: banks }), createLimiter({ store: kv, limits: banks })];
  for (const limiter of [one, other, one, other, one]) expect((await limiter.take(bank('a'), 'light')).refusedBy).toBeUndefined();
  for (const limiter of [one, other]) expect((await limiter.take(bank('b'), 'light')).refusedBy?.name).toBe('member');
});

test('the same bank of two tenants is two', async () => {
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: banks });
  for (let i = 0; i < 5; i++) await limiter.take(bank('a'), 'light');
  expect((await limiter.take({ ...bank('a'), tenantId: 'u' }, 'light')).refusedBy).toBeUndefined();
});

test('the deployment as a whole has a limit that is told only when it refuses', async () => {
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: tight });
  const first = await limiter.take({ actorId: 'a', tenantId: 't' }, 'light');
  expect(first.policy).toBe('"actor";q=4;w=60, "tenant";q=6;w=60');
  expect(first.state).toBe('"actor";r=3;t=15, "tenant";r=5;t=10');
  for (let i = 0; i < 8; i++) await limiter.take({ actorId: `x${i}`, tenantId: `x${i}` }, 'light');
  const refused = await limiter.take({ actorId: 'z', tenantId: 'z' }, 'light');
  expect(refused.refusedBy?.name).toBe('global');
  expect(refused.policy).toContain('"global";q=9');
});

test('when the shared store fails the process goes on with its own limits and says so', async () => {
  const errors: unknown[] = [];
  const broken: LimitStore = { take: () => Promise.reject(new Error('connection lost')) };
  const limiter = createLimiter({ store: broken, limits: tight, onStoreError: (error) => errors.push(error), now: () => 0 });
  expect((await limiter.take({ address: '10.0.0.1' }, 'light')).refusedBy).toBeUndefined();
  expect(errors.length).toBeGreaterThan(0);
  for (let i = 0; i < 4; i++) expect((await limiter.take({ actorId: 'a', tenantId: 't' }, 'light')).refusedBy).toBeUndefined();
  expect((await limiter.take({ actorId: 'a', tenantId: 't' }, 'light')).refusedBy?.name).toBe('actor');
});

test('refused credentials close the door for their address only, and it opens again', () => {
  let now = 0;
  const limiter = createLimiter({ store: memoryLimits(), limits: usualLimits, now: () => now });
  for (let i = 0; i < usualLimits.failures.units; i++) {
    expect(limiter.mustWait('10.0.0.1')).toBe(0);
    limiter.failed('10.0.0.1');
  }
  expect(limiter.mustWait('10.0.0.1')).toBeGreaterThan(0);
  expect(limiter.mustWait('10.0.0.2')).toBe(0);
  now += limiter.mustWait('10.0.0.1') * 1000;
  expect(limiter.mustWait('10.0.0.1')).toBe(0);
});

const places = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.1`);
const refusedBy = async (limiter: Limiter, payer: Payer, cost: 'light' | 'heavy' = 'light') =>
  (await limiter.take(payer, cost)).refusedBy?.name;
/** Strangers from everywhere take what there is for them at one entrance, or for visits; answers how much that was. */
type Kind = { entrance?: string; looksUp?: true };
const flood = async (limiter: Limiter, kind: Kind, from = places(1_000)): Promise<number> => {
  for (const [taken, address] of from.entries()) if ((await refusedBy(limiter, { address, ...kind })) === 'strangers') return taken;
  throw new Error('the flood was never refused');
};
const [LOGIN, REFRESH] = [{ entrance: 'access.login' }, { entrance: 'access.refresh' }];
const KINDS: Kind[] = [{}, { looksUp: true }, LOGIN, REFRESH, { entrance: 'access.logout' }, { entrance: 'access.jwks' }];
const small = (now = () => 0) =>
  createLimiter({ store: memoryLimits({ now }), limits: { ...usualLimits, global: { units: 320, windowMs: 60_000 } }, now });

test('strangers from everywhere leave more than half of the deployment to others, and familiar addresses have room of their own', async () => {
  const limiter = small();
  const familiar = places(2_000).slice(1_000);
  for (const address of familiar) limiter.familiar(address);
  const [strangers, known] = [{ taken: 0 }, { taken: 0 }];
  for (const kind of KINDS) {
    strangers.taken += await flood(limiter, kind);
    known.taken += await flood(limiter, kind, familiar);
  }
  expect([strangers.taken, known.taken]).toEqual([(320 * 7) / 16, (320 * 7) / 32]);
  for (let i = 0; i < (320 * 11) / 32; i++) expect(await refusedBy(limiter, { actorId: `${i}`, tenantId: `${i}` })).toBeUndefined();
});

test('a flood of visits keeps nobody from showing a credential that has to be looked up', async () => {
  const limiter = small();
  await flood(limiter, {});
  expect(await refusedBy(limiter, { address: '198.51.100.7', looksUp: true })).toBeUndefined();
  expect(await refusedBy(limiter, { address: '198.51.100.7' })).toBe('strangers');
});

test.each<[string, Kind, Kind]>([
  ['visits', {}, LOGIN],
  ['sign-ins', LOGIN, REFRESH],
  ['refreshes', REFRESH, LOGIN],
])('a flood of %s from many networks ends nothing else', async (_, flooded, other) => {
  const limiter = small();
  await flood(limiter, flooded);
  const address = '198.51.100.7';
  expect(await refusedBy(limiter, { address, ...flooded })).toBe('strangers');
  expect(await refusedBy(limiter, { address, ...other })).toBeUndefined();
});

test('where somebody known has called, signing in does not wait for the strangers of elsewhere, for a day', async () => {
  let now = 0;
  const limiter = small(() => now);
  limiter.familiar('2001:db8:5:5::1');
  await flood(limiter, LOGIN);
  expect(await refusedBy(limiter, { address: '2001:db8:5:6::1', entrance: 'access.login' })).toBe('strangers');
  expect(await refusedBy(limiter, { address: '2001:db8:5:5::2', entrance: 'access.login' })).toBeUndefined();
  now += 86_400_000;
  await flood(limiter, LOGIN);
  expect(await refusedBy(limiter, { address: '2001:db8:5:5::2', entrance: 'access.login' })).toBe('strangers');
});

test('a session pays for itself, whatever strangers have used up, and no more often than its rate', async () => {
  const limiter = small();
  await flood(limiter, REFRESH);
  const session = (id: string) => refusedBy(limiter, { session: id, entrance: 'access.refresh' });
  expect(await session('one')).toBeUndefined();
  const own = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: usualLimits });
  for (let i = 0; i < 600; i++) expect(await refusedBy(own, { session: 'one', entrance: 'access.refresh' })).toBeUndefined();
  expect(await refusedBy(own, { session: 'one', entrance: 'access.refresh' })).toBe('session');
  expect(await refusedBy(own, { session: 'other', entrance: 'access.refresh' })).toBeUndefined();
});

test.each([
  ['a /48 of IPv6', (i: number) => `2001:db8:1:${i.toString(16)}::1`],
  ['a /24 of IPv4', (i: number) => `192.0.2.${i}`],
])('%s signs in no more often than four of its addresses', async (_, addressOf) => {
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: usualLimits });
  const entrance = 'access.login';
  let passed = 0;
  for (let i = 0; i < 200; i++) {
    for (let n = 0; n < 30; n++) {
      const refused = await refusedBy(limiter, { address: addressOf(i), entrance }, 'heavy');
      if (refused === undefined) passed += 1;
      else expect(['address', 'network']).toContain(refused);
    }
  }
  expect(passed).toBe(120);
  expect(await refusedBy(limiter, { address: '198.51.100.7', entrance }, 'heavy')).toBeUndefined();
});

test('made-up credentials of many addresses close the door for their whole network', () => {
  const limiter = createLimiter({ store: memoryLimits(), limits: usualLimits, now: () => 0 });
  for (let i = 0; i < 4 * usualLimits.failures.units; i++) limiter.failed(`2001:db8:1:${i.toString(16)}::1`);
  expect(limiter.mustWait('2001:db8:1:ffff::1')).toBeGreaterThan(0);
  expect(limiter.mustWait('2001:db8:2::1')).toBe(0);
});

test('who floods one public operation of an address leaves the others and its pages alone', async () => {
  const limits = { ...usualLimits, address: { units: 2, windowMs: 60_000 } };
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits });
  const at = (entrance?: string) => limiter.take({ address: '10.0.0.1', ...(entrance && { entrance }) }, 'light');
  for (let i = 0; i < 2; i++) expect((await at('access.login')).refusedBy).toBeUndefined();
  expect((await at('access.login')).refusedBy?.name).toBe('address');
  expect((await at('access.refresh')).refusedBy).toBeUndefined();
  expect((await at()).policy).toBe('"visits";q=3000;w=60');
});

test.each([
  ['192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
  ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['unknown', 'unknown', 'unknown'],
])('%s is limited as %s, with its neighbours of %s', (address, narrow, wide) => {
  expect([network(address), wideNetwork(address)]).toEqual([narrow, wide]);
});
