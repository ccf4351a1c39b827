import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryHashes, entryHash } from '../entry-hash.ts';
import { strongName, type ListEntry } from '../entry.ts';
import { buildIndex, screen, screenChanged } from '../match.ts';

/** Few letters and sounds, so that words are often alike, and often several written as one. */
const word = fc
  .array(fc.constantFrom('ka', 'lo', 'mira', 'ren', 'vo', 'wo', 'sha', 'black', 'gate'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
const name = fc
  .array(fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: fc.constantFrom('trading', 'ltd', 'al', '7', 'k') }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((words) => words.join(' '));
const entry = fc.record(
  {
    entryId: fc.constantFrom(...'abcdefghijklmnop'),
    names: fc.array(name, { minLength: 1, maxLength: 3 }),
    born: fc.constantFrom('1970', '1980'),
  },
  { requiredKeys: ['entryId', 'names'] },
);
const list = fc.uniqueArray(entry, { maxLength: 12, selector: ({ entryId }) => entryId });

const entriesOf = (drafts: readonly { entryId: string; names: string[]; born?: string | undefined }[]): ListEntry[] =>
  drafts.map(({ entryId, names, born }) => ({
    entryId,
    names: names.map((text) => strongName(text)),
    ...(born !== undefined && { born: [born] }),
  }));
const indexOf = (entries: readonly ListEntry[]) => buildIndex(entries.map((one) => ({ listId: 'house', ...one })));

test('matching only what lists added or changed finds what matching everything anew would find and did not before', () => {
  fc.assert(
    fc.property(list, list, fc.array(name, { minLength: 1, maxLength: 6 }), fc.boolean(), (one, other, probes, keep) => {
      const before = entriesOf(one);
      // Mostly the same list with a few entries more, less or otherwise, as lists change.
      const replaced = new Set(other.map(({ entryId }) => entryId));
      const after = keep ? [...before.filter(({ entryId }) => !replaced.has(entryId)), ...entriesOf(other)] : entriesOf(other);
      const known = new EntryHashes(Buffer.concat(before.map(entryHash)));
      const changed = after.filter((item) => !known.has(item));
      const isChanged = new Set(changed.map(({ entryId }) => entryId));
      const [old, now, delta] = [indexOf(before), indexOf(after), indexOf(changed)];
      for (const probe of probes) {
        const had = new Set(screen(old, probe).map(({ entryId }) => entryId));
        const isNew = ({ entryId }: { entryId: string }) => isChanged.has(entryId) || !had.has(entryId);
        expect(screenChanged(now, delta, probe).filter(isNew)).toEqual(screen(now, probe).filter(isNew));
      }
    }),
    { numRuns: 500 },
  );
});

test('an entry counts as changed by whatever the list says of it, and by nothing else', () => {
  const whole: ListEntry = {
    entryId: '1',
    names: [strongName('A B', 'primary'), { text: 'C', kind: 'aka', quality: 'weak' }],
    type: 'person',
    born: ['1970'],
    countries: ['IR'],
    ids: [{ kind: 'Passport', value: 'X1' }],
    programmes: ['P'],
  };
  const known = new EntryHashes(entryHash(whole));
  expect(known.has({ ...structuredClone(whole) })).toBe(true);
  const changes: Partial<ListEntry>[] = [
    { entryId: '2' },
    { names: [whole.names[0]!] },
    { names: [whole.names[0]!, { ...whole.names[1]!, quality: 'strong' }] },
    { type: 'vessel' },
    { born: ['1971'] },
    { countries: [] },
    { ids: [{ kind: 'Passport', value: 'X2' }] },
    { programmes: ['Q'] },
  ];
  for (const change of changes) expect(known.has({ ...whole, ...change })).toBe(false);
});
