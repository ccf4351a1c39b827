import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { newId, toWireId } from '../../base/id.ts';
import { silentLog } from '../../infra/log/log.ts';
import { createMetrics } from '../../infra/metrics/metrics.ts';
import { createOutbox } from '../../infra/outbox/index.ts';
import { rowOf } from '../../ledger/port.ts';
import { snapshot } from '../aml/features.ts';
import { checkOrder } from '../payment/check-order.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { sendPayment } from '../payment/contract.ts';
import { sendPayment as sendOrder } from '../payment/send-payment.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { cancelQueued } from '../queue/manage-queue.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import type { PaymentOrder } from '../payment/payment.ts';
import { obligationRows, paymentRows } from '../payment/rows.ts';
import { obligationOf, reservation, takePayment } from '../payment/take-payment.ts';
import { activateLimits, listExposures, proposeLimits } from '../risk/manage-limits.ts';
import { closeBreaker, listBreakers, openBreaker, setBreakerPolicy, SHIPPED_POLICY } from '../risk/manage-breakers.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import type { Line } from '../risk/limit-lines.ts';
import { createJudge, type Judge } from './judge.ts';
import { complianceMetrics } from './metrics.ts';
import { loadTenant } from './tenant-memory.ts';
import { takeSnapshots } from './take-snapshot.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
let banks: [Bank, Bank, Bank];
const judges: Judge[] = [];
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 10n ** 9n })) as [Bank, Bank, Bank];
});
afterEach(async () => {
  for (const judge of judges.splice(0)) await judge.close();
});
afterAll(() => house.close());

/** The judge of another process on the same tables. */
function processOf(): Judge {
  const metrics = complianceMetrics(createMetrics({ processMetrics: false }));
  const judge = createJudge({
    db: house.database.db,
    clock,
    log: silentLog,
    outbox: createOutbox({ clock }),
    directory: deps().directory,
    metrics,
  });
  judges.push(judge);
  return judge;
}

type Taken = { id: string; decision: 'reserved' | 'held' | 'rejected'; code?: string };

/** The door in short: judged, enacted, told. */
async function pay(judge: Judge, order: PaymentOrder): Promise<Taken> {
  const participants = await deps().directory.of(house.tenantId, { bics: [order.debtorAgent, order.creditorAgent] });
  const checked = checkOrder(order, participants, dayOf(clock.now()));
  const at = clock.now();
  const verdict = await judge.judge(house.tenantId, order, checked, at);
  const ids = { debtorAgentId: checked.debtorAgent.id, creditorAgentId: checked.creditorAgent.id };
  const { debtor, creditor, asset, units, endToEndId } = order;
  const record = (decision: Taken['decision'], code?: string) => ({
    tenantId: house.tenantId,
    id,
    uetr: crypto.randomUUID(),
    endToEndId,
    channel: 'json' as const,
    ...ids,
    debtor,
    creditor,
    asset,
    units,
    valueDate: checked.valueDate,
    receivedAt: at,
    decision,
    transferId: newId(),
    ...(code && { reason: { code, text: code } }),
  });
  const id = newId(at);
  const enact = (payment: ReturnType<typeof record>) =>
    deps().ledger.enact({
      tenantId: house.tenantId,
      transfers: payment.decision === 'reserved' ? [reservation(payment, checked)] : [],
      rows: [rowOf(paymentRows, payment), ...(payment.decision === 'reserved' ? [rowOf(obligationRows, obligationOf(payment))] : [])],
    });
  let payment = record(verdict.outcome === 'pass' ? 'reserved' : verdict.outcome === 'hold' ? 'held' : 'rejected', verdict.reason?.code);
  try {
    const outcome = await enact(payment);
    if (outcome.result === 'refused') payment = record('rejected', 'AM04');
  } catch (error) {
    const refused = judge.refusedBy(error);
    if (!refused) throw error;
    payment = record('rejected', refused.reason.code);
    await enact(payment);
  }
  judge.decided(payment, verdict);
  return { id, decision: payment.decision, ...(payment.reason && { code: payment.reason.code }) };
}

async function limitTo(lines: Line[]): Promise<void> {
  const { number } = await proposeLimits(deps(), house.ctx, { lines, note: 'for a test' });
  await activateLimits(deps(), house.ctx, { number });
}

const from = (bank: 0 | 1 | 2, to: 0 | 1 | 2, units: bigint, more: Partial<PaymentOrder> = {}) =>
  orderOf(banks[bank], banks[to], { units, ...more });
const net = async (bank: 0 | 1 | 2, other?: 0 | 1 | 2) =>
  (await listExposures(deps(), house.ctx)).items.find(
    (one) => one.participantId === banks[bank].id && one.counterpartyId === (other === undefined ? undefined : banks[other].id),
  )?.net;

describe('a cap', () => {
  test('is never passed, however many pay at once through however many processes, and all that fits within it goes', async () => {
    await limitTo([{ participant: banks[0].id, asset: 'EUR/2', netSenderCap: 1_000n }]);
    const processes = [processOf(), processOf(), processOf()];
    const taken = await Promise.all(Array.from({ length: 60 }, (_, i) => pay(processes[i % 3]!, from(0, i % 2 ? 1 : 2, 30n))));
    expect(taken.filter(({ decision }) => decision === 'reserved')).toHaveLength(33);
    expect(new Set(taken.filter(({ decision }) => decision === 'rejected').map(({ code }) => code))).toEqual(new Set(['AM23']));
    expect(await net(0)).toBe(990n);
    const [row] = await house.database.admin<{ sum: string }>(
      'select sum(units)::text as sum from settlement.obligation where debtor_agent_id = $1',
      [banks[0].id],
    );
    expect(row!.sum).toBe('990');
  });

  test('is free again by what is paid back, and when the window has settled', async () => {
    const judge = processOf();
    expect((await pay(judge, from(0, 1, 30n))).code).toBe('AM23');
    await pay(judge, from(1, 0, 500n));
    expect((await pay(judge, from(0, 1, 500n))).decision).toBe('reserved');
    expect((await pay(judge, from(0, 1, 30n))).code).toBe('AM23');
    await closeWindow(deps(), house.ctx);
    expect(await net(0)).toBe(0n);
    clock.advance(100);
    expect((await pay(judge, from(0, 1, 1_000n))).decision).toBe('reserved');
  });

  test('on one other holds in both directions of what was paid, and counts what was owed before it was set', async () => {
    await limitTo([{ participant: '*', asset: 'EUR/2', bilateralCaps: [{ counterparty: banks[1].id, cap: 1_100n }] }]);
    expect(await net(0, 1)).toBe(1_000n);
    const judge = processOf();
    expect((await pay(judge, from(0, 1, 101n))).code).toBe('AM23');
    expect((await pay(judge, from(0, 1, 100n))).decision).toBe('reserved');
    await pay(judge, from(1, 0, 50n));
    const [a, b] = [processOf(), processOf()];
    const taken = await Promise.all([pay(a, from(0, 1, 50n)), pay(b, from(0, 1, 50n)), pay(a, from(2, 1, 1_100n))]);
    expect(taken.map(({ decision }) => decision).sort()).toEqual(['rejected', 'reserved', 'reserved']);
    expect(await net(0, 1)).toBe(1_100n);
  });

  test('for a day and for one payment is held, and a set that takes caps away lets everything go', async () => {
    const judge = processOf();
    await limitTo([{ participant: banks[2].id, asset: 'EUR/2', perDay: 5_000n, perPayment: 2_000n }]);
    expect((await pay(judge, from(2, 1, 2_001n))).code).toBe('AM13');
    expect((await pay(judge, from(2, 1, 2_000n))).decision).toBe('reserved');
    const [a, b] = [processOf(), processOf()];
    const taken = await Promise.all([pay(a, from(2, 0, 1_500n)), pay(b, from(2, 0, 1_500n))]);
    // 1,100 and 2,000 went today already.
    expect(taken.map(({ decision }) => decision).sort()).toEqual(['rejected', 'reserved']);
    await limitTo([]);
    expect((await listExposures(deps(), house.ctx)).items).toEqual([]);
    expect((await pay(processOf(), from(2, 0, 9_000n))).decision).toBe('reserved');
  });

  test('on concentration looks at what goes to one other within the window', async () => {
    await limitTo([{ participant: banks[0].id, asset: 'EUR/2', concentration: { percent: 60, from: 100n } }]);
    const judge = processOf();
    expect((await pay(judge, from(0, 1, 90n))).decision).toBe('reserved');
    expect((await pay(judge, from(0, 1, 90n))).code).toBe('AM23');
    expect((await pay(judge, from(0, 2, 90n))).decision).toBe('reserved');
    expect((await pay(judge, from(0, 1, 20n))).decision).toBe('reserved');
    await limitTo([]);
  });
});

test('concentration counts what is released, and begins anew at a cut-off of the currency, not of another group', async () => {
  const [payer, one, other] = await admitBanks(house, ['FFFFFRPP', 'GGGGITRR', 'HHHHESMM'], { 'EUR/2': 10_000n, 'USD/2': 10_000n });
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'dollar', name: 'Dollar', mode: 'by_hand', assets: ['USD/2'] });
  const list = Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: list });
  await limitTo([{ participant: payer!.id, asset: 'EUR/2', concentration: { percent: 60, from: 300n } }]);
  const send = async (to: Bank, units: bigint, more = {}) =>
    (await sendOrder(deps(), house.ctx, orderOf(payer!, to, { units, ...more }))).status;
  // So long that the process looks at limits and windows again.
  const lookAgain = () => clock.advance(11_000);
  lookAgain();
  expect(await send(other!, 100n)).toBe('reserved');
  const held = await sendOrder(
    deps(),
    house.ctx,
    orderOf(payer!, one!, { units: 140n, creditor: { name: 'Viktor Baranovski', account: 'X1' } }),
  );
  expect(await releasePayment(deps(), house.ctx, { id: held.id, comment: 'Another person' })).toMatchObject({ status: 'reserved' });
  expect(await send(one!, 100n)).toBe('rejected');
  expect(await send(one!, 100n, { asset: 'USD/2' })).toBe('reserved');
  await closeWindow(deps(), house.ctx, { group: 'dollar' });
  lookAgain();
  expect(await send(one!, 100n)).toBe('rejected');
  await closeWindow(deps(), house.ctx);
  lookAgain();
  expect(await send(one!, 100n)).toBe('reserved');
  await limitTo([]);
});

test('the limit for a day counts what goes outside the windows: at once, and what waits until it comes to nothing', async () => {
  const [payer, payee] = (await admitBanks(house, ['DDDDFRPP', 'EEEEITRR'], { 'EUR/2': 1_000n })) as [Bank, Bank];
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 } });
  const send = (units: bigint, more = {}) => sendOrder(deps(), house.ctx, orderOf(payer, payee, { units, ...more }));
  const limit = () => limitTo([{ participant: payer.id, asset: 'EUR/2', perDay: 3_000n }]);
  const sent = async () =>
    (await listExposures(deps(), house.ctx)).items.find(({ participantId }) => participantId === payer.id)?.sentToday;
  expect(await send(400n, { priority: 'instant' })).toMatchObject({ status: 'settled' });
  await limit();
  // So long that the process looks at the limits again.
  clock.advance(11_000);
  expect(await sent()).toBe(400n);
  expect(await send(600n, { priority: 'instant' })).toMatchObject({ status: 'settled' });
  const waiting = await send(1_500n);
  expect(waiting).toMatchObject({ status: 'queued' });
  expect(await sent()).toBe(2_500n);
  const passed = await Promise.all([send(501n), send(400n), send(400n)]);
  expect(passed.map(({ status }) => status).sort()).toEqual(['queued', 'rejected', 'rejected']);
  expect(passed.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'AM13' } });
  // At the limit a payment is refused before it troubles the book, once the process has learned of it.
  clock.advance(100);
  const enact = vi.spyOn(deps().ledger, 'enact');
  const refused = async () => expect(await send(400n, { priority: 'instant' })).toMatchObject({ status: 'rejected' });
  await refused();
  // Each asks the book to note it; before it was learned, also to take it.
  await vi.waitFor(async () => {
    const before = enact.mock.calls.length;
    await refused();
    expect(enact.mock.calls.length - before).toBe(1);
  });
  enact.mockRestore();
  await cancelQueued(deps(), house.ctx, { id: waiting.id });
  expect(await sent()).toBe(1_400n);
  // The same when it is counted anew.
  await limit();
  expect(await sent()).toBe(1_400n);
  await loadScreeningList(
    deps(),
    house.ctx,
    { id: 'house' },
    { document: Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n') },
  );
  const held = await send(700n, { creditor: { name: 'Viktor Baranovski', account: 'X1' } });
  expect(held).toMatchObject({ status: 'held' });
  expect(await releasePayment(deps(), house.ctx, { id: held.id, comment: 'Another person' })).toMatchObject({ status: 'queued' });
  expect(await sent()).toBe(2_100n);
  await cancelQueued(deps(), house.ctx, { id: held.id });
  expect(await sent()).toBe(1_400n);
  await limit();
  expect(await sent()).toBe(1_400n);
  await setPolicy(deps(), house.ctx, { policy: DEFAULT_POLICY });
  await limitTo([]);
});

describe('what is remembered of payments', () => {
  const order = (party: number, units: bigint) =>
    from(0, 1, units, {
      debtor: { name: `Payer ${party}`, account: `ACC${party}`, country: 'KP' },
      creditor: { name: 'Payee', account: `TO${party % 3}` },
    });
  const memoryOf = async () =>
    [...snapshot((await loadTenant(deps(), house.tenantId)).features)].map((part) => JSON.parse(part) as [string][]);

  test('is the same after a restart as it was before, also from a snapshot and what came after it', async () => {
    const judge = processOf();
    for (let i = 0; i < 40; i++) {
      clock.advance(137_000);
      await pay(judge, order(i % 5, BigInt(100 + i)));
    }
    const before = await memoryOf();
    await takeSnapshots(deps(), house.tenantId, { every: 1 });
    expect(await memoryOf()).toEqual(before);
    for (let i = 0; i < 10; i++) {
      clock.advance(600_000);
      await pay(judge, order(i % 5, 77n));
    }
    const after = await memoryOf();
    await house.database.admin('delete from settlement.aml_snapshot');
    const sorted = (parts: [string][][]) => parts.flat().sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(await memoryOf())).toEqual(sorted(after));
  });

  test('judges alike in a process that took the payments and in one that followed the book', async () => {
    const [taking, following] = [processOf(), processOf()];
    await pay(following, order(99, 5n));
    for (let i = 0; i < 70; i++) await pay(taking, order(7, 1_000n + BigInt(i)));
    clock.advance(1_500);
    await pay(following, order(98, 5n));
    clock.advance(1_500);
    await pay(following, order(98, 5n));
    const participants = await deps().directory.of(house.tenantId);
    const asked = order(7, 900_000n);
    const checked = checkOrder(asked, participants, dayOf(clock.now()));
    const verdicts = await Promise.all(
      [taking, following].map(async (judge) => await judge.judge(house.tenantId, asked, checked, clock.now())),
    );
    expect(verdicts[0]!.findings?.rules?.map(({ ruleId }) => ruleId)).toContain('velocity_hour');
    expect(verdicts[0]!.findings).toEqual(verdicts[1]!.findings);
    expect(verdicts[0]).toMatchObject({ outcome: 'pass', ruleSet: 1, limitSet: expect.any(Number) });
  });
});

describe('a circuit breaker', () => {
  test('opened by hand stops payments in every process, and closed lets them through', async () => {
    const judge = processOf();
    await pay(judge, from(0, 1, 1n));
    const scope = { kind: 'participant' as const, participantId: banks[1].id };
    await openBreaker(deps(), house.ctx, { scope, reason: 'the bank asked for it' });
    clock.advance(11_000);
    expect((await pay(judge, from(0, 1, 1n))).code).toBe('AB08');
    expect((await pay(processOf(), from(1, 0, 1n))).decision).toBe('rejected');
    expect((await pay(judge, from(0, 2, 1n))).decision).toBe('reserved');
    await closeBreaker(deps(), house.ctx, { scope, reason: 'all is well' });
    clock.advance(11_000);
    expect((await pay(judge, from(0, 1, 1n))).decision).toBe('reserved');
    expect((await listBreakers(deps(), house.ctx)).moves.slice(0, 2).map(({ to }) => to)).toEqual(['closed', 'open']);
  });

  test('opens by itself when a bank breaks its limits again and again, lets probes through, and is told to others', async () => {
    await limitTo([{ participant: banks[0].id, asset: 'EUR/2', perPayment: 10n }]);
    await setBreakerPolicy(deps(), house.ctx, { ...SHIPPED_POLICY, counts: ['limit'] });
    const judge = processOf();
    for (let i = 0; i < 5; i++) expect((await pay(judge, from(0, 1, 11n))).code).toBe('AM13');
    expect((await pay(judge, from(0, 1, 1n))).code).toBe('NARR');
    await judge.close();
    const { items } = await listBreakers(deps(), house.ctx);
    expect(items.map(({ key, state, by }) => [key, state, by])).toEqual([
      [`participant:${toWireId('mem', banks[0].id)}`, 'open', 'failures'],
    ]);
    expect((await pay(processOf(), from(0, 2, 1n))).code).toBe('NARR');
    expect((await pay(processOf(), from(2, 1, 1n))).decision).toBe('reserved');
    clock.advance(30_000);
    for (let i = 0; i < 3; i++) expect((await pay(judge, from(0, 1, 1n))).decision).toBe('reserved');
    await judge.close();
    expect((await listBreakers(deps(), house.ctx)).items).toEqual([]);
    await limitTo([]);
  });

  test('counts no probe for a payment that had been sent before', async () => {
    const judge = processOf();
    const take = (order: PaymentOrder) => takePayment({ ...deps(), judge }, house.ctx, { channel: 'json', operation: sendPayment }, order);
    const sent = from(0, 1, 1n, { uetr: crypto.randomUUID() });
    expect((await take(sent)).status).toBe('reserved');
    await limitTo([{ participant: banks[0].id, asset: 'EUR/2', perPayment: 10n }]);
    clock.advance(11_000);
    for (let i = 0; i < 5; i++) expect((await pay(judge, from(0, 1, 11n))).code).toBe('AM13');
    expect((await pay(judge, from(0, 1, 1n))).code).toBe('NARR');
    clock.advance(30_000);
    for (let i = 0; i < 5; i++) expect((await take(sent)).status).toBe('reserved');
    for (let i = 0; i < 3; i++) expect((await pay(judge, from(0, 1, 1n))).decision).toBe('reserved');
    await judge.close();
    expect((await listBreakers(deps(), house.ctx)).items).toEqual([]);
    await limitTo([]);
  });
});
