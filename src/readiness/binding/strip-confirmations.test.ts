import { expect, test } from 'vitest';
import { readBindings } from './read-bindings.ts';
import { emptyBindings } from './write-bindings.ts';
import { stripConfirmations } from './strip-confirmations.ts';

const DAY_MS = 86_400_000;
const read = (text: string) => readBindings(text, { file: 'b.yaml' });
const strip = (text: string, held = emptyBindings('x')) => stripConfirmations(text, read(text), read(held), 90 * DAY_MS);
const FILE = `version: 1
checklist: x
bindings:
  # Of the lamps.
  - line: lamps
    disposition: { kind: attested, role: Keeper }
    confirmed: { by: Ada, at: 2026-01-02 } # seen
  - line: ropes
    disposition: { kind: waived, reason: Next week, by: Head of Security, until: 2026-12-01 }
    tier: low
    confirmed: { by: Grace, at: 2026-01-02 }
`;

test('a confirmation that is not held is taken out and told, whatever it confirms; the rest of the file stays as it is', () => {
  const { text, confirmations } = strip(FILE);
  expect(confirmations).toEqual([
    { line: 'lamps', by: 'Ada' },
    { line: 'ropes', by: 'Grace' },
  ]);
  expect(read(text).bindings.map(({ confirmed }) => confirmed)).toEqual([undefined, undefined]);
  expect(text).toContain('# Of the lamps.');
});

test('one that is held for just this binding stays; any other word of the binding takes it away', () => {
  expect(strip(FILE, FILE)).toEqual({ text: FILE, confirmations: [], validFor: false });
  for (const [from, to] of [
    ['role: Keeper', 'role: Clerk'],
    ['by: Ada', 'by: Head of Security'],
    ['at: 2026-01-02 } #', 'at: 2026-01-03 } #'],
    ['- line: lamps', '- line: lamps\n    aliases: [others]'],
    ['- line: lamps', '- line: lamps\n    tier: low'],
    ['- line: lamps', '- line: other'],
  ] as const) {
    const { text, confirmations } = strip(FILE.replace(from, to), FILE);
    expect(confirmations).toHaveLength(1);
    expect(read(text).bindings.map(({ confirmed }) => confirmed?.by)).toEqual([undefined, 'Grace']);
  }
});

test('what repeats itself by an anchor loses only its own', () => {
  const file = `version: 1
checklist: x
bindings:
  - line: a
    disposition: &keeper { kind: attested, role: Keeper }
    confirmed: &ada { by: Ada, at: 2026-01-02 }
  - { line: b, disposition: *keeper, confirmed: *ada }
`;
  const held =
    'version: 1\nchecklist: x\nbindings: [{ line: b, disposition: { kind: attested, role: Keeper }, confirmed: { by: Ada, at: 2026-01-02 } }]\n';
  const { text, confirmations } = strip(file, held);
  expect(confirmations).toEqual([{ line: 'a', by: 'Ada' }]);
  expect(read(text).bindings).toEqual([
    { line: 'a', disposition: { kind: 'attested', role: 'Keeper' } },
    { line: 'b', disposition: { kind: 'attested', role: 'Keeper' }, confirmed: { by: 'Ada', at: '2026-01-02' } },
  ]);
});

test('signatures hold for no longer because a file says so, unless it said so before', () => {
  const long = emptyBindings('x').replace('checklist', 'validFor: 700d\nchecklist');
  expect(strip(long)).toMatchObject({ validFor: true, text: expect.not.stringContaining('700d') });
  expect(strip(long, long)).toMatchObject({ validFor: false, text: long });
  const short = long.replace('700d', '30d');
  expect(strip(short)).toMatchObject({ validFor: false, text: short });
});
