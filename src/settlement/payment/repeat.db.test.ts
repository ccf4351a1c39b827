import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import { sendPayment, sendPayments } from './send-payment.ts';

let house: TestHouse;
let banks: [Bank, Bank];
const clock = manualClock(Date.now());
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n })) as [Bank, Bank];
});
afterAll(() => house.close());

const DAYS = 3 * 86_400_000;
const forToday = () => orderOf(banks[0], banks[1], { uetr: crypto.randomUUID(), valueDate: dayOf(clock.now()) });

describe('a payment that is sent again', () => {
  test('under its key after its value date has passed is answered as the first time', async () => {
    const order = forToday();
    const first = await sendPayment(deps(), house.keyed('late-key'), order);
    clock.advance(DAYS);
    expect(await sendPayment(deps(), house.keyed('late-key'), order)).toEqual(first);
  });

  test('with its UETR after its value date has passed is answered as the first time', async () => {
    const order = forToday();
    const first = await sendPayment(deps(), house.ctx, order);
    clock.advance(DAYS);
    expect(await sendPayment(deps(), house.ctx, order)).toEqual(first);
  });

  test('in its batch after its value date has passed is answered as the first time', async () => {
    const { units, ...rest } = forToday();
    const batch = { payments: [{ ...rest, units: units.toString() }] };
    const first = await sendPayments(deps(), house.keyed('late-batch'), batch);
    clock.advance(DAYS);
    expect(await sendPayments(deps(), house.keyed('late-batch'), batch)).toEqual(first);
  });

  test('after its bank was suspended is answered as the first time', async () => {
    const order = forToday();
    const first = await sendPayment(deps(), house.keyed('suspended-key'), order);
    await setParticipantState(deps(), house.ctx, { id: banks[0].id, state: 'suspended' });
    try {
      expect(await sendPayment(deps(), house.keyed('suspended-key'), order)).toEqual(first);
    } finally {
      await setParticipantState(deps(), house.ctx, { id: banks[0].id, state: 'active' });
    }
  });
});

describe('a value date that has passed', () => {
  test('refuses a new payment, and one under a known UETR whose content differs, by name', async () => {
    const order = forToday();
    await sendPayment(deps(), house.ctx, order);
    clock.advance(DAYS);
    await expect(sendPayment(deps(), house.ctx, { ...order, units: 1n })).rejects.toMatchObject({ code: 'settlement.value_date_invalid' });
    await expect(sendPayment(deps(), house.keyed('new-key'), { ...order, uetr: crypto.randomUUID() })).rejects.toMatchObject({
      code: 'settlement.value_date_invalid',
    });
  });
});
