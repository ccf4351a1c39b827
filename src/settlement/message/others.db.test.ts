import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderOf, type Bank } from '../../../test/support/fixtures.ts';
import type { TestHouse } from '../../../test/support/house.ts';
import { openIsoDoor, type IsoDoor } from '../../../test/support/iso-door.ts';
import { agentXml, pacs004, pacs008, pacs009, pain001, textsOf } from '../../../test/support/messages.ts';
import { leiOf } from '../../base/check-digit.ts';
import { manualClock } from '../../base/time.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { sendPayment } from '../payment/send-payment.ts';

const LEI = leiOf('TESTLISTEDENTITY00');
const LIST = `id,name,bic,lei,ids\n1,Viktor Baranovski,,,tax AB1234567\n2,Sample Listed Bank,SABRRUMM,${LEI},\n`;
const clock = manualClock(Date.now());
let door: IsoDoor;
let house: TestHouse;
let a: Bank;
let b: Bank;

beforeAll(async () => {
  door = await openIsoDoor({ name: 'O', clock, list: LIST });
  ({ house, a, b } = door);
  await setPolicy(house.settlement.deps, house.ctx, { policy: { ...DEFAULT_POLICY, otherwise: 'instant' } });
});
afterAll(() => house.close());

const named = (tag: string, name: string) => `<${tag}><Nm>${name}</Nm></${tag}>`;
const ofCustomers = (version = '09', one = door.next()) =>
  pacs008(`M-${one.id}`, [one]).toString().replace('008.001.09', `008.001.${version}`);
const ofBanks = (one = door.next()) => pacs009(`M-${one.id}`, one).toString();
const cover = (one = door.next()) =>
  pacs009(`M-${one.id}`, one, { debtor: 'Aurora Shipping AS', creditor: 'Meridian Foods Ltd' }).toString();
const initiated = (one = door.next()) => pain001(`M-${one.id}`, a, [one]).toString();
const inRemittance = (inside: string) => ofCustomers().replace(/<RmtInf>.*<\/RmtInf>/, `<RmtInf><Strd>${inside}</Strd></RmtInf>`);
const beforeRemittance = (inside: string) => ofCustomers().replace('<RmtInf>', `${inside}<RmtInf>`);
const beforeDebtor = (inside: string) => ofCustomers().replace('<Dbtr>', `${inside}<Dbtr>`);
const ownInitiator = '<InitgPty><Nm>Aurora Shipping AS</Nm></InitgPty>';

/** Every place of a transfer that names a person: where, and the message with a name there. */
const PERSONS: [where: string, write: (name: string) => string][] = [
  ['InitgPty of pacs.008', (name) => beforeDebtor(named('InitgPty', name))],
  ['InitgPty of pacs.008.001.13', (name) => ofCustomers('13').replace('<Dbtr>', `${named('InitgPty', name)}<Dbtr>`)],
  ['InitgPty of the covered payment', (name) => cover().replace('<UndrlygCstmrCdtTrf>', `<UndrlygCstmrCdtTrf>${named('InitgPty', name)}`)],
  ['InitgPty of pain.001', (name) => initiated().replace(ownInitiator, named('InitgPty', name))],
  ['Invcr', (name) => inRemittance(named('Invcr', name))],
  ['Invcee', (name) => inRemittance(named('Invcee', name))],
  ['Grnshee', (name) => inRemittance(`<GrnshmtRmt><Tp><CdOrPrtry><Cd>GNCS</Cd></CdOrPrtry></Tp>${named('Grnshee', name)}</GrnshmtRmt>`)],
  [
    'GrnshmtAdmstr',
    (name) => inRemittance(`<GrnshmtRmt><Tp><CdOrPrtry><Cd>GNCS</Cd></CdOrPrtry></Tp>${named('GrnshmtAdmstr', name)}</GrnshmtRmt>`),
  ],
  ['TaxRmt/Dbtr/Authstn', (name) => inRemittance(`<TaxRmt><Dbtr>${named('Authstn', name)}</Dbtr></TaxRmt>`)],
  [
    'Invcr of the covered payment',
    (name) => cover().replace('</UndrlygCstmrCdtTrf>', `<RmtInf><Strd>${named('Invcr', name)}</Strd></RmtInf></UndrlygCstmrCdtTrf>`),
  ],
  ['Tax/Dbtr/Authstn', (name) => beforeRemittance(`<Tax><Dbtr>${named('Authstn', name)}</Dbtr></Tax>`)],
  ['RgltryRptg/Authrty', (name) => beforeRemittance(`<RgltryRptg>${named('Authrty', name)}</RgltryRptg>`)],
  [
    'RltdRmtInf',
    (name) =>
      beforeRemittance(
        `<RltdRmtInf><RmtLctnDtls><Mtd>POST</Mtd><PstlAdr><Nm>${name}</Nm><Adr><Ctry>NO</Ctry></Adr></PstlAdr></RmtLctnDtls></RltdRmtInf>`,
      ),
  ],
  ['CdtrAcct', (name) => ofCustomers().replace('</Id></CdtrAcct>', `</Id><Nm>${name}</Nm></CdtrAcct>`)],
  ['CtctDtls of a debtor', (name) => ofCustomers().replace('</PstlAdr></Dbtr>', `</PstlAdr>${named('CtctDtls', name)}</Dbtr>`)],
  ['CareOf of pacs.008.001.13', (name) => ofCustomers('13').replace('<PstlAdr><Ctry>', `<PstlAdr><CareOf>${name}</CareOf><Ctry>`)],
];

const bank = (element: string, inside: string) => `<${element}><FinInstnId>${inside}</FinInstnId></${element}>`;
const charge = (agent: string) => `</ChrgBr><ChrgsInf><Amt Ccy="EUR">0.00</Amt>${agent}</ChrgsInf>`;
/** Every place of a transfer that names a bank beside the chain. */
const BANKS: [where: string, write: (inside: string) => string][] = [
  ['InstgAgt of a pacs.008 transaction', (inside) => beforeDebtor(bank('InstgAgt', inside))],
  ['InstdAgt of a pacs.008 transaction', (inside) => beforeDebtor(bank('InstdAgt', inside))],
  ['InstgAgt of a pacs.009 transaction', (inside) => ofBanks().replace('<Dbtr>', `${bank('InstgAgt', inside)}<Dbtr>`)],
  ['InstdAgt of a pacs.009 transaction', (inside) => ofBanks().replace('<Dbtr>', `${bank('InstdAgt', inside)}<Dbtr>`)],
  ['InstdAgt of a whole pacs.009', (inside) => ofBanks().replace('</GrpHdr>', `${bank('InstdAgt', inside)}</GrpHdr>`)],
  ['ChrgsInf', (inside) => ofCustomers().replace('</ChrgBr>', charge(bank('Agt', inside)))],
  [
    'FXAgt of pacs.008.001.13',
    (inside) =>
      ofCustomers('13').replace('<ChrgBr>', `<AgrdRate><PreAgrdXchgRate>1.1</PreAgrdXchgRate>${bank('FXAgt', inside)}</AgrdRate><ChrgBr>`),
  ],
  ['FwdgAgt of pain.001', (inside) => initiated().replace('</InitgPty>', `</InitgPty>${bank('FwdgAgt', inside)}`)],
  ['ChrgsAcctAgt of pain.001', (inside) => initiated().replace('</DbtrAgt>', `</DbtrAgt>${bank('ChrgsAcctAgt', inside)}`)],
];

describe.each(PERSONS)('a person at %s', (_, write) => {
  test('holds the payment where the name is listed, and is told with it where it is not', async () => {
    expect(await door.send(write('Viktor Baranovski'))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ name: 'Viktor Baranovski', listed: 'Viktor Baranovski' }]);
    expect(await door.send(write('Solvik Group AS'))).toMatch(/^ACS[PC]$/);
    expect(JSON.stringify((({ debtor, creditor }) => [debtor, creditor])(await door.found()))).toContain('Solvik Group AS');
  });
});

describe.each(BANKS)('a bank at %s', (_, write) => {
  test.each([
    ['BIC', '<BICFI>SABRRUMM</BICFI>', 'SABRRUMM'],
    ['LEI', `<LEI>${LEI}</LEI>`, LEI],
    ['name', '<Nm>Sample Listed Bank</Nm>', 'Sample Listed Bank'],
  ])('holds the payment where it is listed by its %s', async (__, inside, name) => {
    expect(await door.send(write(inside))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ name, listed: 'Sample Listed Bank' }]);
  });

  test('is told with the payment where it is not listed', async () => {
    expect(await door.send(write('<BICFI>FJORNOKK</BICFI>'))).toMatch(/^ACS[PC]$/);
    expect(JSON.stringify((({ debtor, creditor }) => [debtor, creditor])(await door.found()))).toContain('FJORNOKK');
  });
});

describe('of who is named', () => {
  test('every number of a payer is screened, and that of who pays a tax', async () => {
    const passports =
      '<Id><PrvtId><Othr><Id>ZZ0000001</Id><SchmeNm><Cd>CCPT</Cd></SchmeNm></Othr><Othr><Id>AB1234567</Id></Othr></PrvtId></Id>';
    expect(await door.send(ofCustomers().replace('</PstlAdr></Dbtr>', `</PstlAdr>${passports}</Dbtr>`))).toBe('PDNG');
    expect(await door.send(beforeRemittance('<Tax><Cdtr><TaxId>AB1234567</TaxId></Cdtr></Tax>'))).toBe('PDNG');
  });

  test('who initiated a payment reaches the bank that is paid', async () => {
    const id = `<Id><OrgId><AnyBIC>FJORNOKK</AnyBIC></OrgId></Id>`;
    const initiator = `<InitgPty><Nm>Solvik Group AS</Nm>${id}</InitgPty>`;
    await door.send(beforeDebtor(initiator));
    expect((await door.found()).debtor.initiator).toEqual({ name: 'Solvik Group AS', bic: 'FJORNOKK' });
    expect(await door.forwarded('pacs.008')).toContain(`${initiator}<Dbtr>`);
    await door.send(initiated().replace(ownInitiator, initiator));
    expect(await door.forwarded('pacs.008')).toContain(`${initiator}<Dbtr>`);
    await door.send(cover().replace('<UndrlygCstmrCdtTrf>', `<UndrlygCstmrCdtTrf>${initiator}`));
    expect(await door.forwarded('pacs.009')).toContain(`<UndrlygCstmrCdtTrf>${initiator}`);
  });

  const took = (units: string, inside: string) => `<ChrgsInf><Amt Ccy="EUR">${units}</Amt>${bank('Agt', inside)}</ChrgsInf>`;
  const full = `<LEI>${leiOf('TESTNOTLISTED00000')}</LEI><Nm>Fjordbank ASA</Nm>`;

  test.each([
    ['pacs.008.001.09', '09', '<InstdAmt Ccy="EUR">2.75</InstdAmt>'],
    ['pacs.008.001.13', '13', '<InstdAmt Ccy="EUR">2.75</InstdAmt>'],
    ['another currency', '09', '<InstdAmt Ccy="USD">3.00</InstdAmt><XchgRate>0.91666667</XchgRate>'],
  ])(
    'what banks took on the way, participants too, reaches the bank that is paid with what it was taken of: %s',
    async (_, version, of) => {
      const previous = agentXml('PrvsInstgAgt1', 'FJORNOKK');
      const charges = [
        took('1.00', '<BICFI>FJORNOKK</BICFI>'),
        took('0.50', '<BICFI>FJORNOKK</BICFI>'),
        took('0.25', `<BICFI>${a.bic}</BICFI>`),
      ];
      const whole = `${of}<ChrgBr>SHAR</ChrgBr>${charges.join('')}${took('0.00', full)}${previous}`;
      expect(await door.send(ofCustomers(version).replace('<ChrgBr>SHAR</ChrgBr>', whole))).toMatch(/^ACS[PC]$/);
      expect(await door.forwarded('pacs.008')).toContain(whole);
    },
  );

  test('charges of which ISO 20022 cannot carry one are left out, and the payment is told', async () => {
    const eur = (units: string) => ({ asset: 'EUR/2', units, instructed: { asset: 'EUR/2', units: '175' } });
    for (const charge of [
      { ...eur('5'), asset: 'XAU/4' },
      eur('9'.repeat(30)),
      { ...eur('5'), instructed: { asset: 'USD/2', units: '7' } },
    ]) {
      const mentions = [charge, eur('5')].map((one) => ({ at: 'ChrgsInf/Agt', bic: 'FJORNOKK', charge: one }));
      const order = orderOf(a, b, { debtor: { name: 'Aurora Shipping AS', mentions } });
      const { id } = await sendPayment(house.settlement.deps, house.ctx, order);
      expect(await door.forwarded('pacs.008', { id })).not.toContain('ChrgsInf');
    }
  });

  test('who pays a tax and to whom reaches the bank that is paid, also of a payment that one covers', async () => {
    const signed = '<Authstn><Nm>Solvik Group AS</Nm></Authstn>';
    const tax = `<Tax><Cdtr><TaxId>NO971648198</TaxId><RegnId>R-4711</RegnId></Cdtr><Dbtr><RegnId>R-4712</RegnId>${signed}</Dbtr></Tax>`;
    await door.send(beforeRemittance(tax));
    expect(await door.forwarded('pacs.008')).toContain(`${tax}<RmtInf>`);
    await door.send(initiated().replace('</CdtrAcct>', `</CdtrAcct>${tax}`));
    expect(await door.forwarded('pacs.008')).toContain(tax);
    await door.send(cover().replace('</UndrlygCstmrCdtTrf>', `${tax}</UndrlygCstmrCdtTrf>`));
    expect(await door.forwarded('pacs.009')).toContain(`${tax}</UndrlygCstmrCdtTrf>`);
  });

  test('whoever pays and initiates, and a participant or another one who is known from elsewhere, is not kept twice', async () => {
    await door.send(
      initiated()
        .replace('</Id></DbtrAcct>', '</Id><Nm>AURORA SHIPPING AS</Nm></DbtrAcct>')
        .replace('</InitgPty>', `</InitgPty>${agentXml('FwdgAgt', b.bic)}`),
    );
    const { debtor } = await door.found();
    expect([debtor.initiator, debtor.mentions, debtor.banks]).toEqual([undefined, undefined, undefined]);
  });

  test('who instructed this network is the last of those before, for whom comes next', async () => {
    await door.send(beforeDebtor(agentXml('PrvsInstgAgt1', 'PREVNOKK') + agentXml('InstgAgt', 'FJORNOKK')));
    expect(await door.forwarded('pacs.008')).toContain(agentXml('PrvsInstgAgt1', 'PREVNOKK') + agentXml('PrvsInstgAgt2', 'FJORNOKK'));
    await door.send(ofBanks().replace('<Dbtr>', `${agentXml('InstgAgt', 'FJORNOKK')}<Dbtr>`));
    expect(await door.forwarded('pacs.009')).toContain(agentXml('PrvsInstgAgt1', 'FJORNOKK'));
  });

  test('more than are kept are refused by name', async () => {
    const many = Array.from({ length: 101 }, (_, i) => `<Strd>${named('Invcr', `Supplier of Batch ${i}`)}</Strd>`).join('');
    const answer = await door.submit(ofCustomers().replace(/<RmtInf>.*<\/RmtInf>/, `<RmtInf>${many}</RmtInf>`));
    expect([textsOf(answer, 'TxSts'), textsOf(answer, 'Cd')]).toEqual([['RJCT'], ['CH16']]);
  });
});

describe('the chain of a return', () => {
  const agents = ['DbtrAgt', 'PrvsInstgAgt1', 'PrvsInstgAgt2', 'PrvsInstgAgt3', 'IntrmyAgt1', 'IntrmyAgt2', 'IntrmyAgt3', 'CdtrAgt'];
  const parties = ['UltmtDbtr', 'Dbtr', 'InitgPty', 'Cdtr', 'UltmtCdtr'];
  const order = ['UltmtDbtr', 'Dbtr', 'InitgPty', ...agents, 'Cdtr', 'UltmtCdtr'];
  const pty = (element: string, name: string) => `<${element}><Pty><Nm>${name}</Nm></Pty></${element}>`;
  const agt = (element: string, bic: string) => `<${element}>${agentXml('Agt', bic)}</${element}>`;
  const plain = (element: string) => (parties.includes(element) ? pty(element, 'Solvik Group AS') : agentXml(element, 'FJORNOKK'));
  const chain = (at = new Map<string, string>(), isWhole = false) =>
    `<RtrChain>${order.map((one) => at.get(one) ?? (isWhole || one === 'Dbtr' || one === 'Cdtr' ? plain(one) : '')).join('')}</RtrChain>`;
  const paid = async () => {
    const one = door.next();
    expect(await door.send(pacs008(`M-${one.id}`, [one]).toString())).toBe('ACSC');
    return one;
  };
  const back = (one: { id: string; uetr: string }, inside: string) =>
    pacs004(`R-${one.id}`, { id: `R-${one.id}`, uetr: one.uetr, from: b, original: '1.00', amount: '1.00' })
      .toString()
      .replace('<RtrRsnInf>', `${inside}<RtrRsnInf>`);

  test.each([
    ...parties.flatMap((at): [string, string][] => [
      [`a person at ${at}`, chain(new Map([[at, pty(at, 'Viktor Baranovski')]]))],
      [`a bank at ${at}`, chain(new Map([[at, agt(at, 'SABRRUMM')]]))],
    ]),
    ...agents.map((at): [string, string] => [`a bank at ${at}`, chain(new Map([[at, agentXml(at, 'SABRRUMM')]]))]),
    ['who instructs', agentXml('InstgAgt', 'SABRRUMM')],
    ['who is instructed', agentXml('InstdAgt', 'SABRRUMM')],
  ])('holds it where somebody in it is listed: %s', async (_, inside) => {
    expect(await door.send(back(await paid(), inside))).toBe('PDNG');
  });

  test('holds it where who decided on it is listed', async () => {
    const one = await paid();
    expect(await door.send(back(one, '').replace('<RtrRsnInf>', `<RtrRsnInf>${named('Orgtr', 'Viktor Baranovski')}`))).toBe('PDNG');
  });

  test('reaches the bank that is paid back, whole', async () => {
    const one = await paid();
    const whole = chain(new Map([['Dbtr', agt('Dbtr', 'FJORNOKK')]]), true);
    expect(await door.send(back(one, whole))).toBe('ACSC');
    expect(await door.forwarded('pacs.004', await door.found(one.id, b), a)).toContain(whole);
  });

  test('tells the participants at their places', async () => {
    const one = await paid();
    const own = new Map([
      ['DbtrAgt', agentXml('DbtrAgt', b.bic)],
      ['CdtrAgt', agentXml('CdtrAgt', a.bic)],
    ]);
    expect(await door.send(back(one, chain(own)))).toBe('ACSC');
    expect(await door.forwarded('pacs.004', await door.found(one.id, b), a)).toContain(chain(own));
  });
});
