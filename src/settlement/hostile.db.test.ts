import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { manualClock } from '../base/time.ts';
import type { Db, Tx } from '../infra/postgres/db.ts';
import { writePacs008 } from './iso20022/pacs008-writer.ts';
import { getOverview } from './overview/get-overview.ts';
import { getStatement } from './participant/get-statement.ts';
import { fundParticipant } from './participant/move-funds.ts';
import { createDirectory } from './participant/directory.ts';
import { getParticipant } from './participant/read-participants.ts';
import { setParticipantState } from './participant/set-participant-state.ts';
import type { PaymentOrder } from './payment/payment.ts';
import { getPayment, listPayments } from './payment/read-payments.ts';
import { rejectPayment, releasePayment } from './payment/review-payment.ts';
import { sendPayment, sendPayments } from './payment/send-payment.ts';
import { submitIso20022 } from './payment/submit-iso20022.ts';
import { loadScreeningList } from './screening/manage-lists.ts';
import { createScreening } from './screening/screening.ts';
import { closeWindow, finishWindows } from './window/close-window.ts';
import { netWindow } from './window/net-window.ts';
import { settleWindow } from './window/settle-window.ts';
import { findWindow, unfinishedWindows } from './window/store.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank];
const clock = manualClock(Date.now());
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 10_000_000n })) as [Bank, Bank, Bank];
  await loadList('1,Viktor Baranovski');
});
afterAll(() => house.close());

const loadList = (...lines: string[]) =>
  loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from(`id,name\n${lines.join('\n')}\n`) });

async function free(bank: Bank): Promise<bigint> {
  return (await getParticipant(deps(), house.ctx, { id: bank.id })).accounts[0]!.available;
}

async function count(sql: string): Promise<number> {
  const [row] = await house.database.admin<{ n: number }>(`select count(*)::int as n from ${sql}`);
  return row!.n;
}

type FileOrder = Partial<PaymentOrder>;
const file = (messageId: string, changes: FileOrder[], instructingAgent = banks[0].bic) =>
  Buffer.from(
    writePacs008({
      messageId,
      createdAt: Date.UTC(2026, 10, 22, 9),
      instructingAgent,
      transactions: changes.map((change, index) => ({
        order: orderOf(banks[0], banks[1], { units: 100n, endToEndId: `${messageId}-${index}`, ...change }),
      })),
    } as never),
  );

describe('an idempotency key', () => {
  test('of a batch covers all of it: another batch under it is refused whole, whichever of its places were taken before', async () => {
    const wire = (change: object = {}) => ({ ...orderOf(banks[0], banks[1]), units: '500', ...change });
    await sendPayments(deps(), house.keyed('batch-key'), { payments: [wire(), wire({ creditorAgent: 'NOBOFRPP' })] });
    const before = await free(banks[0]);
    const other = sendPayments(deps(), house.keyed('batch-key', 'b'.repeat(64)), { payments: [wire(), wire(), wire()] });
    await expect(other).rejects.toMatchObject({ code: 'request.key_reused' });
    expect(await free(banks[0])).toBe(before);
  });

  test('of a review that is sent twice at the same moment is answered alike both times', async () => {
    const { id } = await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { creditor: { name: 'Viktor Baranovski' } }));
    const release = () => releasePayment(deps(), house.keyed('review-key'), { id, comment: 'Another person.' });
    const [first, second] = await Promise.all([release(), release()]);
    expect(first.status).toBe('reserved');
    expect(second).toEqual(first);
  });
});

describe('a pacs.008 file', () => {
  test('and another one under its message id at the same moment: one is taken, the other is a duplicate', async () => {
    const answers = await Promise.all(
      [{ units: 100n }, { units: 200n }].map((change) => submitIso20022(deps(), house.ctx, {}, { document: file('TWIN', [change]) })),
    );
    expect(answers.filter((answer) => answer.includes('AM05'))).toHaveLength(1);
    expect(await count(`settlement.payment where end_to_end_id = 'TWIN-0'`)).toBe(1);
  });

  test('that is sent twice at the same moment is answered word for word alike', async () => {
    const document = file('SAME', [{}, {}]);
    const [first, second] = await Promise.all([1, 2].map(() => submitIso20022(deps(), house.ctx, {}, { document })));
    expect(second).toBe(first);
    expect(await count(`settlement.payment where end_to_end_id like 'SAME-%'`)).toBe(2);
  });

  test('whose taking was interrupted is taken to its end when it comes again', async () => {
    const document = file('TORN', [{}, {}, {}]);
    let left = 1;
    const enact: typeof house.ledger.port.enact = (act) =>
      left-- > 0 ? house.ledger.port.enact(act) : Promise.reject(new Error('the process died here'));
    const broken = { ...deps(), ledger: { ...deps().ledger, enact } };
    await expect(submitIso20022(broken, house.ctx, {}, { document })).rejects.toThrow('the process died here');
    const answer = await submitIso20022(deps(), house.ctx, {}, { document });
    expect(answer.match(/<TxSts>(\w+)<\/TxSts>/g)).toEqual(Array(3).fill('<TxSts>ACSP</TxSts>'));
    expect(await count(`settlement.payment where end_to_end_id like 'TORN-%'`)).toBe(3);
  });

  test('is the same file whether its sender is known by its key or by the long form of its BIC', async () => {
    const document = file('LONG', [{}], `${banks[0].bic}XXX`);
    const first = await submitIso20022(deps(), house.memberCtx(banks[0].id), {}, { document });
    expect(await submitIso20022(deps(), house.ctx, {}, { document })).toBe(first);
    expect(await count(`settlement.payment where end_to_end_id = 'LONG-0'`)).toBe(1);
  });

  test('without an id, of a transaction without an id: refused, since a repetition could not be told from a second payment', async () => {
    const document = file('NOTPROVIDED', [{ endToEndId: 'NOTPROVIDED' }]);
    const answer = await submitIso20022(deps(), house.ctx, {}, { document });
    expect(answer).toContain('<TxSts>RJCT</TxSts>');
    expect(await count(`settlement.payment where end_to_end_id = 'NOTPROVIDED'`)).toBe(0);
  });

  test('of thousands of transactions is handed to the ledger in parts, so that one file cannot fill its queue', async () => {
    let under = 0;
    let most = 0;
    const enact: typeof house.ledger.port.enact = async (act) => {
      most = Math.max(most, ++under);
      return house.ledger.port.enact(act).finally(() => under--);
    };
    const document = file(
      'MANY',
      Array.from({ length: 1_200 }, () => ({ units: 1n })),
    );
    await submitIso20022({ ...deps(), ledger: { ...deps().ledger, enact } }, house.ctx, {}, { document });
    expect(most).toBeLessThanOrEqual(1_000);
    expect(await count(`settlement.payment where end_to_end_id like 'MANY-%'`)).toBe(1_200);
  });
});

describe('a window', () => {
  test('is settled by a process that has not yet heard of a bank in it, as of one that another process has just admitted', async () => {
    const behind = () => ({ ...deps(), directory: createDirectory(house.database.db, clock) });
    const [closing, releasing] = [behind(), behind()];
    for (const { directory } of [closing, releasing]) await directory.of(house.tenantId);
    const [young] = (await admitBanks(house, ['YUNGDEFF'], { 'EUR/2': 1_000n })) as [Bank];
    await sendPayment(deps(), house.ctx, orderOf(young, banks[1], { units: 10n }));
    expect(await closeWindow(closing, house.ctx)).toMatchObject({ state: 'settled' });
    const { id } = await sendPayment(deps(), house.ctx, orderOf(young, banks[0], { units: 1n, creditor: { name: 'Viktor Baranovski' } }));
    expect(await releasePayment(releasing, house.ctx, { id, comment: 'another person' })).toMatchObject({ status: 'reserved' });
  });

  const cutOff = async () => {
    await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1]));
    const dies = { ...deps(), outbox: { append: () => Promise.reject(new Error('the process died here')) } };
    await closeWindow(dies, house.ctx).catch(() => undefined);
    const scope = { tenantId: house.tenantId };
    const [id] = await deps().db.read(scope, (tx) => unfinishedWindows(tx, house.tenantId));
    return (await deps().db.read(scope, (tx) => findWindow(tx, house.tenantId, id!)))!;
  };
  const eventsOf = (type: string) => count(`(select unnest(types) as type from infra.event_segment) e where type = '${type}'`);

  test('that two processes carry on at once is told, audited and settled once', async () => {
    const window = await cutOff();
    const before = { cut: await eventsOf('settlement.window_cut_off'), settled: await eventsOf('settlement.window_settled') };
    const audited = await count(`access.audit where action = 'settlement.close_window'`);
    const netted = await Promise.all([netWindow(deps(), house.ctx, window), netWindow(deps(), house.ctx, window)]);
    const settled = await Promise.all(netted.map((row) => settleWindow(deps(), house.ctx, row)));
    expect(settled.map(({ state }) => state)).toEqual(['settled', 'settled']);
    expect((await eventsOf('settlement.window_cut_off')) - before.cut).toBe(1);
    expect((await eventsOf('settlement.window_settled')) - before.settled).toBe(1);
    expect((await count(`access.audit where action = 'settlement.close_window'`)) - audited).toBe(1);
  });

  test('whose obligations are no longer those of its published root is not settled, and does not hold up the next', async () => {
    const window = await cutOff();
    await house.database.admin(
      `update settlement.netting_window set input_root = decode(repeat('00', 32), 'hex') where id = '${window.id}'`,
    );
    await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1]));
    const dies = { ...deps(), outbox: { append: () => Promise.reject(new Error('the process died here')) } };
    await closeWindow(dies, house.ctx).catch(() => undefined);
    await expect(finishWindows(deps(), house.ctx)).rejects.toThrow('root');
    const states = await house.database.admin<{ state: string }>(
      `select state from settlement.netting_window where number in (${window.number}, ${window.number + 1}) order by number`,
    );
    expect(states.map(({ state }) => state)).toEqual(['cut_off', 'settled']);
    await house.database.admin(`update settlement.netting_window set input_root = null where id = '${window.id}'`);
    await finishWindows(deps(), house.ctx);
  });
});

describe('a review', () => {
  const held = () => sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { creditor: { name: 'Viktor Baranovski' } }));

  test('cannot release a payment of a bank that was suspended meanwhile', async () => {
    const { id } = await held();
    await setParticipantState(deps(), house.ctx, { id: banks[0].id, state: 'suspended' });
    const release = releasePayment(deps(), house.ctx, { id, comment: 'Another person.' });
    await expect(release).rejects.toMatchObject({ code: 'settlement.participant_suspended' });
    await setParticipantState(deps(), house.ctx, { id: banks[0].id, state: 'active' });
    expect((await releasePayment(deps(), house.ctx, { id, comment: 'Another person.' })).status).toBe('reserved');
  });

  test('stays with compliance: a bank learns that its payment was decided, not who was listed, who decided and what was noted', async () => {
    const { id } = await held();
    await rejectPayment(deps(), house.ctx, { id, comment: 'Reported to the authority.' });
    const seen = await getPayment(deps(), house.memberCtx(banks[0].id), { id });
    expect(seen).toMatchObject({ status: 'rejected', reason: { code: 'RR04' }, screening: { hits: [] } });
    const timeline = JSON.stringify(seen.timeline);
    expect(timeline).not.toContain('Reported');
    expect(timeline).not.toContain('Baranovski');
    expect(timeline).not.toContain(house.ctx.actor.name);
    expect(JSON.stringify((await getPayment(deps(), house.ctx, { id })).timeline)).toContain('Reported to the authority.');
  });
});

describe('days at the edge of the calendar', () => {
  test.each(['0001-01-01', '1969-12-31', '9999-12-31'])('the overview of %s is empty, not a failure', async (day) => {
    expect((await getOverview(deps(), house.ctx, { day })).payments.received).toBe(0);
  });

  test.each(['0001-01-01', '1969-12-31'])('the statement of %s is empty, not a failure', async (day) => {
    expect(await getStatement(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', day })).toContain('<NbOfNtries>0</NbOfNtries>');
  });

  test.each([
    ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z'],
  ])('payments are listed from %s to %s', async (from, to) => {
    const page = await listPayments(deps(), house.ctx, { from: Date.parse(from), to: Date.parse(to) });
    expect(page.items.length > 0).toBe(from < to);
  });
});

describe('a statement', () => {
  test('asked for in the first second of its day is empty, though something was booked a moment before', async () => {
    const midnight = (Math.floor(clock.now() / 86_400_000) + 1) * 86_400_000;
    clock.set(midnight - 200);
    await fundParticipant(deps(), house.ctx, { id: banks[2].id, asset: 'EUR/2', units: 77n, reference: 'LATE' });
    clock.set(midnight + 300);
    const day = new Date(midnight).toISOString().slice(0, 10);
    expect(await getStatement(deps(), house.ctx, { id: banks[2].id, asset: 'EUR/2', day })).toContain('<NbOfNtries>0</NbOfNtries>');
    clock.set(midnight + 5_000);
    const before = new Date(midnight - 1).toISOString().slice(0, 10);
    expect(await getStatement(deps(), house.ctx, { id: banks[2].id, asset: 'EUR/2', day: before })).toContain('LATE');
  });

  test('adds up though money moves while it is being made', async () => {
    clock.advance(10_000);
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    let moved = false;
    const late: typeof house.ledger.port.balancesAt = async (...args) => {
      if (!moved) {
        moved = true;
        await fundParticipant(deps(), house.ctx, { id: banks[2].id, asset: 'EUR/2', units: 5n, reference: 'MEANWHILE' });
      }
      return deps().ledger.balancesAt(...args);
    };
    // Its own clock runs ahead of that of the act, as when a commit takes long.
    const ahead = { ...deps(), clock: { now: () => clock.now() + 5_000 }, ledger: { ...deps().ledger, balancesAt: late } };
    const xml = await getStatement(ahead, house.ctx, { id: banks[2].id, asset: 'EUR/2', day });
    expect(xml).toContain('MEANWHILE');
  });
});

describe('a clock that is set back', () => {
  test('does not keep a suspension or a list from being seen', async () => {
    const fresh = manualClock(clock.now());
    const screening = createScreening(deps().db, fresh);
    expect(await screening.check(house.tenantId, 'Oksana Petrenko')).toEqual([]);
    await loadList('1,Viktor Baranovski', '2,Oksana Petrenko');
    fresh.advance(-3_600_000);
    // The earlier list stays in force until the new one is laid out, beside the event loop.
    await expect.poll(() => screening.check(house.tenantId, 'Oksana Petrenko')).toHaveLength(1);
  });
});

describe('a screening list', () => {
  test('with a character that no text may hold is malformed, not a failure', async () => {
    await expect(loadList('1,Nul\0Name')).rejects.toMatchObject({ code: 'settlement.list_malformed' });
  });

  test('is in force at the next name after it was loaded, even if the lists were being read meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let held = false;
    const slow: Db = {
      ...deps().db,
      async read<T>(scope: object, work: (tx: Tx) => Promise<T>): Promise<T> {
        const answer = await deps().db.read(scope, work);
        if (held) return answer;
        held = true;
        reached.resolve();
        await gate.promise;
        return answer;
      },
    };
    const screening = createScreening(slow, clock);
    const early = screening.check(house.tenantId, 'Nadia Sokolova');
    await reached.promise;
    await loadList('1,Viktor Baranovski', '3,Nadia Sokolova');
    screening.forget(house.tenantId);
    const next = screening.check(house.tenantId, 'Nadia Sokolova');
    gate.resolve();
    await early;
    expect(await next).toHaveLength(1);
    expect(await screening.check(house.tenantId, 'Nadia Sokolova')).toHaveLength(1);
  });
});
