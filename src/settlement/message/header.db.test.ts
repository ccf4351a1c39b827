import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Api } from '../../../test/support/api.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { serveHouse, type HouseHttp } from '../../../test/support/house-http.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { agentXml, textsOf, valid } from '../../../test/support/messages.ts';
import { toWireId } from '../../base/id.ts';
import { dayOf } from '../../base/time.ts';

let house: TestHouse;
let http: HouseHttp;
let banks: [Bank, Bank, Bank, Bank];
let operator: Api, nord: Api;
let number = 0;

beforeAll(async () => {
  house = await createTestHouse();
  const bics = ['NORDFIHH', 'AURONOKK', 'ECHOFRPP', 'MERIDEFF'];
  banks = (await admitBanks(house, bics, { 'EUR/2': 1_000_000n })) as [Bank, Bank, Bank, Bank];
  http = await serveHouse(house);
  operator = await http.caller(['payments:read', 'payments:write', 'participants:read', 'participants:write']);
  nord = await http.caller(['payments:read', 'payments:write'], banks[0].id);
});
afterAll(async () => {
  await http.close();
  await house.close();
});

type Head = { from?: string; to?: string; service?: string };

/** A header as banks write it; without a BIC the end has a name only. */
function headerXml(id: string, { from = 'NORDFIHH', to = 'RIALDEFF', service }: Head): string {
  const end = (name: string, bic: string) =>
    `<${name}><FIId><FinInstnId>${bic ? `<BICFI>${bic}</BICFI>` : '<Nm>Somebody</Nm>'}</FinInstnId></FIId></${name}>`;
  return (
    `<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">${end('Fr', from)}${end('To', to)}<BizMsgIdr>${id}</BizMsgIdr>` +
    `<MsgDefIdr>pacs.008.001.08</MsgDefIdr>${service ? `<BizSvc>${service}</BizSvc>` : ''}<CreDt>${new Date().toISOString()}</CreDt></AppHdr>`
  );
}

/** A payment that keeps every usage rule. */
function paymentXml(id: string): string {
  return (
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>${id}</MsgId><CreDtTm>${new Date().toISOString()}</CreDtTm>` +
    `<NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf><PmtId><InstrId>I${id}</InstrId><EndToEndId>E${id}</EndToEndId>` +
    `<UETR>${crypto.randomUUID()}</UETR></PmtId><IntrBkSttlmAmt Ccy="EUR">1.00</IntrBkSttlmAmt><IntrBkSttlmDt>${dayOf(Date.now())}</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr>` +
    `${agentXml('InstgAgt', 'NORDFIHH')}${agentXml('InstdAgt', 'AURONOKK')}<Dbtr><Nm>Aurora Shipping AS</Nm><PstlAdr><TwnNm>Oslo</TwnNm><Ctry>NO</Ctry><AdrLine>Pier 1</AdrLine></PstlAdr></Dbtr>` +
    `${agentXml('DbtrAgt', 'NORDFIHH')}${agentXml('CdtrAgt', 'AURONOKK')}<Cdtr><Nm>Meridian Foods Ltd</Nm></Cdtr></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`
  );
}

async function send(caller: Api, head: Head | undefined, edit: (text: string) => string = (text) => text) {
  const id = `H${++number}`;
  const document = edit(paymentXml(id));
  const body = head ? `<Envelope>${headerXml(id, head)}${document}</Envelope>` : document;
  const { status, text } = await caller('POST /v1/iso20022', { document: body, type: 'application/xml' });
  expect(status).toBe(200);
  return valid(text);
}

/** Reason and place of each thing that was wrong; the place stands behind the words, which may take several lines. */
function reasons(answer: string): string[] {
  return [...answer.matchAll(/<StsRsnInf>(.*?)<\/StsRsnInf>/g)].map(([, reason]) => {
    const words = textsOf(reason!, 'AddtlInf').join('');
    return `${textsOf(reason!, 'Cd')[0]} ${/\(([^()]*)\)$/.exec(words)?.[1]}`;
  });
}

const setMessaging = (messaging: { usage: string; agents: string[] }) =>
  operator<{ messaging: object }>(`PUT /v1/participants/${toWireId('mem', banks[0].id)}/messaging`, { json: messaging });

describe('usage rules of CBPR+', () => {
  const breakAll = (text: string) =>
    text
      .replace('>SHAR<', '>SLEV<')
      .replace(/<UETR>.*<\/UETR>/, '')
      .replace(/<EndToEndId>.*<\/EndToEndId>/, '<EndToEndId>//x//</EndToEndId>')
      .replace(/<TwnNm>.*<\/AdrLine>/, '<AdrLine>Somewhere 1</AdrLine><AdrLine>a</AdrLine><AdrLine>b</AdrLine>');
  const TX = 'CdtTrfTxInf[1]';
  const BROKEN = [
    `CH21 ${TX}/PmtId/UETR`,
    `CH16 ${TX}/PmtId/EndToEndId`,
    `BE19 ${TX}/ChrgBr`,
    `BE07 ${TX}/Dbtr/PstlAdr/TwnNm`,
    `BE07 ${TX}/Dbtr/PstlAdr/AdrLine[3]`,
  ];

  test.each(['swift.cbprplus.03', 'swift.cbprplus.cov.02', 'swift.cbprplus.stp.03'])(
    'hold where the header claims them (%s): each failure is answered with reason and place',
    async (service) => {
      const answer = await send(nord, { service }, breakAll);
      expect(textsOf(answer, 'TxSts')).toEqual(['RJCT']);
      expect(reasons(answer)).toEqual(BROKEN);
      expect(textsOf(await send(nord, { service }), 'TxSts')).toEqual(['ACSP']);
    },
  );

  test('hold of nothing else: not of another service, and not of a message without a header', async () => {
    const lax = (text: string) => text.replace('>SHAR<', '>SLEV<');
    for (const head of [undefined, {}, { service: 'rialto.clearing.01' }])
      expect(textsOf(await send(nord, head, lax), 'TxSts')).toEqual(['ACSP']);
  });

  test('hold of everything that a bank sends which is held to them, with a header or without, whoever brings it in', async () => {
    const answer = await setMessaging({ usage: 'cbpr', agents: [] });
    expect(answer).toMatchObject({ status: 200, body: { messaging: { usage: 'cbpr', agents: [] } } });
    for (const [caller, head] of [
      [nord, undefined],
      [nord, {}],
      [operator, undefined],
    ] as const)
      expect(reasons(await send(caller, head, breakAll))).toEqual(BROKEN);
    await setMessaging({ usage: 'network', agents: [] });
    expect(textsOf(await send(nord, undefined, (text) => text.replace('>SHAR<', '>SLEV<')), 'TxSts')).toEqual(['ACSP']);
  });

  test('refuse what puts a message whole in doubt for the whole', async () => {
    const answer = await send(nord, { service: 'swift.cbprplus.03' }, (text) => text.replace(/<MsgId>/, '<MsgId>/'));
    expect([textsOf(answer, 'GrpSts'), reasons(answer)]).toEqual([['RJCT'], ['CH16 GrpHdr/MsgId']]);
  });
});

describe('the application header', () => {
  const FROM = 'AppHdr/Fr/FIId/FinInstnId/BICFI';
  const TO = 'AppHdr/To/FIId/FinInstnId/BICFI';

  test.each<[string, Head, string[]]>([
    ['from the bank to the network', {}, []],
    ['from its head office by eleven characters', { from: 'NORDFIHHXXX', to: 'RIALDEFFXXX' }, []],
    ['to the bank that is paid', { to: 'AURONOKK' }, []],
    ['from another bank', { from: 'ECHOFRPP' }, [`AG01 ${FROM}`]],
    ['from another bank, to a third', { from: 'ECHOFRPP', to: 'MERIDEFF' }, [`AG01 ${FROM}`, `RC02 ${TO}`]],
    ['to a participant that the payment is not for', { to: 'MERIDEFF' }, [`RC02 ${TO}`]],
    ['to somebody unknown', { to: 'ELSEDEFF' }, [`RC02 ${TO}`]],
    ['from nobody with a BIC', { from: '' }, [`CH21 ${FROM}`]],
    ['to nobody with a BIC', { to: '' }, [`CH21 ${TO}`]],
  ])('%s', async (_what, head, wrong) => {
    for (const caller of [nord, operator]) {
      const answer = await send(caller, head);
      expect([reasons(answer), textsOf(answer, 'GrpSts')]).toEqual([wrong, [wrong.length > 0 ? 'RJCT' : 'ACSP']]);
    }
  });

  test('may be from an agent that is known to send for the bank, and from that one alone', async () => {
    expect((await setMessaging({ usage: 'network', agents: ['no BIC'] })).status).toBe(400);
    expect((await setMessaging({ usage: 'network', agents: ['SRVBDEFFXXX', 'NORDSESS'] })).body).toMatchObject({
      messaging: { agents: ['NORDSESS', 'SRVBDEFF'] },
    });
    expect(textsOf(await send(nord, { from: 'SRVBDEFF' }), 'GrpSts')).toEqual(['ACSP']);
    expect(reasons(await send(nord, { from: 'SRVCDEFF' }))).toEqual([`AG01 ${FROM}`]);
    const echo = await http.caller(['payments:write'], banks[2].id);
    expect(reasons(await send(echo, { from: 'SRVBDEFF' }))).toEqual([`AG01 ${FROM}`]);
  });

  test('comes once: of two nobody knows which one others go by', async () => {
    const two = `<Envelope>${headerXml('TWO', {})}${headerXml('TWO', { from: 'ECHOFRPP' })}${paymentXml('TWO')}</Envelope>`;
    const answer = await nord('POST /v1/iso20022', { document: two, type: 'application/xml' });
    expect(answer.body).toMatchObject({ status: 400, code: 'iso20022.unsupported_message' });
  });

  test('that is refused is kept under the bank that sent it, with what was wrong', async () => {
    await send(nord, { from: 'ECHOFRPP' });
    const { body } = await nord<{ items: { id: string; sender: string; outcome: string }[] }>('GET /v1/messages?limit=1');
    expect(body.items[0]).toMatchObject({ sender: 'NORDFIHH', outcome: 'refused' });
    const detail = await nord(`GET /v1/messages/${body.items[0]!.id}`);
    expect(detail.body).toMatchObject({ refusals: [{ code: 'AG01', path: FROM, rule: 'H01' }] });
  });
});

describe('what comes in over HTTP', () => {
  const named = (encoding: string, id: string) =>
    `<?xml version="1.0" encoding="${encoding}"?>${paymentXml(id).replace('Meridian Foods Ltd', 'Müller &amp; Sœurs')}`;
  // The ligature of both encodings, which latin1 does not have.
  const bytesOf = (text: string, ligature: number) => Buffer.from(text.replace('œ', String.fromCharCode(ligature)), 'latin1');
  const nameOf = async (id: string) => {
    const { body } = await nord<{ items: { creditor: { name: string } }[] }>(`GET /v1/payments?query=E${id}&limit=1`);
    return body.items[0]?.creditor.name;
  };

  test.each<[string, string, (id: string) => Uint8Array]>([
    ['text/xml', 'text/xml', (id) => Buffer.from(named('UTF-8', id))],
    [
      'text/xml in UTF-8 by its parameter, whatever the document declares',
      'text/xml; charset=utf-8',
      (id) => Buffer.from(named('ISO-8859-1', id)),
    ],
    ['ISO-8859-15 by its declaration', 'application/xml', (id) => bytesOf(named('ISO-8859-15', id), 0xbd)],
    ['windows-1252 by its declaration', 'text/xml', (id) => bytesOf(named('windows-1252', id), 0x9c)],
    ['ISO-8859-15 by the parameter', 'application/xml;charset="ISO-8859-15"', (id) => bytesOf(named('UTF-8', id), 0xbd)],
    [
      'UTF-8 by a byte order mark, whatever else is said',
      'text/xml; charset=iso-8859-1',
      (id) => Buffer.from(`\uFEFF${named('ISO-8859-1', id)}`),
    ],
  ])('%s is read as what it is', async (_what, type, write) => {
    const id = `H${++number}`;
    const { status, text } = await nord('POST /v1/iso20022', { document: write(id), type });
    expect([status, textsOf(text, 'TxSts')]).toEqual([200, ['ACSP']]);
    expect(await nameOf(id)).toBe('Müller & Sœurs');
  });

  test('in an encoding that is not read, or as something else than XML, is refused by name', async () => {
    const refused = await nord('POST /v1/iso20022', { document: named('UTF-8', 'X'), type: 'text/xml; charset=ebcdic' });
    expect(refused.body).toMatchObject({ status: 400, code: 'iso20022.not_xml' });
    expect((await nord('POST /v1/iso20022', { document: named('UTF-8', 'X'), type: 'text/plain' })).status).toBe(415);
  });

  test('asking for the statement of another bank is answered as for one that there is not', async () => {
    const reader = await http.caller(['participants:read'], banks[0].id);
    const ask = (id: string) => reader(`GET /v1/participants/${id}/statement?asset=EUR/2&day=${dayOf(Date.now())}`);
    const [other, none] = [await ask(toWireId('mem', banks[1].id)), await ask(`mem_${'0'.repeat(12)}7${'0'.repeat(3)}8${'0'.repeat(15)}`)];
    expect([other.status, other.body]).toEqual([
      404,
      { ...(none.body as object), requestId: (other.body as { requestId: string }).requestId },
    ]);
    expect((await ask(toWireId('mem', banks[0].id))).status).toBe(200);
  });
});
