import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { agentXml, pacs008, pacs009, pacs028, pain001, textsOf, valid } from '../../../test/support/messages.ts';
import { listPayments } from '../payment/read-payments.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { documentsOf } from './store.ts';
import { unpack } from './content.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank];
beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n })) as [Bank, Bank, Bank];
  const document = Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n');
  await loadScreeningList(house.settlement.deps, house.ctx, { id: 'house' }, { document });
});
afterAll(() => house.close());

const deps = () => house.settlement.deps;
const send = async (document: Uint8Array, ctx = house.ctx) => valid(await submitIso20022(deps(), ctx, {}, { document }));
const statuses = (xml: string) => textsOf(xml, 'TxSts');
const payment = async (endToEndId: string) => (await listPayments(deps(), house.ctx, { query: endToEndId })).items[0]!;

describe('a pain.001', () => {
  test('of a bank for its customers becomes payments, and is answered batch by batch with a pain.002', async () => {
    const answer = await send(
      pain001('ERP-1', banks[0], [
        { id: 'P-1', to: banks[1] },
        { id: 'P-2', to: { id: '', bic: 'NOBOFRPP' } },
        { id: 'P-3', to: banks[2], creditor: 'Viktor BARANOVSKI' },
      ]),
      house.memberCtx(banks[0].id),
    );
    expect(answer).toContain('pain.002.001');
    expect(statuses(answer)).toEqual(['ACSP', 'RJCT', 'PDNG']);
    expect(textsOf(answer, 'OrgnlPmtInfId')).toEqual(['BATCH-1']);
    expect(textsOf(answer, 'GrpSts')).toEqual(['PART']);
    expect(await payment('P-1')).toMatchObject({
      units: 200n,
      status: 'reserved',
      debtor: { name: 'Aurora Shipping AS', account: 'NO9386011117947' },
    });
  });

  test('for the customers of another bank pays nothing', async () => {
    const answer = await send(pain001('ERP-2', banks[0], [{ id: 'P-9', to: banks[1] }]), house.memberCtx(banks[1].id));
    expect(statuses(answer)).toEqual(['RJCT']);
    expect(textsOf(answer, 'Cd')).toContain('AG01');
  });

  test('with wrong sums is refused whole, as a pain.002', async () => {
    const broken = pain001('ERP-3', banks[0], [{ id: 'P-8', to: banks[1] }])
      .toString()
      .replace('<NbOfTxs>1<', '<NbOfTxs>2<');
    const answer = await send(Buffer.from(broken));
    expect(answer).toContain('pain.002.001');
    expect(textsOf(answer, 'GrpSts')).toEqual(['RJCT']);
    expect(textsOf(answer, 'Cd')).toEqual(['AM18']);
  });
});

describe('a pacs.009', () => {
  test('between banks becomes a payment in the names of the banks', async () => {
    const answer = await send(pacs009('FI-1', { id: 'F-1', from: banks[0], to: banks[1] }));
    expect(statuses(answer)).toEqual(['ACSP']);
    expect(await payment('F-1')).toMatchObject({ debtor: { name: 'Bank AAAAFIHH' }, creditor: { name: 'Bank BBBBNOKK' }, units: 500n });
  });

  test('that covers a payment of customers is held when one of them is listed', async () => {
    const cover = { debtor: 'Aurora Shipping AS', creditor: 'Viktor Baranovski' };
    expect(statuses(await send(pacs009('FI-2', { id: 'F-2', from: banks[0], to: banks[1] }, cover)))).toEqual(['PDNG']);
  });
});

describe('a pacs.028', () => {
  test('is answered with what became of payments, of files as a whole too, and not with those of others', async () => {
    const uetr = crypto.randomUUID();
    await send(
      pacs008('ASKED', [
        { id: 'Q-1', uetr, from: banks[0], to: banks[1] },
        { id: 'Q-2', from: banks[0], to: banks[1], amount: '99999999.00' },
      ]),
    );
    const [own, other] = [house.memberCtx(banks[0].id), house.memberCtx(banks[2].id)];
    expect(statuses(await send(pacs028('ASK-1', { uetrs: [uetr] }), own))).toEqual(['ACSP']);
    expect(statuses(await send(pacs028('ASK-2', { messages: ['ASKED'] }), own))).toEqual(['ACSP', 'RJCT']);
    const answer = await send(pacs028('ASK-3', { uetrs: [uetr] }), other);
    expect(statuses(answer)).toEqual(['RJCT']);
    expect(answer).toContain('There is no such payment.');
  });
});

describe('a camt.060', () => {
  const ask = (id: string, kind: string, owner: Bank, currency = 'EUR') =>
    Buffer.from(
      `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.060.001.07"><AcctRptgReq><GrpHdr><MsgId>${id}</MsgId><CreDtTm>${new Date().toISOString()}</CreDtTm></GrpHdr>` +
        `<RptgReq><ReqdMsgNmId>${kind}</ReqdMsgNmId><Acct><Id><Othr><Id>X</Id></Othr></Id><Ccy>${currency}</Ccy></Acct><AcctOwnr>${agentXml('Agt', owner.bic)}</AcctOwnr></RptgReq></AcctRptgReq></Document>`.replace(
          '<Id><Othr><Id>X</Id></Othr></Id>',
          '',
        ),
    );

  test.each(['camt.052.001.08', 'camt.053.001.08'])('is answered with the %s that it asks for', async (kind) => {
    const answer = await send(ask(`RPT-${kind}`, kind, banks[0]), house.memberCtx(banks[0].id));
    expect(answer).toContain(kind);
    expect(textsOf(answer, 'Ccy')).toEqual(['EUR']);
  });

  test('about the account of another bank, or one that there is not, is refused with its place', async () => {
    const other = await send(ask('RPT-1', 'camt.052', banks[0]), house.memberCtx(banks[1].id));
    expect(textsOf(other, 'Cd')).toEqual(['AG01']);
    const none = await send(ask('RPT-2', 'camt.052', banks[0], 'JPY'), house.memberCtx(banks[0].id));
    expect(textsOf(none, 'Cd')).toEqual(['AC01']);
    expect(none).toContain('RptgReq[1]/Acct');
  });
});

describe('a message', () => {
  test('is kept as it came, to the byte, with its answer', async () => {
    const document = pacs008('KEPT', [{ id: 'K-1', from: banks[0], to: banks[1] }]);
    const answer = await send(document);
    const [row] = await house.database.admin<{ id: string; kind: string; outcome: string; length: number }>(
      `select id, kind, outcome, length from settlement.message where message_id = 'KEPT'`,
    );
    expect(row).toMatchObject({ kind: 'pacs.008.001.09', outcome: 'accepted', length: document.length });
    const kept = await deps().db.read(house.ctx, (tx) => documentsOf(tx, house.tenantId, row!.id));
    expect((await unpack(kept!.content!)).equals(document)).toBe(true);
    expect(kept!.answer).toBe(answer);
  });

  test('under the id of another kind of message of the same bank is a duplicate', async () => {
    await send(pacs008('ONE-ID', [{ id: 'O-1', from: banks[0], to: banks[1] }]));
    const answer = await send(pacs009('ONE-ID', { id: 'O-2', from: banks[0], to: banks[1] }));
    expect(textsOf(answer, 'Cd')).toEqual(['AM05']);
    expect((await listPayments(deps(), house.ctx, { query: 'O-2' })).items).toEqual([]);
  });

  test('in an envelope with an application header is taken like any other', async () => {
    const document = pacs008('WRAPPED', [{ id: 'W-1', from: banks[0], to: banks[1] }])
      .toString()
      .replace(/^<\?xml.*?\?>\s*/, '');
    const header = `<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId><BICFI>${banks[0].bic}</BICFI></FinInstnId></FIId></Fr><To><FIId><FinInstnId><BICFI>RIALDEFF</BICFI></FinInstnId></FIId></To><BizMsgIdr>WRAPPED</BizMsgIdr><MsgDefIdr>pacs.008.001.09</MsgDefIdr><CreDt>2026-11-23T08:15:00Z</CreDt></AppHdr>`;
    expect(statuses(await send(Buffer.from(`<m:Envelope xmlns:m="urn:x">${header}${document}</m:Envelope>`)))).toEqual(['ACSP']);
  });

  test('of a kind that no part takes is refused by name; once a part takes it, it is handed over and answered', async () => {
    // An answer of ours: nobody sends us one.
    const text = Buffer.from(await send(pacs008('ANSWERED', [{ id: 'A-9', from: banks[0], to: banks[1] }])));
    await expect(submitIso20022(deps(), house.ctx, {}, { document: text })).rejects.toMatchObject({ code: 'iso20022.unsupported_message' });
    let taken = 0;
    deps().messages.handle('pacs.002', async (_ctx, { message }) => {
      taken += message.records.length;
      return { outcome: 'accepted' };
    });
    const first = await send(text);
    expect(textsOf(first, 'GrpSts')).toEqual(['ACTC']);
    expect(await send(text)).toBe(first);
    expect(taken).toBeGreaterThan(0);
    expect(() => deps().messages.handle('pacs.002', async () => ({ outcome: 'accepted' }))).toThrow('handler already');
  });
});
