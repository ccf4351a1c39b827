import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { toWireId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { answerObligation } from './move-obligation.ts';
import { getSetOffFlows, getSetOffRound } from './read-rounds.ts';
import { MOST_OBLIGATIONS } from './round-contract.ts';
import { previewSetOff, runSetOff } from './run-round.ts';
import { submitObligations } from './submit-obligations.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank, Bank];
const deps = () => house.settlement.deps;
const of = (bank: Bank) => house.memberCtx(bank.id);
let made = 0;

/** An obligation that both sides have agreed on. */
async function owes(debtor: Bank, creditor: Bank, units: bigint, more: { asset: string; dueDay?: string }): Promise<void> {
  const obligation = { debtor: debtor.bic, creditor: creditor.bic, units, reference: `R-${++made}`, ...more };
  const { items } = await submitObligations(deps(), of(creditor), { submitter: creditor.bic, obligations: [obligation] });
  await answerObligation(deps(), of(debtor), { id: items[0]!.id, answer: 'confirm' });
}

/** So many confirmed obligations at once, to and fro between two banks, each due a day later than the one before. */
async function manyOwed(count: number, asset: string): Promise<void> {
  const [a, b] = banks;
  await house.database.admin(
    `insert into settlement.bilateral_obligation (tenant_id, id, debtor_id, creditor_id, asset, units, open_units, due_day, reference, state,
            submitted_as, submitted_at, debtor_agrees, creditor_agrees, changed_at)
     select $1, gen_random_uuid(), case when i % 2 = 0 then $2::uuid else $3::uuid end, case when i % 2 = 0 then $3::uuid else $2::uuid end,
            $4, 7, 7, date '2026-01-01' + i, 'MANY-' || i, 'confirmed', 'debtor', now(), true, true, now()
       from generate_series(0, $5 - 1) i`,
    [house.tenantId, a.id, b.id, asset, count],
  );
}

beforeAll(async () => {
  house = await createTestHouse({ clock: manualClock(Date.UTC(2026, 10, 23, 9)) });
  banks = (await admitBanks(house, ['RDAAFIHH', 'RDBBNOKK', 'RDCCDEFF', 'RDDDGB2L'], { 'EUR/2': 0n })) as typeof banks;
});
afterAll(() => house.close());

describe('a round of set-off', () => {
  test(
    'of more obligations than can be set off in a bounded time is refused by name, and can be split by due day',
    { timeout: 90_000 },
    async () => {
      await manyOwed(MOST_OBLIGATIONS + 1, 'SEK/2');
      const large = { code: 'settlement.set_off_too_large', kind: 'unprocessable' };
      await expect(previewSetOff(deps(), house.ctx, { asset: 'SEK/2' })).rejects.toMatchObject(large);
      await expect(runSetOff(deps(), house.ctx, { asset: 'SEK/2' })).rejects.toMatchObject(large);
      const part = { asset: 'SEK/2', dueUntil: '2026-01-04' };
      const preview = await previewSetOff(deps(), house.ctx, part);
      expect(preview).toMatchObject({ obligations: 4, gross: 28n, cleared: 28n });
      const { inputHash } = preview;
      await expect(runSetOff(deps(), house.ctx, { ...part, dueUntil: '2026-01-05', inputHash })).rejects.toMatchObject({
        code: 'settlement.set_off_changed',
      });
      expect(await runSetOff(deps(), house.ctx, { ...part, inputHash })).toMatchObject({ obligations: 4, cleared: 28n });
      expect(await previewSetOff(deps(), house.ctx, part)).toMatchObject({ obligations: 0 });
      await expect(previewSetOff(deps(), house.ctx, { asset: 'SEK/2', dueUntil: '2026-02-30' })).rejects.toMatchObject({
        code: 'settlement.day_invalid',
      });
    },
  );

  test('tells who owed whom before and what of it was cleared; a bank sees its own pairs alone', async () => {
    const [a, b, c, d] = banks;
    const own = { asset: 'NOK/2' };
    for (const [debtor, creditor, units] of [
      [a, b, 100n],
      [a, b, 50n],
      [b, c, 90n],
      [c, a, 70n],
      [c, d, 40n],
    ] as const)
      await owes(debtor, creditor, units, own);
    const { id } = await runSetOff(deps(), house.ctx, own);
    const flows = await getSetOffFlows(deps(), house.ctx, { id });
    expect(flows).toMatchObject({ pairs: 4, gross: 350n, cleared: 210n });
    expect(flows.items.map((one) => [one.debtor.bic, one.creditor.bic, one.obligations, one.units, one.cleared])).toEqual([
      [a.bic, b.bic, 2, 150n, 70n],
      [b.bic, c.bic, 1, 90n, 70n],
      [c.bic, a.bic, 1, 70n, 70n],
      [c.bic, d.bic, 1, 40n, 0n],
    ]);
    const seen = await getSetOffFlows(deps(), of(d), { id });
    expect(seen).toMatchObject({ pairs: 1, gross: 40n, cleared: 0n, items: [{ debtor: { bic: c.bic }, creditor: { bic: d.bic } }] });
  });

  test('is hidden with its pairs from a bank without a part in it, and shows the numbers of the certificate to the operator', async () => {
    const [a, b, , d] = banks;
    await owes(a, b, 30n, { asset: 'DKK/2' });
    await owes(b, a, 20n, { asset: 'DKK/2' });
    const { id, shares } = await runSetOff(deps(), house.ctx, { asset: 'DKK/2' });
    await expect(getSetOffFlows(deps(), of(d), { id })).rejects.toMatchObject({ code: 'settlement.set_off_round_not_found' });
    expect(shares.every(({ potential }) => Number.isInteger(potential))).toBe(true);
    const own = await getSetOffRound(deps(), of(a), { id });
    expect(own.shares).toHaveLength(1);
    expect(own.shares[0]).not.toHaveProperty('potential');
  });

  test('is told to each bank of which something was cleared, with its own sums alone', async () => {
    const [a, b, c] = banks;
    await owes(a, b, 30n, { asset: 'CHF/2' });
    await owes(b, a, 20n, { asset: 'CHF/2' });
    await owes(c, a, 5n, { asset: 'CHF/2' });
    const round = await runSetOff(deps(), house.ctx, { asset: 'CHF/2' });
    const told = await house.database.admin<{ members: string; data: object }>(
      `select e.members, e.data::jsonb as data from infra.event_segment o cross join lateral unnest(o.types, o.members, o.data) as e (type, members, data)
        where e.type = 'settlement.set_off_share_cleared' and e.data::jsonb ->> 'roundId' = $1`,
      [toWireId('sor', round.id)],
    );
    const share = (bank: Bank, owed: string, owing: string) => ({
      members: `{${bank.id}}`,
      data: {
        roundId: toWireId('sor', round.id),
        number: round.number,
        participantId: toWireId('mem', bank.id),
        asset: 'CHF/2',
        owes: owing,
        owed,
        cleared: '20',
        root: round.root,
      },
    });
    expect(told).toHaveLength(2);
    expect(told).toEqual(expect.arrayContaining([share(a, '25', '30'), share(b, '30', '20')]));
  });
});
