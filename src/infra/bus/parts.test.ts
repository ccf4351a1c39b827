import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { LANES, laneOf } from './lane.ts';
import { latch, pause } from './latch.ts';
import { durableName, filterSubject, subjectOf } from './nats-names.ts';
import { pauseMs, reasonOf } from './retry.ts';

test('tenants spread over all lanes and stay in theirs', () => {
  const ids = Array.from({ length: 400 }, () => newId());
  expect(new Set(ids.map(laneOf)).size).toBe(LANES);
  for (const id of ids) expect(laneOf(id)).toBe(laneOf(id));
});

test('a consumer’s filter lets every one of its types through', () => {
  const type = fc.constantFrom('settlement.window_closed', 'settlement.payment_accepted', 'ledger.posted');
  fc.assert(
    fc.property(fc.uniqueArray(type, { minLength: 1 }), (types) => {
      const tenantId = newId();
      const filter = filterSubject('rialto', laneOf(tenantId), types).split('.');
      for (const wanted of types) {
        const subject = subjectOf('rialto', { tenantId, type: wanted }).split('.');
        const fits = subject.every(
          (token, i) => filter[i] === token || filter[i] === '*' || (filter.at(-1) === '>' && i >= filter.length - 1),
        );
        expect(fits).toBe(true);
      }
    }),
  );
});

test('a filter is as narrow as one subject can be', () => {
  expect(filterSubject('rialto', 2, ['a.b'])).toBe('rialto.event.2.*.a.b');
  expect(filterSubject('rialto', 2, ['a.b', 'a.c'])).toBe('rialto.event.2.*.a.*');
  expect(filterSubject('rialto', 2, ['a.b', 'c.d'])).toBe('rialto.event.2.*.>');
});

test('a durable name has no letter that NATS refuses', () => {
  expect(durableName('settlement.track windows*>', 3)).toBe('settlement_track_windows__-3');
});

test('pauses double up to the longest', () => {
  const policy = { attempts: 9, firstMs: 100, maxMs: 1_000 };
  expect([1, 2, 3, 4, 5, 50].map((attempt) => pauseMs(policy, attempt))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('a reason is short and names the error', () => {
  expect(reasonOf(new RangeError('too far'))).toBe('RangeError: too far');
  expect(reasonOf('plain')).toBe('plain');
  expect(reasonOf(new Error('x'.repeat(5_000)))).toHaveLength(2_000);
});

test('a wake-up before the wait is not lost, and does not count twice', async () => {
  const waiting = latch();
  waiting.wake();
  expect(await waiting.wait(60_000)).toBe(true);
  expect(await waiting.wait(1)).toBe(false);
});

test('a sleep leaves nothing on the signal that could have ended it, whatever ended it', async () => {
  const { signal } = new AbortController();
  const waiting = latch();
  await pause(1, signal);
  waiting.wake();
  await waiting.wait(1_000, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a wake-up, an abort or the time ends a wait', async () => {
  const waiting = latch();
  const woken = waiting.wait(60_000);
  waiting.wake();
  expect(await woken).toBe(true);
  const abort = new AbortController();
  const aborted = waiting.wait(60_000, abort.signal);
  abort.abort();
  expect(await aborted).toBe(false);
  expect(await waiting.wait(60_000, abort.signal)).toBe(false);
});
