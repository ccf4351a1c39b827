import { expect, test } from 'vitest';
import type { Member, Participants } from '../participant/directory.ts';
import { PLAIN_MESSAGING } from '../participant/store.ts';
import { checkOrder } from './check-order.ts';
import type { PaymentOrder } from './payment.ts';

const TODAY = '2026-11-22';

function member(bic: string, change: Partial<Member> = {}): Member {
  const account = { asset: 'EUR/2', settlementAccountId: `${bic}-settlement`, reserveAccountId: `${bic}-reserve` };
  return {
    id: `id-${bic}`,
    name: bic,
    bic,
    lei: 'x',
    state: 'active',
    createdAt: 0,
    messaging: PLAIN_MESSAGING,
    accounts: new Map([['EUR/2', account]]),
    ...change,
  };
}

function network(...members: Member[]): Participants {
  return { byId: new Map(members.map((m) => [m.id, m])), byBic: new Map(members.map((m) => [m.bic, m])) };
}

const participants = network(
  member('NORDFIHH'),
  member('AURONOKK'),
  member('SUSPDEFF', { state: 'suspended' }),
  member('NOEUGB2L', { accounts: new Map() }),
);

const order: PaymentOrder = {
  endToEndId: 'E2E-1',
  debtorAgent: 'NORDFIHH',
  creditorAgent: 'AURONOKK',
  debtor: { name: 'A' },
  creditor: { name: 'B' },
  asset: 'EUR/2',
  units: 100n,
};

test('a good order names both banks and the accounts that its money moves between', () => {
  expect(checkOrder(order, participants, TODAY)).toMatchObject({
    debtorAgent: { bic: 'NORDFIHH' },
    creditorAgent: { bic: 'AURONOKK' },
    settlementAccountId: 'NORDFIHH-settlement',
    reserveAccountId: 'NORDFIHH-reserve',
    valueDate: TODAY,
  });
});

test('a head office may be named by its BIC of 8 or of 11 characters', () => {
  expect(checkOrder({ ...order, debtorAgent: 'NORDFIHHXXX' }, participants, TODAY).debtorAgent.bic).toBe('NORDFIHH');
});

test.each<[string, Partial<PaymentOrder>, string]>([
  ['a currency with the wrong decimals', { asset: 'EUR/3' }, 'settlement.asset_unknown'],
  ['a currency that does not exist', { asset: 'XQZ/2' }, 'settlement.asset_unknown'],
  ['an unknown debtor agent', { debtorAgent: 'NOBOFRPP' }, 'settlement.participant_unknown'],
  ['an unknown creditor agent', { creditorAgent: 'NOBOFRPP' }, 'settlement.participant_unknown'],
  ['a branch that is not a participant', { creditorAgent: 'AURONOKK123' }, 'settlement.participant_unknown'],
  ['one bank on both sides', { creditorAgent: 'NORDFIHH' }, 'settlement.same_agent'],
  ['a suspended bank', { creditorAgent: 'SUSPDEFF' }, 'settlement.participant_suspended'],
  ['a debtor agent without an account in the currency', { debtorAgent: 'NOEUGB2L' }, 'settlement.asset_not_held'],
  ['a creditor agent without an account in the currency', { creditorAgent: 'NOEUGB2L' }, 'settlement.asset_not_held'],
  ['a day that does not exist', { valueDate: '2026-02-30' }, 'settlement.value_date_invalid'],
  ['a day that is past', { valueDate: '2026-11-20' }, 'settlement.value_date_invalid'],
  ['a day too far ahead', { valueDate: '2026-12-23' }, 'settlement.value_date_invalid'],
])('%s is refused by name', (_, change, code) => {
  expect(() => checkOrder({ ...order, ...change }, participants, TODAY)).toThrowError(expect.objectContaining({ code }) as Error);
});

test.each(['2026-11-21', '2026-11-22', '2026-12-22'])('the value date %s is within what is allowed', (valueDate) => {
  expect(checkOrder({ ...order, valueDate }, participants, TODAY).valueDate).toBe(valueDate);
});

test('a bank pays for itself only', () => {
  expect(checkOrder(order, participants, TODAY, 'id-NORDFIHH').debtorAgent.id).toBe('id-NORDFIHH');
  expect(() => checkOrder(order, participants, TODAY, 'id-AURONOKK')).toThrowError(
    expect.objectContaining({ code: 'settlement.debtor_agent_foreign', kind: 'forbidden' }) as Error,
  );
});
