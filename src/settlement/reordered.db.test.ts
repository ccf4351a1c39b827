import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { callerOf } from '../../test/support/access.ts';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { textsOf } from '../../test/support/messages.ts';
import type { Event } from '../base/event.ts';
import { Secret } from '../base/secret.ts';
import { manualClock } from '../base/time.ts';
import type { Consumer } from '../infra/module.ts';
import { placeEvents } from '../infra/outbox/store.ts';
import { setPolicy } from './liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from './liquidity/route.ts';
import { unpack } from './message/content.ts';
import { makeLetters } from './message/make-letters.ts';
import { setMailbox } from './message/manage-mailbox.ts';
import { setNotificationPreferences } from './notification/preference-contract.ts';
import { getParticipant } from './participant/read-participants.ts';
import { setParticipantState } from './participant/set-participant-state.ts';
import { getPayment } from './payment/read-payments.ts';
import { sendPayment } from './payment/send-payment.ts';
import { closeWindow } from './window/close-window.ts';

/**
 * The bus keeps the order of each tenant and delivers at least once. The consumers of the network are held to more: whatever comes
 * twice, at the same time or in another order, the end is the same, so that no fault of a carrier loses or doubles anything.
 */
let house: TestHouse;
let banks: [Bank, Bank, Bank];
let events: Event[];
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const deps = () => house.settlement.deps;

beforeAll(async () => {
  const mail = { url: new Secret('smtp://127.0.0.1:1'), from: 'Rialto <rialto@rialto.test>' };
  house = await createTestHouse({ clock, mail });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n, 'USD/2': 1_000_000n })) as typeof banks;
  const [a, b, c] = banks;
  const want = (bank: Bank, kinds: string[]) => setMailbox(deps(), house.memberCtx(bank.id), { kinds: kinds as never });
  await want(a, ['pacs.002', 'camt.054']);
  await want(b, ['pacs.002', 'pacs.008', 'camt.054']);
  await want(c, ['pacs.008', 'pacs.009']);
  await setMailbox(deps(), house.ctx, { kinds: ['pacs.029'] });
  const preferences = {
    kinds: ['participant_suspended', 'window_settled', 'position_settled'],
    delivery: 'at_once',
    dailyAt: '08:00',
    zone: 'UTC',
  };
  await callerOf(house.settlement.routes).output(setNotificationPreferences, house.ctx, preferences as never);
  await liveThrough();
  await placeEvents(house.database.db, 10_000);
  events = await recorded(house);
});
afterAll(() => house.close());

/** Two windows, payments that are final or rejected by themselves, and a bank that is suspended and let in again, twice. */
async function liveThrough(): Promise<void> {
  const [a, b, c] = banks;
  const send = (from: Bank, to: Bank, units: bigint, change = {}) =>
    sendPayment(deps(), house.ctx, orderOf(from, to, { units, ...change }));
  for (const round of [1n, 2n]) {
    for (const [from, to] of [
      [a, b],
      [b, c],
      [c, a],
      [a, c],
    ] as const) {
      await send(from, to, 100n * round);
      await send(from, to, 7n * round, { asset: 'USD/2' });
      clock.advance(1_000);
      await send(from, to, 30n * round, { priority: 'instant' });
      await send(from, to, 10n ** 9n);
    }
    clock.advance(1_000);
    await closeWindow(deps(), house.ctx);
    for (const state of ['suspended', 'active'] as const) {
      clock.advance(1_000);
      await setParticipantState(deps(), house.ctx, { id: c.id, state });
    }
  }
}

/** All that was published, as the bus hands it over. */
async function recorded(of: TestHouse): Promise<Event[]> {
  const rows = await of.database.admin<Event & { members: string[] }>(
    `select tenant_id as "tenantId", id, seq::float8 as seq, type, version, subject, data, at, member_ids as members
       from infra.event order by position`,
  );
  return rows.map(({ members, at, ...event }) => ({
    ...event,
    at: new Date(at).toISOString(),
    ...(members.length > 0 && { memberIds: members }),
  }));
}

const consumersOf = (of: TestHouse, event: Event): Consumer[] => of.settlement.consumers.filter(({ types }) => types.includes(event.type));
/** Hands an event over, later than the one before. */
function hand(of: TestHouse, event: Event): Promise<unknown> {
  clock.advance(400);
  return Promise.all(consumersOf(of, event).map(({ handle }) => handle(event)));
}

/** What banks and people were told, without what only says when and under which number. */
async function told(): Promise<{ letters: string[]; notices: string[] }> {
  const rows = await house.database.admin<{ owner: string; kind: string; content: Buffer }>(
    'select owner_id as owner, kind, content from settlement.outgoing_message',
  );
  const letters: string[] = [];
  for (const { owner, kind, content } of rows) {
    const xml = (await unpack(content)).toString();
    const of = `${owner} ${kind}`;
    if (kind.startsWith('pacs.029')) letters.push(`${of} ${textsOf(xml, 'Amt').filter(Boolean).join(' ')}`);
    const [ids, statuses] = [textsOf(xml, kind.startsWith('pacs.002') ? 'OrgnlEndToEndId' : 'EndToEndId'), textsOf(xml, 'TxSts')];
    letters.push(...ids.map((id, i) => `${of} ${id} ${statuses[i] ?? ''}`));
  }
  const notices = await house.database.admin<{ text: string }>(
    `select user_id || ' ' || title || ' ' || detail as text from settlement.notice order by user_id, at, title, detail`,
  );
  return { letters: letters.sort(), notices: notices.map(({ text }) => text) };
}

async function forgetAll(): Promise<void> {
  for (const table of [
    'settlement.outgoing_message',
    'settlement.message_run',
    'settlement.message_due',
    'settlement.booking_due',
    'settlement.notice',
    'infra.inbox',
  ])
    await house.database.admin(`delete from ${table}`);
  await house.database.admin('update settlement.mailbox set last_seq = 0, fetched_seq = 0');
}

test('messages and notices are the same whatever is delivered twice, at once or in another order', async () => {
  await forgetAll();
  const wanted = events.filter((event) => consumersOf(house, event).length > 0);
  expect(new Set(wanted.map(({ type }) => type)).size).toBeGreaterThan(3);
  for (const event of wanted) await hand(house, event);
  await makeLetters(deps(), house.tenantId);
  const inOrder = await told();
  expect(inOrder.letters.length).toBeGreaterThan(40);
  expect(new Set(inOrder.letters).size).toBe(inOrder.letters.length);
  expect(inOrder.notices.length).toBeGreaterThan(3);

  const doubled = [...wanted, ...wanted];
  const turns = fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), makes: fc.boolean() }), { minLength: 5, maxLength: 5 });
  const order = fc.shuffledSubarray(
    doubled.map((_, i) => i),
    { minLength: doubled.length },
  );
  await fc.assert(
    fc.asyncProperty(order, turns, async (places, steps) => {
      await forgetAll();
      for (let [at, turn] = [0, 0]; at < places.length; turn++) {
        const { size, makes } = steps[turn % steps.length]!;
        await Promise.all(places.slice(at, at + size).map((place) => hand(house, doubled[place]!)));
        if (makes) await makeLetters(deps(), house.tenantId);
        at += size;
      }
      await makeLetters(deps(), house.tenantId);
      expect(await told()).toEqual(inOrder);
    }),
    { numRuns: 8 },
  );
});

test('a payment that waited for the money of a window settles once, whichever window is told of first and how often', async () => {
  const other = await createTestHouse({ clock });
  try {
    const { deps: own } = other.settlement;
    const [payer, waiting, payee] = (await admitBanks(other, ['DDDDFIHH', 'EEEENOKK', 'FFFFDEFF'], { 'EUR/2': 0n })) as typeof banks;
    const [rich] = await admitBanks(other, ['GGGGSESS'], { 'EUR/2': 1_000n });
    await setPolicy(own, other.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 } });
    const send = (from: Bank, to: Bank, units: bigint) => sendPayment(own, other.ctx, orderOf(from, to, { units }));
    await send(rich!, payer, 600n);
    await closeWindow(own, other.ctx);
    await send(rich!, waiting, 400n);
    const queued = await send(waiting, payee, 300n);
    expect(queued.status).toBe('queued');
    await closeWindow(own, other.ctx);
    await placeEvents(other.database.db, 10_000);
    const settled = (await recorded(other)).filter(({ type }) => type === 'settlement.window_settled');
    expect(settled).toHaveLength(2);
    for (const event of [...settled.toReversed(), ...settled]) await hand(other, event);
    await vi.waitFor(async () => expect(await getPayment(own, other.ctx, { id: queued.id })).toMatchObject({ status: 'settled' }), {
      timeout: 20_000,
    });
    const free = async ({ id }: Bank) => (await getParticipant(own, other.ctx, { id })).accounts[0]!.available;
    expect([await free(waiting), await free(payee)]).toEqual([100n, 300n]);
    for (const event of settled) await hand(other, event);
    await own.queue.run(other.ctx);
    expect([await free(waiting), await free(payee)]).toEqual([100n, 300n]);
  } finally {
    await other.close();
  }
});
