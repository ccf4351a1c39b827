import { describe, expect, test } from 'vitest';
import { decodeXml } from './encoding.ts';

const TEXT = '<a>Müller</a>';
const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
const NOT_XML = expect.objectContaining({ code: 'iso20022.not_xml' }) as Error;

describe('the characters of a document', () => {
  test.each([
    ['ISO-8859-15', [0xa4, 0xbd, 0xa6], '€œŠ'],
    ['iso-8859-15', [0xfc], 'ü'],
    ['windows-1252', [0x80, 0x9c, 0x92], '€œ’'],
    ['CP1252', [0xfc], 'ü'],
    ['ISO-8859-1', [0xa4], '¤'],
    ['ISO-8859-2', [0xb3, 0xf3], 'łó'],
    ['windows-1250', [0x9c, 0xb3], 'śł'],
  ])('are those of the encoding that it declares: %s', (name, bytes, expected) => {
    const document = Buffer.concat([Buffer.from(`${declared(name)}<a>`), Buffer.from(bytes), Buffer.from('</a>')]);
    expect(decodeXml(document)).toBe(`${declared(name)}<a>${expected}</a>`);
  });

  test('are those of the charset that came beside it, whatever it declares', () => {
    expect(decodeXml(Buffer.from(declared('ISO-8859-1') + TEXT), 'UTF-8')).toContain(TEXT);
    expect(decodeXml(Buffer.from(declared('UTF-8') + TEXT, 'latin1'), 'iso-8859-1')).toContain(TEXT);
    const wide = Buffer.from(TEXT, 'utf16le');
    expect(decodeXml(wide, 'utf-16')).toBe(TEXT);
    expect(decodeXml(wide, 'utf-16le')).toBe(TEXT);
    expect(decodeXml(Buffer.from(wide).swap16(), 'UTF-16')).toBe(TEXT);
  });

  test('are those of a byte order mark before anything else', () => {
    expect(decodeXml(Buffer.from(`\uFEFF${declared('ISO-8859-1')}${TEXT}`), 'windows-1252')).toBe(declared('ISO-8859-1') + TEXT);
    expect(decodeXml(Buffer.from(`\uFEFF${TEXT}`, 'utf16le'), 'utf-8')).toBe(TEXT);
  });

  test('are told by nothing: UTF-8', () => {
    expect(decodeXml(Buffer.from(TEXT))).toBe(TEXT);
    expect(() => decodeXml(Buffer.from(TEXT, 'latin1'))).toThrow(NOT_XML);
  });

  test.each<[string, Buffer, string | undefined]>([
    ['of an encoding that is not read', Buffer.from(declared('EBCDIC-CP-US') + TEXT), undefined],
    ['of a charset that is not read', Buffer.from(TEXT), 'ebcdic-cp-us'],
    ['of a charset by the name of a property', Buffer.from(TEXT), 'constructor'],
    ['that windows-1252 does not have', Buffer.from([...Buffer.from(`${declared('windows-1252')}<a>`), 0x81]), undefined],
    ['that UTF-8 does not have, though it is declared otherwise', Buffer.from(declared('ISO-8859-1') + TEXT, 'latin1'), 'utf-8'],
  ])('%s are refused by name', (_what, document, charset) => {
    expect(() => decodeXml(document, charset)).toThrow(NOT_XML);
  });
});
