import { beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import { leiOf } from '../../../base/check-digit.ts';
import { manualClock } from '../../../base/time.ts';
import { getPayment } from '../../payment/read-payments.ts';
import { releasePayment } from '../../payment/review-payment.ts';
import { sendPayment } from '../../payment/send-payment.ts';
import type { PaymentOrder } from '../../payment/payment.ts';
import { loadScreeningList } from '../manage-lists.ts';
import { RULES } from '../match.ts';
import { listRescreeningFindings, listRescreenings } from './read-rescreenings.ts';
import { rescreenJob } from './rescreen.ts';

const LEI = leiOf('TESTLISTEDENTITY00');
let clock: ReturnType<typeof manualClock>;
let house: TestHouse;
let banks: Bank[];
const deps = () => house.settlement.deps;

beforeEach(async () => {
  clock = manualClock(Date.now());
  house = await createTestHouse({ clock });
  banks = await admitBanks(house, ['NORDFIHH', 'AURONOKK'], { 'EUR/2': 10n ** 12n });
  return () => house.close();
});

async function load(...rows: string[]): Promise<void> {
  const document = Buffer.from(`id,name,bic,lei\n${rows.join('\n')}\n`);
  await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document });
}

async function screenAgain(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await rescreenJob(deps(), { settledDays: 5 }).run(new AbortController().signal);
    if ((await listRescreenings(deps(), house.ctx)).items[0]?.stage === 'done') return;
    clock.advance(35_000);
  }
  throw new Error('the run does not end');
}

const pay = (debtor: PaymentOrder['debtor']) => sendPayment(deps(), house.ctx, orderOf(banks[0]!, banks[1]!, { debtor }));
const statusOf = async (id: string) => (await getPayment(deps(), house.ctx, { id })).status;
const findings = async () => (await listRescreeningFindings(deps(), house.ctx, { limit: 100 })).items;

describe('when a list comes to name an identifier', () => {
  test('a bank that takes part is found by its own BIC and LEI, whatever it is called', async () => {
    const [bank] = (await deps().directory.of(house.tenantId)).byId.values();
    await load('1,Nobody Of That Name,,');
    await screenAgain();
    await load('1,Nobody Of That Name,NORDFIHH123,', `2,Another Entirely,,${bank!.lei}`);
    await screenAgain();
    const found = (await findings()).map(({ kind, participantId, name, score, listed }) => ({ kind, participantId, name, score, listed }));
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        { kind: 'participant', participantId: banks[0]!.id, name: 'NORDFIHH', score: 1, listed: 'Nobody Of That Name' },
        { kind: 'participant', participantId: bank!.id, name: bank!.lei, score: 1, listed: 'Another Entirely' },
      ]),
    );
  });

  test('a bank that was admitted meanwhile is asked about all that lists say, and told of once', async () => {
    await load('1,Nobody Of That Name,LATECOMM,');
    await screenAgain();
    const [late] = await admitBanks(house, ['LATECOMM'], {});
    for (const other of ['Somebody Else', 'Quite Another']) {
      await load('1,Nobody Of That Name,LATECOMM,', `2,${other},,`);
      await screenAgain();
    }
    expect(await findings()).toMatchObject([{ participantId: late!.id, name: 'LATECOMM', listed: 'Nobody Of That Name' }]);
  });

  test('what is not final is held, released by a person, and not held for that again', async () => {
    await load('1,Nobody Of That Name,,');
    await screenAgain();
    const byLei = await pay({ name: 'Aurora Shipping AS', lei: LEI });
    const byBank = await pay({ name: 'Aurora Shipping AS', banks: [{ at: 'previous1', bic: 'SABRRUMMXXX' }] });
    const plain = await pay({ name: 'Aurora Shipping AS' });
    await load(`1,Nobody Of That Name,SABRRUMM,${LEI}`);
    await screenAgain();
    expect(await Promise.all([byLei, byBank, plain].map(({ id }) => statusOf(id)))).toEqual(['held', 'held', 'reserved']);
    await releasePayment(deps(), house.ctx, { id: byLei.id, comment: 'Licensed' });
    await load(`1,Nobody Of That Name,SABRRUMM,${LEI}`, '2,Somebody Else,,');
    await screenAgain();
    expect(await statusOf(byLei.id)).toBe('reserved');
  });

  test('everything is screened again once where it was screened by earlier rules, by names alone', async () => {
    await load('1,Nobody Of That Name,,');
    await screenAgain();
    const { id } = await pay({ name: 'Aurora Shipping AS', lei: LEI });
    await load(`1,Nobody Of That Name,,${LEI}`);
    await screenAgain();
    await releasePayment(deps(), house.ctx, { id, comment: 'Licensed' });
    // As an earlier release left it: the lists of now, by rules that knew no identifiers.
    await house.database.admin('delete from settlement.rescreening_finding; delete from settlement.rescreening');
    await house.database.admin(`update settlement.screening_set set rules = 'names-5 from 0.8', hash = sha256(hash)`);
    deps().screening.forget(house.tenantId);
    await screenAgain();
    const [run] = (await listRescreenings(deps(), house.ctx)).items;
    expect(run).toMatchObject({ whole: true, stage: 'done' });
    const [{ rules } = { rules: '' }] = await house.database.admin<{ rules: string }>(
      'select rules from settlement.screening_set order by id desc limit 1',
    );
    expect(rules).toBe(RULES);
  });
});
