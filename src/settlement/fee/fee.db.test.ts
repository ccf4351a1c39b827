import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { parseDecimal } from '../../base/decimal.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { getStatement } from '../participant/get-statement.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { finalPayments } from '../report/finals.ts';
import { closeWindow } from '../window/close-window.ts';
import { Counter, type UsageRow } from './count.ts';
import { countUsage } from './count-usage.ts';
import { issueDue, issueInvoices } from './issue-invoices.ts';
import { getInvoicePdf } from './invoice-pdf.ts';
import { getInvoice, listInvoices, previewFees } from './read-invoices.ts';
import { setFeeSchedule } from './set-schedule.ts';
import { collectInvoice, collectOpen, creditInvoice } from './settle-invoice.ts';
import { allSchedules } from './store.ts';

const JANUARY = Date.UTC(2026, 0, 5, 9);
const clock = manualClock(JANUARY);
let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;

const CONTENT = {
  items: [
    { item: 'payments', kind: 'per_payment' as const, text: 'Payments sent', tiers: [{ upTo: 3, units: 100n }, { units: 10n }] },
    {
      item: 'value',
      kind: 'per_value' as const,
      text: 'Value sent',
      basisPoints: parseDecimal('10'),
      minUnits: 5n,
      maxUnits: 400n,
      rounding: 'half_even' as const,
    },
    { item: 'windows', kind: 'per_window' as const, text: 'Windows taken part in', units: 7n },
  ],
  minimumUnits: 50n,
};

async function available(bank: Bank): Promise<bigint> {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: bank.id });
  return accounts.find(({ asset }) => asset === 'EUR/2')!.available;
}

/** What the participant owes by the ledger's account, and the income. */
async function ledgerOf(participantId: string): Promise<bigint> {
  const [row] = await house.database.admin<{ account_id: string }>(
    `select account_id from settlement.fee_account where asset = 'EUR/2' and participant_id = $1`,
    [participantId],
  );
  const balances = await deps().ledger.balances(house.tenantId, [row!.account_id]);
  const { debitsPosted, creditsPosted } = balances.get(row!.account_id)!;
  return debitsPosted - creditsPosted;
}
const INCOME = '00000000-0000-0000-0000-000000000000';

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n })) as [Bank, Bank, Bank];
  await setFeeSchedule(deps(), house.ctx, { name: 'Standard', asset: 'EUR/2', validFrom: '2026-01-01', content: CONTENT });
  const [a, b, c] = banks;
  for (let i = 0; i < 5; i++) await sendPayment(deps(), house.ctx, orderOf(a, b, { units: 100_000n }));
  await sendPayment(deps(), house.ctx, orderOf(b, c, { units: 2_000n }));
  await closeWindow(deps(), house.ctx);
  clock.advance(86_400_000);
  await sendPayment(deps(), house.ctx, orderOf(a, c, { units: 499_900n }));
  await closeWindow(deps(), house.ctx);
  await sendPayment(deps(), house.ctx, orderOf(c, a, { units: 1n }));
});
afterAll(() => house.close());

const keyOf = ({ participantId, day, item }: Pick<UsageRow, 'participantId' | 'day' | 'item'>) => [participantId, day, item].join();

async function recounted(): Promise<Map<string, string>> {
  const counter = await house.database.db.read({ tenantId: house.tenantId }, async (tx) => {
    const fresh = new Counter(await allSchedules(tx, house.tenantId), undefined);
    for await (const { payments } of finalPayments(tx, house.tenantId, { fromMs: 0, toMs: Date.UTC(2100, 0) }))
      payments.forEach((one) => fresh.add(one));
    return fresh;
  });
  return new Map(counter.rows().map((row) => [keyOf(row), [row.count, row.value, row.units].join()]));
}

async function accrued(): Promise<Map<string, string>> {
  const rows = await house.database.admin<UsageRow>(
    'select participant_id as "participantId", day::text as day, item, count, value, units from settlement.fee_usage',
  );
  return new Map(rows.map((row) => [keyOf(row), [row.count, row.value, row.units].join()]));
}

describe('usage', () => {
  test('is what recounting every final payment comes to, however often and at once it is counted', async () => {
    await Promise.all([countUsage(deps(), house.tenantId), countUsage(deps(), house.tenantId), countUsage(deps(), house.tenantId)]);
    await countUsage(deps(), house.tenantId);
    const stands = await accrued();
    expect(stands).toEqual(await recounted());
    expect(stands.size).toBeGreaterThan(5);
  });

  test('shows what the month comes to so far, and a bank sees its own only', async () => {
    const [a] = banks;
    const seen = await previewFees(deps(), house.memberCtx(a.id), { id: a.id, month: '2026-01' });
    const [{ total, lines } = { total: 0n, lines: [] }] = seen.currencies;
    // 3 × 100 + 3 × 10 for six payments; 5 × 100 and the most of 400 on value; two windows.
    expect(lines.map(({ item, count, units }) => [item, count, units])).toEqual([
      ['payments', 6, 330n],
      ['value', 6, 900n],
      ['windows', 2, 14n],
    ]);
    expect(total).toBe(1_244n);
    await expect(previewFees(deps(), house.memberCtx(banks[1].id), { id: a.id, month: '2026-01' })).rejects.toMatchObject({
      code: 'settlement.participant_not_found',
    });
  });
});

describe('invoices', () => {
  test('wait for the month to be over', async () => {
    await expect(issueInvoices(deps(), house.ctx, { month: '2026-01' })).rejects.toMatchObject({ code: 'settlement.month_not_over' });
  });

  test('are issued once each whoever asks at once, numbered without a gap, and what is free is taken', async () => {
    clock.set(Date.UTC(2026, 1, 1, 2));
    const before = await Promise.all(banks.map(available));
    const answers = await Promise.all([1, 2, 3].map(() => issueInvoices(deps(), house.ctx, { month: '2026-01' })));
    expect(answers.reduce((sum, { issued }) => sum + issued, 0)).toBe(3);
    await issueDue(deps(), deps().access.systemCtx('test', house.tenantId));
    const { items } = await listInvoices(deps(), house.ctx, { month: '2026-01' });
    expect(items.map(({ number }) => number).toSorted()).toEqual(['INV-2026-000001', 'INV-2026-000002', 'INV-2026-000003']);
    for (const [i, bank] of banks.entries()) {
      const invoice = items.find(({ participant }) => participant.id === bank.id)!;
      const { lines } = await getInvoice(deps(), house.memberCtx(bank.id), { id: invoice.id });
      expect(lines.reduce((sum, { units }) => sum + units, 0n)).toBe(invoice.total);
      expect(before[i]! - (await available(bank))).toBe(invoice.total - invoice.open);
      expect(await ledgerOf(bank.id)).toBe(invoice.open);
    }
    const income = items.reduce((sum, { total }) => sum + total, 0n);
    expect(-(await ledgerOf(INCOME))).toBe(income);
  });

  test('hold the month to its minimum', async () => {
    const { items } = await listInvoices(deps(), house.ctx, { participantId: banks[2].id });
    const { lines } = await getInvoice(deps(), house.ctx, { id: items[0]!.id });
    // Two windows at 7; the payment that it sent is not final yet.
    expect(lines.map(({ item, units }) => [item, units])).toEqual([
      ['windows', 14n],
      ['minimum', 36n],
    ]);
  });

  test('of a bank are not shown to another', async () => {
    const { items } = await listInvoices(deps(), house.memberCtx(banks[1].id), {});
    expect(items.map(({ participant }) => participant.id)).toEqual([banks[1].id]);
    const [foreign] = (await listInvoices(deps(), house.ctx, { participantId: banks[0].id })).items;
    await expect(getInvoice(deps(), house.memberCtx(banks[1].id), { id: foreign!.id })).rejects.toMatchObject({
      code: 'settlement.invoice_not_found',
    });
    await expect(getInvoicePdf(deps(), house.memberCtx(banks[1].id), { id: foreign!.id })).rejects.toMatchObject({
      code: 'settlement.invoice_not_found',
    });
  });

  test('stand in the statement of the day, which adds up', async () => {
    clock.advance(5_000);
    const xml = await getStatement(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', day: dayOf(clock.now()) });
    expect(xml).toContain('<Cd>FEE</Cd>');
    expect(xml).toMatch(/INV-2026-00000\d/);
  });

  test('come as a document with every line', async () => {
    const [invoice] = (await listInvoices(deps(), house.ctx, { participantId: banks[0].id })).items;
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(await getInvoicePdf(deps(), house.ctx, { id: invoice!.id }))));
    for (const part of [invoice!.number, 'Payments sent', 'Value sent', '12.44 EUR']) expect(text[0]).toContain(part);
    expect(text[0]).toMatch(/^Page 1 of ?1 /);
  });

  test('charge what became final after the month was closed in the next', async () => {
    await closeWindow(deps(), house.ctx);
    clock.set(Date.UTC(2026, 2, 1, 2));
    await issueDue(deps(), deps().access.systemCtx('test', house.tenantId));
    const { items } = await listInvoices(deps(), house.ctx, { participantId: banks[2].id, month: '2026-02' });
    const { lines } = await getInvoice(deps(), house.ctx, { id: items[0]!.id });
    expect(lines.map(({ item }) => item)).toContain('payments');
  });
});

describe('an invoice that cannot be paid', () => {
  test('is owed, collected as money comes in, and credited: what is open first, the rest paid back', async () => {
    const [poor] = (await admitBanks(house, ['POORGB2L'], { 'EUR/2': 30n })) as [Bank];
    clock.set(Date.UTC(2026, 3, 1, 2));
    await issueDue(deps(), deps().access.systemCtx('test', house.tenantId));
    const [invoice] = (await listInvoices(deps(), house.ctx, { participantId: poor.id, open: 'true' })).items;
    expect(invoice).toMatchObject({ total: 50n, open: 20n, month: '2026-03' });
    const { id } = invoice!;
    await expect(collectInvoice(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.insufficient_funds' });
    await collectOpen(deps(), deps().access.systemCtx('test', house.tenantId));
    await fundParticipant(deps(), house.ctx, { id: poor.id, asset: 'EUR/2', units: 12n, reference: 'X' });
    expect(await collectInvoice(deps(), house.ctx, { id })).toMatchObject({ open: 8n });
    expect([await available(poor), await ledgerOf(poor.id)]).toEqual([0n, 8n]);
    const note = await creditInvoice(deps(), house.keyed('credit'), { id, units: 10n, reason: 'Outage' });
    expect(note).toMatchObject({ kind: 'credit_note', number: 'CN-2026-000001', total: 10n });
    expect(await creditInvoice(deps(), house.keyed('credit'), { id, units: 10n, reason: 'Outage' })).toEqual(note);
    expect([await available(poor), await ledgerOf(poor.id)]).toEqual([2n, 0n]);
    expect(await getInvoice(deps(), house.ctx, { id })).toMatchObject({ open: 0n, credited: 10n });
    await expect(creditInvoice(deps(), house.keyed('more'), { id, units: 41n, reason: 'x' })).rejects.toMatchObject({
      code: 'settlement.credit_too_large',
    });
    await expect(creditInvoice(deps(), house.keyed('note'), { id: note.id, units: 1n, reason: 'x' })).rejects.toMatchObject({
      code: 'settlement.credit_too_large',
    });
    await expect(collectInvoice(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.invoice_paid' });
  });

  test('has left no gap in the numbers, though calls were refused in between', async () => {
    const numbers = await house.database.admin<{ number: string }>(
      `select number from settlement.invoice where kind = 'invoice' order by number`,
    );
    expect(numbers.map(({ number }) => Number(number.slice(-6)))).toEqual(numbers.map((_, i) => i + 1));
  });
});

describe('payments that settle by themselves', () => {
  test('are counted once each as those of windows are, and stand in the statement', async () => {
    const [a, b] = banks;
    await fundParticipant(deps(), house.ctx, { id: a.id, asset: 'EUR/2', units: 1_000n, reference: 'Y' });
    await countUsage(deps(), house.tenantId);
    const before = await accrued();
    for (const units of [11n, 22n])
      expect(await sendPayment(deps(), house.ctx, orderOf(a, b, { units, priority: 'instant' }))).toMatchObject({ status: 'settled' });
    await Promise.all([countUsage(deps(), house.tenantId), countUsage(deps(), house.tenantId)]);
    const added = [...(await accrued())].filter(([key, row]) => before.get(key) !== row);
    expect(added.map(([key, row]) => [key.split(',').at(-1), row])).toEqual([
      ['payments', '2,33,0'],
      ['value', '2,33,10'],
    ]);
    clock.advance(5_000);
    const day = dayOf(clock.now());
    const xml = await getStatement(deps(), house.ctx, { id: a.id, asset: 'EUR/2', day });
    expect(xml).toContain('>0.22<');
  });
});

describe('prices', () => {
  test('do not reach back into what is counted', async () => {
    const set = (validFrom: string) => setFeeSchedule(deps(), house.ctx, { name: 'New', asset: 'EUR/2', validFrom, content: CONTENT });
    await expect(set(dayOf(clock.now()))).rejects.toMatchObject({ code: 'settlement.fee_day_counted' });
    await expect(set('2026-02-30')).rejects.toMatchObject({ code: 'settlement.fee_schedule_invalid' });
    expect(await set('2026-04-02')).toMatchObject({ version: 2 });
  });
});
