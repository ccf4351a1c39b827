import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { loadRates } from '../fx/load-rates.ts';
import { acceptQuote, createQuote, getQuote } from '../fx/quote.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { getPayment } from '../payment/read-payments.ts';
import { rejectPayment, releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { closeBreaker, listBreakers, openBreaker } from './manage-breakers.ts';

const clock = manualClock(Date.UTC(2026, 10, 23, 9));
let house: TestHouse;
let [a, b, c]: Bank[] = [];
let funded = 0;
const deps = () => house.settlement.deps;

beforeEach(async () => {
  house = await createTestHouse({ clock });
  [a, b, c] = await admitBanks(house, ['NORDFIHH', 'AURONOKK', 'CCCCDEFF'], { 'EUR/2': 100n, 'USD/2': 10_000n });
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 600 } });
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
});
afterEach(() => house.close());

const send = async (to: Bank, units: bigint, change = {}): Promise<Uuid> =>
  (await sendPayment(deps(), house.ctx, orderOf(a!, to, { units, ...change }))).id;
const held = (to: Bank, units = 1n) => send(to, units, { creditor: { name: 'Viktor Baranovski' } });
const status = async (id: Uuid) => (await getPayment(deps(), house.ctx, { id })).status;
const fund = (units: bigint) => fundParticipant(deps(), house.ctx, { id: a!.id, asset: 'EUR/2', units, reference: `F${++funded}` });
const release = (id: Uuid) => releasePayment(deps(), house.ctx, { id, comment: 'Not the listed one' });
const run = () => runQueue(deps(), house.ctx);
type Scope = Parameters<typeof openBreaker>[2]['scope'];
/** What is known of breakers is looked at again after a second. */
const laps = () => clock.advance(1_001);
/** A run of the queue that began before a breaker opened may end as though it had not: that one is over. */
async function open(scope: Scope): Promise<void> {
  await run();
  await openBreaker(deps(), house.ctx, { scope, reason: 'Stop this now' });
  laps();
}
async function close(scope: Scope): Promise<void> {
  await closeBreaker(deps(), house.ctx, { scope, reason: 'All is well' });
  laps();
}
/** A breaker that opened by itself and whose time is over. */
async function halfOpen(key: string): Promise<void> {
  await run();
  const state = JSON.stringify({ state: 'open', until: clock.now() - 1, openMs: 30_000, by: 'failures' });
  await house.database.admin(
    `insert into settlement.breaker (tenant_id, key, state, reason, moved_by, moved_at) values ($1, $2, $3, 'It failed', 'Circuit breaker', now())`,
    [house.tenantId, key, state],
  );
  await house.database.admin('update settlement.compliance_setting set revision = revision + 1 where tenant_id = $1', [house.tenantId]);
  laps();
}
const stateOf = async (key: string) => {
  await deps().judge.close();
  const rows = await house.database.admin<{ state: { state: string } }>('select state from settlement.breaker where key = $1', [key]);
  return rows[0]?.state.state ?? 'closed';
};

describe('an open breaker', () => {
  test.each([
    ['the network', (): Scope => ({ kind: 'network' })],
    ['a participant', (): Scope => ({ kind: 'participant', participantId: b!.id })],
    ['a corridor', (): Scope => ({ kind: 'corridor', from: 'FI', to: 'NO' })],
  ])('of %s leaves a held payment held, says why, and lets it be rejected', async (_of, scopeOf) => {
    const [id, other] = [await held(b!), await held(b!)];
    await open(scopeOf());
    await expect(release(id)).rejects.toMatchObject({ code: 'settlement.breaker_open' });
    expect(await status(id)).toBe('held');
    expect(await rejectPayment(deps(), house.ctx, { id: other, comment: 'It is the listed one' })).toMatchObject({ status: 'rejected' });
    await close(scopeOf());
    expect((await release(id)).status).toBe('reserved');
  });

  test.each([
    ['a participant', (): Scope => ({ kind: 'participant', participantId: b!.id }), {}],
    ['a corridor', (): Scope => ({ kind: 'corridor', from: 'FI', to: 'SE' }), { creditor: { name: 'Meridian Foods Ltd', country: 'SE' } }],
  ])('of %s lets what it concerns wait in the queue, and the others go', async (_of, scopeOf, change) => {
    const stopped = await send(b!, 500n, change);
    const free = await send(c!, 400n);
    await open(scopeOf());
    await fund(5_000n);
    await run();
    expect([await status(stopped), await status(free)]).toEqual(['queued', 'settled']);
    await close(scopeOf());
    await run();
    expect(await status(stopped)).toBe('settled');
  });

  test('of the network stops the queue, and what is owed in windows settles all the same', async () => {
    const owed = await send(c!, 50n);
    const waits = await send(b!, 500n);
    await open({ kind: 'network' });
    await fund(5_000n);
    await run();
    await closeWindow(deps(), house.ctx);
    expect([await status(waits), await status(owed)]).toEqual(['queued', 'settled']);
  });

  test('stops an exchange, which moves nothing and may be tried again', async () => {
    await fund(5_000n);
    const rate = { fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.1' };
    await loadRates(deps(), house.ctx, { provider: b!.bic, source: 'desk', validUntil: clock.now() + 3_600_000, rates: [rate] });
    const { id } = await createQuote(deps(), house.ctx, { participant: a!.bic, fromAsset: 'EUR/2', toAsset: 'USD/2', payUnits: 1_000n });
    await open({ kind: 'participant', participantId: b!.id });
    await expect(acceptQuote(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.breaker_open' });
    expect((await getQuote(deps(), house.ctx, { id })).state).toBe('open');
    await close({ kind: 'participant', participantId: b!.id });
    expect((await acceptQuote(deps(), house.ctx, { id })).state).toBe('settled');
  });
});

describe('a breaker that is half open', () => {
  test('takes releases as probes, and closes when they succeed', async () => {
    const ids = [await held(b!), await held(b!), await held(b!)];
    await halfOpen(`participant:${b!.id}`);
    for (const id of ids.slice(0, 2)) expect((await release(id)).status).toBe('reserved');
    expect(await stateOf(`participant:${b!.id}`)).toBe('half_open');
    expect((await release(ids[2]!)).status).toBe('reserved');
    expect(await stateOf(`participant:${b!.id}`)).toBe('closed');
  });

  test('takes sets of the queue as probes, none for what has no money, and then lets the rest go', async () => {
    const ids = [];
    for (let i = 0; i < 6; i++) ids.push(await send(b!, 200n));
    await halfOpen('network');
    await run();
    expect(await stateOf('network')).toBe('open');
    await fund(1_100n);
    await run();
    laps();
    await run();
    expect(await Promise.all(ids.map(status))).toEqual(Array(6).fill('settled'));
    expect(await stateOf('network')).toBe('closed');
    expect((await listBreakers(deps(), house.ctx)).items).toEqual([]);
  });
});
