import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { agentXml, pacs004, pacs008, pacs009, pain001, textsOf, valid } from '../../../test/support/messages.ts';
import { manualClock } from '../../base/time.ts';
import { createCaseOpener } from '../compliance/open-cases.ts';
import { listCases } from '../compliance/read-cases.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { fillSearchJob } from '../party-search/fill-search.ts';
import { getPayment, listPayments } from '../payment/read-payments.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { listRescreeningFindings } from '../screening/rescreening/read-rescreenings.ts';
import { rescreenJob } from '../screening/rescreening/rescreen.ts';
import { draftsFor } from './compose-letters.ts';
import { toldPayments } from './settled.ts';

const LISTED = 'Viktor Baranovski';
const clock = manualClock(Date.now());
let house: TestHouse;
let [a, b]: Bank[] = [];
let made = 0;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [a, b] = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n });
  await load(LISTED);
});
afterAll(() => house.close());

const deps = () => house.settlement.deps;
const load = (...names: string[]) =>
  loadScreeningList(
    deps(),
    house.ctx,
    { id: 'house', allowSmaller: 'true' },
    { document: Buffer.from(`id,name\n${names.map((name, i) => `${i + 1},${name}`).join('\n')}\n`) },
  );
const send = async (document: string) =>
  textsOf(valid(await submitIso20022(deps(), house.ctx, {}, { document: Buffer.from(document) })), 'TxSts');
const next = () => ({ id: `U-${++made}`, uetr: crypto.randomUUID(), from: a!, to: b! });
const textOf = (message: Buffer) => message.toString('utf8');
const named = (tag: string, name: string) => `<${tag}><Nm>${name}</Nm></${tag}>`;
const found = async (query: string) => {
  const { items } = await listPayments(deps(), house.ctx, { query });
  return getPayment(deps(), house.ctx, { id: items[0]!.id });
};

/** A message of each kind with somebody behind its payer and somebody behind whom it pays. */
const pacs008With = (debtor: string, creditor: string, one = next()) =>
  textOf(pacs008(`M-${one.id}`, [one]))
    .replace('<Dbtr>', `${named('UltmtDbtr', debtor)}<Dbtr>`)
    .replace('</CdtrAcct>', `</CdtrAcct>${named('UltmtCdtr', creditor)}`);
const coverWith = (debtor: string, creditor: string, one = next()) =>
  textOf(pacs009(`M-${one.id}`, one, { debtor: 'Aurora Shipping AS', creditor: 'Meridian Foods Ltd' }))
    .replace('<UndrlygCstmrCdtTrf>', `<UndrlygCstmrCdtTrf>${named('UltmtDbtr', debtor)}`)
    .replace('</UndrlygCstmrCdtTrf>', `${named('UltmtCdtr', creditor)}</UndrlygCstmrCdtTrf>`);
const pain001With = (debtor: string, creditor: string, one = next()) =>
  textOf(pain001(`M-${one.id}`, a!, [one]))
    .replace('<CdtTrfTxInf>', `${named('UltmtDbtr', debtor)}<CdtTrfTxInf>`)
    .replace('</CdtrAcct>', `</CdtrAcct>${named('UltmtCdtr', creditor)}`);
const pain001OfOne = (debtor: string, creditor: string, one = next()) =>
  textOf(pain001(`M-${one.id}`, a!, [one]))
    .replace('<CdtTrfTxInf>', `${named('UltmtDbtr', 'Whoever It Is Mostly')}<CdtTrfTxInf>`)
    .replace('</Amt>', `</Amt>${named('UltmtDbtr', debtor)}`)
    .replace('</CdtrAcct>', `</CdtrAcct>${named('UltmtCdtr', creditor)}`);
const bankTransferWith = (debtor: string, creditor: string, one = next()) => {
  const bank = (tag: string, name: string) => `<${tag}><FinInstnId><Nm>${name}</Nm></FinInstnId></${tag}>`;
  return textOf(pacs009(`M-${one.id}`, one))
    .replace(agentXml('Dbtr', a!.bic), `${bank('UltmtDbtr', debtor)}${agentXml('Dbtr', a!.bic)}`)
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
    expect(await send(write('Nordlys Holding AS', 'Solvik Group AS'))).toEqual([expect.stringMatching(/^ACS[PC]$/)]);
    expect(await send(write('VIKTOR BARANOVSKI', 'Solvik Group AS'))).toEqual(['PDNG']);
    expect((await found(`U-${made}`)).screening.hits).toMatchObject([{ party: 'debtor', name: 'VIKTOR BARANOVSKI', listed: LISTED }]);
    expect(await send(write('Nordlys Holding AS', 'Виктор Барановский'))).toEqual(['PDNG']);
    expect((await found(`U-${made}`)).screening.hits).toMatchObject([{ party: 'creditor', name: 'Виктор Барановский', listed: LISTED }]);
  });
});

describe('who is behind a party of a payment', () => {
  test('is told to both banks, and goes on to the bank that is paid', async () => {
    const one = next();
    await send(pacs008With('Nordlys Holding AS', 'Solvik Group AS', one));
    const { id, debtor, creditor } = await found(one.id);
    expect([debtor.ultimate, creditor.ultimate]).toEqual([{ name: 'Nordlys Holding AS' }, { name: 'Solvik Group AS' }]);
    const payments = await deps().db.read(house.ctx, (tx) => toldPayments(tx, house.tenantId, [id]));
    const owner = (await deps().directory.of(house.tenantId)).byId.get(b!.id)!;
    const told = payments.map((payment) => ({ payment, status: 'settled' as const }));
    const occasion = { tenantId: house.tenantId, about: ['test'], subject: 'test', at: clock.now(), payments: told };
    const [letter] = draftsFor(owner, new Set(['pacs.008']), occasion);
    expect(valid(letter!.document)).toContain('<UltmtDbtr><Nm>Nordlys Holding AS</Nm></UltmtDbtr>');
    expect(letter!.document).toContain('<UltmtCdtr><Nm>Solvik Group AS</Nm></UltmtCdtr>');
  });

  test('belongs to the order: another one under the same UETR is another order', async () => {
    const order = orderOf(a!, b!, { uetr: crypto.randomUUID(), debtor: { name: 'Agent AS', ultimate: { name: 'Nordlys Holding AS' } } });
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
    const alone = await sendPayment(deps(), house.ctx, orderOf(a!, b!, { debtor: { name: 'Viktor Baranovskij' } }));
    expect(alone.status).toBe('reserved');
    const behind = { name: 'Viktor Baranovskij', ultimate: { name: LISTED } };
    const { id, status } = await sendPayment(deps(), house.ctx, orderOf(a!, b!, { debtor: behind }));
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
    const one = next();
    await send(pacs008With('Nordlys Holding AS', 'Solvik Group AS', one));
    expect((await found(one.id)).status).toBe('settled');
    await send(textOf(pacs004(`R-${one.id}`, { id: 'R-1', uetr: one.uetr, from: b!, original: '1.00', amount: '1.00' })));
    const { items } = await listPayments(deps(), house.ctx, { query: one.id });
    const back = items.find(({ debtorAgent }) => debtorAgent.id === b!.id)!;
    expect([back.debtor.ultimate, back.creditor.ultimate]).toEqual([{ name: 'Solvik Group AS' }, { name: 'Nordlys Holding AS' }]);
    await setPolicy(deps(), house.ctx, { policy: DEFAULT_POLICY });
  });

  test('is found by search, and screened again when a list changes', async () => {
    const one = next();
    await send(pacs008With('Gregor Listedlater', 'Solvik Group AS', one));
    clock.advance(30_000);
    for (let i = 0; i < 5; i++) await fillSearchJob(deps()).run(new AbortController().signal);
    const { items } = await listPayments(deps(), house.ctx, { query: 'Listedlater' });
    expect(items.map(({ endToEndId }) => endToEndId)).toEqual([one.id]);
    await load(LISTED, 'Gregor Listedlater');
    for (let i = 0; i < 8; i++) await rescreenJob(deps(), { settledDays: 5 }).run(new AbortController().signal);
    expect((await found(one.id)).status).toBe('held');
    const findings = (await listRescreeningFindings(deps(), house.ctx, { limit: 500 })).items;
    expect(findings).toMatchObject([{ paymentId: items[0]!.id, party: 'debtor', name: 'Gregor Listedlater', change: 'new' }]);
    expect((await found(one.id)).screening.later).toMatchObject([{ party: 'debtor', name: 'Gregor Listedlater' }]);
  });
});
