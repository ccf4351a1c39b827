import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHealth } from './health.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const good = { name: 'database', run: () => Promise.resolve({ ok: true, detail: 'answers' }) };
const bad = { name: 'bus', run: () => Promise.resolve({ ok: false, detail: 'lag 12 s' }) };

test('ready when every dependency is, with its detail and duration', async () => {
  const { status, checks } = await createHealth({ checks: [good] }).ready();
  expect(status).toBe('ready');
  expect(checks).toEqual([{ name: 'database', ok: true, detail: 'answers', ms: 0 }]);
});

test('one failing dependency makes it not ready and the others are still told', async () => {
  const { status, checks } = await createHealth({ checks: [bad, good] }).ready();
  expect(status).toBe('not_ready');
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['bus', false],
    ['database', true],
  ]);
});

test('what there was nothing to look at for is told before it is said to be well, and keeps no traffic away', async () => {
  const unseen = { name: 'windows', run: () => Promise.resolve({ ok: true, unseen: true as const, detail: 'none was settled' }) };
  const readiness = await createHealth({ checks: [unseen] }).ready();
  expect(readiness.status).toBe('ready');
  expect(JSON.stringify(readiness.checks)).toBe('[{"name":"windows","unseen":true,"ok":true,"detail":"none was settled","ms":0}]');
});

test('only what keeps traffic away is named as the reason', async () => {
  const advisory = { ...bad, name: 'lists', advisory: true };
  expect((await createHealth({ checks: [advisory, bad, good] }).ready()).because).toEqual(['bus']);
  expect((await createHealth({ checks: [advisory, good] }).ready()).because).toEqual([]);
});

test('a failing advisory check is told and keeps no traffic away', async () => {
  const { status, checks } = await createHealth({ checks: [{ ...bad, advisory: true }, good] }).ready();
  expect(status).toBe('ready');
  expect(checks[0]).toMatchObject({ name: 'bus', ok: false, detail: 'lag 12 s' });
});

test('a check that throws, even before it starts, has failed; the reason stays inside', async () => {
  const seen: unknown[] = [];
  const thrower = {
    name: 'kv',
    run: () => {
      throw new Error('redis://:hunter2@cache');
    },
  };
  const health = createHealth({ checks: [thrower], onError: (name, error) => seen.push([name, error]) });
  const { status, checks } = await health.ready();
  expect(status).toBe('not_ready');
  expect(JSON.stringify(checks)).not.toContain('hunter2');
  expect(seen).toHaveLength(1);
});

test('each change of a check is told once, however often it is asked, and the reason of a broken one with it', async () => {
  let ok = true;
  let now = 0;
  const told: unknown[] = [];
  const errors: unknown[] = [];
  const health = createHealth({
    checks: [{ name: 'bus', run: () => (ok ? Promise.resolve({ ok, detail: 'answers' }) : Promise.reject(new Error('gone'))) }],
    onChange: ({ name, ok: holds }) => told.push([name, holds]),
    onError: (name) => errors.push(name),
    now: () => (now += 1_000),
  });
  for (const next of [true, false, false, false, true, true, false]) {
    ok = next;
    await health.ready();
  }
  expect(told).toEqual([
    ['bus', false],
    ['bus', true],
    ['bus', false],
  ]);
  expect(errors).toEqual(['bus', 'bus']);
});

test('a check that hangs fails at its time limit', async () => {
  const health = createHealth({ checks: [good, { name: 'venue', run: () => new Promise(() => undefined) }], timeoutMs: 500 });
  const answer = health.ready();
  await vi.advanceTimersByTimeAsync(500);
  expect((await answer).checks[1]).toMatchObject({ name: 'venue', ok: false, detail: 'No answer within 500 ms.' });
});

test('however many ask, a dependency is asked once a second', async () => {
  let asked = 0;
  let now = 0;
  const counting = { name: 'database', run: () => Promise.resolve({ ok: ++asked > 0, detail: '' }) };
  const health = createHealth({ checks: [counting], cacheMs: 1_000, now: () => now });
  await Promise.all(Array.from({ length: 50 }, () => health.ready()));
  now = 999;
  await health.ready();
  expect(asked).toBe(1);
  now = 1_000;
  await health.ready();
  expect(asked).toBe(2);
});

test('once it is stopping it is never ready again', async () => {
  const health = createHealth({ checks: [good] });
  await health.ready();
  health.stopping();
  expect((await health.ready()).status).toBe('stopping');
});

test('checks of later modules count at once', async () => {
  const health = createHealth({ checks: [good] });
  expect((await health.ready()).status).toBe('ready');
  health.add([bad]);
  expect((await health.ready()).status).toBe('not_ready');
});
