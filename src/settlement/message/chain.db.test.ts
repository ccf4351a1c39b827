import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderOf, type Bank } from '../../../test/support/fixtures.ts';
import type { TestHouse } from '../../../test/support/house.ts';
import { openIsoDoor, type IsoDoor } from '../../../test/support/iso-door.ts';
import { agentXml, pacs008, pacs009, pain001, textsOf } from '../../../test/support/messages.ts';
import { leiOf } from '../../base/check-digit.ts';
import { manualClock } from '../../base/time.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';

const LEI = leiOf('TESTLISTEDENTITY00');
const OTHER_LEI = leiOf('TESTNOTLISTED00000');
const LIST = `id,name,bic,lei,ids\n1,Sample Listed Bank,SABRRUMM,${LEI},passport AB1234567\n`;
const clock = manualClock(Date.now());
let door: IsoDoor;
let house: TestHouse;
let a: Bank;
let b: Bank;

beforeAll(async () => {
  door = await openIsoDoor({ name: 'C', clock, list: LIST });
  ({ house, a, b } = door);
});
afterAll(() => house.close());

const deps = () => house.settlement.deps;

/** Messages with something put before or behind an element of theirs. */
const text = (message: Buffer) => message.toString('utf8');
const ofCustomers = (one = door.next()) => text(pacs008(`M-${one.id}`, [one]));
const ofBanks = (one = door.next()) => text(pacs009(`M-${one.id}`, one));
const cover = (one = door.next()) => text(pacs009(`M-${one.id}`, one, { debtor: 'Aurora Shipping AS', creditor: 'Meridian Foods Ltd' }));
const initiated = (one = door.next()) => text(pain001(`M-${one.id}`, a, [one]));
const debtorBank = () => agentXml('Dbtr', a.bic);
const creditorBank = () => agentXml('Cdtr', b.bic);

const customerAgents = () => `${agentXml('DbtrAgt', a.bic)}${agentXml('CdtrAgt', b.bic)}`;
const behind = (name: 'Dbtr' | 'Cdtr', bic: string) =>
  name === 'Dbtr' ? `${agentXml('Dbtr', bic)}${agentXml('DbtrAgt', a.bic)}` : `${agentXml('CdtrAgt', b.bic)}${agentXml('Cdtr', bic)}`;

type Place = [where: string, kind: 'pacs.008' | 'pacs.009', write: (bic: string) => string, element: string];
const PLACES: Place[] = [
  ...[1, 2, 3].flatMap((nth): Place[] => {
    const previous = (bic: string) =>
      Array.from({ length: nth }, (_, i) =>
        agentXml(`PrvsInstgAgt${i + 1}`, i + 1 === nth ? bic : `PREV${'XYZ'[i]}XNO`.slice(0, 4) + 'NOKK'),
      ).join('');
    return [
      [
        `PrvsInstgAgt${nth} of pacs.008`,
        'pacs.008',
        (bic) => ofCustomers().replace('<Dbtr>', `${previous(bic)}<Dbtr>`),
        `PrvsInstgAgt${nth}`,
      ],
      [`PrvsInstgAgt${nth} of pacs.009`, 'pacs.009', (bic) => ofBanks().replace('<Dbtr>', `${previous(bic)}<Dbtr>`), `PrvsInstgAgt${nth}`],
      [
        `PrvsInstgAgt${nth} of the covered payment`,
        'pacs.009',
        (bic) => cover().replace(customerAgents(), `${agentXml('DbtrAgt', a.bic)}${previous(bic)}${agentXml('CdtrAgt', b.bic)}`),
        `PrvsInstgAgt${nth}`,
      ],
    ];
  }),
  [
    'IntrmyAgt1 of the covered payment',
    'pacs.009',
    (bic) => cover().replace(customerAgents(), `${agentXml('DbtrAgt', a.bic)}${agentXml('IntrmyAgt1', bic)}${agentXml('CdtrAgt', b.bic)}`),
    'IntrmyAgt1',
  ],
  [
    'DbtrAgt of the covered payment',
    'pacs.009',
    (bic) => cover().replace(customerAgents(), `${agentXml('DbtrAgt', bic)}${agentXml('CdtrAgt', b.bic)}`),
    'DbtrAgt',
  ],
  [
    'CdtrAgt of the covered payment',
    'pacs.009',
    (bic) => cover().replace(customerAgents(), `${agentXml('DbtrAgt', a.bic)}${agentXml('CdtrAgt', bic)}`),
    'CdtrAgt',
  ],
  ['Dbtr of pacs.009', 'pacs.009', (bic) => ofBanks().replace(debtorBank(), behind('Dbtr', bic)), 'Dbtr'],
  ['Cdtr of pacs.009', 'pacs.009', (bic) => ofBanks().replace(creditorBank(), behind('Cdtr', bic)), 'Cdtr'],
  ['Dbtr of a cover payment', 'pacs.009', (bic) => cover().replace(debtorBank(), behind('Dbtr', bic)), 'Dbtr'],
  ['Cdtr of a cover payment', 'pacs.009', (bic) => cover().replace(creditorBank(), behind('Cdtr', bic)), 'Cdtr'],
  ['UltmtDbtr of pacs.009', 'pacs.009', (bic) => ofBanks().replace(debtorBank(), agentXml('UltmtDbtr', bic) + debtorBank()), 'UltmtDbtr'],
  [
    'UltmtCdtr of a cover payment',
    'pacs.009',
    (bic) => cover().replace(creditorBank(), creditorBank() + agentXml('UltmtCdtr', bic)),
    'UltmtCdtr',
  ],
];

describe.each(PLACES)('a bank known by its BIC alone, %s', (_, kind, write, element) => {
  test('holds the payment where that is listed', async () => {
    expect(await door.send(write('SABRRUMM001'))).toBe('PDNG');
    const { screening } = await door.found();
    expect(screening.hits).toEqual([
      expect.objectContaining({
        name: 'SABRRUMM001',
        listed: 'Sample Listed Bank',
        score: 1,
        explanation: ['The BIC SABRRUMM001 is of the institution that is listed (BIC SABRRUMM): branches are the same bank.'],
      }),
    ]);
  });

  test('reaches the bank that is paid, beside the participants', async () => {
    expect(await door.send(write('FJORNOKK'))).toMatch(/^ACS[PC]$/);
    const told = await door.forwarded(kind);
    expect(told).toContain(agentXml(element, 'FJORNOKK'));
    const cleared = told.slice(told.indexOf('<CdtTrfTxInf>'));
    expect(cleared).toMatch(new RegExp(`<(DbtrAgt|Dbtr)><FinInstnId><BICFI>${a.bic}</BICFI>`));
    expect(cleared).toMatch(new RegExp(`<(CdtrAgt|Cdtr)><FinInstnId><BICFI>${b.bic}</BICFI>`));
  });
});

test('of a bank everything goes on that is known of it', async () => {
  const full =
    '<FinInstnId><ClrSysMmbId><ClrSysId><Cd>RUCBC</Cd></ClrSysId><MmbId>044525000</MmbId></ClrSysMmbId>' +
    `<LEI>${OTHER_LEI}</LEI><Nm>Fjordbank ASA</Nm><PstlAdr><Ctry>NO</Ctry></PstlAdr></FinInstnId><BrnchId><Id>BERGEN</Id></BrnchId>`;
  expect(await door.send(ofBanks().replace(debtorBank(), `<Dbtr>${full}</Dbtr>${agentXml('DbtrAgt', a.bic)}`))).toMatch(/^ACS[PC]$/);
  expect((await door.found()).debtor.name).toBe('Fjordbank ASA');
  expect(await door.forwarded('pacs.009')).toContain(`<Dbtr>${full}</Dbtr>`);
});

test.each<[string, () => string]>([
  ['pacs.008', ofCustomers],
  ['pacs.009', ofBanks],
  ['pain.001', initiated],
])('an agent behind the two participants is refused by name, whichever it is: %s', async (_, write) => {
  const before = (chain: string) => {
    const document = write();
    if (document.includes('pain.001')) return document.replace('</Amt>', `</Amt>${chain}`);
    return document.replace('<Dbtr>', `${chain}<Dbtr>`);
  };
  for (const nth of [1, 2, 3]) {
    const chain = Array.from({ length: nth }, (__, i) => agentXml(`IntrmyAgt${i + 1}`, 'FJORNOKK')).join('');
    const alone = await door.submit(before(agentXml(`IntrmyAgt${nth}`, 'FJORNOKK')));
    expect([textsOf(alone, 'TxSts'), textsOf(alone, 'Cd')[0]]).toEqual([['RJCT'], 'RC11']);
    expect(alone.replaceAll('</AddtlInf><AddtlInf>', '')).toContain(`CdtTrfTxInf[1]/IntrmyAgt${nth}`);
    const answer = await door.submit(before(chain));
    expect([textsOf(answer, 'TxSts'), textsOf(answer, 'Cd')]).toEqual([['RJCT'], ['RC11']]);
    expect(answer.replaceAll('</AddtlInf><AddtlInf>', '')).toContain('CdtTrfTxInf[1]/IntrmyAgt1');
  }
});

describe('of parties', () => {
  const org = (ids: string) => `<Id><OrgId>${ids}</OrgId></Id>`;
  const withBehind = (id: string) => ofCustomers().replace('<Dbtr>', `<UltmtDbtr>${id}</UltmtDbtr><Dbtr>`);

  test.each([
    ['a BIC', org('<AnyBIC>SABRRUMM</AnyBIC>'), 'SABRRUMM'],
    ['an LEI', org(`<LEI>${LEI}</LEI>`), LEI],
    ['a passport', '<Id><PrvtId><Othr><Id>AB1234567</Id><SchmeNm><Cd>CCPT</Cd></SchmeNm></Othr></PrvtId></Id>', 'AB1234567'],
  ])('whoever is behind and has no name but %s is screened by that', async (_, id, number) => {
    expect(await door.send(withBehind(id))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ party: 'debtor', name: number, listed: 'Sample Listed Bank', score: 1 }]);
  });

  test.each([
    ['an LEI', org(`<LEI>${OTHER_LEI}</LEI>`)],
    ['a BIC', org('<AnyBIC>FJORNOKK</AnyBIC>')],
    ['a number', org('<Othr><Id>4711</Id><SchmeNm><Prtry>KUNDE</Prtry></SchmeNm><Issr>Fjord</Issr></Othr>')],
    ['a number of a person', '<Id><PrvtId><Othr><Id>12345</Id><SchmeNm><Cd>NIDN</Cd></SchmeNm></Othr></PrvtId></Id>'],
  ])('and goes on: %s', async (_, id) => {
    expect(await door.send(withBehind(id))).toMatch(/^ACS[PC]$/);
    expect(await door.forwarded('pacs.008')).toContain(`<UltmtDbtr>${id}</UltmtDbtr>`);
  });

  test('a payer by its own BIC holds the payment; another one goes on with it', async () => {
    const payer = (bic: string) => ofCustomers().replace('</PstlAdr></Dbtr>', `</PstlAdr>${org(`<AnyBIC>${bic}</AnyBIC>`)}</Dbtr>`);
    expect(await door.send(payer('SABRRUMMXXX'))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ name: 'SABRRUMMXXX', score: 1 }]);
    expect(await door.send(payer('FJORNOKK'))).toMatch(/^ACS[PC]$/);
    expect(await door.forwarded('pacs.008')).toContain('<AnyBIC>FJORNOKK</AnyBIC>');
  });

  test('an exception for a name is none for an identifier, which has its own', async () => {
    const debtor = { name: 'Sample Listed Bank', lei: LEI };
    const grant = (name: string) =>
      grantScreeningException(deps(), house.ctx, { name, listId: 'house', entryId: '1', reason: 'Another one', days: 5 });
    await grant(debtor.name);
    expect((await sendPayment(deps(), house.ctx, orderOf(a, b, { debtor }))).status).toBe('held');
    await grant(LEI);
    expect((await sendPayment(deps(), house.ctx, orderOf(a, b, { debtor }))).status).toBe('reserved');
  });

  test('identifiers and banks belong to the order', async () => {
    const order = orderOf(a, b, {
      uetr: crypto.randomUUID(),
      debtor: { name: 'Agent AS', banks: [{ at: 'previous1', bic: 'FJORNOKK' }] },
    });
    const { id } = await sendPayment(deps(), house.ctx, order);
    expect((await sendPayment(deps(), house.ctx, order)).id).toBe(id);
    const other = { ...order, debtor: { name: 'Agent AS', banks: [{ at: 'previous1' as const, bic: 'PREVNOKK' }] } };
    await expect(sendPayment(deps(), house.ctx, other)).rejects.toMatchObject({ code: 'settlement.uetr_reused' });
  });
});
