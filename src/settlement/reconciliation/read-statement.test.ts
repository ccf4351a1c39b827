import { describe, expect, test } from 'vitest';
import { entry, statementOf } from '../../../test/support/statement.ts';
import { streamStatement } from '../iso20022/write/statement.ts';
import { toldOf } from './lines.ts';
import { readStatement, type StatementPiece } from './read-statement.ts';

const read = async (bytes: Uint8Array, size = bytes.length): Promise<StatementPiece[]> => {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  return Array.fromAsync(readStatement(pieces));
};
const toldIn = async (bytes: Uint8Array) =>
  (await read(bytes)).flatMap((piece) => (piece.kind === 'entry' ? (toldOf(piece.entry, '2026-11-20') ?? []) : []));
const linesIn = async (bytes: Uint8Array) => (await toldIn(bytes)).flatMap(({ lines }) => lines);

const STATEMENT = await statementOf('camt.053', [entry(500n, 'A-1', { remittance: 'Für Ärzte' }), entry(-20n, 'B-1')], {
  id: 'S-1',
  opening: 100n,
});

/** An entry as a bank may write it. */
const raw = (inside: string, family = 'camt.054', root = 'BkToCstmrDbtCdtNtfctn', group = 'Ntfctn') =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${family}.001.08"><${root}><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-20T22:00:00Z</CreDtTm></GrpHdr><${group}><Id>N-1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>${inside}</${group}></${root}></Document>`,
  );
const ntry = (change: string, amount = '5.00') =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>${change}</Ntry>`;

describe('a statement', () => {
  test.each([1, 7, 1_000, 1 << 20])('is read the same in pieces of %i bytes', async (size) => {
    const whole = await read(STATEMENT);
    expect(whole.map(({ kind }) => kind)).toEqual(['opens', 'entry', 'entry', 'closes']);
    expect(await read(STATEMENT, size)).toEqual(whole);
  });

  test.each([
    ['utf-16le', Buffer.from(`\uFEFF${STATEMENT.toString().replace('UTF-8', 'UTF-16')}`, 'utf16le')],
    ['iso-8859-1', Buffer.from(STATEMENT.toString().replace('UTF-8', 'ISO-8859-1'), 'latin1')],
  ])('is read the same in %s', async (_, bytes) => {
    expect(await read(bytes, 3)).toEqual(await read(STATEMENT));
  });

  test('of any length is read as it comes, never ahead of its entries', async () => {
    const COUNT = 8_000;
    const entries = Array.from({ length: COUNT }, (_, i) => entry(BigInt(i + 1), `E-${i}`));
    const sum = entries.reduce((total, { units }) => total + units, 0n);
    const totals = { credits: { count: COUNT, units: sum }, debits: { count: 0, units: 0n }, opening: 0n, closing: sum };
    const account = { id: 'DE89370400440532013000', ownerName: 'Rialto' };
    const head = { messageId: 'M', createdAt: 0, statementId: 'S', day: '2026-11-20', asset: 'EUR/2', account, ...totals };
    let pulled = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for await (const piece of streamStatement('camt.053', head, entries)) {
        pulled += piece.length;
        yield Buffer.from(piece);
      }
    }
    const pulledAt: number[] = [];
    let total = 0n;
    for await (const piece of readStatement(source())) {
      if (piece.kind !== 'entry') continue;
      total += piece.entry.amount.units;
      pulledAt.push(pulled);
    }
    expect([pulledAt.length, total]).toEqual([COUNT, sum]);
    // Two pieces of 64 kB are all that is ever read and not given on.
    for (const tenth of [1, 3, 5, 7, 9]) expect(pulledAt[(COUNT * tenth) / 10]).toBeLessThan((pulled * tenth) / 10 + (2 << 16));
  });

  test.each([
    ['is empty', Buffer.from(''), 'settlement.statement_malformed'],
    ['is no XML', Buffer.from('hello'), 'settlement.statement_malformed'],
    ['is torn', STATEMENT.subarray(0, STATEMENT.length - 40), 'settlement.statement_malformed'],
    ['has a document type', Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), 'settlement.statement_malformed'],
    [
      'is another message',
      Buffer.from('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.12"/>'),
      'settlement.statement_unsupported',
    ],
    [
      'has neither a header nor a statement',
      Buffer.from('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>'),
      'settlement.statement_malformed',
    ],
    [
      'has bytes that are no UTF-8',
      Buffer.concat([STATEMENT.subarray(0, 300), Buffer.from([0xff, 0xfe]), STATEMENT.subarray(300)]),
      'settlement.statement_malformed',
    ],
    ['has an amount with too many decimals', raw(ntry('', '5.001')), 'settlement.statement_malformed'],
    ['has an amount that is no number', raw(ntry('', '-5.00')), 'settlement.statement_malformed'],
    ['has an entry without direction', raw(ntry('').replace('<CdtDbtInd>CRDT</CdtDbtInd>', '')), 'settlement.statement_malformed'],
    ['is nested without end', raw('<a>'.repeat(200)), 'settlement.statement_malformed'],
  ])('that %s is refused by name', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ code });
  });

  test.each([
    ['camt.052', 'BkToCstmrAcctRpt', 'Rpt'],
    ['camt.053', 'BkToCstmrStmt', 'Stmt'],
    ['camt.054', 'BkToCstmrDbtCdtNtfctn', 'Ntfctn'],
  ])('that is a %s and holds nothing is told what it lacks', async (family, root, group) => {
    const header = '<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-11-20T10:00:00Z</CreDtTm></GrpHdr>';
    for (const inside of ['', header]) {
      const document = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${family}.001.08"><${root}>${inside}</${root}></Document>`;
      await expect(read(Buffer.from(document))).rejects.toMatchObject({
        code: 'settlement.statement_malformed',
        message: `The statement cannot be taken: its ${root} has no ${group}.`,
      });
    }
  });

  test('with a reference that is none loses the reference, not the money', async () => {
    const [line] = await linesIn(
      raw(ntry('<NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId><UETR>not-a-uetr</UETR></Refs></TxDtls></NtryDtls>')),
    );
    expect(line).toMatchObject({ units: 500n, refs: ['E-1'] });
  });
});

describe('lines', () => {
  const split = (a: string, b: string) =>
    ntry(
      `<AcctSvcrRef>BATCH-1</AcctSvcrRef><NtryDtls>${[a, b].map((value, i) => `<TxDtls><Refs><EndToEndId>P-${i}</EndToEndId></Refs><Amt Ccy="EUR">${value}</Amt></TxDtls>`).join('')}</NtryDtls>`,
      '5.00',
    );

  test('are the payments of an entry when these come to it, else the entry alone', async () => {
    expect((await linesIn(raw(split('2.00', '3.00')))).map(({ units, refs }) => [units, refs[0]])).toEqual([
      [200n, 'P-0'],
      [300n, 'P-1'],
    ]);
    expect((await linesIn(raw(split('2.00', '3.01')))).map(({ units, refs }) => [units, refs])).toEqual([[500n, ['BATCH-1']]]);
  });

  test('have marks of their payments, and none of what banks write where they have nothing', async () => {
    const refs = '<EndToEndId>NOTPROVIDED</EndToEndId><UETR>0192837a-bcde-4f01-8345-6789abcdef01</UETR>';
    const text = '<RmtInf><Ustrd>Topping up rf18 5390 0754 7034</Ustrd></RmtInf>';
    const [line] = await linesIn(raw(ntry(`<NtryDtls><TxDtls><Refs>${refs}</Refs>${text}</TxDtls></NtryDtls>`)));
    expect(line!.marks).toEqual(['u:0192837A-BCDE-4F01-8345-6789ABCDEF01', 'r:RF18539007547034']);
  });

  test('are of what is booked only', async () => {
    expect(await linesIn(raw(ntry('').replace('BOOK', 'PDNG')))).toEqual([]);
  });
});
