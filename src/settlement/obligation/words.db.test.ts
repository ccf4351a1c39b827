import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { answerObligation, withdrawObligation } from './move-obligation.ts';
import { getObligation } from './read-obligations.ts';
import { runSetOff } from './run-round.ts';
import { submitObligations } from './submit-obligations.ts';

let house: TestHouse;
let banks: [Bank, Bank];
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const deps = () => house.settlement.deps;
const of = (bank: Bank) => house.memberCtx(bank.id);
let made = 0;

type Draft = { debtor: Bank; creditor: Bank; units: bigint; asset?: string };
const draftOf = ({ debtor, creditor, units, asset = 'EUR/2' }: Draft) => ({
  debtor: debtor.bic,
  creditor: creditor.bic,
  asset,
  units,
  reference: `W-${++made}`,
});

/** Brings one in: a bank its own, or the operator. */
async function submit(ctx: typeof house.ctx, draft: Draft): Promise<Uuid> {
  return (await submitObligations(deps(), ctx, { obligations: [draftOf(draft)] })).items[0]!.id;
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['WOAAFIHH', 'WOBBNOKK'], { 'EUR/2': 0n })) as typeof banks;
});
afterAll(() => house.close());

describe('an obligation', () => {
  test('tells who brought it in, answered and took it back; the operator of everybody, a bank of its own people', async () => {
    const [a, b] = banks;
    const named = (bank: Bank, name: string) => ({ ...of(bank), actor: { ...of(bank).actor, name } });
    const draft = draftOf({ debtor: a, creditor: b, units: 5n });
    const { items } = await submitObligations(deps(), house.ctx, { submitter: a.bic, obligations: [draft] });
    expect(items[0]).toMatchObject({ state: 'proposed', submittedAs: 'operator' });
    expect(items[0]).not.toHaveProperty('debtorAgrees');
    const { id } = items[0]!;
    await answerObligation(deps(), named(a, 'anna@a.test'), { id, answer: 'confirm' });
    await answerObligation(deps(), named(b, 'ben@b.test'), { id, answer: 'dispute', reason: 'No' });
    await withdrawObligation(deps(), house.ctx, { id, reason: 'Ours' });
    const who = async (ctx: typeof house.ctx) => (await getObligation(deps(), ctx, { id })).acts.map(({ act, as, by }) => [act, as, by]);
    const operator = house.ctx.actor.name;
    const acts = (shown: readonly string[]) =>
      [
        ['submit', 'operator', operator],
        ['confirm', 'debtor', 'anna@a.test'],
        ['dispute', 'creditor', 'ben@b.test'],
        ['withdraw', 'operator', operator],
      ].map(([act, as, by]) => [act, as, shown.includes(by!) ? by : undefined]);
    expect(await who(house.ctx)).toEqual(acts([operator, 'anna@a.test', 'ben@b.test']));
    expect(await who(of(a))).toEqual(acts(['anna@a.test']));
    expect(await who(of(b))).toEqual(acts(['ben@b.test']));
  });

  test('that the operator brings in waits for both banks, whatever bank it names; it can say yes or no for neither', async () => {
    const [a, b] = banks;
    const drafts = [
      draftOf({ debtor: a, creditor: b, units: 9n, asset: 'HUF/2' }),
      draftOf({ debtor: b, creditor: a, units: 9n, asset: 'HUF/2' }),
    ];
    const { items } = await submitObligations(deps(), house.ctx, { obligations: drafts });
    const nothing = { code: 'settlement.set_off_nothing' };
    for (const { id } of items) {
      for (const answer of ['confirm', 'dispute'] as const)
        await expect(answerObligation(deps(), house.ctx, { id, answer, reason: 'x' })).rejects.toMatchObject({
          code: 'settlement.obligation_foreign',
        });
      expect(await answerObligation(deps(), of(a), { id, answer: 'confirm' })).toMatchObject({ state: 'proposed' });
    }
    await expect(runSetOff(deps(), house.ctx, { asset: 'HUF/2' })).rejects.toMatchObject(nothing);
    await answerObligation(deps(), of(b), { id: items[0]!.id, answer: 'confirm' });
    await expect(runSetOff(deps(), house.ctx, { asset: 'HUF/2' })).rejects.toMatchObject(nothing);
    await answerObligation(deps(), of(b), { id: items[1]!.id, answer: 'confirm' });
    expect(await runSetOff(deps(), house.ctx, { asset: 'HUF/2' })).toMatchObject({ obligations: 2, cleared: 18n });
  });

  test('is confirmed in no other way: the database refuses one without both words, and words of the operator', async () => {
    const [a, b] = banks;
    const id = await submit(of(b), { debtor: a, creditor: b, units: 1n });
    const written = (sql: string) => house.database.admin(sql, [id]);
    const set = 'update settlement.bilateral_obligation set';
    await expect(written(`${set} state = 'confirmed' where id = $1`)).rejects.toThrow(/agreed_check/);
    await expect(written(`${set} state = 'discharged', open_units = 0 where id = $1`)).rejects.toThrow(/agreed_check/);
    await expect(
      written(
        `insert into settlement.obligation_act select tenant_id, id, 2, 'confirm', 'operator', 'x', null, now()
           from settlement.bilateral_obligation where id = $1`,
      ),
    ).rejects.toThrow(/obligation_act_check/);
  });
});

type Step = { what: 'submit' | 'confirm' | 'dispute' | 'withdraw' | 'round'; by: 0 | 1 | 2; which: number };

/** Tries an act; refusals by name are part of the game. */
async function tryStep({ what, by, which }: Step, { ids, asset }: { ids: Uuid[]; asset: string }): Promise<void> {
  const ctx = [of(banks[0]), of(banks[1]), house.ctx][by]!;
  const id = ids[which % Math.max(1, ids.length)]!;
  const [debtor, creditor] = which % 2 === 0 ? banks : banks.toReversed();
  try {
    if (what === 'submit') ids.push(await submit(ctx, { debtor: debtor!, creditor: creditor!, units: 5n, asset }));
    else if (what === 'round') await runSetOff(deps(), house.ctx, { asset });
    else if (id && what === 'withdraw') await withdrawObligation(deps(), ctx, { id });
    else if (id && what !== 'withdraw') await answerObligation(deps(), ctx, { id, answer: what, reason: 'as it is' });
  } catch (error) {
    const known = ['settlement.obligation_state', 'settlement.obligation_foreign', 'settlement.set_off_nothing'];
    expect(known).toContain((error as { code: string }).code);
  }
}

/** The last word of each bank on an obligation, by what was done to it before an act of another kind. */
async function agreed(id: Uuid): Promise<string[]> {
  const said = new Map<string, string>();
  for (const { act, as } of (await getObligation(deps(), house.ctx, { id })).acts) said.set(as, act);
  return [...said].filter(([as, act]) => as !== 'operator' && (act === 'confirm' || act === 'submit')).map(([as]) => as);
}

test('nothing is cleared without a yes of each of its banks by its own act, whatever anybody does in whatever order', async () => {
  const steps = fc.array(
    fc.record<Step>({
      what: fc.constantFrom('submit', 'submit', 'confirm', 'confirm', 'confirm', 'dispute', 'withdraw', 'round'),
      by: fc.constantFrom(0, 1, 2),
      which: fc.nat(7),
    }),
    { minLength: 20, maxLength: 40 },
  );
  let cleared = 0;
  const game = async (some: readonly Step[], asset: string) => {
    const ids: Uuid[] = [];
    for (const step of [...some, { what: 'round', by: 2, which: 0 } as const]) await tryStep(step, { ids, asset });
    for (const id of ids) {
      const { setOffs, state } = await getObligation(deps(), house.ctx, { id });
      const both = (await agreed(id)).toSorted();
      if (setOffs.length > 0) expect(both).toEqual(['creditor', 'debtor']);
      if (state === 'confirmed') expect(both).toEqual(['creditor', 'debtor']);
      cleared += setOffs.length;
    }
  };
  const assets = ['SEK/2', 'NOK/2', 'DKK/2', 'CHF/2', 'GBP/2', 'CZK/2', 'PLN/2', 'RON/2', 'USD/2', 'CAD/2', 'AUD/2', 'NZD/2'];
  const games = fc.sample(steps, assets.length);
  for (const [i, some] of games.entries()) await game(some, assets[i]!);
  expect(cleared).toBeGreaterThan(0);
});
