import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.ts';
import { readChecklist } from './read-checklist.ts';
import { repairMojibake } from './repair.ts';

const TEXT = '# Größe — préavis\n\n- [x] Latenz ≤ 5 ms ✅\n- [ ] café\n';
const utf16 = (text: string, big: boolean): Buffer => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

describe('encodings', () => {
  test('UTF-8 with and without a mark, and UTF-16 in both orders, give the same lines', () => {
    const lines = TEXT.trimEnd().split('\n');
    for (const bytes of [Buffer.from(TEXT), Buffer.from(`\uFEFF${TEXT}`), utf16(TEXT, false), utf16(TEXT, true)]) {
      expect(decode(bytes).lines.map(({ text }) => text)).toEqual(lines);
    }
    expect(readChecklist(utf16(TEXT, false), 'x').findings).toEqual([expect.objectContaining({ kind: 'encoding' })]);
  });

  test('UTF-16 is told by its zeros where the mark is missing', () => {
    expect(decode(utf16('- [ ] plain words only\n', true).subarray(2)).encoding).toBe('utf-16be');
  });

  test('Latin-1 is read and said so; only its own lines are taken for it', () => {
    const mixed = Buffer.concat([Buffer.from('- [ ] naïve ✓\n'), Buffer.from('- [ ] Größe\n', 'latin1')]);
    const { lines, findings } = decode(mixed);
    expect(lines.map(({ text }) => text)).toEqual(['- [ ] naïve ✓', '- [ ] Größe']);
    expect(findings).toEqual([expect.objectContaining({ kind: 'encoding', line: 2 })]);
  });

  test('the span of a box is its byte, in every encoding and behind every letter', () => {
    for (const text of ['- [x] a', '> äöü\n> - [x] ✅', '1. [x] a\r\n\r- [x] é']) {
      const bytes = Buffer.from(text);
      for (const { box } of readChecklist(bytes, 'x').items) expect(bytes.toString('utf8', box.from, box.to)).toBe('x');
    }
    const wide = utf16('é\n- [x] a', false);
    const [item] = readChecklist(wide, 'x').items;
    expect(wide.toString('utf16le', item!.box.from, item!.box.to)).toBe('x');
  });

  test('a zero byte is told', () => {
    expect(readChecklist(Buffer.from('- [ ] a\u0000b'), 'x').findings).toEqual([expect.objectContaining({ kind: 'binary' })]);
  });
});

describe('mojibake', () => {
  const broken = (text: string, encoding: string): string => new TextDecoder(encoding).decode(new TextEncoder().encode(text));

  test('UTF-8 that was read as MacRoman or Windows-1252 is repaired, the letter of 0xF0 included', () => {
    for (const sign of ['✅', '🔥', '≥', '→', '☐', '–', 'ü', '🛑']) {
      expect(repairMojibake(`a ${broken(sign, 'macintosh')} b`)).toBe(`a ${sign} b`);
      expect(repairMojibake(`a ${broken(sign, 'windows-1252')} b`)).toBe(`a ${sign} b`);
    }
    expect(broken('🔥', 'macintosh')).toContain('\uF8FF');
  });

  test('text that was never broken stays as it is, whatever it holds', () => {
    for (const text of ['☐ Done ☐ Open', 'naïve café ≤ 5 µs', 'Größe → 3 °C', '数据库 备份', '✅ 🔥 — “quoted”'])
      expect(repairMojibake(text)).toBe(text);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', 'é', '✅', '≥', '中', '😀') }), (text) => repairMojibake(text) === text),
    );
  });

  test('what is repaired gives the broken text again when it is broken again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('macintosh', 'windows-1252'), (text, encoding) => {
        const wrong = broken(text, encoding);
        const repaired = repairMojibake(wrong);
        return (
          repaired === wrong ||
          broken(repaired, 'macintosh') === wrong ||
          broken(repaired, 'windows-1252') === wrong ||
          repairMojibake(repaired) === repaired
        );
      }),
    );
  });
});
