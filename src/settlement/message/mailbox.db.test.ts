import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt056, pacs004, pacs008, pacs009, textsOf, valid } from '../../../test/support/messages.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { readMessage } from '../iso20022/read-message.ts';
import { applyRules } from '../iso20022/rules/rules.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { closeWindow } from '../window/close-window.ts';
import { makeLetters } from './make-letters.ts';
import { getMailbox, getOutgoingDocument, listOutgoing, markFetched, setMailbox } from './manage-mailbox.ts';
import { getSettlementRequest } from './read-messages.ts';

let house: TestHouse;
let a: Bank, b: Bank, c: Bank;
const clock = manualClock(Date.now());
beforeAll(async () => {
  house = await createTestHouse({ clock });
  [a, b, c] = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n, 'JPY/0': 1_000_000n })) as [
    Bank,
    Bank,
    Bank,
  ];
});
afterAll(() => house.close());

const deps = () => house.settlement.deps;
let sent = 0;
const as = (bank: Bank) => house.memberCtx(bank.id);
const send = async (document: Uint8Array, from: Bank) => valid(await submitIso20022(deps(), as(from), {}, { document }));
const want = (bank: Bank, ...kinds: string[]) => setMailbox(deps(), as(bank), { kinds: kinds as never });

/** Hands an event to the part's consumers, as the bus does. */
async function tell(type: string, data: object): Promise<void> {
  const event = { id: newId(), tenantId: house.tenantId, type, version: 1, subject: '', data, at: '', seq: 1 };
  const consumers = house.settlement.consumers.filter((one) => one.name.startsWith('settlement.messages_of_') && one.types.includes(type));
  for (const { handle } of consumers) for (const _ of [1, 2]) await handle(event);
}

const make = () => makeLetters(deps(), house.tenantId);

/** Settles what is open and tells the part so. */
async function settle(): Promise<Uuid> {
  const { id, number } = await closeWindow(deps(), house.ctx);
  // What is known of subscriptions is a second old at most.
  clock.advance(2_000);
  await tell('settlement.window_settled', { windowId: toWireId('win', id), number, currencies: [] });
  return id;
}

/** A bank's messages behind a number, each valid against its schema and by our own rules. */
async function fetch(bank: Bank, after = '0', kind?: string): Promise<{ kind: string; seq: string; xml: string }[]> {
  const { items } = await listOutgoing(deps(), as(bank), { after, limit: 500, ...(kind !== undefined && { kind }) });
  const messages = [];
  for (const { id, kind: name, seq } of items) {
    const xml = valid(await getOutgoingDocument(deps(), as(bank), { id }));
    const read = applyRules(readMessage(Buffer.from(xml)));
    expect({ kind: name, refusals: read.refusals }).toEqual({ kind: name, refusals: [] });
    messages.push({ kind: name.slice(0, 8), seq, xml });
  }
  return messages;
}

describe('a settled window', () => {
  test('tells each bank of its own payments in the kinds it wants, each message valid, and none of the others', async () => {
    await want(a, 'pacs.002', 'camt.054');
    await want(b, 'pacs.002', 'pacs.004', 'pacs.008', 'pacs.009', 'camt.054');
    const [uetr, cover] = [crypto.randomUUID(), crypto.randomUUID()];
    await send(
      pacs008('WIN-1', [
        { id: 'W-1', uetr, from: a, to: b },
        { id: 'W-2', from: a, to: c },
      ]),
      a,
    );
    await send(
      pacs009('WIN-2', { id: 'W-3', uetr: cover, from: a, to: b }, { debtor: 'Aurora Shipping AS', creditor: 'Meridian Foods Ltd' }),
      a,
    );
    await sendPayment(deps(), house.ctx, orderOf(a, b, { endToEndId: 'W-4', asset: 'JPY/0', units: 7n }));
    await settle();
    await make();
    const [toA, toB, toC] = [await fetch(a), await fetch(b), await fetch(c)];
    expect(toC).toEqual([]);
    expect(toA.map(({ kind }) => kind)).toEqual(['pacs.002', 'camt.054', 'camt.054']);
    expect(textsOf(toA[0]!.xml, 'TxSts')).toEqual(Array(4).fill('ACSC'));
    expect(textsOf(toA[0]!.xml, 'OrgnlMsgId')).toEqual(['WIN-1', 'WIN-1', 'WIN-2']);
    expect(textsOf(toA[0]!.xml, 'OrgnlInstrId')).toEqual(['I-W-1', 'I-W-2', 'I-W-3']);
    expect(toB.map(({ kind }) => kind)).toEqual(['pacs.008', 'pacs.009', 'camt.054', 'camt.054']);
    expect(textsOf(toB[0]!.xml, 'EndToEndId')).toEqual(['W-1', 'W-4']);
    expect(textsOf(toB[1]!.xml, 'UETR')).toEqual([cover]);
    expect(toB[1]!.xml).toContain('<UndrlygCstmrCdtTrf><Dbtr><Nm>Aurora Shipping AS</Nm>');
  });

  test('brings a return to the bank that gets its money back, as the return of its payment', async () => {
    const before = (await getMailbox(deps(), as(b), {})).lastSeq;
    const uetr = crypto.randomUUID();
    await send(pacs008('WIN-R', [{ id: 'R-1', uetr, from: b, to: c, amount: '9.00' }]), b);
    await settle();
    await send(pacs004('WIN-RB', { id: 'RTR-9', uetr, from: c, original: '9.00', amount: '4.00', reason: 'AC04' }), c);
    await settle();
    await make();
    const [back] = await fetch(b, before, 'pacs.004');
    expect(textsOf(back!.xml, 'OrgnlUETR')).toEqual([uetr]);
    expect(textsOf(back!.xml, 'RtrdIntrBkSttlmAmt')).toEqual(['4.00']);
    expect(textsOf(back!.xml, 'OrgnlMsgId')).toEqual(['WIN-R']);
    expect(textsOf(back!.xml, 'RtrId')).toEqual(['RTR-9']);
  });

  test('is told once, however often the event comes and the work is cut short', async () => {
    const before = (await getMailbox(deps(), as(a), {})).lastSeq;
    await send(pacs008('WIN-3', [{ id: 'W-5', from: a, to: b }]), a);
    await settle();
    const broken = { ...deps(), db: { ...deps().db, write: () => Promise.reject(new Error('the process died here')) } };
    await expect(makeLetters(broken, house.tenantId)).rejects.toThrow('died here');
    await Promise.all([make(), make(), make()]);
    await make();
    expect((await fetch(a, before)).map(({ kind }) => kind)).toEqual(['pacs.002', 'camt.054']);
  });

  test('is told in parts when it is large, in messages of at most a thousand transactions, without loss', async () => {
    const before = (await getMailbox(deps(), as(b), {})).lastSeq;
    const payments = Array.from({ length: 2_300 }, (_, i) => ({ id: `L-${i}`, from: a, to: b, amount: '0.01' }));
    await send(pacs008(`LARGE-${++sent}`, payments), a);
    await settle();
    await make();
    const told = (await fetch(b, before, 'pacs.008')).map(({ xml }) => textsOf(xml, 'EndToEndId'));
    expect(told.map(({ length }) => length)).toEqual([1_000, 1_000, 300]);
    expect(new Set(told.flat())).toEqual(new Set(payments.map(({ id }) => id)));
  });

  test('is asked for as a settlement request by the operator only, and put into its box when it wants that', async () => {
    await setMailbox(deps(), house.ctx, { kinds: ['pacs.029'] });
    await send(pacs008('WIN-29', [{ id: 'W-29', from: a, to: b, amount: '12.34' }]), a);
    const id = await settle();
    await make();
    const asked = valid(await getSettlementRequest(deps(), house.ctx, { id }));
    expect(textsOf(asked, 'Amt').filter(Boolean)).toEqual(['12.34', '12.34']);
    const { items } = await listOutgoing(deps(), house.ctx, {});
    expect(await getOutgoingDocument(deps(), house.ctx, { id: items.at(-1)!.id })).toBe(asked);
    await expect(getSettlementRequest(deps(), as(a), { id })).rejects.toMatchObject({ code: 'settlement.mailbox_operator_only' });
  });
});

describe('a payment by itself', () => {
  test('that is rejected is told of to its bank with the reason, once, though the event comes twice', async () => {
    const before = (await getMailbox(deps(), as(a), {})).lastSeq;
    const { id } = await sendPayment(deps(), house.ctx, orderOf(a, b, { endToEndId: 'POOR', units: 10n ** 15n }));
    await tell('settlement.payment_ended', {
      paymentId: toWireId('pay', id),
      status: 'rejected',
      debtorAgent: a.bic,
      creditorAgent: b.bic,
    });
    await make();
    await make();
    const [told, ...rest] = await fetch(a, before);
    expect(rest).toEqual([]);
    expect(textsOf(told!.xml, 'TxSts')).toEqual(['RJCT']);
    expect(textsOf(told!.xml, 'Cd')).toEqual(['AM04']);
  });
});

describe('a box', () => {
  test('is read by its bank alone; for others its messages are not there', async () => {
    const [mine] = (await listOutgoing(deps(), as(a), {})).items;
    await expect(getOutgoingDocument(deps(), as(b), { id: mine!.id })).rejects.toMatchObject({ code: 'settlement.message_not_found' });
    await expect(listOutgoing(deps(), as(b), { participantId: a.id })).rejects.toMatchObject({ code: 'settlement.participant_not_found' });
    expect((await listOutgoing(deps(), house.ctx, { participantId: a.id })).items[0]!.id).toBe(mine!.id);
  });

  test('is numbered without a gap, and what was fetched never goes back', async () => {
    const { items, lastSeq } = await listOutgoing(deps(), as(b), { limit: 500 });
    expect(items.map(({ seq }) => Number(seq))).toEqual(items.map((_, i) => i + 1));
    expect(Number(lastSeq)).toBe(items.length);
    expect(await markFetched(deps(), as(b), { through: '3' })).toMatchObject({ fetchedSeq: '3', lastSeq });
    expect(await markFetched(deps(), as(b), { through: '1' })).toMatchObject({ fetchedSeq: '3' });
    expect((await listOutgoing(deps(), as(b), {})).items.filter(({ fetched }) => fetched)).toHaveLength(3);
    await expect(markFetched(deps(), as(b), { through: '999' })).rejects.toMatchObject({ code: 'settlement.mailbox_seq_unknown' });
  });

  test('of a bank that wants nothing gets recalls all the same', async () => {
    const uetr = crypto.randomUUID();
    await send(pacs008('TO-C', [{ id: 'C-1', uetr, from: a, to: c }]), a);
    await settle();
    await send(camt056('CXL-C', a, c, [{ id: 'CX', uetr }]), a);
    expect((await fetch(c)).map(({ kind }) => kind)).toEqual(['camt.056']);
  });

  test('cannot be had with kinds that are not for its owner', async () => {
    await expect(setMailbox(deps(), as(a), { kinds: ['pacs.029'] })).rejects.toMatchObject({ code: 'settlement.mailbox_kind_foreign' });
    await expect(setMailbox(deps(), house.ctx, { kinds: ['pacs.008'] })).rejects.toMatchObject({ code: 'settlement.mailbox_kind_foreign' });
  });
});

test('statements come for each account and each day that is over, once', async () => {
  await want(c, 'camt.053');
  const before = (await getMailbox(deps(), as(c), {})).lastSeq;
  const job = house.settlement.jobs.find(({ name }) => name === 'settlement.make_statements')!;
  const run = () => job.run(new AbortController().signal);
  await run();
  expect(await fetch(c, before)).toEqual([]);
  clock.advance(2 * 86_400_000);
  for (const _ of [1, 2]) await run();
  const statements = await fetch(c, before, 'camt.053');
  expect(statements.map(({ xml }) => textsOf(xml, 'Ccy')[0])).toEqual(['EUR', 'JPY', 'EUR', 'JPY']);
});
