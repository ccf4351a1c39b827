import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { AppError } from '../../base/error.ts';
import { checkMessage } from './check-message.ts';
import { type AnyMessage, readMessage } from './read-message.ts';
import { REASONS } from './reason.ts';
import { applyRules } from './rules/rules.ts';
import { openSchemas } from './schema/schemas.ts';

const folder = new URL('../../../test/fixtures/iso20022/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** What somebody may have put there by mistake or on purpose. */
const SCRAPS = [
  '<',
  '>',
  '&',
  '"',
  '</',
  '/>',
  '<a>',
  '</a>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?x ',
  '?>',
  '<!DOCTYPE a [',
  '<!ENTITY b "c">',
  '&b;',
  '&amp;',
  '&#0;',
  '&#x10FFFF;',
  '\0',
  '\uFEFF',
  '\uD800',
  ' ',
  '\u0085',
  '-',
  '+',
  '.',
  '0',
  '99999999999999999999',
  '-1',
  '1e9',
  'NaN',
  '2026-02-30',
  '0000-00-00',
  '.5',
  'EUR',
  'Ccy="EUR"',
  'xmlns="urn:x"',
  'xmlns:p=""',
  'p:',
  '株式',
  'é',
  '<GrpHdr/>',
  '<PmtId/>',
  '<CdtTrfTxInf/>',
  '<Document>',
  '[1]',
  '%00',
  "'",
];

type Edit =
  | { kind: 'cut'; at: number; length: number }
  | { kind: 'put'; at: number; scrap: string }
  | { kind: 'copy'; from: number; length: number; at: number }
  | { kind: 'name'; at: number }
  | { kind: 'text'; at: number; scrap: string };

const place = fc.nat(1_000_000);
const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.nat(200) }),
    fc.record({ kind: fc.constant('put' as const), at: place, scrap: fc.oneof(fc.constantFrom(...SCRAPS), fc.string({ maxLength: 8 })) }),
    fc.record({ kind: fc.constant('copy' as const), from: place, length: fc.nat(400), at: place }),
    fc.record({ kind: fc.constant('name' as const), at: place }),
    fc.record({ kind: fc.constant('text' as const), at: place, scrap: fc.oneof(fc.constantFrom(...SCRAPS), fc.string({ maxLength: 40 })) }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** The nth match of an expression, counted round. */
function nth(text: string, expression: RegExp, n: number): RegExpExecArray | undefined {
  const all = [...text.matchAll(expression)];
  return all[n % Math.max(1, all.length)];
}

function edited(text: string, edit: Edit): string {
  const at = edit.at % Math.max(1, text.length);
  switch (edit.kind) {
    case 'cut':
      return text.slice(0, at) + text.slice(at + edit.length);
    case 'put':
      return text.slice(0, at) + edit.scrap + text.slice(at);
    case 'copy': {
      const from = edit.from % Math.max(1, text.length);
      return text.slice(0, at) + text.slice(from, from + edit.length) + text.slice(at);
    }
    case 'name': {
      const element = nth(text, /<([A-Za-z]+)>/g, edit.at)?.[1];
      return element === undefined ? text : text.replaceAll(`<${element}>`, '<Other>').replaceAll(`</${element}>`, '</Other>');
    }
    case 'text': {
      const found = nth(text, />([^<>]+)</g, edit.at);
      return found ? text.slice(0, found.index + 1) + edit.scrap + text.slice(found.index + found[0].length - 1) : text;
    }
  }
}

const harsh = fc.tuple(fc.constantFrom(...samples), edits, fc.boolean()).map(([text, list, cutBytes]) => {
  const bytes = Buffer.from(list.reduce(edited, text));
  return cutBytes ? bytes.subarray(0, Math.floor((bytes.length * (list.length + 5)) / 10)) : bytes;
});

/** Well-formed still: only texts are changed, or elements called by another name. */
const gentle = fc.tuple(fc.constantFrom(...samples), edits).map(([text, list]) => {
  // oxlint-disable-next-line no-control-regex -- XML has none of them
  const safe = (scrap: string) => scrap.toWellFormed().replace(/[<>&\0-\x1f\uFFFE\uFFFF]/g, '');
  const only = list.map((edit): Edit =>
    edit.kind === 'name' || edit.kind === 'text' ? edit : { kind: 'text', at: edit.at, scrap: 'scrap' in edit ? edit.scrap : '7' },
  );
  return Buffer.from(only.map((edit) => (edit.kind === 'text' ? { ...edit, scrap: safe(edit.scrap) } : edit)).reduce(edited, text));
});

const mutants = fc.oneof(harsh, gentle);

const NAMED = /^iso20022\.(not_xml|unsafe_xml|unsupported_message)$/;

/** A message, or the name of an error; anything else that is thrown fails the test. */
function outcomeOf(act: () => AnyMessage): AnyMessage | string {
  try {
    return act();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

function expectSound(message: AnyMessage): void {
  const parts = [message, ...message.groups, ...message.records];
  for (const part of parts) {
    if (part.result === 'ok') continue;
    expect(part.refusals.length).toBeGreaterThan(0);
    for (const { code, text } of part.refusals) {
      expect(REASONS).toHaveProperty(code);
      expect(text).not.toBe('');
    }
  }
}

describe('ten thousand mutated messages', () => {
  test('each is a value or an error with a name; what is refused says why', () => {
    let [values, errors, refused] = [0, 0, 0];
    fc.assert(
      fc.property(mutants, (bytes) => {
        const outcome = outcomeOf(() => applyRules(readMessage(bytes), { profile: 'cbpr' }));
        if (typeof outcome === 'string') {
          errors++;
          expect(outcome).toMatch(NAMED);
          return;
        }
        values++;
        if ([outcome, ...outcome.records].some(({ result }) => result === 'refused')) refused++;
        expectSound(outcome);
      }),
      { numRuns: 10_000, seed: 20022 },
    );
    // All three ends are reached many times, else the mutations would prove little.
    expect(Math.min(values, errors, refused)).toBeGreaterThan(1_000);
  });

  test('nothing that is deep, long or wide costs more than its own bytes', () => {
    const wrap = (inside: string) => Buffer.from(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">${inside}</Document>`);
    const codeOf = (bytes: Buffer) => outcomeOf(() => readMessage(bytes));
    expect(codeOf(wrap('<a>'.repeat(100_000)))).toBe('iso20022.unsafe_xml');
    expect(codeOf(wrap(`<a ${Array.from({ length: 100 }, (_, i) => `b${i}="1"`).join(' ')}/>`))).toBe('iso20022.unsafe_xml');
    expect(codeOf(wrap(`<a>${'x'.repeat(200_000)}</a>`))).toBe('iso20022.unsafe_xml');
    expect(codeOf(wrap(`<${'n'.repeat(5_000)}/>`))).toBe('iso20022.unsafe_xml');
    expect(codeOf(Buffer.alloc((32 << 20) + 1, 0x20))).toBe('iso20022.unsafe_xml');
    expect(codeOf(wrap('<a/>'.repeat(50_000)))).toBe('iso20022.unsupported_message');
  });
});

const published = sharedData('iso20022/', 'mutated messages are not held against the published schemas');

whereThere(published, () => {
  const opening = openSchemas(published!, { threads: 2 });
  afterAll(async () => (await opening).close());

  test('with the schemas too, each of a thousand mutated messages is a value or an error with a name', async () => {
    const schemas = await opening;
    await fc.assert(
      fc.asyncProperty(mutants, async (bytes) => {
        const outcome = await checkMessage(bytes, { schemas, rules: {} }).catch((error: unknown) => error);
        if (outcome instanceof AppError) expect(outcome.code).toMatch(NAMED);
        else expectSound((outcome as Awaited<ReturnType<typeof checkMessage>>).message);
      }),
      { numRuns: 1_000, seed: 20022 },
    );
  });
});
