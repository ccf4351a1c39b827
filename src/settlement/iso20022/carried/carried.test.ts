import { describe, expect, test } from 'vitest';
import { linesOf, recordWith, sampleOf, textPaths } from '../../../../test/support/iso-elements.ts';
import { type Grammar, grammarOf, haveSchemas } from '../../../../test/support/iso-grammar.ts';
import { valid } from '../../../../test/support/messages.ts';
import { whereThere } from '../../../../test/support/shared-data.ts';
import { withOthers } from '../../message/name-others.ts';
import { pacs008FileOf } from '../pacs008.ts';
import type { TransactionReading } from '../pacs008-transaction.ts';
import { writePacs008 } from '../pacs008-writer.ts';
import { type MessageOf, readMessage } from '../read-message.ts';
import grammar from './grammar.json' with { type: 'json' };

/** What every payment has. */
const NEEDED = new Map([
  ['PmtId/EndToEndId', 'E-1'],
  ['PmtId/UETR', '97ed4827-7b6f-4491-a06f-b548d5a7512d'],
  ['IntrBkSttlmAmt', '3.50'],
  ['IntrBkSttlmDt', '2026-11-23'],
  ['ChrgBr', 'SHAR'],
  ['Dbtr/Nm', 'Aurora Shipping AS'],
  ['DbtrAgt/FinInstnId/BICFI', 'AAAAFIHH'],
  ['CdtrAgt/FinInstnId/BICFI', 'BBBBNOKK'],
  ['Cdtr/Nm', 'Meridian Foods Ltd'],
]);

const fileOf = (message: string, record: string, header = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${message}"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M-1</MsgId>` +
  `<CreDtTm>2026-11-23T10:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>${header}</GrpHdr>` +
  `<CdtTrfTxInf>${record}</CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`;

/** A transaction on its way: its order with whoever is named, and what goes on with it. */
function readingOf(document: string): TransactionReading {
  const message = readMessage(Buffer.from(document)) as MessageOf<'pacs.008'>;
  return withOthers(pacs008FileOf(message).transactions[0]!, message, () => false);
}

function sentOf({ order, carried, references }: TransactionReading & { result: 'ok' }): string {
  const { instructionId, transactionId } = references;
  const ids = { ...(instructionId !== undefined && { instructionId }), ...(transactionId !== undefined && { transactionId }) };
  const transaction = { order, ...ids, ...(carried && { carried }) };
  return writePacs008({ version: 9, messageId: 'M-2', createdAt: 0, transactions: [transaction] });
}

/** What becomes of a message: who is screened, and what leaves. */
function passed(document: string) {
  const reading = readingOf(document);
  if (reading.result === 'refused') throw new Error(`${reading.refusal.path} ${reading.refusal.code} ${reading.refusal.text}`);
  return { order: reading.order, carried: reading.carried, left: linesOf(valid(sentOf(reading))) };
}

const withText = (of: Grammar, message: string, path: string, text: string) =>
  recordWith(of, message, new Map([...NEEDED, ...(NEEDED.has(path) ? [] : [[path, text] as const])]));

/** Of these this network says itself, or refuses them (RC11). */
const OF_THIS_LEG = /^(?:InstgAgt|InstdAgt|IntrmyAgt[123]|SplmtryData)\//;
const NAMES = /\/(?:Nm|CareOf|AnyBIC|BICFI|LEI|MmbId|TaxId|RegnId)$|(?:OrgId|PrvtId|FinInstnId)\/Othr\/Id$/;
const plain = (text: string) => text.replace('&amp;', '&').replace('&lt;', '<').replace('&gt;', '>');

const paths = textPaths(grammar, 'pacs.008.001.09').filter(([path]) => !OF_THIS_LEG.test(path));
const elements = [...Map.groupBy(paths, ([path]) => path.split('/')[0]!)];

describe.each(elements)('%s of pacs.008', (_, below) => {
  test('leaves as it came, every element of it, and whoever it names is screened', () => {
    for (const [path, type] of below) {
      const text = sampleOf(grammar, type);
      const document = valid(fileOf('pacs.008.001.09', withText(grammar, 'pacs.008.001.09', path, text)));
      const { order, left } = passed(document);
      expect([path, ...left]).toEqual([path, ...linesOf(document)]);
      if (!NAMES.test(path) || NEEDED.has(path)) continue;
      expect([path, screenedIn(order).includes(plain(text))]).toEqual([path, true]);
    }
  });
});

const screenedIn = ({ debtor, creditor }: { debtor: object; creditor: object }) => JSON.stringify([debtor, creditor]);

/** What version 13 says and 9 has no element or code for, as the README of the messages names it. */
const WITHOUT_PLACE = [
  /\/PstlAdr\/(?:Adr\/)?(?:CareOf|UnitNb)$/,
  /\/CtctDtls\/URLAdr$/,
  /^AddtlDtTm\/XpryDtTm$/,
  /^AgrdRate\//,
  /^PmtSgntr\//,
  /^ChrgsInf\/Tp\//,
  // An account without a number.
  /Acct\/(?:Tp|Ccy|Nm|Prxy)(?:\/|$)/,
  /^Tax\/UltmtDbtr\//,
  /\/Prd\/Yr$/,
  /\/RltdDt\/Tp\//,
  // Kinds of documents and amounts for which 9 has no code or element.
  /\/(?:RfrdDocInf|CdtrRefInf)\/Tp\//,
  /\/RmtAmtAndTp\//,
];

/** The same in version 9, where it stands elsewhere. */
const inNine = (line: string) => line.replace(/^AddtlDtTm\/(AccptncDtTm|PoolgAdjstmntDt)/, '$1').replace('/RltdDt/Dt ', '/RltdDt ');

whereThere(haveSchemas, () => {
  test('of version 13 leaves whatever has a place in what is sent on', () => {
    const latest = grammarOf(['pacs.008.001.13']);
    const lost = textPaths(latest, 'pacs.008.001.13').flatMap(([path, type]) => {
      if (OF_THIS_LEG.test(path)) return [];
      const document = valid(fileOf('pacs.008.001.13', withText(latest, 'pacs.008.001.13', path, sampleOf(latest, type))));
      const { left } = passed(document);
      const asked = linesOf(document).find((line) => line.startsWith(`${path} `))!;
      return left.includes(inNine(asked)) ? [] : [path];
    });
    expect(lost.filter((path) => !WITHOUT_PLACE.some((form) => form.test(path)))).toEqual([]);
    expect(WITHOUT_PLACE.filter((form) => !lost.some((path) => form.test(path)))).toEqual([]);
  });
});

/** A record of which the needed elements are written, and others before some of them. */
const needed = (before: Record<string, string> = {}, message = 'pacs.008.001.09') => {
  const record = recordWith(grammar, 'pacs.008.001.09', NEEDED);
  const whole = Object.entries(before).reduce(
    (text, [element, inside]) => text.replace(`<${element}>`, `${inside}<${element}>`),
    `${record}<END>`,
  );
  return fileOf(message, whole.replace('<END>', ''));
};
const strd = (inside: string) => `<RmtInf><Strd>${inside}</Strd></RmtInf>`;

describe('of other versions', () => {
  test('amounts of documents that 13 tells by code stand in the elements that 9 has for them', () => {
    const amount = (name: string, code: string, units: string) =>
      `<${name}><Tp><Cd>${code}</Cd></Tp><Amt Ccy="EUR">${units}</Amt></${name}>`;
    const amounts = amount('RmtAmtAndTp', 'DUEP', '9.00') + amount('RmtAmtAndTp', 'REMT', '8.00');
    const { left } = passed(valid(needed({ END: strd(`<RfrdDocAmt>${amounts}</RfrdDocAmt>`) }, 'pacs.008.001.13')));
    expect(left.filter((line) => line.startsWith('RmtInf'))).toEqual([
      'RmtInf/Strd/RfrdDocAmt/DuePyblAmt EUR9.00',
      'RmtInf/Strd/RfrdDocAmt/RmtdAmt EUR8.00',
    ]);
  });

  test('what 2009 calls otherwise is called as it is now', () => {
    const charges = '<ChrgsInf><Amt Ccy="EUR">1.00</Amt><Pty><FinInstnId><BIC>FJORNOKK</BIC></FinInstnId></Pty></ChrgsInf>';
    const id = '<InitgPty><Id><OrgId><BICOrBEI>FJORNOKK</BICOrBEI></OrgId></Id></InitgPty>';
    const advice =
      '<RltdRmtInf><RmtId>R-1</RmtId><RmtLctnMtd>EMAL</RmtLctnMtd><RmtLctnElctrncAdr>a@b.example</RmtLctnElctrncAdr></RltdRmtInf>';
    const document = needed({ Dbtr: `${charges}${id}`, END: advice }, 'pacs.008.001.02').replace(/<(\/?)BICFI>/g, '<$1BIC>');
    const { left } = passed(document.replace(/<UETR>.*<\/UETR>/, ''));
    for (const line of [
      'ChrgsInf/Agt/FinInstnId/BICFI FJORNOKK',
      'InitgPty/Id/OrgId/AnyBIC FJORNOKK',
      'RltdRmtInf/RmtLctnDtls/Mtd EMAL',
      'RltdRmtInf/RmtLctnDtls/ElctrncAdr a@b.example',
    ])
      expect(left).toContain(line);
  });
});

describe('what goes on', () => {
  test('keeps all lines of remittance, and structured remittance beside them, without repeating what the order has', () => {
    const lines = '<RmtInf><Ustrd>Invoice 1</Ustrd><Ustrd>Invoice 2</Ustrd></RmtInf>';
    expect(passed(needed({ END: lines })).left.slice(-2)).toEqual(['RmtInf/Ustrd Invoice 1', 'RmtInf/Ustrd Invoice 2']);
    const both = '<RmtInf><Ustrd>Invoice 1</Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>';
    const { carried, left } = passed(needed({ END: both }));
    expect(left.slice(-2)).toEqual(['RmtInf/Ustrd Invoice 1', 'RmtInf/Strd/CdtrRefInf/Ref RF18539007547034']);
    expect(carried).toEqual([
      [
        'RmtInf',
        [
          ['Ustrd', null],
          ['Strd', [['CdtrRefInf', [['Ref', 'RF18539007547034']]]]],
        ],
      ],
    ]);
  });

  test('is nothing of a payment of which the order says all', () => {
    const plain = needed({ END: '<Purp><Cd>SUPP</Cd></Purp><RmtInf><Ustrd>Invoice 1</Ustrd></RmtInf>' });
    expect(passed(plain)).toMatchObject({ carried: undefined, order: { purpose: 'SUPP', remittance: 'Invoice 1' } });
  });

  test('is said for all transactions in the header, unless one says it itself', () => {
    const type = (level: string) => `<PmtTpInf><SvcLvl><Cd>${level}</Cd></SvcLvl></PmtTpInf>`;
    const document = needed().replace('<SttlmInf>', `${type('G001')}<SttlmInf>`);
    const [before, behind] = document.split('</SttlmInf>');
    const withType = `${before!.replace(type('G001'), '')}</SttlmInf>${type('G001')}${behind}`;
    expect(passed(valid(withType)).left).toContain('PmtTpInf/SvcLvl/Cd G001');
    const own = withType.replace('<IntrBkSttlmAmt', `${type('G004')}<IntrBkSttlmAmt`);
    expect(passed(own).left.filter((line) => line.startsWith('PmtTpInf'))).toEqual(['PmtTpInf/SvcLvl/Cd G004']);
  });

  test('that is not of the right form is left out with what cannot stand without it', () => {
    const account = '<DbtrAgtAcct><Id><Othr><Id>4711</Id></Othr></Id><Tp><Cd>SAVINGS</Cd></Tp></DbtrAgtAcct>';
    const unknown =
      '<InstrForNxtAgt><Cd>NONE</Cd><InstrInf>By noon</InstrInf></InstrForNxtAgt><SttlmTmReq><TillTm>noon</TillTm></SttlmTmReq>';
    const { left } = passed(needed({ CdtrAgt: account, END: unknown }));
    expect(left.filter((line) => /^(?:DbtrAgtAcct|InstrForNxtAgt|SttlmTmReq)/.test(line))).toEqual([
      'DbtrAgtAcct/Id/Othr/Id 4711',
      'InstrForNxtAgt/InstrInf By noon',
    ]);
  });

  test.each(['😀'.repeat(60), '-1', 'ÆØÅ\u0085\u200f]]&gt;', '0', 'A'])('leaves valid whatever stands in it: %j', (text) => {
    let left = 0;
    for (const [path] of paths) {
      const reading = readingOf(fileOf('pacs.008.001.09', withText(grammar, 'pacs.008.001.09', path, text)));
      if (reading.result === 'refused') continue;
      valid(sentOf(reading));
      left++;
    }
    expect(left).toBeGreaterThan(paths.length / 2);
  });

  test('has its text escaped again, however it was written', () => {
    const text = '<InstrForNxtAgt><InstrInf><![CDATA[<Ref>&amp;]]>&#38;&lt;/InstrInf&gt;</InstrInf></InstrForNxtAgt>';
    expect(passed(needed({ END: text })).left).toContain('InstrForNxtAgt/InstrInf <Ref>&amp;&</InstrInf>');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('is nothing where an element is called %s', (name) => {
    const inside = `<Strd><${name}>x</${name}><RfrdDocAmt><RmtAmtAndTp><Tp><Cd>${name}</Cd></Tp><Amt Ccy="EUR">1.00</Amt></RmtAmtAndTp></RfrdDocAmt></Strd>`;
    const { carried, left } = passed(needed({ END: `<RmtInf><Ustrd>Invoice 1</Ustrd>${inside}</RmtInf>` }));
    expect(JSON.stringify(carried)).not.toContain('EUR');
    expect(left.slice(-1)).toEqual(['RmtInf/Ustrd Invoice 1']);
  });

  test('is bounded, and more is refused by name', () => {
    const text = 'x'.repeat(140);
    const long = (times: number) => needed({ END: `<RmtInf>${`<Strd><AddtlRmtInf>${text}</AddtlRmtInf></Strd>`.repeat(times)}</RmtInf>` });
    expect(passed(valid(long(90))).left.filter((line) => line.endsWith(text))).toHaveLength(90);
    expect(() => passed(valid(long(100)))).toThrow('CdtTrfTxInf[1] CH16');
  });
});
