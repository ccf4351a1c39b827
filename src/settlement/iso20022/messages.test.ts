import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, definitionOf, type Family, isOlder, nameOf, readableMessages } from './catalogue.ts';
import { type AnyMessage, type MessageOf, readMessage, readMessageInTurns } from './read-message.ts';
import { locate } from './shape.ts';

const folder = new URL('../../../test/fixtures/iso20022/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.xml'));
const textOf = (name: string) => readFileSync(new URL(`${name}.xml`, folder), 'utf8');
const read = (text: string) => readMessage(Buffer.from(text));
const sample = <F extends Family>(name: string, _family: F) => read(textOf(name)) as MessageOf<F>;
const values = (message: AnyMessage) => message.records.map(({ value }) => value);

describe('reading each message', () => {
  test.each(names)('%s is read whole: nothing is refused', (name) => {
    const message = read(textOf(name.replace('.xml', '')));
    expect(message.refusals).toEqual([]);
    expect([...message.groups, ...message.records].filter(({ result }) => result !== 'ok')).toEqual([]);
    expect(message.records.length).toBeGreaterThan(0);
  });

  test('a customer credit transfer: agents by BIC and clearing number, persons and organisations, proxy, charges, structured remittance', () => {
    const message = sample('pacs.008', 'pacs.008');
    expect(message.header).toEqual({
      messageId: 'NORD20261123000001',
      createdAt: Date.UTC(2026, 10, 23, 7, 15),
      transactions: 2,
      controlSum: { units: 27505n, scale: 1 },
      total: { asset: 'EUR/2', units: 275050n },
      settlementDate: '2026-11-24',
      settlementMethod: 'CLRG',
      clearingSystem: 'RIALTO',
      instructingAgent: { bic: 'NORDFIHH' },
      instructedAgent: { bic: 'MERIDEFF' },
    });
    expect(message.records[0]).toMatchObject({ index: 1, group: 0, path: 'CdtTrfTxInf[1]', result: 'ok' });
    expect(message.records[0]!.value).toEqual({
      instructionId: 'N-1',
      endToEndId: 'INV-42',
      transactionId: 'N-TX-1',
      uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d',
      priority: 'HIGH',
      serviceLevels: ['G001', 'FAST'],
      categoryPurpose: 'SUPP',
      amount: { asset: 'EUR/2', units: 175050n },
      settlementPriority: 'NORM',
      acceptedAt: Date.UTC(2026, 10, 23, 7, 10, 0, 500),
      instructedAmount: { asset: 'USD/2', units: 190000n },
      exchangeRate: { units: 10854n, scale: 4 },
      chargeBearer: 'SHAR',
      charges: [{ amount: { asset: 'EUR/2', units: 250n }, agent: { bic: 'NORDFIHH' } }],
      ultimateDebtor: { name: 'Aurora Holding AS', lei: '5299000J2N45DDNE4Y28' },
      debtor: {
        name: 'Aurora Shipping AS',
        address: { street: 'Havnegata', buildingNumber: '1', postCode: '0150', town: 'Oslo', country: 'NO' },
        bic: 'AURONOKK',
        ids: [{ id: '911223344', scheme: 'COID', issuer: 'Brreg' }],
      },
      debtorAccount: { iban: 'NO9386011117947', currency: 'EUR' },
      debtorAgent: { bic: 'NORDFIHH' },
      creditorAgent: { bic: 'MERIDEFF', clearing: { system: 'DEBLZ', member: '50010517' } },
      creditor: {
        name: 'Jana Söhne',
        address: { town: 'Berlin', country: 'DE', lines: ['Hof 3'] },
        birth: { date: '1980-02-29', city: 'Riga', country: 'LV' },
        residence: 'DE',
      },
      creditorAccount: { other: '4711-0815', scheme: 'HOUSE', proxy: { type: 'TELE', id: '+49-1705551234' } },
      instructionsForCreditorAgent: [{ code: 'PHOB', text: 'Call before noon' }],
      purpose: 'SUPP',
      remittance: {
        structured: [
          {
            documents: [{ type: 'CINV', number: '42', date: '2026-10-30' }],
            due: { asset: 'EUR/2', units: 175050n },
            referenceType: 'SCOR',
            reference: 'RF18539007547034',
          },
        ],
      },
    });
    expect(message.records[1]!.value.remittance).toEqual({ lines: ['Member fee 2026,', 'second half'] });
  });

  test('the first edition of 2009 is read by its older names, and its paths are told by them', () => {
    const [payment] = sample('pacs.008-2009', 'pacs.008').records;
    expect(payment!.value).toMatchObject({ debtorAgent: { bic: 'NORDFIHH' }, debtor: { bic: 'AURONOKK' } });
    expect(isOlder('pacs.008', 2)).toBe(true);
    expect(locate(CATALOGUE['pacs.008'].record.kind, 'debtorAgent.bic', payment!.value)).toBe('DbtrAgt/FinInstnId/BIC');
    expect(locate(CATALOGUE['pacs.008'].record.kind, 'intermediary1.bic', payment!.value, true)).toBe('IntrmyAgt1/FinInstnId/BIC');
    expect(values(sample('camt.053-2009', 'camt.053'))).toMatchObject([
      {
        status: 'BOOK',
        proprietaryCode: '166',
        details: [{ transactionAmount: { units: 700n }, debtor: { name: 'Kari Nordmann' }, debtorAgent: { bic: 'NORDFIHH' } }],
      },
    ]);
  });

  test('a bank pays a bank: core, and as the cover of a customer payment', () => {
    expect(values(sample('pacs.009', 'pacs.009'))).toMatchObject([
      {
        debtor: { bic: 'NORDFIHH' },
        creditor: { bic: 'MERIJPJT' },
        amount: { asset: 'JPY/0', units: 5000000n },
        debitedAt: Date.UTC(2026, 10, 23, 8, 14),
      },
    ]);
    expect(values(sample('pacs.009-cov', 'pacs.009'))).toMatchObject([
      {
        underlying: {
          debtor: { name: 'Aurora Shipping AS' },
          creditorAgent: { bic: 'MERIDEFF' },
          instructedAmount: { asset: 'USD/2', units: 190000n },
        },
      },
    ]);
  });

  test('a return names the payment, its reason, and who pays whom back, be it a party or an agent', () => {
    expect(values(sample('pacs.004', 'pacs.004'))).toMatchObject([
      {
        returnId: 'R-1',
        originalGroup: { messageId: 'NORD20261123000001', message: 'pacs.008.001.09' },
        uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d',
        originalAmount: { units: 175050n },
        amount: { units: 174850n },
        chain: { debtor: { name: 'Jana Söhne' }, creditor: { agent: { bic: 'NORDFIHH' } } },
        reasons: [{ code: 'AC04', originator: { name: 'Merian Bank' }, text: ['Account closed'] }],
        original: { debtor: { name: 'Aurora Shipping AS' } },
      },
    ]);
  });

  test('an initiation is read in batches; a payment knows its batch, and its path both', () => {
    const message = sample('pain.001', 'pain.001');
    expect(message.groups.map(({ value }) => value)).toMatchObject([
      { batchId: 'BATCH-1', transactions: 2, controlSum: { units: 175n, scale: 2 }, executionDate: '2026-11-24', serviceLevels: ['SEPA'] },
      { batchId: 'BATCH-2', executionDate: '2026-11-24', debtorAgent: { clearing: { member: '8601' } } },
    ]);
    expect(message.records.map(({ group, path }) => [group, path])).toEqual([
      [1, 'PmtInf[1]/CdtTrfTxInf[1]'],
      [1, 'PmtInf[1]/CdtTrfTxInf[2]'],
      [2, 'PmtInf[2]/CdtTrfTxInf[1]'],
    ]);
    expect(values(message)).toMatchObject([
      { amount: { units: 125n } },
      { amount: { units: 50n } },
      { equivalentAmount: { units: 200n }, equivalentCurrency: 'USD' },
    ]);
  });

  test('a recall and a question name the payment', () => {
    const recall = sample('camt.056', 'camt.056');
    expect(recall.header).toMatchObject({
      messageId: 'NORD-CXL-1',
      assigner: { agent: { bic: 'NORDFIHH' } },
      case: { id: 'CASE-1' },
      transactions: 1,
    });
    expect(values(recall)).toMatchObject([
      { endToEndId: 'INV-42', amount: { units: 175050n }, reasons: [{ code: 'DUPL', text: ['Sent twice'] }] },
    ]);
    expect(recall.records[0]!.references).toEqual({ endToEndId: 'INV-42', uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d' });
    expect(values(sample('pacs.028', 'pacs.028'))).toMatchObject([{ requestId: 'ASK-1', endToEndId: 'INV-42' }]);
  });

  test.each(['camt.052', 'camt.053', 'camt.054'] as const)('entries of %s are read with the payments behind them', (family) => {
    const message = sample(family, family);
    expect(message.groups).toMatchObject([
      { value: { account: { iban: 'DE89370400440532013000', currency: 'EUR', servicer: { bic: 'MARKDEFF' } } } },
    ]);
    expect(values(message)).toMatchObject([
      {
        reference: '1',
        amount: { units: 175050n },
        direction: 'CRDT',
        status: 'BOOK',
        bookingDay: '2026-11-24',
        valueDay: '2026-11-24',
        domain: 'PMNT',
        family: 'RCDT',
        subFamily: 'XBCT',
        batches: [{ messageId: 'NORD20261123000001', transactions: 2 }],
        details: [
          {
            endToEndId: 'INV-42',
            amount: { units: 100050n },
            creditor: { agent: { bic: 'MERIDEFF' } },
            remittance: { lines: ['Invoice 42'] },
          },
          { endToEndId: 'INV-43', amount: { units: 75000n } },
        ],
      },
      { amount: { units: 5050n }, direction: 'DBIT', reversal: false, proprietaryCode: 'FEE', text: 'Monthly fee' },
    ]);
  });
});

/** Ways in which banks write the same message. */
const WAYS: Readonly<Record<string, (text: string) => Buffer>> = {
  'a prefix for every element': (text) => Buffer.from(prefixed(text)),
  'a byte order mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16, little end first': (text) => Buffer.from(`\uFEFF${withoutDeclaration(text)}`, 'utf16le'),
  'UTF-16, big end first': (text) => Buffer.from(`\uFEFF${withoutDeclaration(text)}`, 'utf16le').swap16(),
  'declared ISO 8859-1': (text) => Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${withoutDeclaration(text)}`, 'latin1'),
  'declared ISO 8859-15': (text) => Buffer.from(`<?xml version="1.0" encoding="ISO-8859-15"?>${withoutDeclaration(text)}`, 'latin1'),
  'declared windows-1252': (text) => Buffer.from(`<?xml version="1.0" encoding="windows-1252"?>${withoutDeclaration(text)}`, 'latin1'),
  'character references': (text) => Buffer.from(text.replace(/ö/g, '&#xF6;').replace(/Nordmann/g, '&#78;ordmann')),
  'comments everywhere': (text) =>
    Buffer.from(
      withoutDeclaration(text)
        .replace(/></g, '><!-- <a> & so on --><')
        .replace(/Aurora/g, 'Aur<!-- here too -->ora'),
    ),
  'CDATA sections': (text) => Buffer.from(text.replace(/>([^<>&\n]+)<\//g, '><![CDATA[$1]]></')),
  'processing instructions': (text) => Buffer.from(text.replace(/<(Document[^>]*)>/, '<?bank batch="7"?><$1><?more?>')),
  'line breaks and tabs in the text': (text) => Buffer.from(text.replace(/>([^<>\n]+)<\//g, '>\r\n\t$1\n  </')),
  'no white space at all between elements': (text) => Buffer.from(withoutDeclaration(text).replace(/>\s+</g, '><')),
  'a SOAP envelope': (text) =>
    Buffer.from(
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${withoutDeclaration(text)}</s:Body></s:Envelope>`,
    ),
  'a namespace declared on the envelope': (text) => Buffer.from(declaredOutside(text)),
  'elements of another namespace between its own': (text) =>
    Buffer.from(text.replace(/<(?:GrpHdr|Assgnmt)>/, '$&<x:MsgId xmlns:x="urn:bank">not this</x:MsgId>')),
  'a schema location': (text) =>
    Buffer.from(
      text.replace(
        /<Document xmlns="([^"]+)"/,
        '$& xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="$1 /etc/passwd"',
      ),
    ),
  'attributes that mean nothing': (text) =>
    Buffer.from(text.replace(/<MsgId>/, '<MsgId xml:space="preserve" xmlns:i="urn:i" i:type="text">')),
};

const withoutDeclaration = (text: string) => text.replace(/^<\?xml.*\?>\n/, '');
const prefixed = (text: string) => text.replace(/<(\/?)([A-Za-z])/g, '<$1p:$2').replace('xmlns=', 'xmlns:p=');

function declaredOutside(text: string): string {
  const uri = /xmlns="([^"]+)"/.exec(text)![1]!;
  return `<env:Msg xmlns:env="urn:env" xmlns:p="${uri}">${prefixed(withoutDeclaration(text)).replace(/ xmlns:p="[^"]*"/, '')}</env:Msg>`;
}

describe('as banks write it', () => {
  test.each(Object.entries(WAYS))('%s: every message is read the same', async (_, way) => {
    for (const name of names) {
      const text = textOf(name.replace('.xml', ''));
      const expected = read(text);
      expect([name, readMessage(way(text))]).toEqual([name, expected]);
      expect([name, (await readMessageInTurns(way(text))).message]).toEqual([name, expected]);
    }
  });

  test.each([
    ['1000', 100000n],
    ['1000.0', 100000n],
    ['+1000.', 100000n],
    ['.5', 50n],
    ['000000000000000000000001.10', 110n],
  ])('the amount %s is %s cents', (written, units) => {
    const message = read(textOf('pacs.009-cov').replace('>1900.00</IntrBk', `>${written}</IntrBk`)) as MessageOf<'pacs.009'>;
    expect(message.records[0]!.value.amount).toEqual({ asset: 'USD/2', units });
  });

  test.each([
    ['2026-11-23T08:15:00', Date.UTC(2026, 10, 23, 8, 15)],
    ['2026-11-23T08:15:00+00:00', Date.UTC(2026, 10, 23, 8, 15)],
    ['2026-11-23T08:15:00.123456789Z', Date.UTC(2026, 10, 23, 8, 15, 0, 123)],
    ['2026-11-23T08:15:00-05:30', Date.UTC(2026, 10, 23, 13, 45)],
    ['2026-11-23T24:00:00Z', Date.UTC(2026, 10, 24)],
  ])('the time %s is understood; without a zone it is UTC', (written, at) => {
    expect(read(textOf('pacs.009').replace('2026-11-23T08:15:00Z', written)).header.createdAt).toBe(at);
  });

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-11-23 08:15:00',
    '2026-11-23T08:15',
    '2026-11-23T25:00:00Z',
    '2026-11-23T08:15:00+15:00',
    '23.11.2026',
  ])('the time %s is refused with its path', (written) => {
    const { refusals } = read(textOf('pacs.009').replace('2026-11-23T08:15:00Z', written));
    expect(refusals).toMatchObject([{ code: 'DT01', path: 'GrpHdr/CreDtTm' }]);
  });

  test('an application header beside the message is read; one that speaks of another message is refused', () => {
    const header = (message: string) =>
      `<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></FIId></Fr>
      <To><FIId><FinInstnId><BICFI>MERIDEFF</BICFI></FinInstnId></FIId></To><BizMsgIdr>B-1</BizMsgIdr><MsgDefIdr>${message}</MsgDefIdr>
      <BizSvc>swift.cbprplus.02</BizSvc><CreDt>2026-11-23T08:15:00+01:00</CreDt><PssblDplct>true</PssblDplct></AppHdr>`;
    const enveloped = (message: string) =>
      read(`<RequestPayload>${header(message)}${withoutDeclaration(textOf('pacs.008'))}</RequestPayload>`);
    expect(enveloped('pacs.008.001.09')).toMatchObject({
      result: 'ok',
      application: {
        from: { bic: 'NORDFIHH' },
        to: { bic: 'MERIDEFF' },
        businessId: 'B-1',
        message: 'pacs.008.001.09',
        service: 'swift.cbprplus.02',
        possibleDuplicate: true,
      },
    });
    expect(enveloped('pacs.008.001.08').refusals).toMatchObject([{ code: 'CH16', path: 'AppHdr/MsgDefIdr' }]);
  });
});

describe('what is wrong with one part', () => {
  test('a bad payment of a batch is refused by itself, with every reason and path, and keeps its references', () => {
    const broken = textOf('pain.001').replace('A-1</EndToEndId>', 'A-1</EndToEndId><UETR>X</UETR>').replace('>1.25<', '>1.255<');
    const { result, records } = read(broken) as MessageOf<'pain.001'>;
    expect(result).toBe('ok');
    expect(records.map((record) => record.result)).toEqual(['refused', 'ok', 'ok']);
    expect(records[0]).toMatchObject({
      references: { endToEndId: 'A-1' },
      amount: { currency: 'EUR', value: '1.255' },
      refusals: [
        { code: 'CH16', path: 'PmtInf[1]/CdtTrfTxInf[1]/PmtId/UETR' },
        { code: 'CH20', path: 'PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt' },
      ],
    });
  });

  test('codes are those of the side: account, agent, country and identification of debtor and creditor', () => {
    const codeOf = (change: (text: string) => string) => {
      const [payment] = read(change(textOf('pacs.008'))).records;
      return payment?.result === 'refused' ? payment.refusals.map(({ code, path }) => `${code} ${path.slice(15)}`) : [];
    };
    expect(codeOf((text) => text.replace('NO9386011117947', 'NO9386011117948'))).toEqual(['AC02 DbtrAcct/Id/IBAN']);
    expect(codeOf((text) => text.replace('5299000J2N45DDNE4Y28', '5299000J2N45DDNE4Y29'))).toEqual(['BE16 UltmtDbtr/Id/OrgId/LEI']);
    expect(codeOf((text) => text.replace('<Ctry>DE', '<Ctry>de'))).toEqual(['BE11 Cdtr/PstlAdr/Ctry']);
    expect(codeOf((text) => text.replace(/(<CdtrAgt><FinInstnId><BICFI>)MERIDEFF/, '$1merideff'))).toEqual([
      'RC04 CdtrAgt/FinInstnId/BICFI',
    ]);
    expect(codeOf((text) => text.replace('<ChrgBr>SHAR</ChrgBr>', ''))).toEqual(['CH21 ChrgBr']);
    expect(codeOf((text) => text.replace('<ChrgBr>SHAR</ChrgBr>', '$&$&'))).toEqual(['CH17 ChrgBr']);
  });

  test('an element that is empty is as good as none', () => {
    const [payment] = read(textOf('pacs.008').replace('>INV-42<', '> <')).records;
    expect(payment).toMatchObject({ result: 'refused', refusals: [{ code: 'FF08', text: 'EndToEndId is missing.' }] });
  });
});

describe('the catalogue', () => {
  test('every message is found by its name, and no other', () => {
    for (const message of readableMessages()) expect(definitionOf(message)).toBeDefined();
    for (const message of ['pacs.008.001.07', 'pacs.008.002.08', 'toString.001.08', 'pacs.010.001.06', ''])
      expect(definitionOf(message)).toBeUndefined();
    expect(nameOf('pain.001', 9)).toBe('pain.001.001.09');
  });

  test('every field of every mapping has a path', () => {
    const visit = (kind: Parameters<typeof locate>[0], at: string, top = kind) => {
      for (const [name, part] of Object.entries(kind.fields ?? {})) {
        expect(locate(top, `${at}${name}`)).toMatch(/^[A-Z]/);
        visit(part.kind, `${at}${name}.`, top);
      }
    };
    for (const { header, record } of Object.values(CATALOGUE)) for (const kind of [header, record.kind]) visit(kind, '');
    expect(() => locate(CATALOGUE['pacs.008'].header, 'nothing')).toThrow(RangeError);
  });
});

test('whatever is cut out of a message, the rest is read or refused with a path that is in it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), (name, nth) => {
      const text = textOf(name.replace('.xml', ''));
      const elements = [...text.matchAll(/<([A-Za-z]+)[^<>]*>[^<>]*<\/\1>/g)];
      const victim = elements[nth % elements.length]!;
      const message = read(text.slice(0, victim.index) + text.slice(victim.index + victim[0].length));
      const told = [message, ...message.groups, ...message.records].flatMap((part) => ('refusals' in part ? part.refusals : []));
      for (const { path } of told) expect(path).toMatch(/^[A-Z][A-Za-z0-9]*(\[\d+\])?(\/[A-Z][A-Za-z0-9]*(\[\d+\])?)*$/);
    }),
    { numRuns: 300 },
  );
});
