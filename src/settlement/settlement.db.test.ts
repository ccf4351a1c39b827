import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { getParticipant, listParticipants } from './participant/read-participants.ts';
import { defundParticipant } from './participant/move-funds.ts';
import { getStatement } from './participant/get-statement.ts';
import { setParticipantState } from './participant/set-participant-state.ts';
import { getPayment, listPayments } from './payment/read-payments.ts';
import { rejectPayment, releasePayment } from './payment/review-payment.ts';
import { sendPayment, sendPayments } from './payment/send-payment.ts';
import { submitIso20022 } from './payment/submit-iso20022.ts';
import { loadScreeningList } from './screening/manage-lists.ts';
import { closeWindow, finishWindows } from './window/close-window.ts';
import { getWindow, listWindows } from './window/read-windows.ts';
import { getOverview } from './overview/get-overview.ts';
import { writePacs008 } from './iso20022/pacs008-writer.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;

async function fundsOf(bank: Bank): Promise<{ available: bigint; reserved: bigint }> {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: bank.id });
  const { available, reserved } = accounts.find(({ asset }) => asset === 'EUR/2')!;
  return { available, reserved };
}

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n, 'JPY/0': 500_000n })) as [Bank, Bank, Bank];
  await loadScreeningList(
    deps(),
    house.ctx,
    { id: 'house' },
    { document: Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n') },
  );
});
afterAll(() => house.close());

describe('a payment', () => {
  test('sets its amount aside at once, and nothing more', async () => {
    const before = await fundsOf(banks[0]);
    const payment = await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 12_345n }));
    expect(payment).toMatchObject({ status: 'reserved', units: 12_345n, debtorAgent: { bic: 'AAAAFIHH' } });
    const after = await fundsOf(banks[0]);
    expect(before.available - after.available).toBe(12_345n);
    expect(after.reserved - before.reserved).toBe(12_345n);
  });

  test('of more than any account can hold is rejected with AM02, in words for a bank', async () => {
    const before = await fundsOf(banks[0]);
    const payment = await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 10n ** 38n - 1n }));
    expect(payment).toMatchObject({
      status: 'rejected',
      reason: { code: 'AM02', text: 'The amount is larger than any account can hold.' },
    });
    expect(await fundsOf(banks[0])).toEqual(before);
  });

  test('that the bank cannot cover is recorded as rejected with AM04 and moves nothing', async () => {
    const before = await fundsOf(banks[2]);
    const payment = await sendPayment(deps(), house.ctx, orderOf(banks[2], banks[0], { units: 10n ** 15n }));
    expect(payment).toMatchObject({ status: 'rejected', reason: { code: 'AM04' } });
    expect(await fundsOf(banks[2])).toEqual(before);
    expect(await getPayment(deps(), house.ctx, { id: payment.id })).toMatchObject({ status: 'rejected', transferIds: [] });
  });

  test('with the same idempotency key is the first one, and the key with other content is refused by name', async () => {
    const order = orderOf(banks[0], banks[1]);
    const before = await fundsOf(banks[0]);
    const first = await sendPayment(deps(), house.keyed('k1'), order);
    expect(await sendPayment(deps(), house.keyed('k1'), order)).toEqual(first);
    await expect(sendPayment(deps(), house.keyed('k1', 'b'.repeat(64)), { ...order, units: 1n })).rejects.toMatchObject({
      code: 'request.key_reused',
    });
    expect(before.available - (await fundsOf(banks[0])).available).toBe(order.units);
  });

  test('with the same UETR is the first one when nothing else differs, and refused by name when something does', async () => {
    const order = orderOf(banks[0], banks[1], { uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d' });
    const first = await sendPayment(deps(), house.ctx, order);
    expect(await sendPayment(deps(), house.ctx, order)).toEqual(first);
    await expect(sendPayment(deps(), house.ctx, { ...order, units: 1n })).rejects.toMatchObject({ code: 'settlement.uetr_reused' });
  });

  test('sent many times at once with one key is taken once', async () => {
    const order = orderOf(banks[0], banks[1]);
    const before = await fundsOf(banks[0]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendPayment(deps(), house.keyed('k2'), order)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(before.available - (await fundsOf(banks[0])).available).toBe(order.units);
  });

  test('is seen by its two banks and by no other', async () => {
    const { id } = await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1]));
    expect(await getPayment(deps(), house.memberCtx(banks[0].id), { id })).toMatchObject({ id });
    expect(await getPayment(deps(), house.memberCtx(banks[1].id), { id })).toMatchObject({ id });
    await expect(getPayment(deps(), house.memberCtx(banks[2].id), { id })).rejects.toMatchObject({ code: 'settlement.payment_not_found' });
  });

  test('of a suspended bank is refused until the bank is let in again', async () => {
    await setParticipantState(deps(), house.ctx, { id: banks[2].id, state: 'suspended' });
    await expect(sendPayment(deps(), house.ctx, orderOf(banks[0], banks[2]))).rejects.toMatchObject({
      code: 'settlement.participant_suspended',
    });
    await setParticipantState(deps(), house.ctx, { id: banks[2].id, state: 'active' });
    expect(await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[2]))).toMatchObject({ status: 'reserved' });
  });
});

describe('a payment to a listed name', () => {
  const held = () => sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { creditor: { name: 'Viktor BARANOVSKI' } }));

  test('is held with the reasons, moves nothing, and is reserved when it is released', async () => {
    const before = await fundsOf(banks[0]);
    const payment = await held();
    expect(payment.status).toBe('held');
    expect(await fundsOf(banks[0])).toEqual(before);
    const detail = await getPayment(deps(), house.ctx, { id: payment.id });
    expect(detail.screening.hits).toEqual([expect.objectContaining({ party: 'creditor', listed: 'Viktor Baranovski', listId: 'house' })]);
    const released = await releasePayment(deps(), house.ctx, { id: payment.id, comment: 'Another person.' });
    expect(released.status).toBe('reserved');
    expect(before.available - (await fundsOf(banks[0])).available).toBe(payment.units);
  });

  test('is decided once: of a release and a rejection at the same moment one is told that it came late', async () => {
    const { id } = await held();
    const decide = [releasePayment(deps(), house.ctx, { id, comment: 'yes' }), rejectPayment(deps(), house.ctx, { id, comment: 'no' })];
    const outcomes = await Promise.allSettled(decide);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({ reason: { code: 'settlement.payment_not_held' } });
  });

  test('that is rejected tells the reason and the comment in its timeline', async () => {
    const { id } = await held();
    expect(await rejectPayment(deps(), house.ctx, { id, comment: 'It is him.' })).toMatchObject({
      status: 'rejected',
      reason: { code: 'RR04' },
    });
    const { timeline } = await getPayment(deps(), house.ctx, { id });
    expect(timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'held', 'rejected']);
    expect(timeline.at(-1)!.text).toContain('It is him.');
  });
});

describe('a batch', () => {
  test('takes its good payments and names what is wrong with each bad one', async () => {
    const wire = (change: object) => ({ ...orderOf(banks[0], banks[1]), units: '500', ...change });
    const { results } = await sendPayments(deps(), house.ctx, {
      payments: [
        wire({}),
        wire({ units: '-5' }),
        wire({ creditorAgent: 'NOBOFRPP' }),
        wire({ asset: 'EUR/3' }),
        'nonsense',
        wire({ units: '9'.repeat(40) }),
        wire({}),
      ],
    });
    expect(results.map((result) => result.payment?.status ?? result.error?.code)).toEqual([
      'reserved',
      'request.invalid',
      'settlement.participant_unknown',
      'settlement.asset_unknown',
      'request.invalid',
      'request.invalid',
      'reserved',
    ]);
  });

  test('sent again with its key answers as the first time', async () => {
    const payments = [1, 2, 3].map(() => ({ ...orderOf(banks[0], banks[1]), units: '700' }));
    const first = await sendPayments(deps(), house.keyed('batch'), { payments });
    const before = await fundsOf(banks[0]);
    expect(await sendPayments(deps(), house.keyed('batch'), { payments })).toEqual(first);
    expect(await fundsOf(banks[0])).toEqual(before);
  });
});

describe('a pacs.008 file', () => {
  const file = (messageId: string, units: bigint[]) =>
    Buffer.from(
      writePacs008({
        messageId,
        createdAt: Date.UTC(2026, 10, 22, 9),
        instructingAgent: banks[0].bic,
        transactions: units.map((amount, index) => ({
          order: orderOf(banks[0], banks[1], { units: amount, endToEndId: `${messageId}-${index}` }),
        })),
      } as never),
    );

  test('answers with a pacs.002 that tells the status of each transaction; one bad does not lose the good', async () => {
    const answer = await submitIso20022(deps(), house.ctx, {}, { document: file('MSG-1', [100n, 10n ** 15n, 200n]) });
    expect(answer.match(/<TxSts>(\w+)<\/TxSts>/g)).toEqual(['<TxSts>ACSP</TxSts>', '<TxSts>RJCT</TxSts>', '<TxSts>ACSP</TxSts>']);
    expect(answer).toContain('<GrpSts>PART</GrpSts>');
    expect(answer).toContain('AM04');
  });

  test('sent again answers word for word and pays nothing twice; other content under its id is a duplicate', async () => {
    const document = file('MSG-2', [300n]);
    const first = await submitIso20022(deps(), house.ctx, {}, { document });
    const before = await fundsOf(banks[0]);
    expect(await submitIso20022(deps(), house.ctx, {}, { document })).toBe(first);
    const other = await submitIso20022(deps(), house.ctx, {}, { document: file('MSG-2', [301n]) });
    expect(other).toContain('<GrpSts>RJCT</GrpSts>');
    expect(other).toContain('AM05');
    expect(await fundsOf(banks[0])).toEqual(before);
  });
});

describe('a window', () => {
  test('settles the net of each bank, frees what was set aside, and its payments become settled', async () => {
    await closeWindow(deps(), house.ctx).catch(() => {});
    const start = await Promise.all(banks.map(fundsOf));
    const sent = [
      await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 1_000n })),
      await sendPayment(deps(), house.ctx, orderOf(banks[1], banks[0], { units: 700n })),
      await sendPayment(deps(), house.ctx, orderOf(banks[1], banks[2], { units: 200n })),
    ];
    const closed = await closeWindow(deps(), house.ctx);
    expect(closed).toMatchObject({ state: 'settled', payments: 3 });
    expect(closed.currencies).toEqual([
      { asset: 'EUR/2', payments: 3, participants: 3, gross: 1_900n, bilateralNet: 500n, net: 300n, efficiency: 0.842105 },
    ]);
    const end = await Promise.all(banks.map(fundsOf));
    expect(end.map(({ available }, i) => available - start[i]!.available)).toEqual([-300n, 100n, 200n]);
    expect(end.map(({ reserved }) => reserved)).toEqual(start.map(({ reserved }) => reserved));
    for (const { id } of sent) expect((await getPayment(deps(), house.ctx, { id })).status).toBe('settled');
    const detail = await getWindow(deps(), house.ctx, { id: closed.id });
    expect(detail.finality).toMatchObject({ transfers: 5 });
    expect(detail.positions.map(({ net }) => net)).toEqual([-300n, 100n, 200n]);
  });

  test('without payments is not cut off', async () => {
    await closeWindow(deps(), house.ctx).catch(() => {});
    await expect(closeWindow(deps(), house.ctx)).rejects.toMatchObject({
      code: 'settlement.window_empty',
      message: expect.stringMatching(/since window \d+ was cut off at \S+Z; it is settled/) as string,
    });
  });

  test('is the same one for all who close it at once', async () => {
    const { id } = await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 3n }));
    const closed = await Promise.all(
      Array.from({ length: 6 }, (_, i) => closeWindow(deps(), i % 2 ? house.ctx : house.keyed(`close-${i}`))),
    );
    expect(new Set(closed.map((window) => window.id)).size).toBe(1);
    for (const window of closed) expect(window).toMatchObject({ state: 'settled', payments: 1 });
    expect((await getPayment(deps(), house.ctx, { id })).window).toMatchObject({ id: closed[0]!.id });
  });

  test('that is on its way to finality answers who closes meanwhile, and is carried to its end', async () => {
    await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 4n }));
    const broken = { ...deps(), outbox: { append: () => Promise.reject(new Error('the process died here')) } };
    await expect(closeWindow(broken, house.ctx)).rejects.toThrow('the process died here');
    const [, left] = (await listWindows(deps(), house.ctx, { limit: 2 })).items;
    expect(await closeWindow(deps(), house.ctx)).toMatchObject({ id: left!.id, state: 'settled', payments: 1 });
  });

  test('holds each payment exactly once, however cut-offs and payments overlap', async () => {
    const ids = new Set<string>();
    const stream = Array.from({ length: 200 }, async (_, i) => {
      const { id } = await sendPayment(deps(), house.ctx, orderOf(banks[i % 3]!, banks[(i + 1) % 3]!, { units: BigInt(i + 1) }));
      ids.add(id);
    });
    const cuts = Array.from({ length: 3 }, () => closeWindow(deps(), house.ctx).catch(() => undefined));
    await Promise.all([...stream, ...cuts]);
    await closeWindow(deps(), house.ctx).catch(() => {});
    for (const id of ids) expect((await getPayment(deps(), house.ctx, { id })).status).toBe('settled');
    const [row] = await house.database.admin<{ twice: bigint; lost: bigint }>(
      `select count(*) filter (where n > 1) as twice, count(*) filter (where n = 0) as lost
         from (select (select count(*) from settlement.netting_window w where o.seq > w.from_seq and o.seq <= w.to_seq) as n from settlement.obligation o) s`,
    );
    expect(row).toEqual({ twice: 0n, lost: 0n });
    for (const bank of banks) expect((await fundsOf(bank)).reserved).toBe(0n);
  });

  test('that a crash left after its cut-off is carried to its end', async () => {
    await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 5n }));
    const broken = { ...deps(), outbox: { append: () => Promise.reject(new Error('the process died here')) } };
    await expect(closeWindow(broken, house.ctx)).rejects.toThrow('the process died here');
    await house.restart();
    await finishWindows(deps(), house.ctx);
    const { items } = await listWindows(deps(), house.ctx, { limit: 2 });
    expect(items.map(({ state }) => state)).toEqual(['open', 'settled']);
  });
});

describe('what people read', () => {
  test("a statement's payments and funding lead from its opening to its closing balance", async () => {
    const day = new Date().toISOString().slice(0, 10);
    const xml = await getStatement({ ...deps(), clock: { now: () => Date.now() + 2_000 } }, house.ctx, {
      id: banks[0].id,
      asset: 'EUR/2',
      day,
    });
    expect(xml).toContain('camt.053.001.08');
    expect(xml).toContain('<Cd>CLBD</Cd>');
  });

  test('money leaves custody only as far as it is free', async () => {
    const { available } = await fundsOf(banks[1]);
    await expect(
      defundParticipant(deps(), house.ctx, { id: banks[1].id, asset: 'EUR/2', units: available + 1n, reference: 'OUT' }),
    ).rejects.toMatchObject({
      code: 'settlement.insufficient_funds',
    });
    const done = await defundParticipant(deps(), house.ctx, { id: banks[1].id, asset: 'EUR/2', units: available, reference: 'OUT' });
    expect(done.available).toBe(0n);
  });

  test('lists go on behind their last row until every row was seen once', async () => {
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await listPayments(deps(), house.ctx, { limit: 7, ...(after && { after }) });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
      if (!after) break;
    }
    const [row] = await house.database.admin<{ n: bigint }>('select count(*) as n from settlement.payment');
    expect(BigInt(seen.length)).toBe(row!.n);
    expect(new Set(seen).size).toBe(seen.length);
    expect((await listParticipants(deps(), house.ctx, { query: 'bbbb' })).items.map(({ bic }) => bic)).toEqual(['BBBBNOKK']);
  });

  test('the payments of one participant are those in which it is one of the sides, newest first', async () => {
    const { items } = await listPayments(deps(), house.ctx, { limit: 500, participantId: banks[2].id });
    const all = await listPayments(deps(), house.ctx, { limit: 500 });
    const own = all.items.filter((p) => p.debtorAgent.id === banks[2].id || p.creditorAgent.id === banks[2].id);
    expect(items).toEqual(own);
    expect(items.length).toBeGreaterThan(2);
  });

  test('the overview counts every payment of the day once', async () => {
    const view = await getOverview(deps(), house.ctx, {});
    const [row] = await house.database.admin<{ n: bigint }>('select count(*) as n from settlement.payment');
    expect(BigInt(view.payments.received)).toBe(row!.n);
    const { reserved, clearing, settled, held, rejected } = view.payments;
    expect(reserved + clearing + settled + held + rejected).toBe(view.payments.received);
    expect(view.series.reduce((sum, bucket) => sum + bucket.received, 0)).toBe(view.payments.received);
    const starts = view.series.map(({ startMs }) => startMs);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(view.timeToFinalityMs!.p50).toBeGreaterThan(0);
  });
});
