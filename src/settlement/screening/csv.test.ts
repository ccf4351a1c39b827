import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { readListCsv } from './csv.ts';
import { strongName } from './entry.ts';

const primary = (text: string) => strongName(text, 'primary');
const read = (content: string) => readListCsv('house', content);
const errorOf = (content: string) => {
  try {
    read(content);
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'no error';
};

describe('a list in CSV', () => {
  test('is read with quotes, line ends of any kind, blank lines, a byte order mark and columns in any order', () => {
    const text = '\uFEFFName,ID,country,note,aliases\r\n"Petrov, ""Vitya"" Viktor",P1,RU,x,"A B; C D;"\n\n"two\nlines",P2,,,\r\n';
    expect(read(text)).toEqual([
      {
        listId: 'house',
        entryId: 'P1',
        names: [primary('Petrov, "Vitya" Viktor'), strongName('A B'), strongName('C D')],
        countries: ['RU'],
      },
      { listId: 'house', entryId: 'P2', names: [primary('two lines')] },
    ]);
  });

  test.each([
    ['', 'settlement.list_empty: The file is empty.'],
    ['id,name\n', 'settlement.list_empty: The file has no entry.'],
    [
      'name,aliases\nx,y',
      'settlement.list_malformed: Line 1: the first line must name the columns (id,name,aliases,type,country); id is missing.',
    ],
    ['id,name,name\n1,a,b', 'settlement.list_malformed: Line 1: the column name stands there twice.'],
    ['id,name\n1,a\n2\n', 'settlement.list_malformed: Line 3: 1 fields where the header has 2.'],
    ['id,name\n1,"a\nb"\n1,c\n', 'settlement.list_malformed: Line 4: the id "1" stands on line 2 already.'],
    ['id,name\n1,\n', 'settlement.list_malformed: Line 2: the name is empty.'],
    ['id,name\n,x\n', 'settlement.list_malformed: Line 2: the id is empty or longer than 100 characters.'],
    ['id,name\n1,"abc\n', 'settlement.list_truncated: The file is not complete: a quotation mark on line 2 is never closed.'],
    ['id,name\n1,"abc"d\n', 'settlement.list_malformed: Line 2: something stands behind the closing quotation mark.'],
    ['id,name\n1,a"b\n', 'settlement.list_malformed: Line 2: a quotation mark within a field that does not begin with one.'],
    [`id,name\n1,${'n'.repeat(501)}\n`, 'settlement.list_malformed: Line 2: a name is longer than 500 characters.'],
  ])('%j is refused with its line', (content, message) => {
    expect(errorOf(content)).toBe(message);
  });

  test('whatever the names, what is written by the rules of RFC 4180 is read back', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'B', ',', '"', '\n', '\r', ' ', 'é', ':') }).map((text) => `x${text}x`);
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 8 }), (names) => {
        const text = `id,name\n${names.map((name, i) => `${i},"${name.replaceAll('"', '""')}"`).join('\n')}`;
        expect(read(text).map((entry) => entry.names)).toEqual(names.map((name) => [primary(name.replace(/\s+/g, ' '))]));
      }),
    );
  });

  test('any text is read or refused by name', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', 'id', 'name', ';') }), (text) => {
        expect(errorOf(text)).toMatch(/^(no error|settlement\.list_(malformed|empty|truncated): )/);
      }),
      { numRuns: 500 },
    );
  });
});
