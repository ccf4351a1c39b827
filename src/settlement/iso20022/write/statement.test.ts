import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { haveIsoSchemas, schemaErrors } from '../../../../test/support/iso-schemas.ts';
import { whereThere } from '../../../../test/support/shared-data.ts';
import type { MessageOf } from '../read-message.ts';
import { type StatementEntry, streamStatement, totalsOf, writeStatement } from './statement.ts';
import { writtenMessage } from './streaming.ts';
import { account, assets, at, bic, day, id, joined, name, read, refusalsOf } from './writers.fixture.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 160 });

const entries = fc.array(
  fc.record(
    {
      reference: id,
      kind: fc.constantFrom('payment', 'funding', 'defunding', 'settlement'),
      units: fc.bigInt(-(10n ** 12n), 10n ** 12n),
      bookedAt: fc.integer({ min: 946_684_800_000, max: 4_000_000_000_000 }),
      valueDate: day,
      status: fc.constantFrom('BOOK', 'PDNG', 'INFO'),
      endToEndId: anyText,
      uetr: fc.uuid({ version: 4 }),
      debtor: fc.record({ name, account }, { requiredKeys: ['name'] }),
      creditor: fc.record({ name, account }, { requiredKeys: ['name'] }),
      debtorAgent: bic,
      creditorAgent: bic,
      remittance: anyText,
      returnReason: fc.stringMatching(/^[A-Z]{2}[0-9]{2}$/),
    },
    { requiredKeys: ['reference', 'kind', 'units', 'bookedAt', 'valueDate'] },
  ) as fc.Arbitrary<StatementEntry>,
  { maxLength: 8 },
);
const head = {
  messageId: 'M-1',
  createdAt: at,
  statementId: 'S-1',
  day: '2026-11-24',
  account: { id: 'ACC-1', ownerName: 'Nordfjord Bank', ownerBic: 'NORDFIHH' },
};
const booked = (list: readonly StatementEntry[]) =>
  list.filter(({ status = 'BOOK' }) => status === 'BOOK').reduce((sum, entry) => sum + entry.units, 0n);

describe('statements', () => {
  test.each(['camt.052', 'camt.053', 'camt.054'] as const)(
    '%s: what is written is valid, keeps every rule, and is read back as it was',
    (family) => {
      fc.assert(
        fc.property(entries, assets, fc.constantFrom(8, 13), (list, asset, version) => {
          const balances = family === 'camt.054' ? {} : { opening: 1_000n, closing: 1_000n + booked(list) };
          const xml = writeStatement(family, { ...head, version, asset, ...balances }, list);
          if (haveIsoSchemas()) expect(schemaErrors(writtenMessage(family, version), xml)).toEqual([]);
          const message = read(xml) as MessageOf<'camt.053'>;
          expect(refusalsOf(message)).toEqual([]);
          expect(message.records.map(({ value }) => value)).toMatchObject(
            list.map(({ reference, units: moved, valueDate, status = 'BOOK' }) => ({
              reference,
              status,
              valueDay: valueDate,
              amount: { asset, units: moved < 0n ? -moved : moved },
              direction: moved < 0n ? 'DBIT' : 'CRDT',
            })),
          );
          const parties = message.records.map(({ value }) => value.details?.[0]?.debtor?.name);
          expect(parties).toEqual(list.map(({ debtor }) => debtor?.name));
          const { credits, debits } = totalsOf(list);
          expect(message.groups[0]!.value).toMatchObject({
            totalCredit: { entries: credits.count },
            totalDebit: { entries: debits.count },
          });
        }),
        { numRuns: 60 },
      );
    },
  );

  test('written in pieces it is the same document, and none of the pieces is long', async () => {
    const list = Array.from({ length: 3_000 }, (_, i): StatementEntry => ({
      reference: `E-${i}`,
      kind: 'payment',
      units: BigInt(i - 700),
      bookedAt: at,
      valueDate: '2026-11-24',
    }));
    const balances = { opening: 5n, closing: 5n + booked(list) };
    const pieces: string[] = [];
    for await (const piece of streamStatement('camt.053', { ...head, asset: 'EUR/2', ...balances, ...totalsOf(list) }, list))
      pieces.push(piece);
    expect(pieces.join('')).toBe(writeStatement('camt.053', { ...head, asset: 'EUR/2', ...balances }, list));
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  });

  test('entries are asked for only as they are written, so that a statement of any length needs the memory of a piece', async () => {
    let asked = 0;
    const endless = function* (): Generator<StatementEntry> {
      for (;;) yield { reference: `E-${++asked}`, kind: 'payment', units: 1n, bookedAt: at, valueDate: '2026-11-24' };
    };
    const totals = { credits: { count: 10 ** 9, units: 10n ** 9n }, debits: { count: 0, units: 0n } };
    const pieces = streamStatement('camt.054', { ...head, asset: 'EUR/2', ...totals }, endless());
    await pieces.next();
    const once = asked;
    await pieces.next();
    expect(asked).toBeLessThan(2 * once + 10);
    await pieces.return(undefined);
  });

  test('a statement whose entries do not come to its totals or its balance is never complete', async () => {
    const entry: StatementEntry = { reference: 'E-1', kind: 'payment', units: 5n, bookedAt: at, valueDate: '2026-11-24' };
    const statement = { ...head, asset: 'EUR/2', ...totalsOf([entry]) };
    await expect(joined(streamStatement('camt.054', statement, [entry, entry]))).rejects.toThrow('credits: 1 were announced, 2 came');
    await expect(joined(streamStatement('camt.054', statement, [{ ...entry, units: 6n }]))).rejects.toThrow(
      'a sum of 5 was announced, 6 came',
    );
    await expect(joined(streamStatement('camt.053', { ...statement, opening: 0n, closing: 4n }, [entry]))).rejects.toThrow(
      'not to the closing balance 4',
    );
    expect(await joined(streamStatement('camt.053', { ...statement, opening: 0n, closing: 5n }, [entry]))).toContain('</Document>');
  });

  test('a statement in several messages tells its page', () => {
    const xml = writeStatement('camt.053', { ...head, asset: 'EUR/2', page: { number: 2, isLast: true } }, []);
    expect(read(xml).header).toMatchObject({ page: 2, isLastPage: true });
    if (haveIsoSchemas()) expect(schemaErrors('camt.053.001.08', xml.replace('<TxsSummry>', `${BALANCE}<TxsSummry>`))).toEqual([]);
  });
});

/** camt.053 wants a balance in every statement. */
const BALANCE =
  '<Bal><Tp><CdOrPrtry><Cd>ITBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>';

whereThere(haveIsoSchemas(), () =>
  test('the schemas are asked: a wrong document is not valid', () => {
    expect(
      schemaErrors('camt.054.001.08', writeStatement('camt.054', { ...head, asset: 'EUR/2' }, []).replace('<Ccy>EUR', '<Ccy>euro')),
    ).not.toEqual([]);
  }),
);
