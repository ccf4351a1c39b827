import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../test/support/ledger.ts';
import { clockChecks } from './clock-checks.ts';
import { expireHolds } from './expire-holds.ts';
import { createClockWatch, unwatched } from './writer/clock-watch.ts';
import { verifyLedger } from './verify/verify.ts';

const HOUR = 3_600_000;
const TEN_YEARS = 10 * 365 * 24 * HOUR;

let ledger: TestLedger;
let pair: string[];
let watched = true;
beforeEach(async () => {
  watched = true;
  // The test's own clock first, since the server's cannot be set: it is watched once it is right.
  ledger = await createTestLedger({}, (clock) => {
    const watch = createClockWatch(clock);
    return {
      begin: () => (watched ? watch : unwatched).begin(),
      leewayMs: watched ? watch.leewayMs : Infinity,
      isApart: watch.isApart,
      skewMs: watch.skewMs,
    };
  });
  ledger.clock.set(Date.now());
  pair = await ledger.open({}, {});
});
afterEach(() => ledger.close());

const pay = (more: object = {}) => ledger.port.enact({ tenantId: ledger.tenantId, transfers: [ledger.draft(pair[0]!, pair[1]!, more)] });
const expire = () => expireHolds({ db: ledger.database.db, clock: ledger.clock, writers: ledger.writers });
const holds = () =>
  ledger.database.admin<{ state: string }>('select state from ledger.hold order by state').then((rows) => rows.map(({ state }) => state));
const checks = () =>
  Promise.all(
    clockChecks({ db: ledger.database.db, clock: ledger.clock, clockWatch: createClockWatch(ledger.clock) }).map(
      async (check) => (await check.run()).ok,
    ),
  );

test.each([
  ['ahead', TEN_YEARS],
  ['ahead', HOUR],
  ['behind', -HOUR],
])('a clock that is %s by %i ms dates nothing: every act is refused by name, and the house is not ready', async (_, by) => {
  await pay();
  ledger.clock.set(Date.now() + by);
  await expect(pay()).rejects.toMatchObject({ code: 'ledger.clock_skewed', kind: 'unavailable' });
  await expect(ledger.open({})).rejects.toMatchObject({ code: 'ledger.clock_skewed' });
  expect(await ledger.database.admin('select from ledger.transfer')).toHaveLength(1);
  expect((await checks())[0]).toBe(false);
  ledger.clock.set(Date.now());
  expect(await pay()).toMatchObject({ result: 'enacted' });
  expect(await checks()).toEqual([true, true]);
});

test('acts that come while another batch is being written are refused as well', async () => {
  ledger.clock.set(Date.now());
  const before = pay();
  ledger.clock.set(Date.now() + TEN_YEARS);
  const outcomes = await Promise.allSettled([before, ...Array.from({ length: 20 }, () => pay())]);
  const dated = await ledger.database.admin(`select from ledger.transfer where recorded_at > now() + interval '1 minute'`);
  expect(dated).toEqual([]);
  expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'ledger.clock_skewed' } });
});

test('in a book that was dated ahead once, pending transfers run out by the clock, those of before too, and none hangs', async () => {
  await pay({ kind: 'pending', timeoutMs: HOUR, id: '0192f3f0-0000-7000-8000-00000000000a' });
  watched = false;
  ledger.clock.advance(TEN_YEARS);
  await pay();
  ledger.clock.set(Date.now());
  expect(await checks()).toEqual([true, false]);
  await pay({ kind: 'pending', timeoutMs: 1_000 });
  await pay({ kind: 'pending', timeoutMs: 1_000, id: '0192f3f0-0000-7000-8000-00000000000b' });
  const post = { kind: 'post', units: 0n };
  expect(await pay({ ...post, pendingId: '0192f3f0-0000-7000-8000-00000000000b' })).toMatchObject({ result: 'enacted' });
  await expire();
  expect(await holds()).toEqual(['pending', 'pending', 'posted']);
  ledger.clock.advance(1_000);
  await expire();
  expect(await holds()).toEqual(['expired', 'pending', 'posted']);
  expect(await pay({ ...post, pendingId: '0192f3f0-0000-7000-8000-00000000000a' })).toMatchObject({ result: 'enacted' });
  const report = await ledger.database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx));
  expect(report.findings).toEqual([]);
});
