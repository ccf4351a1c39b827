import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt029, camt056, pacs004, textsOf } from '../../../test/support/messages.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { createCaseOpener } from '../compliance/open-cases.ts';
import { listCases } from '../compliance/read-cases.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { listPayments } from '../payment/read-payments.ts';
import { rejectPayment, releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { cancelQueued, runQueue } from '../queue/manage-queue.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { listRecalls } from './list-recalls.ts';

const OPENING = 2_000n;
const BANKS = 3;

let house: TestHouse;
let banks: Bank[];
let made = 0;
const deps = () => house.settlement.deps;
const route = (otherwise: 'window' | 'instant') =>
  setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', otherwise } });

beforeAll(async () => {
  house = await createTestHouse();
  await admitBanks(house, ['ZZZZFIHH'], { 'EUR/2': 0n });
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
  const main = { id: 'main', name: 'All', mode: 'by_hand' as const, settles: 'by_hand' as const };
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, main);
});
afterAll(() => house.close());

type Payment = Awaited<ReturnType<typeof listPayments>>['items'][number];
/** What the banks of this run have paid, in order. */
async function payments(): Promise<Payment[]> {
  const { items } = await listPayments(deps(), house.ctx, { limit: 500 });
  return items.filter(({ debtorAgent }) => banks.some(({ id }) => id === debtorAgent.id)).toSorted((x, y) => (x.id < y.id ? -1 : 1));
}
const decimal = (units: bigint) => `${units / 100n}.${(units % 100n).toString().padStart(2, '0')}`;
const send = (document: Uint8Array, from: string) => submitIso20022(deps(), house.memberCtx(from), {}, { document });
const netted = async () =>
  (await house.database.admin<{ id: string }>(`select id from settlement.netting_window where state = 'netted' order by number`)).map(
    ({ id }) => id,
  );

/** How much a return brings back, in quarters of the payment, how often it is sent at once, by a bank that may or not, of what is final or of anything. */
type Action =
  | { kind: 'pay'; from: number; to: number; units: number; at: 'once' | 'window'; isListed: boolean }
  | { kind: 'return'; of: number; quarters: number; copies: number; isStranger: boolean; ofFinal: boolean }
  | { kind: 'recall'; of: number }
  | { kind: 'answer'; of: number; status: 'ACCR' | 'RJCR' | 'PDCR' }
  | { kind: 'review'; of: number; decision: 'release' | 'reject' }
  | { kind: 'exclude'; bank: number; fate: 'return' | 'carry' }
  | { kind: 'cancel'; of: number }
  | { kind: 'route'; otherwise: 'window' | 'instant' }
  | { kind: 'close' }
  | { kind: 'settle' };

const of = fc.nat(20);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pay' as const),
      from: fc.nat(BANKS - 1),
      to: fc.integer({ min: 1, max: BANKS - 1 }),
      units: fc.integer({ min: 1, max: 12 }),
      at: fc.constantFrom('once' as const, 'window' as const, 'window' as const),
      isListed: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('return' as const),
      of,
      quarters: fc.integer({ min: 1, max: 5 }),
      copies: fc.constantFrom(1, 1, 1, 3),
      isStranger: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
      ofFinal: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('recall' as const), of }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      of,
      status: fc.constantFrom('ACCR' as const, 'RJCR' as const, 'PDCR' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('review' as const),
      of,
      decision: fc.constantFrom('release' as const, 'release' as const, 'reject' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('exclude' as const),
      bank: fc.nat(BANKS - 1),
      fate: fc.constantFrom('return' as const, 'carry' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), of }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('route' as const), otherwise: fc.constantFrom('window' as const, 'instant' as const) }),
  },
  { weight: 5, arbitrary: fc.constantFrom<Action>({ kind: 'close' }, { kind: 'settle' }) },
);

const EXPECTED =
  /settlement\.(window_empty|participant_not_in_window|participant_excluded|window_final|payment_not_held|payment_not_queued)/;
const attempt = (work: Promise<unknown>) =>
  work.catch((error: { code?: string }) => {
    if (!EXPECTED.test(error.code ?? '')) throw error;
  });

/** Returns that were taken, over all runs: a property of returns that are all refused would say nothing. */
let taken = 0;

async function giveBack(paid: Payment, { quarters, copies, isStranger }: Extract<Action, { kind: 'return' }>): Promise<void> {
  const from = isStranger ? paid.debtorAgent : paid.creditorAgent;
  const amount = (paid.units * BigInt(quarters) + 3n) / 4n;
  const one = () => {
    const id = `R-${++made}`;
    return send(pacs004(`M-${id}`, { id, uetr: paid.uetr, from, original: decimal(paid.units), amount: decimal(amount) }), from.id);
  };
  const answers = await Promise.all(Array.from({ length: copies }, one));
  const accepted = answers.filter((answer) => !textsOf(answer, 'TxSts').includes('RJCT'));
  taken += accepted.length;
  if (accepted.length > 0) expect([paid.status, isStranger]).toEqual(['settled', false]);
}

async function perform(one: Action): Promise<void> {
  if (one.kind === 'pay') {
    const [from, to] = [banks[one.from]!, banks[(one.from + one.to) % BANKS]!];
    const creditor = { name: one.isListed ? 'Viktor Baranovski' : 'Meridian Foods Ltd' };
    const priority = one.at === 'once' ? ('instant' as const) : ('normal' as const);
    await sendPayment(deps(), house.ctx, orderOf(from, to, { units: BigInt(one.units) * 100n, creditor, priority }));
  } else if (one.kind === 'route') await route(one.otherwise);
  else if (one.kind === 'close') await attempt(closeWindow(deps(), house.ctx));
  else if (one.kind === 'settle' || one.kind === 'exclude') {
    const [id] = await netted();
    if (id === undefined) return;
    if (one.kind === 'settle') await settleNetted(deps(), house.ctx, { id });
    else {
      const exclusion = { participantId: banks[one.bank]!.id, fate: one.fate, reason: 'Moratorium' };
      await attempt(excludeParticipant(deps(), house.ctx, { id, ...exclusion }));
    }
  } else {
    const all = (await payments()).filter(({ status }) => one.kind !== 'return' || !one.ofFinal || status === 'settled');
    const paid = all[one.of % all.length];
    if (!paid) return;
    const [payer, payee] = [paid.debtorAgent, paid.creditorAgent];
    if (one.kind === 'return') await giveBack(paid, one);
    else if (one.kind === 'recall')
      await send(camt056(`C-${++made}`, payer, payee, [{ id: `C-${made}`, uetr: paid.uetr, reason: 'FRAD' }]), payer.id);
    else if (one.kind === 'answer') await send(camt029(`A-${++made}`, payee, payer, { uetr: paid.uetr, status: one.status }), payee.id);
    else if (one.kind === 'cancel') await attempt(cancelQueued(deps(), house.ctx, { id: paid.id }));
    else await review(paid.id, one.decision);
  }
}

const review = (id: string, decision: 'release' | 'reject') =>
  attempt((decision === 'release' ? releasePayment : rejectPayment)(deps(), house.ctx, { id, comment: 'Looked at.' }));

/** What must hold at every moment. */
async function expectSound(): Promise<void> {
  // Runs of the queue that follow behind an act would come in between the questions.
  await runQueue(deps(), house.ctx);
  const all = await payments();
  const sum = (some: readonly Payment[]) => some.reduce((total, { units }) => total + units, 0n);
  for (const { id, bic } of banks) {
    const { available, reserved } = (await getParticipant(deps(), house.ctx, { id })).accounts[0]!;
    const out = all.filter((one) => one.debtorAgent.id === id);
    const finalIn = sum(all.filter((one) => one.creditorAgent.id === id && one.status === 'settled'));
    const finalOut = sum(out.filter(({ status }) => status === 'settled'));
    const onTheWay = sum(out.filter(({ status }) => status === 'reserved' || status === 'clearing'));
    expect([bic, available + reserved, reserved]).toEqual([bic, OPENING + finalIn - finalOut, onTheWay]);
  }
  const links = await house.database.admin<{ id: string; original: string }>(
    'select payment_id as id, original_id as original from settlement.payment_return',
  );
  const byId = new Map(all.map((one) => [one.id, one]));
  const back = Map.groupBy(
    links.filter(({ id }) => byId.has(id) && byId.get(id)!.status !== 'rejected'),
    ({ original }) => original,
  );
  for (const [original, returns] of back) {
    const paid = byId.get(original)!;
    expect(paid.status, 'nobody gives back what it has not got').toBe('settled');
    expect(sum(returns.map(({ id }) => byId.get(id)!)) <= paid.units, 'no more comes back than was paid').toBe(true);
    expect(
      links.some(({ id }) => id === original),
      'no return is returned',
    ).toBe(false);
  }
  await createCaseOpener(deps())(house.tenantId);
  const cases = (await listCases(deps(), house.ctx, { state: 'active', kind: 'payment', limit: 500 })).items;
  expect(cases.flatMap(({ paymentId }) => paymentId ?? []).sort()).toEqual(
    all.filter(({ status }) => status === 'held').map(({ id }) => id),
  );
}

/** Brings everything to its end. */
async function conclude(): Promise<void> {
  for (let round = 0; round < 12; round++) {
    for (const { id, status } of await payments()) {
      if (status === 'held') await review(id, round % 2 === 0 ? 'release' : 'reject');
      if (status === 'queued') await attempt(cancelQueued(deps(), house.ctx, { id }));
    }
    await attempt(closeWindow(deps(), house.ctx));
    for (const id of await netted()) await settleNetted(deps(), house.ctx, { id });
    if ((await payments()).every(({ status }) => status === 'settled' || status === 'rejected')) return;
  }
  throw new Error('something never ends');
}

test('whatever is paid, returned, recalled and taken out of windows: each bank has what the final payments and returns add up to', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 15, maxLength: 40 }), async (actions) => {
      const letters = [...String(++made).padStart(4, '0')].map((digit) => 'ABCDEFGHIJ'[Number(digit)]).join('');
      banks = await admitBanks(
        house,
        ['DEFF', 'FIHH', 'NOKK'].map((place) => `${letters}${place}`),
        { 'EUR/2': OPENING },
      );
      await route('window');
      for (let from = 0; from < BANKS; from++) await perform({ kind: 'pay', from, to: 1, units: 4, at: 'once', isListed: false });
      for (const one of actions) {
        await perform(one);
        await expectSound();
      }
      await conclude();
      await expectSound();
      // A recall waits for an answer only where a bank has the money and has not given it back.
      const all = new Map((await payments()).map((one) => [one.id, one]));
      for (const { paymentId, state, returnedUnits } of (await listRecalls(deps(), house.ctx, { limit: 500 })).items) {
        if (state === 'pending' && all.has(paymentId)) expect([all.get(paymentId)!.status, returnedUnits]).toEqual(['settled', 0n]);
      }
    }),
    { numRuns: 6, endOnFailure: true },
  );
  expect(taken).toBeGreaterThan(0);
}, 240_000);
