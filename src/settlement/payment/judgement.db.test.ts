import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import { createCaseOpener } from '../compliance/open-cases.ts';
import { closeBreaker, openBreaker } from '../risk/manage-breakers.ts';
import { activateLimits, proposeLimits } from '../risk/manage-limits.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { releasePayment } from './review-payment.ts';
import { getPayment, listPayments } from './read-payments.ts';
import { sendPayment } from './send-payment.ts';

let house: TestHouse;
let [payer, payee]: Bank[] = [];
const deps = () => house.settlement.deps;
/** All that the travel rule asks for of a small payment across borders. */
const told = {
  debtor: { name: 'Aurora Shipping AS', account: 'FI2112345600000785', country: 'FI' },
  creditor: { name: 'Meridian Foods Ltd', account: 'NO9386011117947', country: 'NO' },
};
const WORDS = /judgement|risk|score|ruleSet|limitSet|velocity|corridor|missing|travel|listVersion/i;

beforeAll(async () => {
  house = await createTestHouse();
  [payer, payee] = await admitBanks(house, ['NORDFIHH', 'AURONOKK'], { 'EUR/2': 10n ** 9n });
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
});
afterAll(() => house.close());

const send = async (change = {}): Promise<Uuid> =>
  (await sendPayment(deps(), house.ctx, orderOf(payer!, payee!, { ...told, ...change }))).id;
const judgement = async (id: Uuid) => (await getPayment(deps(), house.ctx, { id })).judgement;

describe('the operator reads how a payment was judged', () => {
  test('when there was nothing to look at: its risk, and the numbers of rules, limits and lists', async () => {
    const found = await judgement(await send());
    expect(found).toEqual({
      risk: { score: expect.any(Number) as number },
      ruleSet: 1,
      limitSet: 0,
      screeningSet: expect.any(Number) as number,
      listVersion: expect.stringMatching(/^house@[0-9a-f]{16}$/) as string,
    });
  });

  test('when rules were met: the score with its parts, which add up to it, and every rule with its reasons', async () => {
    const found = await judgement(await send({ debtor: { ...told.debtor, country: 'KP' } }));
    expect(found?.rules?.length).toBeGreaterThan(0);
    expect(found?.rules?.flatMap(({ tests }) => tests)).toContainEqual({
      feature: 'corridor_risk',
      op: '>=',
      value: expect.any(String) as string,
      actual: '100',
      holds: true,
    });
    expect(found?.corridor).toBe('KP>NO');
    const { score, reasons = [] } = found!.risk;
    expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(score, 5);
  });

  test('when it was refused by a limit or a breaker: which', async () => {
    const { number } = await proposeLimits(deps(), house.ctx, {
      lines: [{ participant: payer!.id, asset: 'EUR/2', perPayment: 10n }],
      note: 'a test',
    });
    await activateLimits(deps(), house.ctx, { number });
    expect(await judgement(await send({ units: 11n }))).toMatchObject({
      limitSet: number,
      limits: [{ limit: 'per_payment', allowed: '10' }],
    });
    const scope = { kind: 'participant' as const, participantId: payee!.id };
    await openBreaker(deps(), house.ctx, { scope, reason: 'a test' });
    expect(await judgement(await send({ units: 9n }))).toMatchObject({ breaker: `participant:${toWireId('mem', payee!.id)}` });
    await closeBreaker(deps(), house.ctx, { scope, reason: 'a test' });
    const none = await proposeLimits(deps(), house.ctx, { lines: [], note: 'a test' });
    await activateLimits(deps(), house.ctx, { number: none.number });
  });

  test('when it passed though information on the parties was missing, which opens no case', async () => {
    const id = await send({ debtor: { name: 'Aurora Shipping AS' } });
    const payment = await getPayment(deps(), house.ctx, { id });
    expect([payment.status, payment.judgement?.rules]).toEqual(['reserved', undefined]);
    expect(payment.judgement?.missing?.map(({ path }) => path)).toContain('originator.account');
    expect(payment.judgement?.risk.reasons?.map(({ factor }) => factor)).toContain('travelRule');
    await createCaseOpener(deps())(house.tenantId);
    expect(await house.database.admin('select from settlement.case_link where subject = $1', [toWireId('pay', id)])).toEqual([]);
  });

  test('and not of one from before rules and limits were kept with payments', async () => {
    const id = await send();
    await house.database.admin('update settlement.payment set risk = null, rule_set = null, limit_set = null where id = $1', [id]);
    expect(await judgement(id)).toBeUndefined();
  });
});

test.each([
  ['passed', {}],
  ['met a rule', { debtor: { ...told.debtor, country: 'KP' } }],
  ['lacks information', { debtor: { name: 'Aurora Shipping AS' } }],
  ['was released', { creditor: { ...told.creditor, name: 'Viktor Baranovski' } }],
])('no bank reads anything of how a payment was judged that %s', async (what, change) => {
  const id = await send(change);
  if (what === 'was released') await releasePayment(deps(), house.ctx, { id, comment: 'Another person' });
  expect(await judgement(id)).toBeDefined();
  for (const bank of [payer!, payee!]) {
    const ctx = house.memberCtx(bank.id);
    const detail = await getPayment(deps(), ctx, { id });
    const { items } = await listPayments(deps(), ctx, { limit: 100 });
    const seen = JSON.stringify([detail, items], (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(seen).toContain(id);
    expect(seen).not.toMatch(WORDS);
  }
});
