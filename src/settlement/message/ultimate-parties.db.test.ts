import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderOf, type Bank } from '../../../test/support/fixtures.ts';
import type { TestHouse } from '../../../test/support/house.ts';
import { openIsoDoor, type IsoDoor } from '../../../test/support/iso-door.ts';
import { agentXml, pacs004, pacs008, pacs009, pain001 } from '../../../test/support/messages.ts';
import { manualClock } from '../../base/time.ts';
import { createCaseOpener } from '../compliance/open-cases.ts';
import { listCases } from '../compliance/read-cases.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { fillSearchJob } from '../party-search/fill-search.ts';
import { getPayment, listPayments } from '../payment/read-payments.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { listRescreeningFindings } from '../screening/rescreening/read-rescreenings.ts';
import { rescreenJob } from '../screening/rescreening/rescreen.ts';

const LISTED = 'Viktor Baranovski';
const clock = manualClock(Date.now());
let door: IsoDoor;
let house: TestHouse;
let a: Bank;
let b: Bank;

beforeAll(async () => {
  door = await openIsoDoor({ name: 'U', clock, list: listOf(LISTED) });
  ({ house, a, b } = door);
});
afterAll(() => house.close());

const listOf = (...names: string[]) => `id,name\n${names.map((name, i) => `${i + 1},${name}`).join('\n')}\n`;
const deps = () => house.settlement.deps;
const textOf = (message: Buffer) => message.toString('utf8');
const named = (tag: string, name: string) => `<${tag}><Nm>${name}</Nm></${tag}>`;

/** A message of each kind with somebody behind its payer and somebody behind whom it pays. */
const pacs008With = (debtor: string, creditor: string, one = door.next()) =>
  textOf(pacs008(`M-${one.id}`, [one]))
    .replace('<Dbtr>', `${named('UltmtDbtr', debtor)}<Dbtr>`)
    .replace('</CdtrAcct>', `</CdtrAcct>${named('UltmtCdtr', creditor)}`);
const coverWith = (debtor: string, creditor: string, one = door.next()) =>
  textOf(pacs009(`M-${one.id}`, one, { debtor: 'Aurora Shipping AS', creditor: 'Meridian Foods Ltd' }))
    .replace('<UndrlygCstmrCdtTrf>', `<UndrlygCstmrCdtTrf>${named('UltmtDbtr', debtor)}`)
    .replace('</UndrlygCstmrCdtTrf>', `${named('UltmtCdtr', creditor)}</UndrlygCstmrCdtTrf>`);
const pain001With = (debtor: string, creditor: string, one = door.next()) =>
  textOf(pain001(`M-${one.id}`, a, [one]))
    .replace('<CdtTrfTxInf>', `${named('UltmtDbtr', debtor)}<CdtTrfTxInf>`)
    .replace('</CdtrAcct>', `</CdtrAcct>${named('UltmtCdtr', creditor)}`);
const pain001OfOne = (debtor: string, creditor: string, one = door.next()) =>
  textOf(pain001(`M-${one.id}`, a, [one]))
    .replace('</Amt>', `</Amt>${named('UltmtDbtr', debtor)}`)
    .replace('</CdtrAcct>', `</CdtrAcct>${named('UltmtCdtr', creditor)}`);
const bankTransferWith = (debtor: string, creditor: string, one = door.next()) => {
  const bank = (tag: string, name: string) => `<${tag}><FinInstnId><Nm>${name}</Nm></FinInstnId></${tag}>`;
  return textOf(pacs009(`M-${one.id}`, one))
    .replace(agentXml('Dbtr', a.bic), `${bank('UltmtDbtr', debtor)}${agentXml('Dbtr', a.bic)}`)
    .replace('</CdtTrfTxInf>', `${bank('UltmtCdtr', creditor)}</CdtTrfTxInf>`);
};

describe.each([
  ['pacs.008', pacs008With],
  ['pain.001 that says it of a batch', pain001With],
  ['pain.001 that says it of one payment', pain001OfOne],
  ['pacs.009 that covers a payment of customers', coverWith],
  ['pacs.009', bankTransferWith],
])('of a %s', (_, write) => {
  test('who is behind the payer or behind whom it pays is screened like these', async () => {
    expect(await door.send(write('Nordlys Holding AS', 'Solvik Group AS'))).toMatch(/^ACS[PC]$/);
    expect(await door.send(write('VIKTOR BARANOVSKI', 'Solvik Group AS'))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ party: 'debtor', name: 'VIKTOR BARANOVSKI', listed: LISTED }]);
    expect(await door.send(write('Nordlys Holding AS', 'Виктор Барановский'))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ party: 'creditor', name: 'Виктор Барановский', listed: LISTED }]);
  });
});

describe('who is behind a party of a payment', () => {
  test('is told to both banks, and goes on to the bank that is paid', async () => {
    const one = door.next();
    await door.send(pacs008With('Nordlys Holding AS', 'Solvik Group AS', one));
    const { id, debtor, creditor } = await door.found(one.id);
    expect([debtor.ultimate, creditor.ultimate]).toEqual([{ name: 'Nordlys Holding AS' }, { name: 'Solvik Group AS' }]);
    const told = await door.forwarded('pacs.008', { id });
    expect(told).toContain('<UltmtDbtr><Nm>Nordlys Holding AS</Nm></UltmtDbtr>');
    expect(told).toContain('<UltmtCdtr><Nm>Solvik Group AS</Nm></UltmtCdtr>');
  });

  test('belongs to the order: another one under the same UETR is another order', async () => {
    const order = orderOf(a, b, { uetr: crypto.randomUUID(), debtor: { name: 'Agent AS', ultimate: { name: 'Nordlys Holding AS' } } });
    const { id } = await sendPayment(deps(), house.ctx, order);
    expect((await sendPayment(deps(), house.ctx, order)).id).toBe(id);
    const other = { ...order, debtor: { name: 'Agent AS', ultimate: { name: 'Somebody Else' } } };
    await expect(sendPayment(deps(), house.ctx, other)).rejects.toMatchObject({ code: 'settlement.uetr_reused' });
    await expect(sendPayment(deps(), house.ctx, { ...order, debtor: { name: 'Agent AS' } })).rejects.toMatchObject({
      code: 'settlement.uetr_reused',
    });
  });

  test('is not cleared by an exception for the party itself, whose case is called by the name that is listed', async () => {
    await grantScreeningException(deps(), house.ctx, {
      name: 'Viktor Baranovskij',
      listId: 'house',
      entryId: '1',
      reason: 'Another',
      days: 5,
    });
    const alone = await sendPayment(deps(), house.ctx, orderOf(a, b, { debtor: { name: 'Viktor Baranovskij' } }));
    expect(alone.status).toBe('reserved');
    const behind = { name: 'Viktor Baranovskij', ultimate: { name: LISTED } };
    const { id, status } = await sendPayment(deps(), house.ctx, orderOf(a, b, { debtor: behind }));
    expect(status).toBe('held');
    const { screening } = await getPayment(deps(), house.ctx, { id });
    expect(screening.hits.map(({ name }) => name)).toEqual([LISTED]);
    expect(screening.cleared).toHaveLength(1);
    await createCaseOpener(deps())(house.tenantId);
    const { items } = await listCases(deps(), house.ctx, { state: 'active' });
    expect(items.find(({ paymentId }) => paymentId === id)).toMatchObject({ title: LISTED });
    await releasePayment(deps(), house.ctx, { id, comment: 'Not the listed one' });
  });

  test('pays back and is paid back under the same name', async () => {
    await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, otherwise: 'instant' } });
    const one = door.next();
    await door.send(pacs008With('Nordlys Holding AS', 'Solvik Group AS', one));
    expect((await door.found(one.id)).status).toBe('settled');
    await door.send(textOf(pacs004(`R-${one.id}`, { id: 'R-1', uetr: one.uetr, from: b, original: '1.00', amount: '1.00' })));
    const { items } = await listPayments(deps(), house.ctx, { query: one.id });
    const back = items.find(({ debtorAgent }) => debtorAgent.id === b.id)!;
    expect([back.debtor.ultimate, back.creditor.ultimate]).toEqual([{ name: 'Solvik Group AS' }, { name: 'Nordlys Holding AS' }]);
    await setPolicy(deps(), house.ctx, { policy: DEFAULT_POLICY });
  });

  test('is found by search, and screened again when a list changes', async () => {
    const one = door.next();
    await door.send(pacs008With('Gregor Listedlater', 'Solvik Group AS', one));
    clock.advance(30_000);
    for (let i = 0; i < 5; i++) await fillSearchJob(deps()).run(new AbortController().signal);
    const { items } = await listPayments(deps(), house.ctx, { query: 'Listedlater' });
    expect(items.map(({ endToEndId }) => endToEndId)).toEqual([one.id]);
    await door.load(listOf(LISTED, 'Gregor Listedlater'));
    for (let i = 0; i < 8; i++) await rescreenJob(deps(), { settledDays: 5 }).run(new AbortController().signal);
    expect((await door.found(one.id)).status).toBe('held');
    const findings = (await listRescreeningFindings(deps(), house.ctx, { limit: 500 })).items;
    expect(findings).toMatchObject([{ paymentId: items[0]!.id, party: 'debtor', name: 'Gregor Listedlater', change: 'new' }]);
    expect((await door.found(one.id)).screening.later).toMatchObject([{ party: 'debtor', name: 'Gregor Listedlater' }]);
  });
});
