import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { haveIsoSchemas, schemaErrors } from '../../../test/support/iso-schemas.ts';
import { whereThere } from '../../../test/support/shared-data.ts';
import { AppError } from '../../base/error.ts';
import { groupStatusOf, PACS002_VERSION, type StatusReport, transactionStatusOf, type TransactionStatus, writePacs002 } from './pacs002.ts';
import { readPacs008 } from './pacs008.ts';
import { writePacs008 } from './pacs008-writer.ts';
import { type Balances, type StatementEntry, type StatementHead, writeStatement } from './write/statement.ts';
import { writtenMessage } from './write/streaming.ts';

const CAMT053_VERSION = writtenMessage('camt.053');
type Statement = StatementHead & Balances & { entries: readonly StatementEntry[] };
const writeCamt053 = ({ entries, ...rest }: Statement) => writeStatement('camt.053', rest, entries);

/** Compares with the kept file; `RIALTO_WRITE_GOLDEN=1` writes it anew, for a change that is meant. */
function expectGolden(name: string, xml: string): void {
  const path = fileURLToPath(new URL(`../../../test/fixtures/pacs008/golden/${name}`, import.meta.url));
  if (process.env['RIALTO_WRITE_GOLDEN']) writeFileSync(path, xml);
  expect(xml).toBe(readFileSync(path, 'utf8'));
}

const createdAt = Date.UTC(2026, 10, 22, 9, 30);
const report: StatusReport = {
  messageId: 'RIALTO-STATUS-1',
  createdAt,
  instructingAgent: 'RIALFIHH',
  instructedAgent: 'NORDFIHH',
  original: { messageId: 'MSG-1', message: 'pacs.008.001.08', createdAt, transactions: 3, controlSum: { units: 30000n, scale: 2 } },
  transactions: [
    {
      references: { endToEndId: 'E2E-1', instructionId: 'I-1' },
      status: 'ACSP',
      acceptedAt: createdAt,
      settlementDate: '2026-11-22',
      clearingReference: 'pay_0192837465ab7def8192837465abcdef',
    },
    { references: { endToEndId: 'E2E-2' }, status: 'PDNG', reason: { code: 'RR04', text: 'Held for review.' } },
    { references: {}, status: 'RJCT', reason: { code: 'CH20', text: 'ÄÖ & <b> '.repeat(30), path: 'CdtTrfTxInf[3]/IntrBkSttlmAmt' } },
  ],
};

const statement: Statement = {
  messageId: 'STMT-2026-11-22-1',
  createdAt,
  statementId: '2026-326-EUR',
  day: '2026-11-22',
  account: { id: 'acc_0192837465ab7def8192837465abcdef', ownerName: 'Nordfjord Bank', ownerBic: 'NORDFIHH', servicerBic: 'RIALFIHH' },
  asset: 'EUR/2',
  opening: 1_000_000n,
  closing: 1_049_500n,
  entries: [
    { reference: 'trf-1', kind: 'funding', units: 100_000n, bookedAt: createdAt, valueDate: '2026-11-22' },
    {
      reference: 'trf-2',
      kind: 'payment',
      units: -50_500n,
      bookedAt: createdAt,
      valueDate: '2026-11-22',
      endToEndId: 'INV-42',
      uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d',
      debtor: { name: 'Aurora Shipping AS', account: 'NO9386011117947' },
      creditor: { name: '株式会社青海商事' },
      debtorAgent: 'NORDFIHH',
      creditorAgent: 'MERIJPJT',
      remittance: 'Invoice 42',
    },
  ],
};

const sample = writePacs008({
  messageId: 'MSG-1',
  createdAt,
  settlementDate: '2026-11-22',
  transactions: [
    {
      instructionId: 'I-1',
      transactionId: 'T-1',
      order: {
        uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d',
        endToEndId: 'INV-42',
        debtorAgent: 'NORDFIHH',
        creditorAgent: 'MERIDEFF',
        debtor: { name: 'Aurora Shipping AS', account: 'NO9386011117947', country: 'NO' },
        creditor: { name: 'Söhne & Töchter GmbH', account: '4711-0815' },
        asset: 'EUR/2',
        units: 12_345n,
      },
    },
  ],
});

describe('golden files', () => {
  test('a status report is written as kept', () => expectGolden('status-report.xml', writePacs002(report)));
  test('a statement is written as kept', () => expectGolden('statement.xml', writeCamt053(statement)));
  test('a credit transfer file is written as kept', () => expectGolden('credit-transfer.xml', sample));
});

describe('status', () => {
  test('one rejected or pending among accepted ones makes the file PART; all alike give their own status', () => {
    expect(groupStatusOf(['ACSP', 'ACSP'])).toBe('ACSP');
    expect(groupStatusOf(['ACSP', 'RJCT'])).toBe('PART');
    expect(groupStatusOf(['ACSP', 'PDNG'])).toBe('PART');
    expect(groupStatusOf(['RJCT', 'PDNG'])).toBe('PART');
    expect(groupStatusOf(['RJCT', 'RJCT'])).toBe('RJCT');
    expect(groupStatusOf(['ACSC', 'ACTC', 'ACSP'])).toBe('ACTC');
    expect(groupStatusOf([])).toBe('RJCT');
  });

  test('every status of a payment has its ISO status', () => {
    expect((['held', 'queued', 'rejected', 'reserved', 'clearing', 'settled'] as const).map(transactionStatusOf)).toEqual([
      'PDNG',
      'PDNG',
      'RJCT',
      'ACSP',
      'ACSP',
      'ACSC',
    ]);
  });
});

describe('statements', () => {
  test('entries that do not lead from the opening to the closing balance stop the statement', () => {
    expect(() => writeCamt053({ ...statement, closing: 1n })).toThrow('not to the closing balance');
  });

  test('a reference of ours is never cut off: an id goes without its prefix, and what is still too long stops the statement', () => {
    expect(writeCamt053(statement)).toContain('<Othr><Id>0192837465ab7def8192837465abcdef</Id></Othr>');
    expect(() => writeCamt053({ ...statement, messageId: 'M'.repeat(36) })).toThrow('may have 35 characters');
  });

  test('an asset that ISO 4217 does not know is refused by name', () => {
    const act = () => writeCamt053({ ...statement, asset: 'BTC/8' });
    expect(act).toThrow(AppError);
    expect(act).toThrow('no currency of ISO 4217');
  });
});

const any = fc.string({ unit: 'grapheme', maxLength: 200 });
const reasons = fc.record({ code: fc.stringMatching(/^[A-Z0-9]{4}$/), text: any, path: any }, { requiredKeys: ['code', 'text'] });
const statuses = fc.constantFrom<TransactionStatus>('ACTC', 'ACSP', 'ACSC', 'PDNG', 'RJCT');
const instants = fc.integer({ min: 946_684_800_000, max: 4_000_000_000_000 });

whereThere(haveIsoSchemas(), () =>
  describe('against the schemas', () => {
    test('the golden files are valid', () => {
      expect(schemaErrors(PACS002_VERSION, writePacs002(report))).toEqual([]);
      expect(schemaErrors(CAMT053_VERSION, writeCamt053(statement))).toEqual([]);
      expect(schemaErrors('pacs.008.001.09', sample.replace('pacs.008.001.08', 'pacs.008.001.09'))).toEqual([]);
    });

    test('whatever text it carries, a status report is valid', () => {
      const transactions = fc.array(
        fc.record({
          references: fc.record({ endToEndId: any, instructionId: any, transactionId: any }),
          status: statuses,
          reason: reasons,
          acceptedAt: instants,
        }),
        { maxLength: 4 },
      );
      fc.assert(
        fc.property(
          fc.stringMatching(/^[A-Za-z0-9]{1,35}$/),
          transactions,
          fc.array(reasons, { maxLength: 2 }),
          (messageId, list, groupReasons) => {
            const xml = writePacs002({ ...report, messageId, groupReasons, transactions: list });
            expect(schemaErrors(PACS002_VERSION, xml)).toEqual([]);
          },
        ),
        { numRuns: 150 },
      );
    });

    test('whatever moved, a statement is valid and its sums hold', () => {
      const parties = fc.record({ name: any, account: any }, { requiredKeys: ['name'] });
      const entry = fc.record(
        {
          reference: fc.stringMatching(/^[a-z0-9-]{1,35}$/),
          kind: fc.constantFrom('payment', 'funding', 'defunding', 'settlement'),
          units: fc.bigInt(-(10n ** 12n), 10n ** 12n),
          bookedAt: instants,
          valueDate: fc.constant('2026-11-22'),
          endToEndId: any,
          debtor: parties,
          creditor: parties,
          remittance: any,
        },
        { requiredKeys: ['reference', 'kind', 'units', 'bookedAt', 'valueDate'] },
      );
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 6 }), fc.constantFrom('EUR/2', 'JPY/0', 'KWD/3'), (entries, asset) => {
          const closing = entries.reduce((sum, { units }) => sum + units, statement.opening);
          expect(schemaErrors(CAMT053_VERSION, writeCamt053({ ...statement, asset, entries, closing }))).toEqual([]);
        }),
        { numRuns: 100 },
      );
    });

    test('the report on a file of refusals is valid and tells each reason', () => {
      const bytes = readFileSync(new URL('../../../test/fixtures/pacs008/one-of-each-refusal.xml', import.meta.url));
      const transactions = readPacs008(bytes).transactions.map((t) =>
        t.result === 'ok'
          ? { references: t.references, status: 'ACSP' as const }
          : { references: t.references, status: 'RJCT' as const, reason: t.refusal },
      );
      expect(schemaErrors(PACS002_VERSION, writePacs002({ ...report, transactions }))).toEqual([]);
    });
  }),
);
