import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt029, camt056, pacs004, pacs008, textsOf, valid } from '../../../test/support/messages.ts';
import { AppError } from '../../base/error.ts';
import { manualClock } from '../../base/time.ts';
import { findOutgoing, outgoingAfter } from '../message/box-store.ts';
import { unpack } from '../message/content.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { listPayments } from '../payment/read-payments.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { listRecalls } from './list-recalls.ts';
import { tellOverdue } from './tell-overdue.ts';

let house: TestHouse;
let a: Bank, b: Bank, c: Bank;
beforeAll(async () => {
  house = await createTestHouse();
  [a, b, c] = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n })) as [Bank, Bank, Bank];
  const document = Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n');
  await loadScreeningList(house.settlement.deps, house.ctx, { id: 'house' }, { document });
});
afterAll(() => house.close());

const deps = () => house.settlement.deps;
let sent = 0;
const send = async (document: Uint8Array, from?: Bank) =>
  valid(await submitIso20022(deps(), from ? house.memberCtx(from.id) : house.ctx, {}, { document }));
const payments = async (query: string) => (await listPayments(deps(), house.ctx, { query })).items;
const free = async (bank: Bank) => (await getParticipant(deps(), house.ctx, { id: bank.id })).accounts[0]!.available;

/** A payment of 10.00 from a to b, not final yet unless settled. */
async function paid(settle = true, creditor?: string): Promise<string> {
  const uetr = crypto.randomUUID();
  const id = `PAID-${++sent}`;
  await send(pacs008(id, [{ id, uetr, from: a, to: b, amount: '10.00', ...(creditor && { creditor }) }]), a);
  if (settle) await closeWindow(deps(), house.ctx);
  return uetr;
}

const back = (uetr: string, amount: string, change: object = {}) =>
  pacs004(`BACK-${++sent}`, { id: `R-${sent}`, uetr, from: b, original: '10.00', amount, ...change });

/** The messages in a bank's box behind the first so many. */
async function box(owner: Bank, kind: string): Promise<string[]> {
  const ctx = house.memberCtx(owner.id);
  return deps().db.read(ctx, async (tx) => {
    const rows = await outgoingAfter(tx, house.tenantId, { ownerId: owner.id, after: 0n, limit: 500, kind });
    const documents = [];
    for (const { id } of rows) documents.push((await unpack((await findOutgoing(tx, house.tenantId, id))!.content)).toString());
    return documents;
  });
}

describe('a pacs.004', () => {
  test('brings the money of a settled payment back, linked to it, in the parties turned round', async () => {
    const uetr = await paid();
    const before = await free(b);
    const answer = await send(back(uetr, '10.00'), b);
    expect(textsOf(answer, 'TxSts')).toEqual(['ACSP']);
    expect(before - (await free(b))).toBe(1_000n);
    const made = (await payments(`PAID-${sent - 1}`)).find(({ debtorAgent }) => debtorAgent.bic === b.bic);
    expect(made).toMatchObject({
      debtor: { name: 'Meridian Foods Ltd' },
      creditor: { name: 'Aurora Shipping AS' },
      creditorAgent: { bic: a.bic },
    });
  });

  test('in parts never brings back more than was paid, also when all parts come at once', async () => {
    const uetr = await paid();
    const parts = Array.from({ length: 6 }, () => back(uetr, '3.00'));
    const answers = await Promise.all(parts.map((part) => send(part, b)));
    const statuses = answers.flatMap((answer) => textsOf(answer, 'TxSts'));
    expect(statuses.filter((status) => status === 'ACSP')).toHaveLength(3);
    expect(answers.filter((answer) => textsOf(answer, 'Cd').includes('AM09'))).toHaveLength(3);
  });

  test('that is sent again under another message id is the same return, not a second one', async () => {
    const uetr = await paid();
    const again = (id: string) => pacs004(id, { id: 'SAME-RETURN', uetr, from: b, original: '10.00', amount: '4.00' });
    const before = await free(b);
    for (const id of ['AGAIN-1', 'AGAIN-2']) expect(textsOf(await send(again(id), b), 'TxSts')).toEqual(['ACSP']);
    expect(before - (await free(b))).toBe(400n);
  });

  test.each([
    ['from another bank than the one that was paid', {}, 'AG01', () => a],
    ['with a reason that credit transfers do not have', { reason: 'MD01' }, 'CH16', () => b],
    ['in another currency', { currency: 'USD' }, 'AM03', () => b],
    ['that tells another amount of the payment', { original: '11.00' }, 'AM09', () => b],
    ['of a payment that there is not', { uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d' }, 'NARR', () => b],
  ])('%s is refused with its code', async (_, change, code, from) => {
    const answer = await send(back(await paid(), '10.00', change), from());
    expect(textsOf(answer, 'TxSts')).toEqual(['RJCT']);
    expect(textsOf(answer, 'Cd')).toEqual([code]);
  });

  test('of a return, of a rejected payment and of one that is back already is refused', async () => {
    const uetr = await paid();
    await send(back(uetr, '10.00'), b);
    expect(textsOf(await send(back(uetr, '1.00'), b), 'Cd')).toEqual(['DUPL']);
    const made = (await payments(`PAID-${sent - 2}`)).find(({ debtorAgent }) => debtorAgent.bic === b.bic)!;
    expect(
      textsOf(await send(pacs004('TWICE', { id: 'RR', uetr: made.uetr, from: a, original: '10.00', amount: '10.00' }), a), 'Cd'),
    ).toEqual(['AG01']);
  });

  test('whose screening holds it counts as long as it is held', async () => {
    const uetr = await paid(false, 'Viktor Baranovski');
    const { id } = (await payments(`PAID-${sent}`))[0]!;
    await releasePayment(deps(), house.ctx, { id, comment: 'Another person.' });
    await closeWindow(deps(), house.ctx);
    expect(textsOf(await send(back(uetr, '10.00'), b), 'TxSts')).toEqual(['PDNG']);
    expect(textsOf(await send(back(uetr, '1.00'), b), 'Cd')).toEqual(['DUPL']);
  });
});

describe('a camt.056', () => {
  const recall = (uetr: string, reason = 'DUPL') => camt056(`CXL-${++sent}`, a, b, [{ id: `CX-${sent}`, uetr, reason }]);

  test('cancels a payment that is held, and says so', async () => {
    const uetr = await paid(false, 'Viktor Baranovski');
    const answer = await send(recall(uetr), a);
    expect(answer).toContain('camt.029.001');
    expect(textsOf(answer, 'TxCxlSts')).toEqual(['ACCR']);
    expect(textsOf(answer, 'Conf')).toEqual(['CNCL']);
    expect((await payments(`PAID-${sent - 1}`))[0]).toMatchObject({ status: 'rejected', reason: { code: 'DUPL' } });
  });

  test('takes a payment that waits for money out of the queue', async () => {
    await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 } });
    const uetr = crypto.randomUUID();
    const id = `QUEUED-${++sent}`;
    expect(textsOf(await send(pacs008(id, [{ id, uetr, from: a, to: b, amount: '999999999.00' }]), a), 'TxSts')).toEqual(['PDNG']);
    expect(textsOf(await send(recall(uetr), a), 'TxCxlSts')).toEqual(['ACCR']);
    expect((await payments(id))[0]).toMatchObject({ status: 'rejected' });
    await setPolicy(deps(), house.ctx, { policy: DEFAULT_POLICY });
  });

  test('of a final payment goes to the bank that was paid, once, and waits for its answer until a day', async () => {
    const uetr = await paid();
    const before = (await box(b, 'camt.056')).length;
    for (const _ of [1, 2]) {
      const answer = await send(recall(uetr), a);
      expect(textsOf(answer, 'TxCxlSts')).toEqual(['PDCR']);
    }
    const forwarded = (await box(b, 'camt.056')).slice(before);
    expect(forwarded).toHaveLength(1);
    expect(textsOf(valid(forwarded[0]!), 'OrgnlUETR')).toEqual([uetr]);
    expect(textsOf(forwarded[0]!, 'OrgnlMsgId')).toEqual([`PAID-${sent - 2}`]);
    const { items } = await listRecalls(deps(), house.memberCtx(b.id), { state: 'pending' });
    expect(items[0]).toMatchObject({ uetr, state: 'pending', reason: { code: 'DUPL' } });
    expect(items[0]!.dueOn > new Date().toISOString().slice(0, 10)).toBe(true);
    expect((await listRecalls(deps(), house.memberCtx(c.id), {})).items).toEqual([]);
  });

  test('that nobody answers by its day is told of, once, to both banks', async () => {
    const late = { ...deps(), clock: manualClock(Date.now() + 60 * 86_400_000) };
    const answered = await paid();
    await send(recall(answered, 'FRAD'), a);
    await send(back(answered, '10.00', { reason: 'FOCR' }), b);
    // Of the one whose money is back nobody is told.
    const waiting = (await listRecalls(deps(), house.ctx, { state: 'pending' })).items.length;
    expect(waiting).toBeGreaterThan(0);
    const overdue = async () =>
      (
        await house.database.admin<{ members: string }>(
          `select e.members from infra.event_segment o cross join lateral unnest(o.types, o.members) as e (type, members)
            where e.type = 'settlement.recall_overdue'`,
        )
      ).map(({ members }) => members);
    await tellOverdue(deps(), house.tenantId);
    expect(await overdue()).toEqual([]);
    await Promise.all([tellOverdue(late, house.tenantId), tellOverdue(late, house.tenantId)]);
    await tellOverdue(late, house.tenantId);
    const members = await overdue();
    expect(members).toHaveLength(waiting);
    for (const both of members) expect(both.includes(a.id) && both.includes(b.id)).toBe(true);
  });

  test('that is refused by a camt.029 tells the asking bank so, and may not be answered otherwise later', async () => {
    const uetr = await paid();
    await send(recall(uetr), a);
    const before = (await box(a, 'camt.029')).length;
    const answer = await send(camt029(`RES-${++sent}`, b, a, { uetr, status: 'RJCR', reason: 'CUST' }), b);
    expect(textsOf(answer, 'TxSts')).toEqual(['ACTC']);
    const [told] = (await box(a, 'camt.029')).slice(before);
    expect(textsOf(valid(told!), 'TxCxlSts')).toEqual(['RJCR']);
    expect(textsOf(told!, 'Cd')).toEqual(['CUST']);
    const late = await send(camt029(`RES-${++sent}`, b, a, { uetr, status: 'ACCR' }), b);
    expect(textsOf(late, 'TxSts')).toEqual(['RJCT']);
    expect((await listRecalls(deps(), house.ctx, { state: 'refused' })).items[0]).toMatchObject({ uetr, answer: { code: 'CUST' } });
  });

  test('that is answered by a return is listed as returned, and cannot be asked again', async () => {
    const uetr = await paid();
    await send(recall(uetr, 'FRAD'), a);
    await send(back(uetr, '10.00', { reason: 'FOCR' }), b);
    expect((await listRecalls(deps(), house.ctx, { state: 'returned' })).items[0]).toMatchObject({ uetr, returnedUnits: 1_000n });
    expect(textsOf(await send(recall(uetr), a), 'Cd')).toEqual(['ARDT']);
  });

  test.each([
    ['of a payment that there is not', '97ed4827-7b6f-4491-a06f-b548d5a7512d', 'DUPL', 'NOOR', () => a],
    ['from a bank that did not pay', '', 'DUPL', 'AGNT', () => b],
    ['for no reason of the scheme', '', 'ZZZZ', 'NARR', () => a],
  ])('%s is answered no', async (_, uetr, reason, code, from) => {
    const answer = await send(recall(uetr || (await paid()), reason), from());
    expect(textsOf(answer, 'TxCxlSts')).toEqual(['RJCR']);
    expect(textsOf(answer, 'Cd')).toEqual([code]);
  });

  test('that cannot be noted leaves nothing half done: it is taken whole when it comes again', async () => {
    const uetr = await paid();
    const document = recall(uetr);
    const broken = { ...deps(), access: { ...deps().access, command: () => Promise.reject(new AppError('unavailable', 'x.y', 'gone')) } };
    await expect(submitIso20022(broken, house.ctx, {}, { document })).rejects.toMatchObject({ code: 'x.y' });
    expect(textsOf(await send(document), 'TxCxlSts')).toEqual(['PDCR']);
    expect((await box(b, 'camt.056')).filter((text) => text.includes(uetr))).toHaveLength(1);
  });
});
