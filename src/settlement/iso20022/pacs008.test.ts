import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { haveIsoSchemas, schemaErrors } from '../../../test/support/iso-schemas.ts';
import { whereThere } from '../../../test/support/shared-data.ts';
import { leiOf } from '../../base/check-digit.ts';
import { CURRENCIES } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { manualClock } from '../../base/time.ts';
import { PaymentOrder } from '../payment/contract.ts';
import { checkMessage } from './check-message.ts';
import { pacs008FileOf, readPacs008, readPacs008InTurns } from './pacs008.ts';
import type { MessageOf } from './read-message.ts';
import type { RuleOptions } from './rules/rule.ts';
import type { Order } from './pacs008-transaction.ts';
import { writePacs008 } from './pacs008-writer.ts';
import { REASONS } from './reason.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../test/fixtures/pacs008/${name}`, import.meta.url));
const codes = (name: string) => readPacs008(fixture(name)).transactions.map((t) => (t.result === 'ok' ? 'ok' : t.refusal.code));
const errorOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : `not an AppError: ${String(error)}`;
  }
  return 'no error';
};

describe('reading good files', () => {
  test.each([
    ['<PmtTpInf><LclInstrm><Cd>INST</Cd></LclInstrm></PmtTpInf>', 'instant'],
    ['<PmtTpInf><InstrPrty>HIGH</InstrPrty></PmtTpInf>', 'urgent'],
    ['<PmtTpInf><InstrPrty>NORM</InstrPrty></PmtTpInf>', undefined],
    ['', undefined],
  ])('of %s the priority is %s', (type, priority) => {
    const text = fixture('enveloped-08.xml').toString();
    const typed = text.replace(/<\/(\w+:)?PmtId>/, (end, prefix = '') => end + type.replaceAll(/<(\/?)/g, `<$1${prefix}`));
    const [transaction] = readPacs008(Buffer.from(typed)).transactions;
    expect(transaction).toMatchObject({ result: 'ok' });
    expect(transaction?.result === 'ok' && transaction.order.priority).toBe(priority);
  });

  test('an enveloped message with a prefix for each namespace is read in full', () => {
    const file = readPacs008(fixture('enveloped-08.xml'));
    expect(file).toEqual({
      message: 'pacs.008.001.08',
      header: {
        messageId: 'NORD20261122000001',
        createdAt: Date.UTC(2026, 10, 22, 7, 30),
        transactions: 1,
        settlementMethod: 'CLRG',
      },
      refusals: [],
      transactions: [
        {
          index: 1,
          result: 'ok',
          references: { instructionId: 'NORD-0001', endToEndId: 'INV-2026-11-0042', uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d' },
          amount: { currency: 'EUR', value: '125000.50' },
          chargeBearer: 'SHAR',
          order: {
            uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d',
            endToEndId: 'INV-2026-11-0042',
            debtorAgent: 'NORDFIHH',
            creditorAgent: 'MERIDEFF',
            debtor: { name: 'Aurora Shipping AS', account: 'NO9386011117947', country: 'NO', town: 'Oslo' },
            creditor: { name: 'Söhne & Töchter Maschinenbau GmbH', account: '4711-0815', country: 'DE' },
            asset: 'EUR/2',
            units: 12500050n,
            valueDate: '2026-11-23',
            purpose: 'SUPP',
            remittance: 'Invoice 42',
          },
        },
      ],
    });
  });

  test('currencies of 0, 2 and 3 decimals, several scripts, one settlement day for the file and joined remittance lines are read', async () => {
    const file = await readPacs008InTurns(fixture('batch-09.xml'));
    const orders = file.transactions.map((t) => (t.result === 'ok' ? t.order : t.refusal));
    expect(orders).toMatchObject([
      { asset: 'JPY/0', units: 1250n, creditor: { name: '株式会社青海商事' }, valueDate: '2026-11-23' },
      { asset: 'KWD/3', units: 125n, creditor: { name: 'شركة الخليج للتجارة' }, remittance: 'Order 7, second part' },
      { asset: 'EUR/2', units: 9990n, debtor: { name: 'ООО Северный Порт' }, remittance: 'RF18539007547034' },
    ]);
    expect(file).toEqual(readPacs008(fixture('batch-09.xml')));
  });

  test('the same file is the same in UTF-8 with a byte order mark, UTF-16 in both orders, and declared Latin-1', () => {
    const text = fixture('enveloped-08.xml')
      .toString('utf8')
      .replace(/^<\?xml.*\?>\n/, '');
    const expected = readPacs008(Buffer.from(text));
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const bytes of [Buffer.from(`\uFEFF${text}`), little, Buffer.from(little).swap16(), Buffer.from(text, 'utf16le')]) {
      expect(readPacs008(bytes)).toEqual(expected);
    }
    expect(readPacs008(Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, 'latin1'))).toEqual(expected);
  });
});

describe('refusing what is wrong', () => {
  test('each reason for a transaction is told by its code, and the good transactions between them stay good', () => {
    const expected = fixture('one-of-each-refusal.expected.txt').toString().trim().split('\n');
    expect(codes('one-of-each-refusal.xml')).toEqual(expected);
    expect(readPacs008(fixture('one-of-each-refusal.xml')).refusals).toEqual([]);
  });

  test('a refusal names the element in its place', () => {
    const { transactions } = readPacs008(fixture('one-of-each-refusal.xml'));
    const paths = transactions.map((t) => (t.result === 'refused' ? t.refusal.path : ''));
    expect(paths[15]).toBe('CdtTrfTxInf[16]/DbtrAgt/FinInstnId/BICFI');
    expect(paths[12]).toBe('CdtTrfTxInf[13]/Dbtr/Nm');
    for (const t of transactions) if (t.result === 'refused') expect(t.refusal.path).toMatch(new RegExp(`^CdtTrfTxInf\\[${t.index}\\]/`));
  });

  test.each([
    ['wrong-control-sum.xml', 'AM10', 'CtrlSum says 200.01, the amounts add up to 200.00.'],
    ['wrong-count.xml', 'AM18', 'NbOfTxs says 3, the file has 2.'],
    ['no-message-id.xml', 'CH21', 'MsgId is missing.'],
    ['bad-creation-time.xml', 'DT01', 'CreDtTm is not a date and time: "yesterday".'],
    ['cover-method.xml', 'AG03', 'Payments with settlement method COVE are settled by their cover payment, not here.'],
    ['no-transaction.xml', 'CH21', 'The file has no transaction.'],
  ])('%s is refused as a whole with %s', (name, code, text) => {
    expect(readPacs008(fixture(name)).refusals).toMatchObject([{ code, text, path: expect.any(String) }]);
  });

  test('a settlement day that contradicts that of the file refuses only its transaction', () => {
    expect(codes('two-settlement-days.xml')).toEqual(['DT01', 'ok']);
  });

  test.each([
    ['truncated.xml', 'iso20022.not_xml: This is not well-formed XML: line '],
    ['doctype.xml', 'iso20022.unsafe_xml: The document has a document type declaration'],
    ['external-entity.xml', 'iso20022.unsafe_xml: The document has a document type declaration'],
    ['entity-bomb.xml', 'iso20022.unsafe_xml: The document has a document type declaration'],
    ['undefined-entity.xml', 'iso20022.unsafe_xml: The document uses an entity that XML does not define'],
    ['other-message.xml', 'iso20022.unsupported_message: Read here is pacs.008.001.02 and .08 to .13; this is "pacs.009.001.08".'],
    ['old-version.xml', 'iso20022.unsupported_message: Read here is pacs.008.001.02 and .08 to .13; this is "pacs.008.001.07".'],
  ])('%s is an error with a name: %s', (name, message) => {
    expect(errorOf(() => readPacs008(fixture(name)))).toContain(message);
  });
});

const text = (max: number) =>
  fc
    .stringMatching(/^[A-Za-z0-9 .,'&<>"\u00c0-\u024f\u0400-\u045f\u4e00-\u4eff-]+$/, { size: '-1' })
    .map((s) => s.replace(/ +/g, ' ').trim().slice(0, max).trim())
    .filter((s) => s !== '');
const bic = fc.stringMatching(/^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/);
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10));
const country = fc.stringMatching(/^[A-Z]{2}$/);
const anyone = {
  name: text(140),
  account: fc.stringMatching(/^[A-Z0-9]{1,34}$/),
  country,
  town: text(35),
  street: text(70),
  nationalId: text(35),
  customerId: text(35),
};
const party = fc.oneof(
  fc.record({ ...anyone, birth: fc.record({ on: day, town: text(35), country }) }, { requiredKeys: ['name'] }),
  fc.record({ ...anyone, lei: fc.stringMatching(/^[A-Z0-9]{18}$/).map(leiOf) }, { requiredKeys: ['name'] }),
);
const orders: fc.Arbitrary<Order> = fc.record(
  {
    uetr: fc.uuid({ version: 4 }),
    endToEndId: text(35),
    debtorAgent: bic,
    creditorAgent: bic,
    debtor: party,
    creditor: party,
    asset: fc.constantFrom(...[...CURRENCIES].map(([code, decimals]) => `${code}/${decimals}`)),
    units: fc.bigInt(1n, 10n ** 18n - 1n),
    valueDate: day,
    purpose: fc.stringMatching(/^[A-Z0-9]{4}$/),
    remittance: text(140),
  },
  { requiredKeys: ['endToEndId', 'debtorAgent', 'creditorAgent', 'debtor', 'creditor', 'asset', 'units'] },
);
const files = fc.uniqueArray(orders, { minLength: 1, maxLength: 4, selector: (order) => order.uetr ?? order });
const OrderSchema = Compile(PaymentOrder);

test('a message that went through all layers has the same shape as one that is only read, with what the rules refused', async () => {
  const clock = manualClock(Date.UTC(2026, 10, 22, 9));
  const fileWith = async (rules: RuleOptions) => {
    const { message } = await checkMessage(fixture('enveloped-08.xml'), { families: ['pacs.008'], rules });
    return pacs008FileOf(message as MessageOf<'pacs.008'>);
  };
  expect(await fileWith({ clock })).toEqual(readPacs008(fixture('enveloped-08.xml')));
  expect((await fileWith({ clock, isKnownAgent: () => false })).transactions).toMatchObject([
    { result: 'refused', refusal: { code: 'RC03', path: 'CdtTrfTxInf[1]/DbtrAgt', rule: 'P03' } },
  ]);
});

describe('properties', () => {
  test('what is written is read back equal, in every version, and each order satisfies the contract', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 8, max: 13 }), (list, version) => {
        const xml = writePacs008({
          version,
          messageId: 'MSG-1',
          createdAt: 1_795_000_000_000,
          transactions: list.map((order) => ({ order })),
        });
        const file = readPacs008(Buffer.from(xml));
        expect(file.refusals).toEqual([]);
        expect(file.transactions.map((t) => (t.result === 'ok' ? t.order : t.refusal))).toEqual(list);
        for (const order of list) expect(OrderSchema.Check(OrderSchema.Encode(order))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('whatever the bytes, reading answers or throws an AppError of ISO 20022', () => {
    const good = fixture('one-of-each-refusal.xml');
    const damaged = fc
      .array(fc.record({ at: fc.nat(good.length - 1), bytes: fc.uint8Array({ maxLength: 12 }), cut: fc.nat(40) }), {
        minLength: 1,
        maxLength: 4,
      })
      .map((edits) =>
        edits.reduce((all, { at, bytes, cut }) => Buffer.concat([all.subarray(0, at), bytes, all.subarray(at + cut)]), Buffer.from(good)),
      );
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<!DOCTYPE a [',
      '<!ENTITY b "c">',
      ']>',
      '&b;',
      '&#0;',
      '&#x10FFFF;',
      '<![CDATA[',
      ']]>',
      '<?xml version="1.0"?>',
      '<!--',
      'xmlns:p="',
      '"',
      'p:x',
      '<',
      '\uFEFF',
      '\0',
      '\uD800',
    );
    const soup = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }).map((all) => Buffer.from(all.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), soup, damaged), (bytes) => {
        const outcome = errorOf(() => readPacs008(bytes));
        expect(outcome).toMatch(/^(no error|iso20022\.(not_xml|unsafe_xml|unsupported_message): )/);
      }),
      { numRuns: 1500 },
    );
  });

  test('an amount never becomes another one: it is taken exactly or refused', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[+-]?[0-9]{0,20}\.?[0-9]{0,6}$/), fc.constantFrom('JPY', 'EUR', 'KWD', 'CLF'), (value, currency) => {
        const xml = fixture('wrong-count.xml').toString().replaceAll('Ccy="EUR">100.00<', `Ccy="${currency}">${value}<`);
        for (const reading of readPacs008(Buffer.from(xml)).transactions) {
          if (reading.result === 'refused') continue;
          const scale = CURRENCIES.get(currency)!;
          const [whole = '', fraction = ''] = value.replace('+', '').split('.');
          expect(reading.order.units).toBe(BigInt(whole || '0') * 10n ** BigInt(scale) + BigInt(fraction.padEnd(scale, '0')));
        }
      }),
    );
  });
});

test('only codes of the table are ever given', () => {
  const given = ['one-of-each-refusal.xml', 'wrong-control-sum.xml', 'wrong-count.xml', 'no-message-id.xml', 'cover-method.xml'].flatMap(
    (name) => {
      const file = readPacs008(fixture(name));
      return [...file.refusals, ...file.transactions.flatMap((t) => (t.result === 'refused' ? [t.refusal] : []))];
    },
  );
  expect(given.map(({ code }) => code).filter((code) => !(code in REASONS))).toEqual([]);
});

whereThere(haveIsoSchemas(), () =>
  test('written files are valid against the schemas of versions 09 and 13', () => {
    fc.assert(
      fc.property(files, fc.constantFrom(9, 13), (list, version) => {
        const file = {
          version,
          messageId: 'MSG-1',
          createdAt: 1_795_000_000_000,
          settlementDate: '2026-11-22',
          instructingAgent: 'NORDFIHH',
        };
        expect(
          schemaErrors(
            `pacs.008.001.${version === 9 ? '09' : '13'}`,
            writePacs008({ ...file, transactions: list.map((order) => ({ order })) }),
          ),
        ).toEqual([]);
      }),
      { numRuns: 30 },
    );
  }),
);
