import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt056, pacs004, textsOf } from '../../../test/support/messages.ts';
import type { Ctx } from '../../base/context.ts';
import { newId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { closeBusinessDays } from '../calendar/close-day.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import type { PaymentOrder } from '../payment/payment.ts';
import { getPayment } from '../payment/read-payments.ts';
import { rejectPayment, releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { cancelQueued, runQueue } from '../queue/manage-queue.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { breachCases } from './breach.ts';
import { SHIPPED_MINUTES } from './case.ts';
import { confirmCase, decideCase } from './decide-case.ts';
import { createCaseOpener } from './open-cases.ts';
import { getCase, listCases } from './read-cases.ts';
import { setComplianceSettings } from './settings.ts';
import { assignCase, holdCase } from './work-case.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
let a: Bank, b: Bank;
let made = 0;
const deps = () => house.settlement.deps;
const another = (): Ctx => ({ ...house.ctx, actor: { ...house.ctx.actor, id: newId(), name: 'second@rialto.test' } });
const fourEyes = (on: boolean) => setComplianceSettings(deps(), house.ctx, { fourEyes: on, caseMinutes: SHIPPED_MINUTES as never });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [a, b] = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n })) as [Bank, Bank];
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 } });
  const main = { id: 'main', name: 'All', mode: 'by_hand' as const, settles: 'by_hand' as const };
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, main);
});
afterAll(() => house.close());
beforeEach(() => fourEyes(false));

const open = () => createCaseOpener(deps())(house.tenantId);
const hold = async (change: Partial<PaymentOrder> = {}) => {
  const { id, status } = await sendPayment(deps(), house.ctx, orderOf(a, b, { creditor: { name: 'Viktor Baranovski' }, ...change }));
  expect(status).toBe('held');
  return id;
};
const statusOf = async (id: string) => (await getPayment(deps(), house.ctx, { id })).status;
const submit = (document: Uint8Array, from: Bank) => submitIso20022(deps(), house.memberCtx(from.id), {}, { document });
const recall = async (id: string) => {
  const { uetr } = await getPayment(deps(), house.ctx, { id });
  return textsOf(await submit(camt056(`CXL-${++made}`, a, b, [{ id: `CX-${made}`, uetr, reason: 'CUST' }]), a), 'TxCxlSts');
};
const release = (id: string) => releasePayment(deps(), house.ctx, { id, comment: 'Another person.' });
const moves = async (id: string) =>
  (
    await house.database.admin<{ data: string }>(
      `select e.data::text as data from infra.event_segment o cross join lateral unnest(o.types, o.subjects, o.data) as e (type, subject, data)
        where e.type = 'settlement.case_moved' and e.subject = 'case_${id.replaceAll('-', '')}'`,
    )
  ).map(({ data }) => JSON.parse(data) as { state: string; outcome?: string });

/** What stands in the case when the payment ends. */
const STAGES: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  'not opened yet': async () => undefined,
  open: open,
  'looked at by someone': async (id) => {
    await open();
    await assignCase(deps(), house.ctx, { id, to: 'me' });
  },
  waiting: async (id) => {
    await open();
    await holdCase(deps(), house.ctx, { id, move: 'wait', text: 'Asked the bank.' });
  },
  'proposed to a second person': async (id) => {
    await open();
    await fourEyes(true);
    await decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'not him' });
  },
};

/** Every way in which a payment stops to be held, and how its case ends. */
const WAYS: Readonly<Record<string, { outcome: 'released' | 'rejected'; go: (id: string) => Promise<unknown> }>> = {
  'a release': { outcome: 'released', go: release },
  'a rejection': { outcome: 'rejected', go: (id) => rejectPayment(deps(), house.ctx, { id, comment: 'The listed person.' }) },
  'a recall': { outcome: 'rejected', go: async (id) => expect(await recall(id)).toEqual(['ACCR']) },
};

describe.each(Object.keys(WAYS))('a payment that is held no longer by %s', (way) => {
  const { outcome, go } = WAYS[way]!;

  test.each(Object.keys(STAGES))('has its case closed with it: %s', async (stage) => {
    const id = await hold();
    await STAGES[stage]!(id);
    // Whoever decides alone may do so again by now; a recall asks nobody.
    if (way !== 'a recall') await fourEyes(false);
    await go(id);
    // Nothing waits for a job where there is a case.
    if (stage === 'not opened yet') await open();
    const ended = await getCase(deps(), house.ctx, { id });
    expect(ended).toMatchObject({ state: 'closed', outcome });
    expect(ended.steps.filter(({ step }) => step === outcome)).toHaveLength(stage === 'not opened yet' ? 0 : 1);
    expect((await moves(id)).filter(({ state }) => state === 'closed')).toHaveLength(stage === 'not opened yet' ? 0 : 1);
    const before = ended.steps.length;
    await open();
    expect((await getCase(deps(), house.ctx, { id })).steps).toHaveLength(before);
  });
});

/** What becomes of a payment behind its release; its case is over and stays so. */
const AFTERWARDS: Readonly<Record<string, { order?: Partial<PaymentOrder>; go: (id: string) => Promise<unknown>; ends: string }>> = {
  'a window': { go: () => settled(), ends: 'settled' },
  'an exclusion': {
    async go() {
      const window = await closeWindow(deps(), house.ctx);
      const exclusion = { participantId: a.id, fate: 'return' as const, reason: 'Moratorium' };
      await excludeParticipant(deps(), house.ctx, { id: window.id, ...exclusion });
      await settleNetted(deps(), house.ctx, { id: window.id });
    },
    ends: 'rejected',
  },
  'the end of its time in the queue': {
    order: { units: 9_000_000n },
    async go() {
      clock.advance(61 * 60_000);
      await runQueue(deps(), house.ctx);
    },
    ends: 'rejected',
  },
  'a cancellation in the queue': {
    order: { units: 9_000_000n },
    go: (id) => cancelQueued(deps(), house.ctx, { id }),
    ends: 'rejected',
  },
  'a recall in the queue': { order: { units: 9_000_000n }, go: recall, ends: 'rejected' },
  'its return': {
    async go(id) {
      await settled();
      const { uetr } = await getPayment(deps(), house.ctx, { id });
      const back = { id: `R-${++made}`, uetr, from: b, original: '100.00', amount: '100.00' };
      expect(textsOf(await submit(pacs004(`BACK-${made}`, back), b), 'TxSts')).toEqual(['PDNG']);
    },
    ends: 'settled',
  },
};
const settled = async () => settleNetted(deps(), house.ctx, { id: (await closeWindow(deps(), house.ctx)).id });

test.each(Object.keys(AFTERWARDS))('a released payment has its case behind it, whatever comes: %s', async (what) => {
  const { order, go, ends } = AFTERWARDS[what]!;
  const id = await hold(order);
  await open();
  await release(id);
  await go(id);
  await open();
  expect([await statusOf(id), (await getCase(deps(), house.ctx, { id })).state]).toEqual([ends, 'closed']);
});

describe('a case', () => {
  test('that is opened while its payment is being decided ends as well, and is not told of as overdue', async () => {
    const id = await hold();
    const { db } = deps();
    const torn: typeof db = {
      ...db,
      write: (scope, work) =>
        db.write(scope, async (tx) => {
          const done = await work(tx);
          // The case is there, for this transaction only.
          clock.advance(1);
          if ((await statusOf(id)) === 'held') await rejectPayment(deps(), house.ctx, { id, comment: 'The listed person.' });
          return done;
        }),
    };
    await createCaseOpener({ ...deps(), db: torn })(house.tenantId);
    const ended = await getCase(deps(), house.ctx, { id });
    expect(ended).toMatchObject({ state: 'closed', outcome: 'rejected', closedBy: house.ctx.actor.name });
    expect(ended.steps.map(({ step }) => step)).toEqual(['opened', 'rejected']);
    expect(await moves(id)).toMatchObject([{ state: 'closed', outcome: 'rejected' }]);
    clock.advance(10 * 86_400_000);
    await open();
    const late = (await listCases(deps(), house.ctx, { state: 'active', limit: 100 })).items.length;
    expect(await breachCases(deps(), house.tenantId)).toBe(late);
    expect((await getCase(deps(), house.ctx, { id })).breachedAt).toBeUndefined();
  });

  test('is never without a decision that can be made: not over days, suspensions, exclusions, nor when one or two people decide', async () => {
    const id = await hold();
    await open();
    await setParticipantState(deps(), house.ctx, { id: b.id, state: 'suspended' });
    await expect(decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'go' })).rejects.toMatchObject({
      code: 'settlement.participant_suspended',
    });
    clock.advance(3 * 86_400_000);
    await closeBusinessDays(deps(), house.ctx);
    await runQueue(deps(), house.ctx);
    expect([await statusOf(id), (await getCase(deps(), house.ctx, { id })).state]).toEqual(['held', 'open']);
    // Proposed where two decide, what cannot be done is declined and something else proposed.
    await fourEyes(true);
    await decideCase(deps(), house.ctx, { id, decision: 'release', comment: 'not him' });
    await expect(confirmCase(deps(), another(), { id, answer: 'approve', comment: 'agreed' })).rejects.toMatchObject({
      code: 'settlement.participant_suspended',
    });
    await confirmCase(deps(), another(), { id, answer: 'decline', comment: 'The bank is suspended.' });
    await decideCase(deps(), house.ctx, { id, decision: 'reject', comment: 'The bank is suspended.' });
    // By the time that it stands one person is enough; a proposal that stands is still confirmed or declined.
    await fourEyes(false);
    expect(await confirmCase(deps(), another(), { id, answer: 'approve', comment: 'agreed' })).toMatchObject({ outcome: 'rejected' });
    await setParticipantState(deps(), house.ctx, { id: b.id, state: 'active' });
  });

  test('stands open for a payment that is held, and for no other', async () => {
    await open();
    const { items } = await listCases(deps(), house.ctx, { state: 'active', kind: 'payment', limit: 100 });
    for (const { paymentId } of items) expect(await statusOf(paymentId!)).toBe('held');
    for (const { id } of items) await decideCase(deps(), house.ctx, { id, decision: 'reject', comment: 'Over.' });
    expect((await listCases(deps(), house.ctx, { state: 'active', kind: 'payment' })).items).toEqual([]);
  });
});
