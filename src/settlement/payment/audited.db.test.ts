import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listAudit } from '../../access/contract.ts';
import { toWireId } from '../../base/id.ts';
import { callerOf } from '../../../test/support/access.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import type { PaymentOrder } from './payment.ts';
import { sendPayment, sendPayments } from './send-payment.ts';

let house: TestHouse;
let banks: [Bank, Bank];
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000_000n })) as [Bank, Bank];
  const list = 'id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n';
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from(list) });
});
afterAll(() => house.close());

const orders = (count: number, changeOf: (i: number) => Partial<PaymentOrder> = () => ({})) => ({
  payments: Array.from({ length: count }, (_, i) => {
    const { units, ...rest } = orderOf(banks[0], banks[1], changeOf(i));
    return { ...rest, units: units.toString() };
  }),
});
let rowsBefore = 0;
/** Rows of the log that a test's batches have made. */
const rows = async () => {
  const [row] = await house.database.admin<{ n: bigint }>(
    `select count(*) as n from access.audit where action = 'settlement.send_payments'`,
  );
  return Number(row!.n) - rowsBefore;
};
beforeEach(async () => {
  rowsBefore += await rows();
});
/** Payments, by what stands in the log of them instead of once what was decided. */
const notAuditedOnce = () =>
  house.database.admin(
    `select p.end_to_end_id, p.decision, array_agg(a.outcome) as outcomes from settlement.payment p
       left join (select tenant_id, outcome, unnest(coalesce(subjects, array[subject])) as subject from access.audit) a
         on a.tenant_id = p.tenant_id and a.subject = 'pay_' || replace(p.id::text, '-', '')
     group by p.tenant_id, p.id, p.end_to_end_id, p.decision having array_agg(a.outcome) <> array[p.decision]`,
  );

describe('a batch of payments', () => {
  test('leaves few rows in the audit log, and each payment is found there with what was decided', async () => {
    const listed = { creditor: { name: 'Viktor BARANOVSKI' } };
    const tooMuch = { units: 10n ** 30n };
    const { ctx } = house;
    const { results } = await sendPayments(
      deps(),
      ctx,
      orders(300, (i) => (i % 100 === 7 ? listed : i % 100 === 8 ? tooMuch : {})),
    );
    const decided = results.map((result) => ('payment' in result ? result.payment! : undefined));
    expect(Object.groupBy(decided, (one) => one!.status)).toMatchObject({ held: { length: 3 }, rejected: { length: 3 } });
    expect(await notAuditedOnce()).toEqual([]);
    // At least one for each outcome and 250; the rest goes by how long the batch took and in how many parts it was written.
    expect(await rows()).toBeGreaterThanOrEqual(4);
    expect(await rows()).toBeLessThan(60);
    const { output } = callerOf(house.access.routes);
    for (const payment of [decided[0]!, decided[7]!, decided[8]!, decided[150]!, decided[299]!]) {
      const { items } = await output(listAudit, house.ctx, { subject: toWireId('pay', payment.id) });
      expect(items.map(({ action, outcome, requestId }) => ({ action, outcome, requestId }))).toEqual([
        { action: 'settlement.send_payments', outcome: payment.status, requestId: ctx.requestId },
      ]);
    }
  });

  test('of which the database refuses one is written in parts, and each of the others is audited once', async () => {
    await house.database.admin(
      `create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = 'check_violation'; end $$;
       create trigger refuse before insert on settlement.payment for each row when (new.end_to_end_id = 'POISON') execute function public.refuse()`,
    );
    const refused = { ...house.ctx, requestId: 'parts' };
    const sent = orders(60, (i) => (i === 23 ? { endToEndId: 'POISON' } : {}));
    await expect(sendPayments(deps(), refused, sent)).rejects.toThrow();
    const written = sent.payments.filter(({ endToEndId }) => endToEndId !== 'POISON').map(({ endToEndId }) => endToEndId);
    const taken = async () =>
      (await house.database.admin(`select from settlement.payment where end_to_end_id = any ($1)`, [written])).length;
    await expect.poll(taken).toBe(59);
    expect(await notAuditedOnce()).toEqual([]);
    const audited = `select sum(cardinality(coalesce(subjects, array[subject])))::int as n from access.audit where request_id = 'parts'`;
    expect(await house.database.admin(audited)).toEqual([{ n: 59 }]);
  });

  test('says the same of each payment as if it had been sent alone', async () => {
    const [one] = orders(1).payments;
    await sendPayment(deps(), house.ctx, { ...one!, units: BigInt(one!.units) });
    await sendPayments(deps(), house.ctx, orders(2));
    expect(await notAuditedOnce()).toEqual([]);
  });
});
