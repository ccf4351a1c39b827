import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EU, FILES, OFAC, SDN_XML, UK, UK_LIST, UK_LIST_XML, UN } from '../../../../test/support/screening-lists.ts';
import { sharedData, whereThere } from '../../../../test/support/shared-data.ts';
import { AppError } from '../../../base/error.ts';
import { recordsOf } from './csv-records.ts';
import { keysOfListed } from '../identifier.ts';
import { screenIdentifier } from '../identifier-match.ts';
import { buildIndex } from '../match.ts';
import { bicsIn, readDate } from './parts.ts';
import { entriesOf, openList } from './read-list.ts';

const read = (text: string | Uint8Array) => {
  const file = openList(typeof text === 'string' ? Buffer.from(text) : text);
  return { format: file.format, entries: [...entriesOf(file)] };
};
const codeOf = (text: string | Uint8Array) => {
  try {
    read(text);
    return 'no error';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};

describe('published formats', () => {
  test('are told by their content, and each gives the person with everything that it says', () => {
    expect(Object.values(FILES).map((text) => read(text).format)).toEqual([
      'ofac_csv',
      'ofac_xml',
      'un_xml',
      'eu_csv',
      'uk_csv',
      'uk_list_csv',
      'uk_list_xml',
      'csl_csv',
    ]);
    for (const text of Object.values(FILES)) {
      const person = read(text).entries.find(({ type }) => type === 'person')!;
      expect(person.names[0]).toMatchObject({ kind: 'primary', quality: 'strong', text: expect.stringMatching(/mustermann/i) });
      expect(person.born?.[0]).toMatch(/^19(71|54|69)/);
    }
  });

  test('OFAC: files one after another are put together, weak aliases are told from others', () => {
    expect(read(OFAC).entries).toEqual([
      {
        entryId: '36',
        type: 'organisation',
        names: [
          { text: 'AERO TESTLINE', kind: 'primary', quality: 'strong' },
          { text: 'AERO TESTLINIEN', kind: 'aka', quality: 'strong' },
          { text: 'ATL', kind: 'aka', quality: 'weak' },
        ],
        countries: ['Cuba'],
        programmes: ['CUBA', 'SDGT'],
      },
      {
        entryId: '39',
        type: 'person',
        names: [
          { text: 'MUSTERMANN, Maxim', kind: 'primary', quality: 'strong' },
          { text: 'MUSTERMAN, Max', kind: 'fka', quality: 'strong' },
          { text: 'THE SAMPLE', kind: 'aka', quality: 'weak' },
        ],
        born: ['1954-10-07', '1955'],
        countries: ['Iran'],
        ids: [{ kind: 'Passport', value: 'A123456', country: 'Iran' }],
        programmes: ['SDGT'],
      },
    ]);
  });

  test('UN: names in their own script, spans of years, and aliases of low quality', () => {
    expect(read(UN).entries[0]).toMatchObject({
      entryId: 'CDi.001',
      names: [
        { text: 'MAXIM MUSTERMANN', kind: 'primary' },
        { text: 'Максим Мустерман', kind: 'original' },
        { text: 'The Sample', quality: 'weak' },
      ],
      born: ['1969/1971'],
    });
  });

  test('EU and UK: records of one entity are one entry', () => {
    expect(read(EU).entries.map(({ entryId, names }) => [entryId, names.map(({ text }) => text)])).toEqual([
      ['13', ['Maxim Mustermann']],
      ['14', ['Test; Front']],
    ]);
    expect(read(UK).entries[0]).toMatchObject({
      entryId: '13',
      countries: ['Iran', 'Iraq'],
      born: ['1971'],
      ids: [{ kind: 'Passport', value: 'A123456' }],
    });
  });

  const PERSON = {
    entryId: 'TST0013',
    type: 'person',
    born: ['1971'],
    countries: ['Iran', 'Iraq'],
    ids: [{ kind: 'Passport', value: 'A123456' }],
    programmes: ['Test'],
  };
  const SHIP = {
    entryId: 'TST0015',
    type: 'vessel',
    names: [{ text: 'TEST STAR', kind: 'primary', quality: 'strong' }],
    countries: ['Panama'],
    ids: [{ kind: 'IMO number', value: '9000000' }],
  };

  test.each([
    ['CSV', UK_LIST],
    ['XML', UK_LIST_XML],
  ])('UK Sanctions List in %s: by its unique id, a name once however many addresses, aliases of low quality told', (_, text) => {
    const [person, front, ship] = read(text).entries;
    expect(person).toMatchObject(PERSON);
    expect(person!.names.map(({ text: name, kind, quality }) => `${name} ${kind} ${quality}`).sort()).toEqual([
      'Max MUSTER aka strong',
      'Maxim MUSTERMANN primary strong',
      'THE SAMPLE aka weak',
      'Максим original strong',
    ]);
    expect(front).toMatchObject({ entryId: 'TST0014', type: 'organisation', ids: [{ kind: 'Business registration number', value: '77' }] });
    expect(ship).toEqual(SHIP);
  });

  test.each([
    ['OFAC in CSV', OFAC.replace("a.k.a. 'ATL'.", "SWIFT/BIC SABRRUMM; alt. SWIFT/BIC OTHRBYMM123; a.k.a. 'ATL'.")],
    [
      'OFAC in XML',
      SDN_XML.replace(
        '<sdnType>Entity</sdnType>',
        '<sdnType>Entity</sdnType><idList><id><uid>8</uid><idType>SWIFT/BIC</idType><idNumber>SABRRUMM</idNumber></id><id><uid>9</uid><idType>SWIFT/BIC</idType><idNumber>OTHRBYMM123</idNumber></id></idList>',
      ),
    ],
    [
      'EU by fields',
      EU.replace(';IRAQ\n', ';IRAQ\n01/02/2026;14;E;IRQ;;;;;;;SABRRUMM;swiftbic;;;\n01/02/2026;14;E;IRQ;;;;;;;OTHRBYMM123;swiftbic;;;\n'),
    ],
    ['EU by a remark', EU.replace('Entity_SubjectType;', 'Entity_Remark;').replace('14;E;', '14;SWIFT/BIC: SABRRUMM, OTHRBYMM123;')],
    ['UK by other information', UK_LIST.replace(/,,Entity,,,,/, ',,Entity,,,"BIC code SABRRUMM and SWIFT: OTHRBYMM123",')],
    ['our own', 'id,name,bic\n1,Sample Bank,SABRRUMM;OTHRBYMM123\n'],
    ['our own by ids', 'id,name,ids\n1,Sample Bank,SWIFT/BIC SABRRUMM;BIC OTHRBYMM123\n'],
  ])('BICs of listed banks are kept: %s', (_, text) => {
    const bank = read(text).entries.find(({ ids = [] }) => ids.length > 1)!;
    expect(bank.ids!.flatMap(keysOfListed)).toEqual(['bic SABRRUMM', 'bic OTHRBYMM']);
  });

  test.each([
    ['Swift Code: DCBKKPPY. Daedong', ['DCBKKPPY']],
    ['SWIFT/BIC SABRRUMMXXX; SWIFT: OTHRBYMM', ['SABRRUMMXXX', 'OTHRBYMM']],
    ['BIC (SABRRUMM)', ['SABRRUMM']],
    ['a swift response was given, ARABIC ALPHABET, the BIC register', []],
    ['SABRRUMM without a word of what it is', []],
  ])('of a free text only what it calls so is a BIC: %s', (text, bics) => {
    expect(bicsIn(text)).toEqual(bics);
  });

  test('UK Sanctions List in CSV: columns in another order, the older title of the kind, no line with the day, all the same', () => {
    const [titles = '', ...rows] = [...recordsOf(UK_LIST)].slice(1).map(({ fields }) =>
      fields
        .toReversed()
        .map((field) => `"${field.replaceAll('"', '""')}"`)
        .join(','),
    );
    const turned = [titles.replace('Designation Type', 'Individual, Entity, Ship'), ...rows, ''].join('\r\n');
    expect(read(turned)).toEqual(read(UK_LIST));
    expect(read(turned).format).toBe('uk_list_csv');
    expect(codeOf(UK_LIST.replace('TST0014', ''))).toBe('settlement.list_malformed');
  });

  test('files in the western code page are read where publishers use it, and refused elsewhere', () => {
    const western = Buffer.from('36,"S\u00e3o Teste",-0- ,"X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\u001a', 'latin1');
    expect(read(western).entries[0]?.names[0]?.text).toBe('São Teste');
    expect(codeOf(Buffer.from('id,name\n1,S\u00e3o', 'latin1'))).toBe('settlement.list_malformed');
  });

  test.each(Object.entries(FILES))(
    '%s: wherever the file is cut off, it is refused or whole entries are missing, never read wrongly',
    (_, text) => {
      const whole = read(text).entries;
      const known = new Set(whole.flatMap(({ names }) => names.map((name) => name.text)));
      fc.assert(
        fc.property(fc.integer({ min: 1, max: text.length - 3 }), (at) => {
          let entries;
          try {
            entries = read(text.slice(0, at)).entries;
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect((error as AppError).code).toMatch(/^settlement\.list_/);
            return;
          }
          for (const { names } of entries) for (const name of names) expect([...known].some((one) => one.startsWith(name.text))).toBe(true);
        }),
        { numRuns: 200 },
      );
    },
  );

  test('XML that is cut off or tells of more entries than it has is not complete; a document type is refused', () => {
    expect(codeOf(UN.slice(0, -40))).toBe('settlement.list_truncated');
    expect(codeOf(SDN_XML.replace('<Record_Count>2', '<Record_Count>3'))).toBe('settlement.list_truncated');
    expect(codeOf('<!DOCTYPE sdnList [<!ENTITY a "b">]><sdnList/>')).toBe('settlement.list_malformed');
    expect(codeOf('<rss/>')).toBe('settlement.list_unknown_format');
    expect(codeOf('<sdnList/>')).toBe('settlement.list_empty');
  });
});

test.each([
  ['07 Oct 1954', '1954-10-07'],
  ['Oct 1954', '1954-10'],
  ['circa 1954', '1954'],
  ['1950 to 1952', '1950/1952'],
  ['01/04/1971', '1971-04-01'],
  ['00/00/1971', '1971'],
  ['1971-04-30', '1971-04-30'],
  ['unknown', undefined],
])('the date %s is read as %s', (text, date) => {
  expect(readDate(text)).toBe(date);
});

const FOLDER = sharedData('sanctions', 'the extra tests of reading the published sanctions lists');

whereThere(FOLDER, () =>
  describe('the published lists', () => {
    const bytes = (...files: readonly string[]) => Buffer.concat(files.map((file) => readFileSync(`${FOLDER}/${file}`)));
    test('every BIC that OFAC and the UN tell of finds its entry', () => {
      const [ofac, un] = [bytes('sdn.csv', 'alt.csv', 'add.csv', 'sdn_comments.csv'), bytes('UN_consolidated.xml')];
      const entries = [...read(ofac).entries, ...read(un).entries].map((entry) => ({ listId: 'published', ...entry }));
      const index = buildIndex(entries);
      const told = [...ofac.toString('latin1').matchAll(/SWIFT\/BIC ([A-Z0-9]{8,11})\b/g)].map(([, bic]) => bic!);
      expect(told.length).toBeGreaterThan(30);
      for (const bic of [...told, 'DCBKKPPY']) expect([bic, screenIdentifier(index, { kind: 'bic', value: bic })]).not.toEqual([bic, []]);
    });

    test.each([
      [['sdn.csv', 'alt.csv', 'add.csv', 'sdn_comments.csv'], 'ofac_csv', 7_379, 19_000],
      [['UN_consolidated.xml'], 'un_xml', 1_003, 4_100],
      [['csl.csv'], 'csl_csv', 115, 270],
      [['dpl.txt'], 'dpl_tsv', 546, 546],
    ] as const)('%j is read whole', (files, format, entries, names) => {
      const file = read(bytes(...files));
      expect([file.format, file.entries.length]).toEqual([format, entries]);
      expect(file.entries.reduce((sum, entry) => sum + entry.names.length, 0)).toBeGreaterThanOrEqual(names);
    });
  }),
);

describe('whatever is sent as a list', () => {
  const XML = '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="2026"></CONSOLIDATED_LIST>';
  const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

  test.each([
    ['XML', Buffer.from(XML), 'un_xml'],
    ['XML behind a byte order mark and blank lines', Buffer.from(`\uFEFF\n\n${XML}`), 'un_xml'],
    ['XML in UTF-16', utf16(XML), 'un_xml'],
    ['CSV in UTF-16', utf16('id,name\n1,Виктор\n'), 'plain_csv'],
  ])('%s is known by its content, whatever its media type says', (_, document, format) => {
    expect(openList(document).format).toBe(format);
  });

  test.each([
    ['a web page', Buffer.from('<!DOCTYPE html>\n<html><head>'), 'The file is a web page, not a list.'],
    ['XML of another kind', Buffer.from('<feed xmlns="x"/>'), 'Lists with the root element feed are not known.'],
    ['JSON', Buffer.from('[{"name":"x"}]'), 'The file is JSON; lists come as CSV or XML.'],
    ['a spreadsheet', Buffer.from('504b030414000600', 'hex'), 'ZIP archive or a spreadsheet'],
    ['a packed file', Buffer.from('1f8b0800', 'hex'), 'packed with gzip'],
    ['a PDF', Buffer.from('%PDF-1.7'), 'a PDF'],
  ])('%s is refused in words that say what it is', (_, document, words) => {
    expect(() => openList(document)).toThrow(
      expect.objectContaining({ code: 'settlement.list_unknown_format', message: expect.stringContaining(words) }),
    );
  });
});
