import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Ctx } from '../../base/context.ts';
import { newId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { silentLog } from '../../infra/log/log.ts';
import { createMetrics } from '../../infra/metrics/metrics.ts';
import { createOutbox } from '../../infra/outbox/index.ts';
import { activateAmlRuleSet, backTestAmlRuleSet, proposeAmlRuleSet } from '../aml/manage-rule-sets.ts';
import { createDirectory } from '../participant/directory.ts';
import { sendPayment } from '../payment/contract.ts';
import { takePayment } from '../payment/take-payment.ts';
import { closeBreaker, openBreaker } from '../risk/manage-breakers.ts';
import type { Line } from '../risk/limit-lines.ts';
import { activateLimits, proposeLimits } from '../risk/manage-limits.ts';
import { createJudge, type Judge } from './judge.ts';
import { complianceMetrics } from './metrics.ts';

const clock = manualClock(Date.UTC(2026, 10, 23, 9));
let house: TestHouse;
let [payer, payee]: Bank[] = [];
let other: Judge;
const deps = () => house.settlement.deps;
const second = (): Ctx => ({ ...house.ctx, actor: { ...house.ctx.actor, id: newId(), name: 'second@rialto.test' } });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [payer, payee] = await admitBanks(house, ['NORDFIHH', 'MERIDEFF'], { 'EUR/2': 10n ** 9n });
  other = createJudge({
    db: house.database.db,
    clock,
    log: silentLog,
    outbox: createOutbox({ clock }),
    directory: createDirectory(house.database.db, clock),
    metrics: complianceMetrics(createMetrics({ processMetrics: false })),
  });
});
afterAll(async () => {
  await other.close();
  await house.close();
});

/** One instant payment through the process that acts, or through another one on the same tables. */
async function send(judge: Judge, units = 1_000n): Promise<string> {
  const order = orderOf(payer!, payee!, { units, priority: 'instant' });
  const view = await takePayment({ ...deps(), judge }, house.ctx, { channel: 'json', operation: sendPayment }, order);
  return view.reason?.code ?? view.status;
}
const open = () => openBreaker(deps(), house.ctx, { scope: { kind: 'participant', participantId: payee!.id }, reason: 'stop' });
const close = () => closeBreaker(deps(), house.ctx, { scope: { kind: 'participant', participantId: payee!.id }, reason: 'go on' });
async function limitTo(lines: Line[]): Promise<void> {
  const { number } = await proposeLimits(deps(), house.ctx, { lines, note: 'for a test' });
  await activateLimits(deps(), house.ctx, { number });
}
async function rule(when: object): Promise<number> {
  const rules = [{ id: 'stop', title: 'Stopped by a test', severity: 'hold', score: 10, when }];
  const { number } = await proposeAmlRuleSet(deps(), house.ctx, { content: { name: 'One rule', corridors: {}, rules }, note: 'a test' });
  await backTestAmlRuleSet(deps(), house.ctx, { number });
  await activateAmlRuleSet(deps(), second(), { number });
  return number;
}
const never = { feature: 'amount', op: '>=', value: '1000000000000' };
/** Counts in a band, as no rules do that are in force before. */
const often = { feature: 'count_between', window: '7d', from: '900', to: '1100', op: '>=', value: 3 };

describe.each([0, 300, 999, 1_000, 1_500, 6_000, 60_000])('%i ms after an act was answered and the last payment was taken', (gapMs) => {
  const gap = () => clock.advance(gapMs);

  test('a breaker that this process opened stops the first payment, and one that it closed lets it through', async () => {
    expect(await send(deps().judge)).toBe('settled');
    await open();
    gap();
    expect(await send(deps().judge)).toBe('AB08');
    await close();
    gap();
    expect(await send(deps().judge)).toBe('settled');
  });

  test('limits that this process put in force refuse the first payment, and let it through when they are taken away', async () => {
    expect(await send(deps().judge)).toBe('settled');
    await limitTo([{ participant: '*', asset: 'EUR/2', perPayment: 10n }]);
    gap();
    expect(await send(deps().judge)).toBe('AM13');
    await limitTo([]);
    gap();
    expect(await send(deps().judge)).toBe('settled');
  });

  test('AML rules that this process put in force hold the first payment, also when they count what was not counted before', async () => {
    for (let i = 0; i < 3; i++) expect(await send(deps().judge)).toBe('settled');
    await rule({ feature: 'amount', op: '>=', value: '500' });
    gap();
    expect(await send(deps().judge)).toBe('NARR');
    await rule(often);
    gap();
    expect(await send(deps().judge)).toBe('NARR');
    await rule(never);
    gap();
    expect(await send(deps().judge)).toBe('settled');
  });
});

test.each([1_000, 1_500, 6_000, 60_000])('%i ms after an act another process that took no payment goes by it as well', async (gapMs) => {
  const gap = () => clock.advance(gapMs);
  expect(await send(other)).toBe('settled');
  await open();
  gap();
  expect(await send(other)).toBe('AB08');
  expect((await other.gate(house.tenantId)).isWatched).toBe(true);
  await close();
  gap();
  expect(await send(other)).toBe('settled');
  await limitTo([{ participant: '*', asset: 'EUR/2', perPayment: 10n }]);
  gap();
  expect(await send(other)).toBe('AM13');
  await limitTo([]);
  await rule({ feature: 'amount', op: '>=', value: '500' });
  gap();
  expect(await send(other)).toBe('NARR');
  await rule(never);
  gap();
  expect(await send(other)).toBe('settled');
});

test('limits that name a bank of which a process has not heard yet are gone by there like any other', async () => {
  expect(await send(other)).toBe('settled');
  const [newcomer] = (await admitBanks(house, ['NEWBFRPP'], { 'EUR/2': 1_000n })) as [Bank];
  await limitTo([
    { participant: newcomer.id, asset: 'EUR/2', perPayment: 5n },
    { participant: payer!.id, asset: 'EUR/2', perPayment: 10n },
  ]);
  clock.advance(1_000);
  expect(await send(other)).toBe('AM13');
  await limitTo([]);
  clock.advance(1_000);
  expect(await send(other)).toBe('settled');
});

test('a process that is taking payments goes by what another did within a second', async () => {
  await send(other);
  await open();
  for (let since = 0; since < 1_000; since += 100) {
    await send(other);
    clock.advance(100);
  }
  expect(await send(other)).toBe('AB08');
  await close();
  clock.advance(1_000);
  expect(await send(other)).toBe('settled');
});

/** A breaker that opened by itself, and whose time is over. */
async function halfOpenable(): Promise<void> {
  await rule(never);
  const state = JSON.stringify({ state: 'open', until: clock.now() - 1, openMs: 30_000, by: 'failures' });
  await house.database.admin(
    `insert into settlement.breaker (tenant_id, key, state, reason, moved_by, moved_at) values ($1, 'network', $2, 'It failed', 'Circuit breaker', now())`,
    [house.tenantId, state],
  );
  await house.database.admin('update settlement.compliance_setting set revision = revision + 1 where tenant_id = $1', [house.tenantId]);
  clock.advance(1_001);
}
const breakers = () => house.database.admin('select state from settlement.breaker where tenant_id = $1', [house.tenantId]);

test('probes that one process let out count in no other: there a breaker closes by its own, and none of them times out', async () => {
  await halfOpenable();
  expect(await send(deps().judge)).toBe('settled');
  await deps().judge.close();
  expect(await breakers()).toMatchObject([{ state: { state: 'half_open' } }]);
  clock.advance(1_001);
  for (const gapMs of [0, 31_000, 0, 0]) {
    clock.advance(gapMs);
    expect(await send(other)).toBe('settled');
  }
  await other.close();
  expect(await breakers()).toEqual([]);
});

test('probes that a process let out before it ended are asked for anew by the next', async () => {
  await halfOpenable();
  expect(await send(deps().judge)).toBe('settled');
  await deps().judge.close();
  const directory = createDirectory(house.database.db, clock);
  const metrics = complianceMetrics(createMetrics({ processMetrics: false }));
  const next = createJudge({ db: house.database.db, clock, log: silentLog, outbox: createOutbox({ clock }), directory, metrics });
  clock.advance(40_000);
  for (let i = 0; i < 4; i++) expect(await send(next)).toBe('settled');
  await next.close();
  expect(await breakers()).toEqual([]);
});

test('a look that was under way when something changed is not what the next payment is judged by', async () => {
  const { judge } = deps();
  await send(judge);
  const { db } = house.database;
  const read = db.read.bind(db);
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const spy = vi.spyOn(db, 'read').mockImplementationOnce(async (scope, work) => {
    const found = await read(scope, work);
    begun.resolve();
    await goOn.promise;
    return found;
  });
  clock.advance(1_000);
  const gate = judge.gate(house.tenantId);
  await begun.promise;
  const opened = open();
  // The act is durable, and the look that began before it is still on its way.
  await vi.waitFor(async () =>
    expect((await house.database.admin("select from settlement.breaker where state->>'state' = 'open'")).length).toBe(1),
  );
  goOn.resolve();
  await Promise.all([gate, opened]);
  expect(await send(judge)).toBe('AB08');
  spy.mockRestore();
  await close();
});

test('while a look is young a payment is judged at once, without a query, and all who come after a pause share one', async () => {
  const { byBic } = await deps().directory.of(house.tenantId);
  const checked = { debtorAgent: byBic.get('NORDFIHH')!, creditorAgent: byBic.get('MERIDEFF')! };
  const ask = () => other.judge(house.tenantId, orderOf(payer!, payee!), checked, clock.now());
  clock.advance(1_000);
  await ask();
  const read = vi.spyOn(house.database.db, 'read');
  for (let i = 0; i < 100; i++) expect(ask()).not.toBeInstanceOf(Promise);
  expect(read).not.toHaveBeenCalled();
  clock.advance(5_000);
  await ask();
  const alone = read.mock.calls.length;
  clock.advance(5_000);
  await Promise.all(Array.from({ length: 100 }, async () => ask()));
  expect(read.mock.calls.length).toBe(2 * alone);
  read.mockRestore();
});
