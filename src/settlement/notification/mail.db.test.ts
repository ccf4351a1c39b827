import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { callerOf, PASSWORD } from '../../../test/support/access.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { createUser, disableUser } from '../../access/contract.ts';
import type { Ctx } from '../../base/context.ts';
import { newId } from '../../base/id.ts';
import type { Event } from '../../base/event.ts';
import { Secret } from '../../base/secret.ts';
import { manualClock } from '../../base/time.ts';
import { placeEvents } from '../../infra/outbox/store.ts';
import { caseEvent } from '../compliance/case-view.ts';
import { caseBreached, caseOpened } from '../compliance/contract.ts';
import { events } from '../contract.ts';
import { answerObligation } from '../obligation/move-obligation.ts';
import { runSetOff } from '../obligation/run-round.ts';
import { submitObligations } from '../obligation/submit-obligations.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import { NOTICES } from './notices.ts';
import * as preference from './preference-contract.ts';

type Got = { to: string[]; text: string };

/** A real SMTP server; `answer` is what it says to the next mails, 250 when there is nothing. */
const answers: number[] = [];
const got: Got[] = [];
const server = new SMTPServer({
  disabledCommands: ['STARTTLS'],
  onAuth: ({ username, password }, _session, done) => done(password === 'letters' ? null : new Error('no'), { user: username }),
  onData(stream, session, done) {
    let text = '';
    stream.on('data', (part: Buffer) => (text += part.toString()));
    stream.on('end', () => {
      const code = answers.shift() ?? 250;
      if (code !== 250) return done(Object.assign(new Error('not now'), { responseCode: code }));
      got.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: text.replaceAll('=\r\n', '') });
      done();
    });
  },
});
// A client that leaves early is no failure of the server.
server.on('error', () => undefined);

let house: TestHouse;
let banks: Bank[];
const clock = manualClock(Date.now());
const call = () => callerOf([...house.settlement.routes, ...house.access.routes]).output;
const run = async (name: string) => await house.settlement.jobs.find((job) => job.name === name)!.run(new AbortController().signal);

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const url = new Secret(`smtp://rialto:letters@127.0.0.1:${port}`);
  house = await createTestHouse({ clock, mail: { url, from: 'Rialto <rialto@rialto.test>' } });
  banks = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n });
});
afterAll(async () => {
  await house.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
beforeEach(async () => {
  await house.database.admin('delete from settlement.notice');
  await house.database.admin('delete from infra.mail');
  await house.database.admin('delete from settlement.notification_preference');
  got.length = 0;
  answers.length = 0;
});

let seen = 0;
/** What happened since the last time goes to the consumer, twice: events come at least once. */
async function tell(): Promise<void> {
  await placeEvents(house.database.db, 10_000);
  const [consumer] = house.settlement.consumers.filter(({ name }) => name === 'settlement.notices');
  const fresh = await house.database.admin<Event & { members: string[] }>(
    `select tenant_id as "tenantId", id, seq::float8 as seq, type, version, subject, data, at, member_ids as members
       from infra.event where position > $1 order by position`,
    [seen],
  );
  const [head] = await house.database.admin<{ position: number }>('select max(position)::float8 as position from infra.event');
  seen = head!.position;
  for (const { members, at, ...event } of fresh) {
    if (!consumer!.types.includes(event.type)) continue;
    const once = { ...event, at: new Date(at).toISOString(), ...(members.length > 0 && { memberIds: members }) };
    await consumer!.handle(once);
    await consumer!.handle(once);
  }
}

/** Writes and hands over what is due. */
async function mailOut(): Promise<void> {
  await run('settlement.write_notices');
  await run('infra.send_mail');
}

const set = (ctx: Ctx, change: object) =>
  call()(preference.setNotificationPreferences, ctx, {
    kinds: ['participant_suspended', 'case_waiting'],
    delivery: 'at_once',
    dailyAt: '08:00',
    zone: 'UTC',
    ...change,
  } as never);
const suspend = async (state: 'suspended' | 'active' = 'suspended') =>
  void (await setParticipantState(house.settlement.deps, house.ctx, { id: banks[0]!.id, state }));

test('every kind of notice is made of an event that exists', () => {
  const types = events.map(({ type }): string => type);
  for (const { type } of NOTICES) expect(types).toContain(type);
});

test('a suspended participant is told by mail once, with a link, though its event came twice', async () => {
  await suspend();
  await tell();
  await mailOut();
  await mailOut();
  expect(got).toHaveLength(1);
  expect(got[0]!.to).toEqual([house.ctx.actor.name]);
  expect(got[0]!.text).toContain('AAAAFIHH is suspended');
  expect(got[0]!.text).toContain('https://rialto.test/participants/mem_');
  await suspend('active');
  await tell();
});

test('a case that waits, and one that is late, are told by number, kind and time, without a name', async () => {
  await set(house.ctx, { kinds: ['case_waiting', 'sla_breached'] });
  const row = { id: newId(), number: 7, kind: 'payment', priority: 'high', state: 'open' } as const;
  const at = clock.now();
  const data = { dueAt: '2026-11-23T09:30:00.000Z' };
  const drafts = [caseOpened, caseBreached].map((kind) => caseEvent(house.tenantId, row, { kind, at, data }));
  await house.database.db.write({ tenantId: house.tenantId }, (tx) => house.settlement.deps.outbox.append(tx, drafts));
  await tell();
  await mailOut();
  expect(got).toHaveLength(1);
  expect(got[0]!.text).toContain('Case 7 waits for a decision');
  expect(got[0]!.text).toContain('Case 7 has missed its time');
  expect(got[0]!.text).toContain('2026-11-23 at 09:30 UTC');
});

test('a user gets at most one mail in five minutes; what came meanwhile is in the next one', async () => {
  clock.advance(600_000);
  for (const state of ['suspended', 'active', 'suspended'] as const) {
    await suspend(state);
    await tell();
    await mailOut();
  }
  expect(got).toHaveLength(1);
  await suspend('active');
  await suspend();
  await tell();
  clock.advance(301_000);
  await mailOut();
  expect(got).toHaveLength(2);
  expect(got[1]!.text).toContain('Subject: Rialto: 2 notices');
  await suspend('active');
  await tell();
});

test('quiet hours and the daily hour are kept', async () => {
  const noon = Date.parse(`${new Date(clock.now() + 86_400_000).toISOString().slice(0, 10)}T12:00:00.000Z`);
  clock.set(noon);
  await set(house.ctx, { quiet: { from: '11:00', to: '13:00' } });
  await suspend();
  await tell();
  await mailOut();
  expect(got).toHaveLength(0);
  clock.set(noon + 3_600_000);
  await mailOut();
  expect(got).toHaveLength(1);
  await set(house.ctx, { delivery: 'daily', dailyAt: '18:00' });
  await suspend('active');
  await suspend();
  await tell();
  clock.set(noon + 5 * 3_600_000);
  await mailOut();
  expect(got).toHaveLength(1);
  clock.set(noon + 6 * 3_600_000);
  await mailOut();
  expect(got).toHaveLength(2);
  await suspend('active');
  await tell();
});

test('who wants nothing of a kind is not told of it', async () => {
  clock.advance(600_000);
  await set(house.ctx, { kinds: [] });
  await suspend();
  await tell();
  await mailOut();
  expect(got).toHaveLength(0);
  await suspend('active');
  await tell();
});

test("a bank's people are told of their own bank, and a disabled user of nothing", async () => {
  clock.advance(600_000);
  const user = (email: string, memberId: string) =>
    call()(createUser, house.ctx, { email, name: 'Someone', password: PASSWORD, roles: ['bank'], memberId });
  await user('own@bank.test', banks[0]!.id);
  await user('other@bank.test', banks[1]!.id);
  const gone = await user('gone@bank.test', banks[0]!.id);
  await suspend();
  await tell();
  await call()(disableUser, house.ctx, { id: gone.id });
  await mailOut();
  expect(got.flatMap(({ to }) => to).toSorted()).toEqual([house.ctx.actor.name, 'own@bank.test'].toSorted());
  await suspend('active');
  await tell();
});

test('a server that says later gets the mail later, under the same id; one that refuses for good is not asked again', async () => {
  clock.advance(600_000);
  answers.push(451, 451);
  await set(house.ctx, { kinds: ['participant_suspended'] });
  await house.database.admin(`update access.user set disabled_at = now() where email <> $1`, [house.ctx.actor.name]);
  await suspend();
  await tell();
  await mailOut();
  expect(got).toHaveLength(0);
  clock.advance(61_000);
  await run('infra.send_mail');
  expect(got).toHaveLength(0);
  clock.advance(121_000);
  await run('infra.send_mail');
  expect(got).toHaveLength(1);
  const [mail] = await house.database.admin<{ id: string; state: string; tries: number }>('select id, state, tries from infra.mail');
  expect(mail).toMatchObject({ state: 'sent', tries: 3 });
  expect(got[0]!.text).toContain(`<${mail!.id}@rialto.test>`);

  answers.push(550);
  await suspend('active');
  await suspend();
  await tell();
  clock.advance(301_000);
  await mailOut();
  clock.advance(86_400_000);
  await run('infra.send_mail');
  expect(got).toHaveLength(1);
  expect(await house.database.admin(`select state, tries from infra.mail where state = 'dead'`)).toEqual([{ state: 'dead', tries: 1 }]);
  await suspend('active');
  await tell();
});

test('preferences are the own ones only, within what the roles let one see, and for people', async () => {
  const bank = house.memberCtx(banks[0]!.id);
  const poor: Ctx = { ...bank, actor: { ...bank.actor, scopes: new Set(['settlement:read', 'participants:read']) } };
  const setOff = ['set_off_completed', 'set_off_share_cleared'];
  const kinds = (await call()(preference.getNotificationPreferences, poor, {})).kinds.map(({ kind }) => kind);
  expect(kinds).toEqual(['window_settled', 'position_settled', ...setOff, 'participant_suspended', 'report_ready']);
  await expect(set(poor, { kinds: ['case_waiting'] })).rejects.toMatchObject({ code: 'settlement.notice_not_allowed' });
  await expect(set(house.ctx, { zone: 'Europe/Atlantis' })).rejects.toMatchObject({ code: 'settlement.zone_unknown' });
  const program: Ctx = { ...house.ctx, actor: { ...house.ctx.actor, kind: 'key' } };
  await expect(set(program, {})).rejects.toMatchObject({ code: 'settlement.notifications_for_users' });
  await set(house.ctx, { kinds: ['window_settled'], quiet: { from: '22:00', to: '06:00' } });
  const own = await call()(preference.getNotificationPreferences, house.ctx, {});
  expect(own).toMatchObject({ mail: true, delivery: 'at_once', quiet: { from: '22:00', to: '06:00' } });
  expect(own.kinds.filter(({ on }) => on).map(({ kind }) => kind)).toEqual(['window_settled']);
});

test('a round of set-off is told to the people of each bank with its own sums, and to the operator as a whole', async () => {
  clock.advance(600_000);
  const kinds = ['set_off_completed', 'set_off_share_cleared'];
  await set(house.ctx, { kinds: ['set_off_completed'] });
  const [a, b] = banks as [Bank, Bank];
  const users = ['first', 'second'].map((name, i) => ({ email: `${name}@bank.test`, memberId: [a, b][i]!.id }));
  for (const { email, memberId } of users) {
    const user = await call()(createUser, house.ctx, { email, name: 'Someone', password: PASSWORD, roles: ['bank'], memberId });
    const bank = house.memberCtx(memberId);
    await set({ ...bank, actor: { ...bank.actor, id: user.id } }, { kinds });
  }
  for (const [debtor, creditor, units] of [
    [a, b, 30_000n],
    [b, a, 20_050n],
  ] as const) {
    const obligation = { debtor: debtor.bic, creditor: creditor.bic, asset: 'EUR/2', units, reference: `MAIL-${units}` };
    const { items } = await submitObligations(house.settlement.deps, house.memberCtx(creditor.id), { obligations: [obligation] });
    await answerObligation(house.settlement.deps, house.memberCtx(debtor.id), { id: items[0]!.id, answer: 'confirm' });
  }
  await runSetOff(house.settlement.deps, house.ctx, { asset: 'EUR/2' });
  await tell();
  await mailOut();
  const textTo = (email: string) => got.filter(({ to }) => to.includes(email)).map(({ text }) => text);
  expect(got).toHaveLength(3);
  expect(textTo(house.ctx.actor.name)[0]).toContain('401.00 EUR of 500.50 EUR cleared, 1 of 2 obligations in full');
  for (const [email, owes, owed] of [
    ['first@bank.test', '300.00', '200.50'],
    ['second@bank.test', '200.50', '300.00'],
  ] as const) {
    expect(textTo(email)[0]).toContain(
      `200.50 EUR is cleared of the ${owes} EUR that the bank owes, and as much of the ${owed} EUR that it is owed`,
    );
    expect(textTo(email)[0]).toContain('https://rialto.test/set-off/rounds/sor_');
    expect(textTo(email)[0]).not.toContain('500.50');
  }
});
