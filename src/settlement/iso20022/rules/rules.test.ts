import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { manualClock, weekdayOf } from '../../../base/time.ts';
import { type AnyMessage, readMessage } from '../read-message.ts';
import { REASONS } from '../reason.ts';
import type { RuleOptions } from './rule.ts';
import { applyRules, RULES } from './rules.ts';

const folder = new URL('../../../../test/fixtures/iso20022/', import.meta.url);
const SAMPLES = [
  'pacs.008',
  'pacs.009',
  'pacs.009-cov',
  'pacs.004',
  'pain.001',
  'camt.056',
  'pacs.028',
  'camt.052',
  'camt.053',
  'camt.054',
];
const textOf = (name: string) => readFileSync(new URL(`${name}.xml`, folder), 'utf8');

const MOVEMENTS = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.029.001.02"><MulSttlmReq>
  <GrpHdr><MsgId>NET-1</MsgId><CreDtTm>2026-11-24T09:00:00Z</CreDtTm><NbOfSttlmReqs>1</NbOfSttlmReqs></GrpHdr>
  <SttlmReq><InstrId>W-1</InstrId><NbOfMvmntRcrds>2</NbOfMvmntRcrds>
    <MvmntRcrd><Id>1</Id><Amt><Amt Ccy="EUR">5.00</Amt><CdtDbt>DBIT</CdtDbt></Amt></MvmntRcrd>
    <MvmntRcrd><Id>2</Id><Amt><Amt Ccy="EUR">5.00</Amt><CdtDbt>CRDT</CdtDbt></Amt></MvmntRcrd>
  </SttlmReq></MulSttlmReq></Document>`;
const CBPR = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
  <GrpHdr><MsgId>A1</MsgId><CreDtTm>2026-11-24T09:00:00+00:00</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr>
  <CdtTrfTxInf>
    <PmtId><InstrId>I1</InstrId><EndToEndId>E1</EndToEndId><UETR>97ed4827-7b6f-4491-a06f-b548d5a7512d</UETR></PmtId>
    <IntrBkSttlmAmt Ccy="EUR">5.00</IntrBkSttlmAmt><IntrBkSttlmDt>2026-11-24</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr>
    <InstgAgt><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></InstgAgt><InstdAgt><FinInstnId><BICFI>MERIDEFF</BICFI></FinInstnId></InstdAgt>
    <Dbtr><Nm>Aurora</Nm><PstlAdr><TwnNm>Oslo</TwnNm><Ctry>NO</Ctry><AdrLine>Pier 1</AdrLine></PstlAdr></Dbtr>
    <DbtrAgt><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></DbtrAgt>
    <CdtrAgt><FinInstnId><Nm>Merian</Nm><PstlAdr><TwnNm>Berlin</TwnNm><Ctry>DE</Ctry></PstlAdr></FinInstnId></CdtrAgt>
    <Cdtr><Nm>Jana</Nm></Cdtr><RmtInf><Ustrd>Thanks!</Ustrd></RmtInf>
  </CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`;
const ENVELOPED = `<Message><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">
  <Fr><FIId><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></FIId></Fr><To><OrgId><Id><OrgId><AnyBIC>RIALDEFF</AnyBIC></OrgId></Id></OrgId></To>
  <BizMsgIdr>A1</BizMsgIdr><MsgDefIdr>pacs.008.001.08</MsgDefIdr><CreDt>2026-11-24T09:00:00Z</CreDt></AppHdr>${CBPR.replace(/<CdtrAgt>.*<\/CdtrAgt>/, '<CdtrAgt><FinInstnId><BICFI>MERIDEFF</BICFI></FinInstnId></CdtrAgt>')}</Message>`;
const OWN: Readonly<Record<string, string>> = { 'pacs.029': MOVEMENTS, cbpr: CBPR, enveloped: ENVELOPED };

/** Tuesday morning; banks work on weekdays; only two agents take part. */
const WORLD: RuleOptions = {
  clock: manualClock(Date.UTC(2026, 10, 24, 9)),
  isBusinessDay: (day) => weekdayOf(day) < 6,
  isKnownAgent: ({ bic }) => ['NORDFIHH', 'MERIDEFF', 'MERIJPJT'].includes(bic ?? ''),
  isTakenMessage: (messageId) => messageId === 'TAKEN',
  isTakenUetr: (uetr) => uetr.startsWith('77777777'),
  isSender: (bic) => bic === 'NORDFIHH',
  isAddressee: (bic) => bic === 'RIALDEFF',
};

function judged(sample: string, edit: (text: string) => string, options: RuleOptions): AnyMessage {
  const text = OWN[sample] ?? textOf(sample);
  const edited = edit(text);
  const read = readMessage(Buffer.from(edited));
  return applyRules(read, options);
}

/** `code path rule` of all that is told, once each. */
function told(message: AnyMessage): string[] {
  const all = [message, ...message.groups, ...message.records].flatMap((part) => ('refusals' in part ? part.refusals : []));
  return [...new Set(all.map(({ code, path, rule }) => `${code} ${path} ${rule}`))];
}

type Edit = (text: string) => string;
const swap =
  (from: string | RegExp, to: string): Edit =>
  (text) => {
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`nothing to replace: ${from}`);
    return edited;
  };
const both =
  (...edits: Edit[]): Edit =>
  (text) =>
    edits.reduce((at, edit) => edit(at), text);

const UETR = '97ed4827-7b6f-4491-a06f-b548d5a7512d';
const TX = 'CdtTrfTxInf[1]';

/** Rule, sample, what is broken in it, and what is told of it. */
const BROKEN: readonly (readonly [string, string, Edit, string])[] = [
  ['N01', 'pacs.008', swap('<NbOfTxs>2', '<NbOfTxs>3'), 'AM18 GrpHdr/NbOfTxs'],
  ['N01', 'pacs.008', swap('2750.5<', '2750.51<'), 'AM10 GrpHdr/CtrlSum'],
  ['N01', 'camt.056', swap('<NbOfTxs>1', '<NbOfTxs>2'), 'AM18 CtrlData/NbOfTxs'],
  ['N02', 'pain.001', swap('<NbOfTxs>2', '<NbOfTxs>1'), 'AM20 PmtInf[1]/NbOfTxs'],
  ['N02', 'pain.001', swap('<CtrlSum>1.75', '<CtrlSum>1.80'), 'AM17 PmtInf[1]/CtrlSum'],
  ['N03', 'pacs.008', swap('>2750.50<', '>2750.00<'), 'AM10 GrpHdr/TtlIntrBkSttlmAmt'],
  ['N03', 'pacs.004', swap('Ccy="EUR">1748.50</TtlR', 'Ccy="USD">1748.50</TtlR'), 'AM03 GrpHdr/TtlRtrdIntrBkSttlmAmt'],
  ['N04', 'pacs.008', swap('2026-11-23T08:15', '2026-11-26T08:15'), 'DT02 GrpHdr/CreDtTm'],
  ['N04', 'camt.053', swap('2026-11-25T01:00', '2026-11-27T01:00'), 'DT02 GrpHdr/CreDtTm'],
  ['N04', 'pacs.009', swap('2026-11-23T08:15', '2026-09-23T08:15'), 'DT02 GrpHdr/CreDtTm'],
  ['N05', 'pacs.009', swap('NORD-FI-1', 'TAKEN'), 'DU01 GrpHdr/MsgId'],
  ['N06', 'pacs.008', swap('1f2a3b4c-5d6e-4f70-8a91-b2c3d4e5f601', UETR), 'DUPL CdtTrfTxInf[2]/PmtId/UETR'],
  ['N06', 'pacs.008', swap('1f2a3b4c', '77777777'), 'DUPL CdtTrfTxInf[2]/PmtId/UETR'],
  ['N06', 'pacs.008', swap('<UETR>1f2a3b4c', '<TxId>N-TX-1</TxId><UETR>1f2a3b4c'), 'DU03 CdtTrfTxInf[2]/PmtId/TxId'],
  ['N07', 'pain.001', swap('BATCH-2', 'BATCH-1'), 'DU02 PmtInf[2]/PmtInfId'],
  ['N08', 'pacs.008', swap('<SttlmPrty>', '<IntrBkSttlmDt>2026-11-25</IntrBkSttlmDt><SttlmPrty>'), `DT01 ${TX}/IntrBkSttlmDt`],
  ['M01', 'pacs.029', swap('<NbOfMvmntRcrds>2', '<NbOfMvmntRcrds>3'), 'AM18 SttlmReq[1]/NbOfMvmntRcrds'],
  ['M01', 'pacs.029', swap('>5.00<', '>6.00<'), 'AM10 SttlmReq[1]/NbOfMvmntRcrds'],
  ['P01', 'pacs.009', swap('<IntrBkSttlmDt>2026-11-24', '<IntrBkSttlmDt>2026-11-20'), `DT05 ${TX}/IntrBkSttlmDt`],
  ['P01', 'pacs.009', swap('<IntrBkSttlmDt>2026-11-24', '<IntrBkSttlmDt>2026-11-28'), `DT03 ${TX}/IntrBkSttlmDt`],
  ['P01', 'pacs.009', swap('<IntrBkSttlmDt>2026-11-24', '<IntrBkSttlmDt>2036-11-28'), `DT04 ${TX}/IntrBkSttlmDt`],
  ['P02', 'pain.001', swap('<Dt>2026-11-24', '<Dt>2026-11-01'), 'CH04 PmtInf[1]/ReqdExctnDt'],
  ['P02', 'pain.001', swap('<Dt>2026-11-24', '<Dt>2030-11-01'), 'CH03 PmtInf[1]/ReqdExctnDt'],
  ['P03', 'pacs.008', swap(/(<DbtrAgt><FinInstnId><BICFI>)NORD/, '$1BORD'), `RC03 ${TX}/DbtrAgt`],
  ['P03', 'pacs.008', swap(/(<CdtrAgt><FinInstnId><BICFI>)MERI/, '$1BORD'), `RC04 ${TX}/CdtrAgt`],
  ['P04', 'pacs.009', swap(/(<Dbtr><FinInstnId><BICFI>)NORD/, '$1BORD'), `RC03 ${TX}/Dbtr`],
  ['P04', 'pacs.009', swap(/(<Cdtr><FinInstnId><BICFI>)MERI/, '$1BORD'), `RC04 ${TX}/Cdtr`],
  ['P05', 'pacs.008', swap('<XchgRate>1.0854</XchgRate>', ''), `CH21 ${TX}/XchgRate`],
  ['P05', 'pacs.008', swap('InstdAmt Ccy="USD"', 'InstdAmt Ccy="EUR"'), `CH17 ${TX}/XchgRate`],
  ['P05', 'pacs.008', swap(/<InstdAmt.*\n\s*<XchgRate.*\n/, ''), `CH21 ${TX}/InstdAmt`],
  ['P06', 'pacs.009', swap('CLRG', 'COVE'), 'CH21 GrpHdr/SttlmInf/InstgRmbrsmntAgt'],
  [
    'P06',
    'pacs.009',
    swap('</SttlmMtd>', '</SttlmMtd><InstdRmbrsmntAgt><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></InstdRmbrsmntAgt>'),
    'CH17 GrpHdr/SttlmInf/InstdRmbrsmntAgt',
  ],
  [
    'P06',
    'pacs.009',
    swap('</SttlmMtd>', '</SttlmMtd><SttlmAcct><Id><Othr><Id>1</Id></Othr></Id></SttlmAcct>'),
    'CH17 GrpHdr/SttlmInf/SttlmAcct',
  ],
  ['P07', 'pacs.008', swap('RF18', 'RF19'), `RR09 ${TX}/RmtInf/Strd[1]/CdtrRefInf/Ref`],
  ['P08', 'pacs.008', swap('2026-11-23T07:10', '2026-11-24T17:10'), `DT01 ${TX}/AccptncDtTm`],
  [
    'P09',
    'pacs.009',
    swap('<Dbtr>', '<IntrmyAgt2><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></IntrmyAgt2><Dbtr>'),
    `RC11 ${TX}/IntrmyAgt2`,
  ],
  [
    'P09',
    'pacs.009',
    swap('<Dbtr>', '<IntrmyAgt3><FinInstnId><BICFI>NORDFIHH</BICFI></FinInstnId></IntrmyAgt3><Dbtr>'),
    `RC11 ${TX}/IntrmyAgt3`,
  ],
  [
    'P10',
    'pacs.008',
    both(swap('<Othr><Id>86011117947</Id></Othr>', '<IBAN>DE89370400440532013000</IBAN>'), (text) =>
      text.replaceAll('MERIDEFF', 'NORDFIHH'),
    ),
    'AG01 CdtTrfTxInf[2]/CdtrAcct',
  ],
  ['I01', 'pain.001', swap('<Amt><InstdAmt Ccy="EUR">1.25</InstdAmt></Amt>', ''), 'AM12 PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt'],
  ['I01', 'pain.001', swap('<CcyOfTrf>USD</CcyOfTrf>', ''), 'CH21 PmtInf[2]/CdtTrfTxInf[1]/Amt/EqvtAmt/CcyOfTrf'],
  ['I01', 'pain.001', swap('</InstdAmt></Amt>', '</InstdAmt></Amt><ChrgBr>SLEV</ChrgBr>'), 'CH07 PmtInf[1]/CdtTrfTxInf[1]/ChrgBr'],
  [
    'I01',
    'pain.001',
    (text) =>
      text
        .replace('<CdtTrfTxInf>', '<UltmtDbtr><Nm>Aurora Holding</Nm></UltmtDbtr><CdtTrfTxInf>')
        .replace('</InstdAmt></Amt>', '</InstdAmt></Amt><UltmtDbtr><Nm>Aurora Ships</Nm></UltmtDbtr>'),
    'CH07 PmtInf[1]/CdtTrfTxInf[1]/UltmtDbtr',
  ],
  [
    'I01',
    'pain.001',
    swap('</PmtId><Amt>', '</PmtId><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><Amt>'),
    'CH07 PmtInf[1]/CdtTrfTxInf[1]/PmtTpInf/SvcLvl/Cd',
  ],
  [
    'I01',
    'pain.001',
    swap('<CdtrAgt><FinInstnId><BICFI>MERIDEFF</BICFI></FinInstnId></CdtrAgt>', ''),
    'RC04 PmtInf[2]/CdtTrfTxInf[1]/CdtrAgt',
  ],
  ['R01', 'pacs.004', swap(/<RtrRsnInf>.*<\/RtrRsnInf>/, ''), 'CH21 TxInf[1]/RtrRsnInf'],
  ['R01', 'pacs.004', swap(/<OrgnlInstrId>.*\n.*\n/, ''), 'CH21 TxInf[1]/OrgnlUETR'],
  ['R01', 'pacs.004', swap('>1750.50<', '>1700.00<'), 'AM09 TxInf[1]/RtrdIntrBkSttlmAmt'],
  ['R02', 'camt.056', swap(/<CxlRsnInf>.*/, ''), 'CH21 Undrlyg[1]/TxInf[1]/CxlRsnInf'],
  ['R03', 'pacs.028', swap(/<OrgnlEndToEndId>.*\n.*\n/, ''), 'CH21 TxInf[1]/OrgnlUETR'],
  ['S01', 'camt.053', swap('>1600.00<', '>1600.01<'), 'AM10 Stmt[1]/Bal[2]/Amt'],
  ['S02', 'camt.053', swap('<NbOfNtries>2', '<NbOfNtries>4'), 'AM18 Stmt[1]/TxsSummry/TtlNtries/NbOfNtries'],
  ['S02', 'camt.054', swap('<Sum>50.50', '<Sum>50.51'), 'AM10 Ntfctn[1]/TxsSummry/TtlDbtNtries/Sum'],
  ['S03', 'camt.052', swap('Ccy="EUR">50.5<', 'Ccy="USD">50.5<'), 'AM11 Rpt[1]/Ntry[2]/Amt'],
  ['S04', 'camt.052', swap('>1000.50<', '>1000.51<'), 'AM10 Rpt[1]/Ntry[1]/Amt'],
  ['S05', 'camt.052', (text) => text.replace(/(<Rpt>[\s\S]*<\/Rpt>)/, '$1$1'), 'DU03 Rpt[2]/Id'],
  ['H01', 'enveloped', swap('<BICFI>NORDFIHH<', '<BICFI>ECHOFRPP<'), 'AG01 AppHdr/Fr/FIId/FinInstnId/BICFI'],
  ['H01', 'enveloped', swap('<BICFI>NORDFIHH</BICFI>', '<Nm>Nord</Nm>'), 'CH21 AppHdr/Fr/FIId/FinInstnId/BICFI'],
  ['H02', 'enveloped', swap('RIALDEFF', 'MERIDEFF'), 'RC02 AppHdr/To/OrgId/Id/OrgId/AnyBIC'],
  ['H02', 'enveloped', swap(/<To>.*<\/To>/, ''), 'CH21 AppHdr/To/FIId/FinInstnId/BICFI'],
  [
    'C01',
    'cbpr',
    both(swap('<NbOfTxs>1', '<NbOfTxs>2'), (text) =>
      text.replace(/(<CdtTrfTxInf>[\s\S]*<\/CdtTrfTxInf>)/, (all) => all + all.replace('97ed', '98ed')),
    ),
    'AM18 GrpHdr/NbOfTxs',
  ],
  ['C02', 'cbpr', swap('>A1<', '>A_1<'), 'RR10 GrpHdr/MsgId'],
  ['C03', 'cbpr', swap(`<UETR>${UETR}</UETR>`, ''), `CH21 ${TX}/PmtId/UETR`],
  ['C03', 'cbpr', swap('<InstrId>I1</InstrId>', ''), `CH21 ${TX}/PmtId/InstrId`],
  ['C03', 'cbpr', swap('>I1<', '>/I1<'), `CH16 ${TX}/PmtId/InstrId`],
  ['C03', 'cbpr', swap('>E1<', '>Ē<'), `RR10 ${TX}/PmtId/EndToEndId`],
  ['C04', 'cbpr', swap('SHAR', 'SLEV'), `BE19 ${TX}/ChrgBr`],
  ['C04', 'cbpr', swap('SHAR', 'CRED'), `CH21 ${TX}/ChrgsInf`],
  ['C05', 'cbpr', swap('</Ustrd>', '</Ustrd><Strd><CdtrRefInf><Ref>1</Ref></CdtrRefInf></Strd>'), `RR07 ${TX}/RmtInf/Strd`],
  ['C05', 'cbpr', swap('</Ustrd>', '</Ustrd><Ustrd>again</Ustrd>'), `RR07 ${TX}/RmtInf/Ustrd[2]`],
  ['C05', 'cbpr', swap('Thanks!', 'Дякую'), `RR10 ${TX}/RmtInf/Ustrd[1]`],
  ['C06', 'cbpr', swap('<Nm>Jana</Nm>', ''), `BE22 ${TX}/Cdtr/Nm`],
  ['C06', 'cbpr', swap('<Nm>Aurora</Nm>', ''), `BE08 ${TX}/Dbtr/Nm`],
  ['C06', 'cbpr', swap('<Nm>Aurora</Nm>', '<Nm>株式会社</Nm>'), `RR10 ${TX}/Dbtr/Nm`],
  ['C06', 'cbpr', swap('<TwnNm>Oslo</TwnNm>', ''), `BE07 ${TX}/Dbtr/PstlAdr/TwnNm`],
  ['C06', 'cbpr', swap('<AdrLine>', '<AdrLine>1</AdrLine><AdrLine>2</AdrLine><AdrLine>'), `BE07 ${TX}/Dbtr/PstlAdr/AdrLine[3]`],
  ['C07', 'cbpr', swap('<Nm>Merian</Nm>', ''), `RC04 ${TX}/CdtrAgt/FinInstnId/BICFI`],
  ['C08', 'cbpr', swap(/<InstgAgt>.*?<\/InstgAgt>/, ''), `RC02 ${TX}/InstgAgt/FinInstnId/BICFI`],
];

const optionsFor = (rule: string): RuleOptions => (rule.startsWith('C') ? { profile: 'cbpr' } : WORLD);

describe('business rules', () => {
  test('every sample keeps every rule of the network, in a world that knows it', () => {
    for (const sample of [...SAMPLES, 'pacs.029', 'enveloped'])
      expect([sample, told(judged(sample, (text) => text, WORLD))]).toEqual([sample, []]);
    expect(told(judged('cbpr', (text) => text, { profile: 'cbpr' }))).toEqual([]);
  });

  test.each(BROKEN)('%s, broken in %s, is told with code, path and rule, and alone', (rule, sample, edit, expected) => {
    expect(told(judged(sample, edit, optionsFor(rule)))).toEqual([`${expected} ${rule}`]);
  });

  test('every rule of the table is broken by one of these, and is told apart by its id', () => {
    expect(new Set(BROKEN.map(([rule]) => rule))).toEqual(new Set(RULES.map(({ id }) => id)));
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });

  test('only codes of the table are given', () => {
    for (const [, , , expected] of BROKEN) expect(REASONS).toHaveProperty(expected.slice(0, 4));
  });

  test('usage rules are for those who ask for them', () => {
    expect(told(judged('cbpr', swap('SHAR', 'SLEV'), {}))).toEqual([]);
  });

  test('a rule that needs to know the world is not applied without it', () => {
    expect(told(judged('pacs.009', swap('<IntrBkSttlmDt>2026-11-24', '<IntrBkSttlmDt>1999-11-20'), {}))).toEqual([]);
  });
});

describe('what a broken rule refuses', () => {
  test('one bad payment does not take the good one with it', () => {
    const message = judged('pacs.008', swap('RF18', 'RF19'), WORLD);
    expect(message.result).toBe('ok');
    expect(message.records.map(({ result }) => result)).toEqual(['refused', 'ok']);
  });

  test('a batch whose sums do not hold is refused with its payments, and no other batch', () => {
    const message = judged('pain.001', swap('<CtrlSum>1.75', '<CtrlSum>1.80'), WORLD);
    expect(message.groups.map(({ result }) => result)).toEqual(['refused', 'ok']);
    expect(message.records.map(({ result }) => result)).toEqual(['refused', 'refused', 'ok']);
    expect(message.records[0]).toMatchObject({ refusals: [{ code: 'AM17', path: 'PmtInf[1]/CtrlSum' }] });
  });

  test('a sum over an amount that is no number is neither right nor wrong: only that payment is refused', () => {
    const message = judged('pacs.008', swap('>1000<', '>thousand<'), WORLD);
    expect(message.result).toBe('ok');
    expect(message.records.map(({ result }) => result)).toEqual(['ok', 'refused']);
  });

  test('a statement that does not add up is refused whole', () => {
    const message = judged('camt.053', swap('>1600.00<', '>1600.01<'), WORLD);
    expect([...message.groups, ...message.records].map(({ result }) => result)).toEqual(['refused', 'refused', 'refused']);
  });
});
