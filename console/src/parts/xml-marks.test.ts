import { describe, expect, test } from 'vitest';
import { elementsAt, laidOut } from './xml-marks.ts';

const XML = `<?xml version="1.0"?><e:Env xmlns:e="u"><p:Document xmlns:p="x"><p:Msg><!-- <p:Tx/> -->
<p:Hdr><p:Id>1</p:Id></p:Hdr><p:Tx><p:Nm>A</p:Nm></p:Tx><p:Tx><p:Nm a=">">B</p:Nm><p:Empty/></p:Tx></p:Msg></p:Document></e:Env>`;

const textAt = (path: string) => {
  const [span] = elementsAt(XML, [path]);
  return span && XML.slice(span.start, span.end);
};

describe('the place of an element', () => {
  test.each([
    ['Tx[2]/Nm', '<p:Nm a=">">B</p:Nm>'],
    ['Tx[1]/Nm', '<p:Nm>A</p:Nm>'],
    ['Tx[2]/Empty', '<p:Empty/>'],
    ['Hdr/Id', '<p:Id>1</p:Id>'],
  ])('%s is found whatever the prefixes, comments and what is around', (path, text) => expect(textAt(path)).toBe(text));

  test('that is missing is told by the deepest one that is there', () => {
    expect(textAt('Tx[1]/Acct/IBAN')).toBe('<p:Tx><p:Nm>A</p:Nm></p:Tx>');
    expect(textAt('Other')).toBeUndefined();
  });
});

test('a document in one line is laid out with every element and text as it was, a laid out one is left alone', () => {
  const plain = XML.replaceAll('\n', '').replace('<!-- <p:Tx/> -->', '') + ' '.repeat(300);
  const out = laidOut(plain);
  expect(out).toContain('\n        <p:Nm>A</p:Nm>');
  expect(out.replaceAll(/\n\s*/g, '')).toBe(plain);
  expect(laidOut(out)).toBe(out);
});
