import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { activateLimits, proposeLimits } from '../risk/manage-limits.ts';
import type { Line } from '../risk/limit-lines.ts';
import { sendPayments } from './send-payment.ts';

let house: TestHouse;
let banks: [Bank, Bank];
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n })) as [Bank, Bank];
});
afterAll(() => house.close());

async function limitTo(lines: Line[]): Promise<void> {
  const { number } = await proposeLimits(deps(), house.ctx, { lines, note: 'for a test' });
  await activateLimits(deps(), house.ctx, { number });
}

async function send(count: number, units: bigint) {
  const payments = Array.from({ length: count }, () => ({ ...orderOf(banks[0], banks[1]), units: units.toString() }));
  const { results } = await sendPayments(deps(), house.ctx, { payments });
  return results.map((result) => ('payment' in result ? result.payment : undefined));
}

type Row = {
  decision: string;
  reason_code: string | null;
  screening_set: number;
  rule_set: number;
  limit_set: number;
  risk: number;
  findings: object;
};

const rowsBelow = (units: bigint) =>
  house.database.admin<Row>(
    'select decision, reason_code, screening_set, rule_set, limit_set, risk, findings from settlement.payment where units = $1 order by id',
    [units.toString()],
  );

describe('at the door', () => {
  test('a payment is kept with the numbers of the lists, rules and limits that it was held against', async () => {
    const [payment] = await send(1, 17n);
    expect(payment).toMatchObject({ status: 'reserved' });
    const [row] = await rowsBelow(17n);
    expect(row).toMatchObject({ decision: 'reserved', limit_set: 0, reason_code: null });
    expect([row!.screening_set, row!.rule_set, row!.risk].every(Number.isInteger)).toBe(true);
  });

  test('a cap is held exactly when many pay at once, and who passes it is told which', async () => {
    await limitTo([{ participant: banks[0].id, asset: 'EUR/2', netSenderCap: 1_000n }]);
    const taken = await send(50, 23n);
    const fits = taken.filter((payment) => payment?.status === 'reserved');
    // 17 are owed already.
    expect(fits).toHaveLength(Math.floor((1_000 - 17) / 23));
    const others = taken.filter((payment) => payment?.status !== 'reserved');
    expect(others.every((payment) => payment?.status === 'rejected' && payment.reason?.code === 'AM23')).toBe(true);
    const refused = (await rowsBelow(23n)).filter(({ decision }) => decision === 'rejected');
    expect(refused).toHaveLength(others.length);
    for (const { findings } of refused) expect(findings).toMatchObject({ limits: [{ limit: 'net_sender_cap' }] });
    const [{ owed }] = (await house.database.admin<{ owed: string }>(`select sum(units)::text as owed from settlement.obligation`)) as [
      { owed: string },
    ];
    expect(owed).toBe(String(17 + 23 * fits.length));
  });
});
