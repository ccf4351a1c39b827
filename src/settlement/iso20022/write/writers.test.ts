import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { haveIsoSchemas, schemaErrors } from '../../../../test/support/iso-schemas.ts';
import type { Carried } from '../carried/said.ts';
import { definitionOf } from '../catalogue.ts';
import { groupStatusOf, streamPacs002, type TransactionReport, writePacs002 } from '../pacs002.ts';
import type { MessageOf } from '../read-message.ts';
import { confirmationOf, type RecallAnswer, type ResolutionHead, streamCamt029, writeCamt029 } from './camt029.ts';
import { type OutgoingReturn, type ReturnHead, streamPacs004, writePacs004 } from './pacs004.ts';
import { type SettlementRequest, streamPacs029, writePacs029 } from './pacs029.ts';
import { totalOf, WRITTEN, writtenMessage } from './streaming.ts';
import { account, assets, at, bic, day, id, joined, name, read, refusalsOf } from './writers.fixture.ts';

const units = fc.bigInt(1n, 10n ** 14n);
const references = fc.record(
  { instructionId: id, endToEndId: id, transactionId: id, uetr: fc.uuid({ version: 4 }) },
  { requiredKeys: ['uetr'] },
);

const statuses = fc.array(
  fc.record(
    {
      references,
      status: fc.constantFrom('ACTC', 'ACSP', 'ACSC', 'PDNG', 'RJCT'),
      reason: fc.record(
        { code: fc.stringMatching(/^[A-Z0-9]{4}$/), text: name, path: fc.constant('CdtTrfTxInf[1]/Cdtr') },
        { requiredKeys: ['code', 'text'] },
      ),
      acceptedAt: fc.constant(at),
      settlementDate: day,
    },
    { requiredKeys: ['references', 'status'] },
  ) as fc.Arbitrary<TransactionReport>,
  { maxLength: 5 },
);

describe('status reports', () => {
  const original = { messageId: 'MSG-1', message: 'pacs.008.001.08' };

  test('what is written is valid in each version, and is read back', async () => {
    await fc.assert(
      fc.asyncProperty(statuses, fc.constantFrom(11, 12, 15), async (transactions, version) => {
        const report = { version, messageId: 'R-1', createdAt: at, instructedAgent: 'NORDFIHH', original, transactions };
        const xml = writePacs002(report);
        if (haveIsoSchemas()) expect(schemaErrors(writtenMessage('pacs.002', version), xml)).toEqual([]);
        const message = read(xml) as MessageOf<'pacs.002'>;
        expect(refusalsOf(message)).toEqual([]);
        expect(message.records.map(({ references: told, value }) => ({ told, status: value.status }))).toEqual(
          transactions.map(({ references: told, status }) => ({ told, status })),
        );
        const kinds = transactions.map(({ status }) => status);
        const counts = [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length] as const);
        expect(await joined(streamPacs002({ ...report, groupStatus: groupStatusOf(kinds), counts }, transactions))).toBe(xml);
      }),
      { numRuns: 80 },
    );
  });

  test('a report whose transactions are not as announced is never complete', async () => {
    const announced = { messageId: 'R-1', createdAt: at, original, groupStatus: 'ACSP', counts: [['ACSP', 2]] } as const;
    await expect(joined(streamPacs002(announced, [{ references: {}, status: 'ACSP' }]))).rejects.toThrow(
      '1 transactions fewer came than announced',
    );
  });
});

const side = fc.record({ name, account, country: fc.constantFrom('NO', 'DE') }, { requiredKeys: ['name'] });
const returns = (asset: string): fc.Arbitrary<OutgoingReturn[]> =>
  fc.array(
    fc
      .record({
        returnId: id,
        references,
        units,
        text: name,
        debtor: side,
        creditor: side,
        debtorAgent: bic,
        creditorAgent: bic,
        settlementDate: day,
      })
      .map(({ references: told, units: paid, text, settlementDate, ...rest }) => ({
        ...rest,
        original: {
          messageId: 'MSG-1',
          message: 'pacs.008.001.08',
          createdAt: at,
          references: told,
          amount: { asset, units: paid },
          settlementDate,
        },
        amount: { asset, units: paid },
        reason: { code: 'FOCR', text },
        carried: CHARGES,
      })),
    { minLength: 1, maxLength: 4 },
  );

/** All that may be said of charges, and something that no return has a place for. */
const CHARGES: Carried = [
  [
    'ChrgsInf',
    [
      ['Amt', '0.05', 'EUR'],
      ['Agt', [['FinInstnId', [['BICFI', 'FJORNOKK']]]]],
    ],
  ],
  ['ChrgBr', 'SLEV'],
  ['RtrdInstdAmt', '1.00', 'EUR'],
  ['XchgRate', '1.25'],
  ['CompstnAmt', '0.01', 'EUR'],
  ['Elsewhere', 'not said'],
];

describe('returns', () => {
  const returnHead: ReturnHead = {
    messageId: 'RTR-1',
    createdAt: at,
    settlementDate: '2026-11-24',
    asset: 'EUR/2',
    instructingAgent: 'MERIDEFF',
  };

  test('what is written is valid in each version, keeps every rule, and is read back', async () => {
    const cases = assets.chain((asset) => fc.tuple(fc.constant(asset), returns(asset)));
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom(10, 14), async ([asset, list], version) => {
        const xml = writePacs004({ ...returnHead, version, asset }, list);
        if (haveIsoSchemas()) expect(schemaErrors(writtenMessage('pacs.004', version), xml)).toEqual([]);
        const message = read(xml) as MessageOf<'pacs.004'>;
        expect(refusalsOf(message)).toEqual([]);
        expect(message.records.map(({ value }) => value)).toMatchObject(
          list.map(({ returnId, amount, original, debtor }) => ({
            returnId,
            amount,
            originalAmount: original.amount,
            ...original.references,
            reasons: [{ code: 'FOCR' }],
            chargeBearer: 'SLEV',
            charges: [{ agent: { bic: 'FJORNOKK' } }],
            instructedAmount: { asset: 'EUR/2', units: 100n },
            original: { debtor: { name: debtor!.name } },
          })),
        );
        const total = totalOf(list.map(({ amount }) => amount.units));
        expect(await joined(streamPacs004({ ...returnHead, version, asset, total }, list))).toBe(xml);
      }),
      { numRuns: 60 },
    );
  });

  test('more than was paid, another currency, or another total does not leave', () => {
    const [back] = fc.sample(returns('EUR/2'), { numRuns: 1, seed: 1 })[0]!;
    expect(() => writePacs004(returnHead, [{ ...back!, amount: { asset: 'EUR/2', units: back!.original.amount.units + 1n } }])).toThrow(
      'more is returned',
    );
    expect(() => writePacs004({ ...returnHead, asset: 'JPY/0' }, [back!])).toThrow('the returns are in JPY/0');
  });
});

describe('settlement requests', () => {
  const requests: fc.Arbitrary<SettlementRequest[]> = fc.array(
    fc
      .tuple(assets, fc.array(fc.record({ name, bic, account, units: fc.bigInt(1n, 10n ** 12n) }), { minLength: 1, maxLength: 5 }))
      .map(([asset, payers]) => ({
        instructionId: 'W-1',
        cycle: 'WINDOW-7',
        movements: [
          ...payers,
          { name: 'Sum', bic: 'RIALFIHH', account: 'A1', units: -payers.reduce((sum, payer) => sum + payer.units, 0n) },
        ].map(({ units: moved, ...participant }, i) => ({ id: `M-${i}`, amount: { asset, units: moved }, participant, reference: 'REF' })),
      })),
    { minLength: 1, maxLength: 3 },
  );

  test('what is written is valid, keeps every rule, and is read back', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (list) => {
        const xml = writePacs029({ messageId: 'NET-1', createdAt: at, clearingSystem: 'RIALTO' }, list);
        if (haveIsoSchemas()) expect(schemaErrors('pacs.029.001.02', xml)).toEqual([]);
        const message = read(xml) as MessageOf<'pacs.029'>;
        expect(refusalsOf(message)).toEqual([]);
        expect(message.records.map(({ value }) => (value.direction === 'DBIT' ? -1n : 1n) * value.amount!.units)).toEqual(
          list.flatMap(({ movements }) => movements.map(({ amount }) => amount.units)),
        );
        expect(
          await joined(streamPacs029({ messageId: 'NET-1', createdAt: at, clearingSystem: 'RIALTO', requests: list.length }, list)),
        ).toBe(xml);
      }),
      { numRuns: 60 },
    );
  });

  test('movements that do not add up to zero, of two currencies, or fewer than two do not leave', () => {
    const movement = (moved: bigint, asset = 'EUR/2') => ({ id: '1', amount: { asset, units: moved }, participant: { name: 'A' } });
    const write = (...movements: ReturnType<typeof movement>[]) =>
      writePacs029({ messageId: 'N', createdAt: at }, [{ instructionId: 'W', movements }]);
    expect(() => write(movement(5n), movement(-4n))).toThrow('differ by 1');
    expect(() => write(movement(5n), movement(-5n, 'USD/2'))).toThrow('of one currency');
    expect(() => write(movement(0n))).toThrow('at least two');
    expect(write(movement(5n), movement(-5n))).toContain('DBIT');
  });
});

describe('answers to recalls', () => {
  const answers: fc.Arbitrary<RecallAnswer[]> = fc.array(
    fc
      .record({
        statusId: id,
        references,
        status: fc.constantFrom('ACCR', 'RJCR', 'PDCR'),
        units,
        text: name,
        returnUetr: fc.uuid({ version: 4 }),
      })
      .map(({ references: told, units: paid, text, ...rest }) => ({
        ...rest,
        original: {
          messageId: 'MSG-1',
          message: 'pacs.008.001.08',
          references: told,
          amount: { asset: 'EUR/2', units: paid },
          settlementDate: '2026-11-24',
        },
        reason: { code: 'CUST', text },
      })) as fc.Arbitrary<RecallAnswer>,
    { maxLength: 4 },
  );

  test('what is written is valid, and is read back', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (list) => {
        const resolution: ResolutionHead = {
          id: 'RES-1',
          createdAt: at,
          assigner: 'MERIDEFF',
          assignee: 'NORDFIHH',
          resolvedCase: { id: 'CASE-1', creator: 'NORDFIHH' },
          confirmation: confirmationOf(list),
        };
        const xml = writeCamt029(resolution, list);
        if (haveIsoSchemas()) expect(schemaErrors('camt.029.001.13', xml)).toEqual([]);
        const message = read(xml) as MessageOf<'camt.029'>;
        expect(refusalsOf(message)).toEqual([]);
        expect(message.header).toMatchObject({ messageId: 'RES-1', confirmation: resolution.confirmation, case: { id: 'CASE-1' } });
        expect(
          message.records.map(({ value, references: told }) => ({
            told,
            status: value.status,
            id: value.statusId,
            back: value.returnUetr,
          })),
        ).toEqual(
          list.map(({ original, status, statusId, returnUetr }) => ({ told: original.references, status, id: statusId, back: returnUetr })),
        );
        expect(await joined(streamCamt029(resolution, list))).toBe(xml);
      }),
      { numRuns: 60 },
    );
  });

  test('one word for all: cancelled, refused, some, not decided', () => {
    const of = (...kinds: RecallAnswer['status'][]) => confirmationOf(kinds.map((status) => ({ status })));
    expect([of('ACCR', 'ACCR'), of('RJCR'), of('ACCR', 'RJCR'), of('ACCR', 'PDCR'), of()]).toEqual([
      'CNCL',
      'RJCR',
      'PECR',
      'PDCR',
      'PDCR',
    ]);
  });
});

test('what is written can be read here too; a version that is not written is refused', () => {
  for (const [name, { first, last }] of Object.entries(WRITTEN)) {
    const family = name as keyof typeof WRITTEN;
    for (const version of [first, last, undefined]) expect(definitionOf(writtenMessage(family, version))).toBeDefined();
    for (const version of [first - 1, last + 1, 8.5]) expect(() => writtenMessage(family, version)).toThrow(RangeError);
  }
});
