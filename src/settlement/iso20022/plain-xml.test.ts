import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlainXml } from './plain-xml.ts';
import { readAnyXml, XML_LIMITS, type OnElement, type XmlElement } from './xml.ts';

const folder = new URL('../../../test/fixtures/iso20022/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

const finish = <T>(steps: Generator<void, T>): T => {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
};

/** Notes what a reader was told of, and takes some elements out, as the collector of records does. */
function listener(): { told: string[]; onElement: OnElement } {
  const told: string[] = [];
  return {
    told,
    onElement(element, ancestors) {
      told.push(`${ancestors.map(({ name }) => name).join('/')}/${element.name} ${element.start}-${element.end}`);
      return element.name.startsWith('C');
    },
  };
}

const treeOf = (root: XmlElement | undefined) => JSON.parse(JSON.stringify(root ?? null)) as unknown;

/** What the fast reader makes of a text has to be what the full parser makes of it; true when it did not decline. */
function readsAlike(text: string, limits = XML_LIMITS): boolean {
  const [fast, full] = [listener(), listener()];
  const root = finish(readPlainXml(text, limits, fast.onElement));
  if (!root) return false;
  expect(treeOf(root)).toEqual(treeOf(finish(readAnyXml(text, limits, full.onElement))));
  expect(fast.told).toEqual(full.told);
  return true;
}

describe('the fast reader', () => {
  test('takes messages as banks write them, and reads them as the full parser does', () => {
    for (const text of samples) expect(readsAlike(text)).toBe(true);
    expect(
      readsAlike(
        `<?xml version='1.0' encoding="UTF-8" standalone="yes"?>\r\n<a:b xmlns:a="u" xmlns="v" c='1 &gt; "0"'>\r\n x&#233;&amp;\r\n<d/><!-- > --></a:b >`,
      ),
    ).toBe(true);
  });

  test.each([
    '',
    'x',
    '<a>',
    '<a></b>',
    '<a></a>x',
    '<a/><b/>',
    '<p:a/>',
    '<a xmlns:p=""/>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<a b="<"/>',
    '<a>&b;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>& </a>',
    '<a>]]></a>',
    '<a>\u0001</a>',
    '<a>\uD800</a>',
    '<a><![CDATA[x]]></a>',
    '<a><?p?></a>',
    '<!DOCTYPE a><a/>',
    '<a><!-- -- --></a>',
    '<?xml version="1.1"?><a/>',
    ' <?xml version="1.0"?><a/>',
    '<é/>',
    '<a xmlns="http://www.w3.org/2000/xmlns/"/>',
    '<a p:b="1"/>',
    '<a><b></a></b>',
    '< a/>',
    '<a/ >',
  ])('declines %j, which is for the full parser to read or to refuse', (text) => expect(readsAlike(text)).toBe(false));

  test('declines what is more than the limits allow', () => {
    const limits = { ...XML_LIMITS, depth: 2, attributes: 1, elements: 3, textLength: 4, nameLength: 3 };
    for (const text of ['<a><a><a/></a></a>', '<a b="1" c="2"/>', '<a><b/><b/><b/></a>', '<a>12345</a>', '<abcd/>', '<a b="12345"/>']) {
      expect({ text, read: readsAlike(text, limits) }).toEqual({ text, read: false });
    }
    expect(readsAlike('<a b="1234"><b>12</b><c/></a>', limits)).toBe(true);
  });

  test('never reads otherwise than the full parser, whatever was done to a message', () => {
    const scrap = fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      '</',
      '/>',
      '<a>',
      '</a>',
      '<!--',
      '-->',
      ']]>',
      '<?x ?>',
      '&amp;',
      '&#x41;',
      '&#13;',
      'xmlns="u"',
      ' xmlns:p="u"',
      'p:',
      '\r\n',
      '\r',
      '\t',
      ' ',
      '\u00a0',
      '\uFEFF',
      '\u0085',
      'é',
      '=',
      '--',
      '&#',
      ';',
      '株',
    );
    const edit = fc.record({ at: fc.nat(1_000_000), cut: fc.constantFrom(0, 0, 1, 2, 7), put: fc.oneof(scrap, fc.constant('')) });
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(edit, { maxLength: 4 }), (sample, edits) => {
        let text = sample;
        for (const { at, cut, put } of edits) {
          const from = at % text.length;
          text = text.slice(0, from) + put + text.slice(from + cut);
        }
        // Where the full parser refuses, the comparison itself throws.
        if (readsAlike(text)) taken++;
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
