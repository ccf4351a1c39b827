import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Uuid } from '../../base/id.ts';
import { seededRandom } from '../../base/random.ts';
import { manualClock } from '../../base/time.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import { verifySetOff } from '../verify-set-off/verify.ts';
import { answerObligation, withdrawObligation } from './move-obligation.ts';
import { getSetOffFile, getSetOffPart } from './read-file.ts';
import { getObligation, listObligations } from './read-obligations.ts';
import { getSetOffRound, listSetOffRounds } from './read-rounds.ts';
import { previewSetOff, runSetOff } from './run-round.ts';
import { submitObligations } from './submit-obligations.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank, Bank, Bank];
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const deps = () => house.settlement.deps;
const of = (bank: Bank) => house.memberCtx(bank.id);
let made = 0;

type Draft = { debtor: Bank; creditor: Bank; units: bigint; asset?: string; reference?: string; dueDay?: string };
const draftOf = ({ debtor, creditor, asset = 'EUR/2', reference = `INV-${++made}`, ...rest }: Draft) => ({
  debtor: debtor.bic,
  creditor: creditor.bic,
  asset,
  reference,
  ...rest,
});

/** Brought in by the creditor. */
async function submit(draft: Draft): Promise<Uuid> {
  const input = { submitter: draft.creditor.bic, obligations: [draftOf(draft)] };
  return (await submitObligations(deps(), of(draft.creditor), input)).items[0]!.id;
}

async function confirmed(draft: Draft): Promise<Uuid> {
  const id = await submit(draft);
  await answerObligation(deps(), of(draft.debtor), { id, answer: 'confirm' });
  return id;
}

/** Every case in a currency of its own, so that none disturbs another. */
const owes =
  (asset: string) =>
  (debtor: Bank, creditor: Bank, units: bigint, more: Partial<Draft> = {}) =>
    confirmed({ debtor, creditor, units, asset, ...more });

const stateOf = async (id: Uuid) => {
  const { state, openUnits } = await getObligation(deps(), house.ctx, { id });
  return { state, openUnits };
};

async function bytesOf(reply: Awaited<ReturnType<typeof getSetOffFile>>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(reply.output as AsyncIterable<Buffer>));
}

/** Net positions of everybody by what is confirmed or discharged. */
async function positions(asset: string): Promise<Map<string, bigint>> {
  const rows = await house.database.admin<{ p: string; net: string }>(
    `select n.p, sum(n.u)::text as net from settlement.bilateral_obligation o
      cross join lateral (values (o.debtor_id, -o.open_units), (o.creditor_id, o.open_units)) n (p, u)
      where o.asset = '${asset}' and o.state in ('confirmed', 'discharged') group by n.p`,
  );
  return new Map(rows.map(({ p, net }) => [p, BigInt(net)]));
}

async function eventsOn(type: string, roundId?: string): Promise<{ subject: string; members: string; data: Record<string, string> }[]> {
  const rows = await house.database.admin<{ type: string; subject: string; members: string; data: Record<string, string> }>(
    `select e.type, e.subject, e.members, e.data from infra.event_segment o
      cross join lateral unnest(o.types, o.subjects, o.members, o.data) as e (type, subject, members, data) where e.type = '${type}'`,
  );
  return rows.filter(({ data }) => roundId === undefined || data['roundId'] === roundId);
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['SOAAFIHH', 'SOBBNOKK', 'SOCCDEFF', 'SODDGB2L', 'SOEEFRPP'], { 'EUR/2': 0n })) as typeof banks;
});
afterAll(() => house.close());

describe('an obligation', () => {
  test('is brought in by one side and stands once the other confirms it', async () => {
    const [a, b] = banks;
    const id = await submit({ debtor: a, creditor: b, units: 500n, dueDay: '2026-11-30' });
    expect(await getObligation(deps(), of(a), { id })).toMatchObject({
      debtor: { bic: a.bic },
      creditor: { bic: b.bic },
      state: 'proposed',
      submittedAs: 'creditor',
      creditorAgrees: true,
      acts: [{ act: 'submit', as: 'creditor', at: clock.now() }],
      dueDay: '2026-11-30',
      openUnits: 500n,
      setOffs: [],
    });
    expect(await answerObligation(deps(), of(a), { id, answer: 'dispute', reason: 'Not delivered' })).toMatchObject({
      state: 'disputed',
      reason: 'Not delivered',
      debtorAgrees: false,
    });
    expect(await answerObligation(deps(), of(a), { id, answer: 'confirm' })).toMatchObject({ state: 'confirmed', debtorAgrees: true });
    expect(await withdrawObligation(deps(), of(b), { id, reason: 'Paid' })).toMatchObject({
      state: 'withdrawn',
      withdrawnAs: 'creditor',
      openUnits: 500n,
    });
    const told = (await eventsOn('settlement.obligation_changed')).filter(({ subject }) => subject.includes(id.replaceAll('-', '')));
    expect(told.map(({ data }) => data['state'])).toEqual(['proposed', 'disputed', 'confirmed', 'withdrawn']);
    expect(told.map(({ data }) => `${data['act']} ${data['as']}`)).toEqual([
      'submit creditor',
      'dispute debtor',
      'confirm debtor',
      'withdraw creditor',
    ]);
    for (const { members } of told) expect(members).toBe(`{${a.id},${b.id}}`);
  });

  test('is answered and withdrawn by nobody but whose act it is, and does not exist for others', async () => {
    const [a, b, c] = banks;
    const id = await submit({ debtor: a, creditor: b, units: 500n });
    const foreign = { code: 'settlement.obligation_foreign' };
    await expect(answerObligation(deps(), of(b), { id, answer: 'confirm' })).rejects.toMatchObject(foreign);
    await expect(withdrawObligation(deps(), of(a), { id })).rejects.toMatchObject(foreign);
    await expect(answerObligation(deps(), of(a), { id, answer: 'dispute' })).rejects.toMatchObject({ code: 'settlement.reason_missing' });
    const unknown = { code: 'settlement.obligation_not_found' };
    await expect(answerObligation(deps(), of(c), { id, answer: 'confirm' })).rejects.toMatchObject(unknown);
    await expect(withdrawObligation(deps(), of(c), { id })).rejects.toMatchObject(unknown);
    await expect(getObligation(deps(), of(c), { id })).rejects.toMatchObject(unknown);
    await answerObligation(deps(), of(a), { id, answer: 'confirm' });
    await expect(withdrawObligation(deps(), of(a), { id })).rejects.toMatchObject(foreign);
    await expect(answerObligation(deps(), of(a), { id, answer: 'confirm' })).rejects.toMatchObject({ code: 'settlement.obligation_state' });
    await withdrawObligation(deps(), of(b), { id });
    expect((await listObligations(deps(), of(c), { limit: 500 })).items).toEqual([]);
    expect((await listObligations(deps(), of(a), { reference: 'INV-none' })).items).toEqual([]);
    const mine = (await listObligations(deps(), of(a), { state: 'withdrawn', participantId: b.id })).items;
    expect(mine.map((one) => one.id)).toContain(id);
  });

  test('is brought in once by its reference, whoever brings it in; withdrawn, it may be anew', async () => {
    const [a, b, c] = banks;
    const draft = { debtor: a, creditor: b, units: 1n, reference: 'ONCE' };
    const id = await submit(draft);
    const duplicate = { code: 'settlement.obligation_duplicate' };
    await expect(submit(draft)).rejects.toMatchObject(duplicate);
    await expect(submitObligations(deps(), of(a), { submitter: a.bic, obligations: [draftOf(draft)] })).rejects.toMatchObject(duplicate);
    const twice = [draftOf({ ...draft, reference: 'TWICE' }), draftOf({ ...draft, reference: 'TWICE' })];
    await expect(submitObligations(deps(), of(a), { submitter: a.bic, obligations: twice })).rejects.toMatchObject(duplicate);
    const oneTaken = [draftOf({ ...draft, reference: 'FREE' }), draftOf(draft)];
    await expect(submitObligations(deps(), of(a), { submitter: a.bic, obligations: oneTaken })).rejects.toMatchObject(duplicate);
    expect((await listObligations(deps(), house.ctx, { reference: 'FREE' })).items, 'all or none').toEqual([]);
    await submit({ ...draft, creditor: c });
    await withdrawObligation(deps(), of(b), { id });
    await submit(draft);
    const races = await Promise.allSettled(Array.from({ length: 6 }, () => submit({ ...draft, reference: 'RACE' })));
    expect(races.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('sent again with the same key is brought in once', async () => {
    const [a, b] = banks;
    const input = { submitter: a.bic, obligations: [draftOf({ debtor: a, creditor: b, units: 3n })] };
    const ctx = house.keyed('obligation-1');
    const first = await submitObligations(deps(), ctx, input);
    expect(await submitObligations(deps(), ctx, input)).toEqual(first);
    await setParticipantState(deps(), house.ctx, { id: b.id, state: 'suspended' });
    expect(await submitObligations(deps(), ctx, input), 'a bank was suspended since').toEqual(first);
    await setParticipantState(deps(), house.ctx, { id: b.id, state: 'active' });
  });

  test.each<[string, (all: typeof banks) => { submitter: Bank; draft: Draft | object; by?: Bank }, string]>([
    ['to oneself', ([a]) => ({ submitter: a, draft: { debtor: a, creditor: a, units: 1n } }), 'settlement.same_agent'],
    ['between others', ([a, b, c]) => ({ submitter: a, draft: { debtor: b, creditor: c, units: 1n } }), 'settlement.obligation_foreign'],
    [
      'for another bank',
      ([a, b, c]) => ({ submitter: b, draft: { debtor: b, creditor: c, units: 1n }, by: a }),
      'settlement.obligation_foreign',
    ],
    [
      'in a currency that there is not',
      ([a, b]) => ({ submitter: a, draft: { debtor: a, creditor: b, units: 1n, asset: 'XQX/2' } }),
      'settlement.asset_unknown',
    ],
    [
      'in a currency with other decimals',
      ([a, b]) => ({ submitter: a, draft: { debtor: a, creditor: b, units: 1n, asset: 'EUR/3' } }),
      'settlement.asset_unknown',
    ],
    [
      'due on a day that there is not',
      ([a, b]) => ({ submitter: a, draft: { debtor: a, creditor: b, units: 1n, dueDay: '2026-02-30' } }),
      'settlement.day_invalid',
    ],
    [
      'with a bank that takes no part',
      ([a]) => ({ submitter: a, draft: { debtor: a, creditor: { id: 'x', bic: 'NOPEDEFF' }, units: 1n } }),
      'settlement.participant_unknown',
    ],
  ])('%s is refused by name', async (_what, bad, code) => {
    const { submitter, draft, by = submitter } = bad(banks);
    const input = { submitter: submitter.bic, obligations: [draftOf(draft as Draft)] };
    await expect(submitObligations(deps(), of(by), input)).rejects.toMatchObject({ code });
  });

  test('of a suspended bank is neither brought in nor confirmed nor set off, and can be withdrawn', async () => {
    const [a, b, c, d] = banks;
    const own = owes('SEK/2');
    await own(a, b, 10n);
    await own(b, a, 10n);
    const held = await own(a, d, 10n);
    await own(d, a, 10n);
    const waiting = await submit({ debtor: c, creditor: d, units: 1n, asset: 'SEK/2' });
    await setParticipantState(deps(), house.ctx, { id: d.id, state: 'suspended' });
    const suspended = { code: 'settlement.participant_suspended' };
    await expect(submit({ debtor: a, creditor: d, units: 1n })).rejects.toMatchObject(suspended);
    await expect(answerObligation(deps(), of(c), { id: waiting, answer: 'confirm' })).rejects.toMatchObject(suspended);
    expect(await runSetOff(deps(), house.ctx, { asset: 'SEK/2' })).toMatchObject({ obligations: 2, cleared: 20n });
    expect(await stateOf(held)).toEqual({ state: 'confirmed', openUnits: 10n });
    await withdrawObligation(deps(), of(d), { id: held });
    await setParticipantState(deps(), house.ctx, { id: d.id, state: 'active' });
  });
});

describe('a round', () => {
  test('clears 570 of the published seven obligations, tells both sides of each, and publishes what anybody can check', async () => {
    const [a, b, c, d, e] = banks;
    const own = owes('NOK/2');
    const ids = [
      await own(a, b, 100n),
      await own(b, e, 70n),
      await own(e, a, 100n),
      await own(c, d, 100n),
      await own(d, e, 100n),
      await own(e, c, 70n),
      await own(b, c, 100n),
    ];
    await submit({ debtor: b, creditor: a, units: 1_000n, asset: 'NOK/2' });
    const before = await positions('NOK/2');
    const preview = await previewSetOff(deps(), house.ctx, { asset: 'NOK/2' });
    expect(preview).toMatchObject({ obligations: 7, gross: 640n, cleared: 570n, discharged: 6 });
    expect(await stateOf(ids[0]!), 'a preview changes nothing').toEqual({ state: 'confirmed', openUnits: 100n });

    const round = await runSetOff(deps(), house.ctx, { asset: 'NOK/2', inputHash: preview.inputHash });
    expect(round).toMatchObject({ order: 'amount', day: '2026-11-23', obligations: 7, gross: 640n, cleared: 570n, shares: preview.shares });
    expect(await positions('NOK/2')).toEqual(before);
    const states = await Promise.all(ids.map(stateOf));
    expect(states.filter(({ state }) => state === 'discharged')).toHaveLength(6);
    expect(states[6]).toEqual({ state: 'confirmed', openUnits: 70n });
    const last = await getObligation(deps(), of(b), { id: ids[6]! });
    expect(last.setOffs).toEqual([{ roundId: round.id, number: round.number, units: 100n, cleared: 30n, left: 70n, ranAt: clock.now() }]);

    const notices = await eventsOn('settlement.obligation_set_off');
    expect(notices.filter(({ data }) => data['root'] === round.root)).toHaveLength(7);
    expect(notices.find(({ subject }) => subject.endsWith(ids[6]!.replaceAll('-', '')))).toMatchObject({
      members: `{${b.id},${c.id}}`,
      data: { cleared: '30', left: '70', root: round.root },
    });
    const completed = (await eventsOn('settlement.set_off_completed')).find(({ data }) => data['root'] === round.root);
    expect(completed).toMatchObject({ members: '{}', data: { cleared: '570', gross: '640', discharged: 6 } });

    const file = await bytesOf(await getSetOffFile(deps(), house.ctx, { id: round.id }));
    const verdict = await verifySetOff([file], { publishedRoot: round.root });
    expect(verdict.checks.filter(({ result }) => result !== 'holds')).toEqual([]);
    expect(await bytesOf(await getSetOffFile(deps(), house.ctx, { id: round.id }))).toEqual(file);
    const part = await bytesOf(await getSetOffPart(deps(), of(c), { id: round.id }));
    expect(await verifySetOff([part], { publishedRoot: round.root })).toMatchObject({ ok: true, obligations: 3 });
    expect(await bytesOf(await getSetOffPart(deps(), house.ctx, { id: round.id, participantId: c.id }))).toEqual(part);
    await expect(runSetOff(deps(), house.ctx, { asset: 'NOK/2' })).rejects.toMatchObject({ code: 'settlement.set_off_nothing' });
  });

  test('is the operator’s; a bank sees the rounds that it had a part in, and of them its own share', async () => {
    const [a, b, c, d] = banks;
    const own = owes('DKK/2');
    await own(a, b, 50n);
    await own(b, c, 60n);
    await own(c, a, 70n);
    const { id } = await runSetOff(deps(), house.ctx, { asset: 'DKK/2' });
    const only = { code: 'settlement.operator_only' };
    await expect(previewSetOff(deps(), of(a), { asset: 'DKK/2' })).rejects.toMatchObject(only);
    await expect(runSetOff(deps(), of(a), { asset: 'DKK/2' })).rejects.toMatchObject(only);
    await expect(getSetOffFile(deps(), of(a), { id })).rejects.toMatchObject(only);
    const seen = await getSetOffRound(deps(), of(a), { id });
    expect(seen).toMatchObject({ gross: 50n, cleared: 50n, shares: [{ participant: { bic: a.bic }, owes: 50n, owed: 70n, cleared: 50n }] });
    expect(await getSetOffRound(deps(), house.ctx, { id })).toMatchObject({ gross: 180n, cleared: 150n });
    const unknown = { code: 'settlement.set_off_round_not_found' };
    await expect(getSetOffRound(deps(), of(d), { id })).rejects.toMatchObject(unknown);
    await expect(getSetOffPart(deps(), of(d), { id })).rejects.toMatchObject(unknown);
    await expect(getSetOffPart(deps(), of(a), { id, participantId: b.id })).rejects.toMatchObject({
      code: 'settlement.participant_not_found',
    });
    await expect(getSetOffPart(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.participant_missing' });
    await expect(getSetOffPart(deps(), house.ctx, { id, participantId: d.id })).rejects.toMatchObject({
      code: 'settlement.participant_not_found',
    });
    expect((await listSetOffRounds(deps(), of(d), {})).items.map((round) => round.id)).not.toContain(id);
    expect((await listSetOffRounds(deps(), of(a), {})).items.map((round) => round.id)).toContain(id);
  });

  test('is refused when what is open is not what was previewed, or the currency is none', async () => {
    const [a, b] = banks;
    const own = owes('GBP/2');
    await own(a, b, 50n);
    const claim = await own(b, a, 60n);
    const { inputHash } = await previewSetOff(deps(), house.ctx, { asset: 'GBP/2' });
    await withdrawObligation(deps(), of(a), { id: claim });
    const changed = { code: 'settlement.set_off_changed' };
    await expect(runSetOff(deps(), house.ctx, { asset: 'GBP/2', inputHash })).rejects.toMatchObject(changed);
    await expect(runSetOff(deps(), house.ctx, { asset: 'GBP/2' })).rejects.toMatchObject({ code: 'settlement.set_off_nothing' });
    await expect(runSetOff(deps(), house.ctx, { asset: 'XQX/2' })).rejects.toMatchObject({ code: 'settlement.asset_unknown' });
    await expect(previewSetOff(deps(), house.ctx, { asset: 'XQX/2' })).rejects.toMatchObject({ code: 'settlement.asset_unknown' });
  });

  test('asked for again with the same key answers with the same round', async () => {
    const [a, b] = banks;
    const own = owes('CHF/2');
    await own(a, b, 50n);
    await own(b, a, 60n);
    const ctx = house.keyed('round-1');
    const first = await runSetOff(deps(), ctx, { asset: 'CHF/2' });
    await own(a, b, 10n);
    expect(await runSetOff(deps(), ctx, { asset: 'CHF/2' })).toEqual(first);
  });

  test('that would move a net position is not committed: nothing of it stays', async () => {
    const [a, b] = banks;
    const own = owes('CZK/2');
    const ids = [await own(a, b, 50n), await own(b, a, 60n)];
    // As if the database wrote another amount than it was told.
    await house.database.admin(
      `create function settlement.spoil() returns trigger language plpgsql as $$ begin new.open_units := new.open_units + 1; return new; end $$;
       create trigger spoil before update on settlement.bilateral_obligation
         for each row when (new.open_units > 0 and new.open_units < old.open_units) execute function settlement.spoil()`,
    );
    const rounds = (await listSetOffRounds(deps(), house.ctx, { limit: 500 })).items.length;
    await expect(runSetOff(deps(), house.ctx, { asset: 'CZK/2' })).rejects.toThrow(/would change the net position/);
    await house.database.admin('drop function settlement.spoil cascade');
    expect(await Promise.all(ids.map(stateOf))).toEqual([50n, 60n].map((openUnits) => ({ state: 'confirmed', openUnits })));
    expect((await listSetOffRounds(deps(), house.ctx, { limit: 500 })).items).toHaveLength(rounds);
  });

  test('clears what is overdue first when asked, and the file tells by which weights', async () => {
    const [a, b, c] = banks;
    const own = owes('PLN/2');
    await own(a, b, 10n);
    const late = await own(b, a, 10n, { dueDay: '2026-01-01' });
    await own(b, c, 10n);
    await own(c, a, 10n);
    const round = await runSetOff(deps(), house.ctx, { asset: 'PLN/2', order: 'overdue_first' });
    expect(await stateOf(late)).toEqual({ state: 'discharged', openUnits: 0n });
    const verdict = await verifySetOff([await bytesOf(await getSetOffFile(deps(), house.ctx, { id: round.id }))]);
    expect(verdict.checks.filter(({ result }) => result !== 'holds')).toEqual([]);
  });
});

describe('rounds, confirmations and withdrawals at the same time', () => {
  test('never move a net position, never clear anything twice, and number rounds without a gap', async () => {
    const random = seededRandom('set-off races');
    const own = owes('JPY/0');
    const pairs = Array.from({ length: 30 }, () => random.shuffle(banks).slice(0, 2) as [Bank, Bank]);
    const ids = await Promise.all(pairs.map(([debtor, creditor]) => own(debtor, creditor, BigInt(random.int(1, 500)))));
    const late = await Promise.all(
      pairs.slice(0, 8).map(async ([creditor, debtor]) => ({
        debtor,
        id: await submit({ debtor, creditor, units: BigInt(random.int(1, 500)), asset: 'JPY/0' }),
      })),
    );
    const acts = [
      ...Array.from({ length: 4 }, () => () => runSetOff(deps(), house.ctx, { asset: 'JPY/0' })),
      ...ids.slice(0, 6).map((id) => () => withdrawObligation(deps(), house.ctx, { id })),
      ...late.map(
        ({ id, debtor }) =>
          () =>
            answerObligation(deps(), of(debtor), { id, answer: 'confirm' }),
      ),
    ];
    const answers = await Promise.allSettled(random.shuffle(acts).map((act) => act()));
    const refused = new Set(answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason.code)] : [])));
    const named = ['settlement.set_off_nothing', 'settlement.set_off_changed', 'settlement.obligation_state'];
    expect(named).toEqual(expect.arrayContaining([...refused]));

    const moved = new Map<string, bigint>();
    const add = (id: string, units: bigint) => moved.set(id, (moved.get(id) ?? 0n) + units);
    for (const id of [...ids, ...late.map((one) => one.id)]) {
      const { openUnits, units, setOffs, debtor, creditor } = await getObligation(deps(), house.ctx, { id });
      const cleared = setOffs.reduce((sum, round) => sum + round.cleared, 0n);
      expect(openUnits).toBe(units - cleared);
      add(debtor.id, cleared);
      add(creditor.id, -cleared);
    }
    expect([...moved.values()]).toEqual([...moved].map(() => 0n));
    for (const { id } of (await listSetOffRounds(deps(), house.ctx, { limit: 500 })).items)
      expect((await verifySetOff([await bytesOf(await getSetOffFile(deps(), house.ctx, { id }))])).ok).toBe(true);
    const numbers = (await listSetOffRounds(deps(), house.ctx, { limit: 500 })).items.map(({ number }) => number);
    expect(numbers.toSorted((x, y) => x - y)).toEqual(numbers.map((_, i) => i + 1));
  });
});
