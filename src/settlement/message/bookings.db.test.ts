import { afterAll, beforeAll, expect, test } from 'vitest';
import { approve } from '../../../test/support/custody.ts';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { textsOf, valid } from '../../../test/support/messages.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { proposeMint } from '../custody/propose.ts';
import { issueInvoices } from '../fee/issue-invoices.ts';
import { listInvoices } from '../fee/read-invoices.ts';
import { setFeeSchedule } from '../fee/set-schedule.ts';
import { creditInvoice } from '../fee/settle-invoice.ts';
import { answerTrade, proposeTrade } from '../fx/propose-trade.ts';
import { defundParticipant, fundParticipant } from '../participant/move-funds.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { closeWindow } from '../window/close-window.ts';
import { makeLetters } from './make-letters.ts';
import { getMailbox, getOutgoingDocument, listOutgoing, setMailbox } from './manage-mailbox.ts';
import { getInterimReport } from './read-messages.ts';

const clock = manualClock(Date.UTC(2026, 0, 5, 9));
let house: TestHouse;
let a: Bank, b: Bank, silent: Bank;
const deps = () => house.settlement.deps;
const as = (bank: Bank) => house.memberCtx(bank.id);
const make = () => makeLetters(deps(), house.tenantId);
const ASSETS = ['EUR/2', 'USD/2'];

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [a, b, silent] = (await admitBanks(house, ['BKAAFIHH', 'BKBBNOKK', 'BKCCDEFF'], { 'EUR/2': 1_000_000n, 'USD/2': 0n })) as [
    Bank,
    Bank,
    Bank,
  ];
  const tiers = [{ units: 100n }];
  const content = { items: [{ item: 'payments', kind: 'per_payment' as const, text: 'Payments sent', tiers }], minimumUnits: 0n };
  await setFeeSchedule(deps(), house.ctx, { name: 'Standard', asset: 'EUR/2', validFrom: '2026-01-01', content });
  await sendPayment(deps(), house.ctx, orderOf(a, b));
  await closeWindow(deps(), house.ctx);
  clock.set(Date.UTC(2026, 1, 2, 9));
  for (const bank of [a, b]) await setMailbox(deps(), as(bank), { kinds: ['camt.054'] });
  await setMailbox(deps(), as(silent), { kinds: ['pacs.008'] });
});
afterAll(() => house.close());

/** Hands an event to the part's consumers twice, as the bus may. */
async function tell(type: string, data: object): Promise<void> {
  clock.advance(2_000);
  const event = { id: newId(), tenantId: house.tenantId, type, version: 1, subject: '', data, at: '', seq: 1 };
  const consumers = house.settlement.consumers.filter((one) => one.name.startsWith('settlement.messages_of_') && one.types.includes(type));
  for (const { handle } of consumers) for (const _ of [1, 2]) await handle(event);
}

async function exchange(from: Bank, to: Bank, getUnits: bigint): Promise<Uuid> {
  const pair = { proposer: from.bic, counterparty: to.bic, giveAsset: 'EUR/2', giveUnits: 1_000n, getAsset: 'USD/2', getUnits };
  const { id } = await proposeTrade(deps(), house.ctx, { ...pair, reference: 'FX-1' });
  await answerTrade(deps(), house.ctx, { id, answer: 'confirm', whenShort: 'queue' });
  return id;
}

const traded = (id: Uuid, state: string) => tell('settlement.fx_traded', { tradeId: toWireId('fxt', id), state, legs: [] });

/** The entries that a bank was notified of in one currency, in any order; each message valid. */
async function notified(bank: Bank, asset: string): Promise<string[]> {
  return (await documents(bank, asset)).flatMap(entriesOf).sort();
}

async function documents(bank: Bank, asset: string): Promise<string[]> {
  const { items } = await listOutgoing(deps(), as(bank), { limit: 500, kind: 'camt.054' });
  const messages = await Promise.all(items.map(async ({ id }) => valid(await getOutgoingDocument(deps(), as(bank), { id }))));
  return messages.filter((xml) => textsOf(xml, 'Ccy')[0] === asset.slice(0, 3));
}

/** The entries of the day that the bank's report shows. */
async function reported(bank: Bank, asset: string): Promise<string[]> {
  return entriesOf(await report(bank, asset)).sort();
}

async function report(bank: Bank, asset: string): Promise<string> {
  clock.advance(2_000);
  return valid(await getInterimReport(deps(), as(bank), { id: bank.id, asset, day: dayOf(clock.now()) }));
}

/** The entries of exchanges, whole. */
const exchangesIn = (xml: string): string[] => (xml.match(/<Ntry>.*?<\/Ntry>/gs) ?? []).filter((entry) => entry.includes('<Cd>FX</Cd>'));

/** Reference, amount and side of each entry. */
const entriesOf = (xml: string): string[] =>
  [...xml.matchAll(/<Ntry><NtryRef>([^<]+)<\/NtryRef><Amt Ccy="...">([^<]+)<\/Amt><CdtDbtInd>(\w+)</g)].map(([, ...parts]) =>
    parts.join(' '),
  );

test('a bank is notified of every booking that its report of the day shows, of each once', async () => {
  const money = { id: a.id, asset: 'EUR/2', reference: 'MOVE-1' };
  await fundParticipant(deps(), house.ctx, { ...money, units: 5_000n });
  await defundParticipant(deps(), house.ctx, { ...money, units: 700n });
  const mint = { id: b.id, asset: 'USD/2', units: 1_100n, reference: 'MINT-1', reason: 'For a test of bookings' };
  await approve(house, proposeMint(deps(), house.ctx, mint));
  const atOnce = await exchange(a, b, 1_100n);
  const queued = await exchange(a, b, 900n);
  await traded(atOnce, 'settled');
  await traded(queued, 'queued');
  await fundParticipant(deps(), house.ctx, { ...money, id: b.id, asset: 'USD/2', units: 900n });
  await runQueue(deps(), house.ctx);
  await traded(queued, 'settled');
  await issueInvoices(deps(), house.ctx, { month: '2026-01' });
  const { items } = await listInvoices(deps(), house.ctx, {});
  const invoice = items.find(({ participant }) => participant.id === a.id)!;
  await creditInvoice(deps(), house.ctx, { id: invoice.id, units: 40n, reason: 'Outage of the morning' });
  await sendPayment(deps(), house.ctx, orderOf(a, b));
  const window = await closeWindow(deps(), house.ctx);
  await tell('settlement.window_settled', { windowId: toWireId('win', window.id), number: window.number, currencies: [] });
  const broken = { ...deps(), db: { ...deps().db, write: () => Promise.reject(new Error('the process died here')) } };
  await expect(makeLetters(broken, house.tenantId)).rejects.toThrow('died here');
  await Promise.allSettled([make(), make(), make()]);
  await make();
  for (const bank of [a, b])
    for (const asset of ASSETS)
      expect([bank.bic, asset, await notified(bank, asset)]).toEqual([bank.bic, asset, await reported(bank, asset)]);
  for (const bank of [a, b])
    for (const asset of ASSETS)
      for (const id of [atOnce, queued]) {
        const ours = id.replaceAll('-', '');
        for (const xml of [...(await documents(bank, asset)), await report(bank, asset)]) {
          for (const entry of exchangesIn(xml).filter((one) => one.includes(ours))) {
            expect(textsOf(entry, 'EndToEndId')).toEqual(['FX-1']);
            expect(textsOf(entry, 'AcctSvcrRef')).toEqual([expect.stringMatching(new RegExp(`^${ours}/\\d$`))]);
            expect([textsOf(entry, 'Ustrd'), textsOf(entry, 'AddtlTxInf')]).toEqual([[], [toWireId('fxt', id)]]);
          }
        }
        expect(exchangesIn(await report(bank, asset)).filter((one) => one.includes(ours))).toHaveLength(1);
      }
  // Two exchanges, a payment, money in and out of custody, a fee and its credit note.
  expect(await notified(a, 'EUR/2')).toHaveLength(7);
});

test('a bank that does not want notifications, or no more, is sent none, and nothing is kept for it', async () => {
  const before = (await getMailbox(deps(), as(a), {})).lastSeq;
  const money = { asset: 'EUR/2', units: 5_000n, reference: 'MOVE-2' };
  for (const { id } of [silent, a]) await fundParticipant(deps(), house.ctx, { ...money, id });
  await setMailbox(deps(), as(a), { kinds: ['pacs.008'] });
  await make();
  for (const bank of [silent, a]) expect((await listOutgoing(deps(), as(bank), { after: before, kind: 'camt.054' })).items).toEqual([]);
  await setMailbox(deps(), as(a), { kinds: ['camt.054'] });
  await make();
  expect((await getMailbox(deps(), as(a), {})).lastSeq).toBe(before);
});
