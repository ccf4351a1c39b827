import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Ctx } from '../../base/context.ts';
import { newId, toWireId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { activateAmlRuleSet, backTestAmlRuleSet, getAmlRuleSet, listAmlRuleSets, proposeAmlRuleSet } from '../aml/manage-rule-sets.ts';
import { getPayment } from '../payment/read-payments.ts';
import { rejectPayment, releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { activateLimits, proposeLimits, simulateLimits } from '../risk/manage-limits.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { breachCases } from './breach.ts';
import { confirmCase, decideCase } from './decide-case.ts';
import { needsTwo } from './needs-two.ts';
import { createCaseOpener } from './open-cases.ts';
import { caseStatistics, getCase, getEvidence, listCases } from './read-cases.ts';
import { setComplianceSettings } from './settings.ts';
import { SHIPPED_MINUTES } from './case.ts';
import { addEvidence, assignCase, commentCase, holdCase, linkCase } from './work-case.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
let banks: [Bank, Bank];
const deps = () => house.settlement.deps;
const another = (): Ctx => ({ ...house.ctx, actor: { ...house.ctx.actor, id: newId(), name: 'second@rialto.test' } });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n })) as [Bank, Bank];
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
});
afterAll(() => house.close());

const hold = async (units = 10_000n) =>
  (await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units, creditor: { name: 'Viktor Baranovski' } }))).id;
const open = () => createCaseOpener(deps())(house.tenantId);
const heldCase = async (units?: bigint) => {
  const id = await hold(units);
  await open();
  return id;
};
const set = (fourEyes: boolean, fourEyesFrom?: bigint) =>
  setComplianceSettings(deps(), house.ctx, {
    fourEyes,
    ...(fourEyesFrom !== undefined && { fourEyesFrom }),
    caseMinutes: SHIPPED_MINUTES as never,
  });
const statusOf = async (id: string) => (await getPayment(deps(), house.ctx, { id })).status;

describe('a held payment', () => {
  test('has one case with what it was held for, however often cases are opened', async () => {
    const id = await heldCase();
    await open();
    await createCaseOpener(deps())(house.tenantId);
    const { items } = await listCases(deps(), house.ctx, { state: 'active' });
    expect(items.filter((one) => one.paymentId === id)).toHaveLength(1);
    const found = await getCase(deps(), house.ctx, { id });
    expect(found).toMatchObject({ kind: 'payment', state: 'open', priority: 'critical', needsTwo: false, payment: { status: 'held' } });
    expect(found.dueAt - found.openedAt).toBe(3_600_000);
    expect(found.summary).toContain('Viktor Baranovski');
    expect(found.traffic.map(({ party, payments }) => [party, payments.some((one) => one.id === id)])).toEqual([
      ['debtor', true],
      ['creditor', true],
    ]);
    expect(found.links).toMatchObject([{ kind: 'payment', subject: toWireId('pay', id) }]);
  });

  test.each([
    ['release', 'released', 'reserved'],
    ['reject', 'rejected', 'rejected'],
  ] as const)('is decided and its case closed together: %s', async (decision, outcome, status) => {
    const id = await heldCase();
    expect(await decideCase(deps(), house.ctx, { id, decision, comment: 'looked at it' })).toMatchObject({ state: 'closed', outcome });
    expect(await statusOf(id)).toBe(status);
    await expect(decideCase(deps(), house.ctx, { id, decision, comment: 'looked at it' })).rejects.toMatchObject({
      code: 'settlement.case_move',
    });
    await expect(commentCase(deps(), house.ctx, { id, text: 'too late' })).rejects.toMatchObject({ code: 'settlement.case_closed' });
  });

  test('that is decided outside its case closes it, also when the case is opened only later', async () => {
    const first = await heldCase();
    await releasePayment(deps(), house.ctx, { id: first, comment: 'another person' });
    expect(await getCase(deps(), house.ctx, { id: first })).toMatchObject({ state: 'closed', outcome: 'released' });
    const second = await hold();
    await rejectPayment(deps(), house.ctx, { id: second, comment: 'the listed person' });
    await open();
    expect(await getCase(deps(), house.ctx, { id: second })).toMatchObject({
      state: 'closed',
      outcome: 'rejected',
      closedBy: house.ctx.actor.name,
    });
  });

  test('is decided once when two people decide at once', async () => {
    const id = await heldCase();
    const answers = await Promise.allSettled([
      decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'release it' }),
      decideCase(deps(), another(), { id, decision: 'reject', comment: 'reject it' }),
    ]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { outcome, steps } = await getCase(deps(), house.ctx, { id });
    expect(steps.filter(({ step }) => step === 'released' || step === 'rejected').map(({ step }) => step)).toEqual([outcome]);
  });

  test('answers a decision that is sent again under its key from what stands', async () => {
    const id = await heldCase();
    const input = { id, decision: 'release' as const, comment: 'looked at it' };
    const answers = [await decideCase(deps(), house.keyed('again'), input), await decideCase(deps(), house.keyed('again'), input)];
    expect(answers[1]).toEqual(answers[0]);
  });

  test('stays held when its release would pass a cap', async () => {
    const { number } = await proposeLimits(deps(), house.ctx, {
      lines: [{ participant: banks[0].id, asset: 'EUR/2', netSenderCap: 1n }],
      note: 'for a test',
    });
    await activateLimits(deps(), house.ctx, { number });
    const id = await heldCase();
    await expect(decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'go' })).rejects.toMatchObject({
      code: 'settlement.limit_reached',
    });
    expect([await statusOf(id), (await getCase(deps(), house.ctx, { id })).state]).toEqual(['held', 'open']);
    const none = await proposeLimits(deps(), house.ctx, { lines: [], note: 'for a test' });
    await activateLimits(deps(), house.ctx, { number: none.number });
  });
});

describe('where two people decide', () => {
  beforeAll(() => set(true));
  afterAll(() => set(false));

  test('nobody decides alone, by whatever way', async () => {
    const id = await heldCase();
    for (const review of [releasePayment, rejectPayment]) {
      await expect(review(deps(), house.ctx, { id, comment: 'alone' })).rejects.toMatchObject({ code: 'settlement.four_eyes_needed' });
    }
    const proposed = await decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'not him' });
    expect(proposed).toMatchObject({ state: 'proposed', proposal: { decision: 'release', by: { id: house.ctx.actor.id } } });
    const confirm = { id, answer: 'approve' as const, comment: 'agreed' };
    for (const ctx of [house.ctx, { ...another(), actor: { ...another().actor, kind: 'key' as const } }]) {
      await expect(confirmCase(deps(), ctx, confirm)).rejects.toMatchObject({ code: 'settlement.four_eyes_needed' });
    }
    expect(await statusOf(id)).toBe('held');
    await expect(decideCase(deps(), another(), { id, decision: 'release', comment: 'too' })).rejects.toMatchObject({
      code: 'settlement.case_move',
    });
    expect(await confirmCase(deps(), another(), confirm)).toMatchObject({
      state: 'closed',
      outcome: 'released',
      closedBy: 'second@rialto.test',
    });
    expect(await statusOf(id)).toBe('reserved');
  });

  test('what was declined goes back, and only the proposal that stands can be confirmed', async () => {
    const id = await heldCase();
    await decideCase(deps(), house.ctx, { id, decision: 'reject', comment: 'looks like him' });
    expect(await confirmCase(deps(), another(), { id, answer: 'decline', comment: 'look again' })).toMatchObject({ state: 'in_review' });
    await expect(confirmCase(deps(), another(), { id, answer: 'approve', comment: 'agreed' })).rejects.toMatchObject({
      code: 'settlement.case_move',
    });
    await decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'not him' });
    await confirmCase(deps(), another(), { id, answer: 'approve', comment: 'agreed' });
    expect(await statusOf(id)).toBe('reserved');
  });

  test('below the value that is set one is enough, and what cannot be compared needs two', async () => {
    await set(true, 500_000n);
    const small = await heldCase(499_999n);
    expect(await decideCase(deps(), house.ctx, { id: small, decision: 'release', comment: 'small' })).toMatchObject({ state: 'closed' });
    const large = await heldCase(500_000n);
    expect(await decideCase(deps(), house.ctx, { id: large, decision: 'release', comment: 'large' })).toMatchObject({ state: 'proposed' });
    expect(await needsTwo(deps(), house.tenantId, { asset: 'VND/0', units: 1n })).toBe(true);
    await set(true);
  });

  test('limits are put in force by another person than the one who proposed them', async () => {
    const { number } = await proposeLimits(deps(), house.ctx, { lines: [], note: 'for a test' });
    await expect(activateLimits(deps(), house.ctx, { number })).rejects.toMatchObject({ code: 'settlement.four_eyes_needed' });
    expect((await activateLimits(deps(), another(), { number })).inForce).toBe(true);
  });
});

describe('work on a case', () => {
  test('is kept step by step with who did it', async () => {
    const id = await heldCase();
    await assignCase(deps(), house.ctx, { id, to: 'me' });
    await commentCase(deps(), another(), { id, text: 'asked the bank' });
    await holdCase(deps(), house.ctx, { id, move: 'wait', text: 'until they answer' });
    await expect(holdCase(deps(), house.ctx, { id, move: 'wait', text: 'again' })).rejects.toMatchObject({ code: 'settlement.case_move' });
    await holdCase(deps(), house.ctx, { id, move: 'resume', text: 'they answered' });
    await linkCase(deps(), house.ctx, { id, kind: 'party', subject: 'NO9386011117947' });
    const found = await getCase(deps(), house.ctx, { id });
    expect(found.steps.map(({ step }) => step)).toEqual(['opened', 'assigned', 'commented', 'waiting', 'resumed', 'linked']);
    expect(found.steps[2]).toMatchObject({ actor: 'second@rialto.test', text: 'asked the bank' });
    expect((await listCases(deps(), house.ctx, { assignee: 'me', state: 'in_review' })).items.map((one) => one.id)).toContain(id);
    const byNumber = await listCases(deps(), house.ctx, { query: String(found.number) });
    expect(byNumber.items.map((one) => one.id)).toContain(id);
  });

  test('links only what is there, and no case to itself', async () => {
    const [id, other] = [await heldCase(), await heldCase()];
    await linkCase(deps(), house.ctx, { id, kind: 'case', subject: toWireId('case', other) });
    for (const subject of [toWireId('case', id), toWireId('case', newId()), toWireId('pay', other), 'nonsense']) {
      await expect(linkCase(deps(), house.ctx, { id, kind: 'case', subject })).rejects.toMatchObject({ code: 'settlement.link_invalid' });
    }
    await expect(linkCase(deps(), house.ctx, { id, kind: 'payment', subject: toWireId('pay', newId()) })).rejects.toMatchObject({
      code: 'settlement.link_invalid',
    });
  });

  test('keeps files by their content, once each, and takes no others than it should', async () => {
    const id = await heldCase();
    const add = (name: string, document: Uint8Array) => addEvidence(deps(), house.ctx, { id, name }, { document });
    const pdf = Buffer.from('%PDF-1.7\n…');
    await add('passport.pdf', pdf);
    await add('the same.pdf', pdf);
    await add('note.txt', Buffer.from('Ein Vermerk, größer\n'));
    const { evidence } = await getCase(deps(), house.ctx, { id });
    expect(evidence.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['passport.pdf', 'application/pdf'],
      ['note.txt', 'text/plain'],
    ]);
    const file = await getEvidence(deps(), house.ctx, { id, evidence: evidence[0]!.id });
    expect(Buffer.from(file.content, 'base64').equals(pdf)).toBe(true);
    const other = await heldCase();
    await expect(getEvidence(deps(), house.ctx, { id: other, evidence: evidence[0]!.id })).rejects.toMatchObject({
      code: 'settlement.evidence_not_found',
    });
    for (const [bytes, code] of [
      [new Uint8Array(), 'settlement.evidence_empty'],
      [Buffer.from('MZ\x00\x01 a program'), 'settlement.evidence_type'],
      [Buffer.from([0xff, 0xfe, 0x41, 0x42]), 'settlement.evidence_type'],
      [Buffer.alloc((10 << 20) + 1, 'a'), 'settlement.evidence_too_large'],
    ] as const) {
      await expect(add('document.pdf', bytes)).rejects.toMatchObject({ code });
    }
  });

  test('is told as overdue once, and counted', async () => {
    const id = await heldCase();
    clock.advance(3_600_001);
    expect(await breachCases(deps(), house.tenantId)).toBeGreaterThan(0);
    expect(await breachCases(deps(), house.tenantId)).toBe(0);
    const found = await getCase(deps(), house.ctx, { id });
    expect(found.breachedAt).toBe(clock.now());
    expect((await listCases(deps(), house.ctx, { overdue: 'true' })).items.map((one) => one.id)).toContain(id);
    const statistics = await caseStatistics(deps(), house.ctx);
    expect(statistics.open.reduce((sum, one) => sum + one.overdue, 0)).toBeGreaterThan(0);
    expect(statistics.outcomes.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['rejected', 'released']));
  });

  test('is the operator’s: a bank is refused', async () => {
    await expect(listCases(deps(), house.memberCtx(banks[0].id), {})).rejects.toMatchObject({ code: 'settlement.operators_only' });
  });
});

describe('alerts', () => {
  test('of one party come into one case, which is dismissed or reported and never released', async () => {
    const rules = [
      { ruleId: 'velocity_hour', title: 'Many payments within an hour', severity: 'alert', score: 20, reasons: [], inputs: [] },
    ];
    const ids: string[] = [];
    for (const name of ['Quick Trader', 'Quick Trader', 'Another One']) {
      ids.push((await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { debtor: { name, account: name } }))).id);
    }
    await house.database.admin('update settlement.payment set findings = $1, risk = 70, rule_set = 1 where id = any ($2)', [
      JSON.stringify({ rules, risk: { score: 70, level: 'high', reasons: [], weights: 'x' }, value: '1', corridor: 'FI>NO' }),
      ids,
    ]);
    await open();
    const { items } = await listCases(deps(), house.ctx, { kind: 'alert', sort: 'newest' });
    expect(items.map(({ title }) => title).sort()).toEqual(['Another One', 'Quick Trader']);
    const one = await getCase(deps(), house.ctx, { id: items.find(({ title }) => title === 'Quick Trader')!.id });
    expect(one.links.filter(({ kind }) => kind === 'payment')).toHaveLength(2);
    expect(one.inputs).toMatchObject({ ruleSet: 1, rules: [{ ruleId: 'velocity_hour' }] });
    await expect(decideCase(deps(), house.ctx, { id: one.id, decision: 'release', comment: 'no' })).rejects.toMatchObject({
      code: 'settlement.decision_invalid',
    });
    expect(await decideCase(deps(), house.ctx, { id: one.id, decision: 'report', comment: 'told the authority' })).toMatchObject({
      outcome: 'reported',
    });
    expect(await open()).toBe(0);
  });
});

describe('AML rules', () => {
  const content = {
    name: 'One rule',
    corridors: {},
    rules: [{ id: 'large', title: 'A large amount', severity: 'alert', score: 10, when: { feature: 'amount', op: '>=', value: '10000' } }],
  };

  test('that come with the product are the first set, and in force', async () => {
    const order = orderOf(banks[0], banks[1]);
    const { byBic } = await deps().directory.of(house.tenantId);
    await deps().judge.judge(
      house.tenantId,
      order,
      { debtorAgent: byBic.get('AAAAFIHH')!, creditorAgent: byBic.get('BBBBNOKK')! },
      clock.now(),
    );
    expect((await listAmlRuleSets(deps(), house.ctx)).items.at(-1)).toMatchObject({
      number: 1,
      inForce: true,
      proposedBy: 'Shipped with Rialto',
    });
  });

  test('are put in force after a back-test and by a second person, and not otherwise', async () => {
    const { number } = await proposeAmlRuleSet(deps(), house.ctx, { content, note: 'for a test' });
    await expect(activateAmlRuleSet(deps(), house.ctx, { number })).rejects.toMatchObject({ code: 'settlement.four_eyes_needed' });
    await expect(activateAmlRuleSet(deps(), another(), { number })).rejects.toMatchObject({ code: 'settlement.back_test_missing' });
    const report = await backTestAmlRuleSet(deps(), house.ctx, { number });
    const [row] = await house.database.admin<{ all: number; large: number; labelled: number }>(
      `select count(*)::int as all, (count(*) filter (where units >= 10000))::int as large,
              (count(*) filter (where exists (select from settlement.review r where r.payment_id = p.id)))::int as labelled
         from settlement.payment p where decision <> 'rejected'`,
    );
    expect(report).toMatchObject({ payments: row!.all, flagged: row!.large, labelled: row!.labelled });
    expect(await activateAmlRuleSet(deps(), another(), { number })).toMatchObject({ inForce: true });
    expect((await getAmlRuleSet(deps(), house.ctx, { number })).backTest?.payments).toBe(row!.all);
  });

  test.each([
    [{ from: '2026-01-02', to: '2026-01-01' }],
    [{ from: '2020-01-01', to: '2026-01-01' }],
    [{ from: '2026-02-30', to: '2026-03-01' }],
  ])('are not tried on days that make no sense: %j', async (range) => {
    await expect(backTestAmlRuleSet(deps(), house.ctx, { number: 1, ...range })).rejects.toMatchObject({
      code: 'settlement.back_test_range',
    });
  });
});

test('the travel rule holds what is said too little of, and asks no more of what says who pays', async () => {
  const travelRule = { threshold: '100000', domesticInFull: false, beneficiaryAddress: true, action: 'hold' };
  const rules = [
    { id: 'huge', title: 'A huge amount', severity: 'note', score: 0, when: { feature: 'amount', op: '>=', value: '1000000000' } },
  ];
  const { number } = await proposeAmlRuleSet(deps(), house.ctx, {
    content: { name: 'Travel rule', corridors: {}, reference: { asset: 'EUR/2', rates: { EUR: 1 } }, travelRule, rules },
    note: 'for a test',
  });
  await backTestAmlRuleSet(deps(), house.ctx, { number });
  await activateAmlRuleSet(deps(), another(), { number });
  clock.advance(11_000);
  const debtor = { name: 'Ann Ash', account: 'FI2112345600000785', country: 'FI' };
  const creditor = { name: 'Bob Birch', account: 'NO9386011117947', country: 'NO' };
  const send = (more: object, payee: object = { town: 'Bergen' }) =>
    sendPayment(
      deps(),
      house.ctx,
      orderOf(banks[0], banks[1], { units: 100_000n, debtor: { ...debtor, ...more }, creditor: { ...creditor, ...payee } }),
    );
  expect((await send({})).status).toBe('held');
  expect((await send({ town: 'Turku' }, {})).status).toBe('held');
  const identified = [
    { town: 'Turku' },
    { street: 'Aurakatu 8, 20100 Turku' },
    { nationalId: '131052-308T' },
    { customerId: 'C-1' },
    { birth: { on: '1952-10-13', town: 'Turku', country: 'FI' } },
  ];
  for (const more of identified) expect((await send(more)).status).toBe('reserved');
});

test('a simulation of limits tells of recorded traffic what they would have refused', async () => {
  const lines = [{ participant: '*' as const, asset: 'EUR/2', perPayment: 9_999n }];
  const result = await simulateLimits(deps(), house.ctx, { lines, day: new Date(clock.now()).toISOString().slice(0, 10) });
  expect(result.before.refused).toBe(0);
  expect(result.after.refused).toBe(result.newlyRefusedCount);
  expect(result.payments).toBe(result.after.accepted + result.after.refused);
  expect(result.newlyRefusedCount).toBeGreaterThan(0);
});
