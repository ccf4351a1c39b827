import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { pacs008, pacs009, pain001, textsOf, valid } from '../../../test/support/messages.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { getPayment, listPayments } from '../payment/read-payments.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { closeAllWindows } from '../window/close-window.ts';

const clock = manualClock(Date.UTC(2026, 10, 23, 8));
const DAY = '2026-11-25';
let house: TestHouse;
let banks: [Bank, Bank];
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 100_000n })) as [Bank, Bank];
});
afterAll(() => house.close());

const available = async (bank: Bank) => (await getParticipant(deps(), house.ctx, { id: bank.id })).accounts[0]!.available;

/** The document with another day wherever it says today, and the elements of a day as given. */
const dated = (document: Buffer, [from, to]: readonly [string, string] = ['', '']) =>
  Buffer.from(
    document
      .toString()
      .replaceAll(`>${dayOf(Date.now())}<`, `>${DAY}<`)
      .replaceAll(from, to),
  );

const [a, b] = [{ id: 'E2E-1' }, { id: 'E2E-2' }];

test.each<[string, (messageId: string) => Buffer]>([
  ['pain.001, ReqdExctnDt/Dt', (id) => dated(pain001(id, banks[0], [{ ...a, to: banks[1] }]))],
  [
    'pain.001, ReqdExctnDt of early versions',
    (id) =>
      Buffer.from(
        dated(pain001(id, banks[0], [{ ...a, to: banks[1] }]))
          .toString()
          .replace('pain.001.001.12', 'pain.001.001.03')
          .replace(`<Dt>${DAY}</Dt>`, DAY)
          .replaceAll('BICFI', 'BIC'),
      ),
  ],
  ['pacs.008, IntrBkSttlmDt', (id) => dated(pacs008(id, [{ ...b, from: banks[0], to: banks[1] }]))],
  ['pacs.009, IntrBkSttlmDt', (id) => dated(pacs009(id, { ...b, from: banks[0], to: banks[1] }))],
])('%s: what is dated ahead is accepted, and the bank that is paid has the money on the day and not before', async (name, write) => {
  clock.set(Date.UTC(2026, 10, 23, 8));
  const before = await available(banks[1]);
  const document = write(`DATED-${name.length}-${name.slice(0, 8)}`);
  const answer = valid(await submitIso20022(deps(), house.memberCtx(banks[0].id), {}, { document }));
  expect(textsOf(answer, 'TxSts')).toEqual(['ACSP']);
  const [payment] = (await listPayments(deps(), house.ctx, { status: 'reserved' })).items;
  expect(payment).toMatchObject({ valueDate: DAY });
  for (const day of [23, 24]) {
    clock.set(Date.UTC(2026, 10, day, 23, 59));
    await closeAllWindows(deps(), house.ctx);
    expect(await available(banks[1])).toBe(before);
  }
  clock.set(Date.UTC(2026, 10, 25));
  await closeAllWindows(deps(), house.ctx);
  expect(await getPayment(deps(), house.ctx, { id: payment!.id })).toMatchObject({ status: 'settled' });
  expect(await available(banks[1])).toBeGreaterThan(before);
});
