import { readFileSync } from 'node:fs';
import anyAscii from 'any-ascii';
import { describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { strongName, type ScreeningEntry } from './entry.ts';
import { entriesOf, openList } from './lists/read-list.ts';
import { buildIndex, screen, type ScreeningIndex } from './match.ts';

const FOLDER = sharedData('sanctions', 'the extra tests of names in two scripts on the published UN list');

const CYRILLIC = new Map([...'abdefgiklmnoprstuvz'].map((letter, i) => [letter, 'абдефгиклмнопрстувз'[i]!]));
const inLetters = (letters: ReadonlyMap<string, string>) => (name: string) =>
  [...name.toLowerCase()].every((letter) => letters.has(letter) || !/\p{L}/u.test(letter))
    ? [...name.toLowerCase()].map((letter) => letters.get(letter) ?? letter).join('')
    : undefined;

whereThere(FOLDER, () =>
  describe('of the UN list', () => {
    const entries = Array.from(entriesOf(openList(readFileSync(`${FOLDER}/UN_consolidated.xml`))), (entry): ScreeningEntry => ({
      listId: 'un',
      ...entry,
    }));
    const pairs = entries.flatMap((entry) =>
      entry.names
        .filter(({ kind }) => kind === 'original')
        .map(({ text }) => ({ entryId: entry.entryId, latin: entry.names[0]!.text, original: text })),
    );
    const listOf = (names: readonly { entryId: string; text: string }[]) =>
      buildIndex(names.map(({ entryId, text }) => ({ listId: 'un', entryId, names: [strongName(text, 'primary')] })));
    const finds = (index: ScreeningIndex, name: string, entryId: string) =>
      screen(index, name, { limit: 1_000 }).some((match) => match.entryId === entryId);
    const whole = buildIndex(entries);

    test('every name in its own script finds its entry', () => {
      expect(pairs.length).toBeGreaterThan(370);
      expect(pairs.filter(({ entryId, original }) => !finds(whole, original, entryId))).toEqual([]);
    });

    test('every name in its own script and the same letter by letter in Latin are one, whichever is listed', () => {
      const letters = (original: string) => anyAscii(original);
      const latin = listOf(pairs.map(({ entryId, original }) => ({ entryId, text: letters(original) })));
      const own = listOf(pairs.map(({ entryId, original }) => ({ entryId, text: original })));
      expect(pairs.filter(({ entryId, original }) => !finds(latin, original, entryId)).map(({ original }) => original)).toEqual([]);
      expect(pairs.filter(({ entryId, original }) => !finds(own, letters(original), entryId)).map(({ original }) => original)).toEqual([]);
    });

    test.each([['Cyrillic', CYRILLIC]])(
      'every name whose letters %s has is the same in them, whichever is listed',
      { timeout: 60_000 },
      (_, letters) => {
        const names = entries.flatMap(({ entryId, names: all }) =>
          all.flatMap(({ text, quality }) => {
            const written = quality === 'strong' ? inLetters(letters)(text) : undefined;
            return written === undefined ? [] : [{ entryId, text, written }];
          }),
        );
        expect(names.length).toBeGreaterThan(350);
        const [latin, other] = [listOf(names), listOf(names.map(({ entryId, written }) => ({ entryId, text: written })))];
        expect(names.filter(({ entryId, written }) => !finds(latin, written, entryId)).map(({ text }) => text)).toEqual([]);
        expect(names.filter(({ entryId, text }) => !finds(other, text, entryId)).map(({ text }) => text)).toEqual([]);
      },
    );

    test('of names that Arabic writes without vowels nine in ten find the spelling that the list gives in Latin letters, alone', () => {
      const latin = buildIndex(entries.map((entry) => ({ ...entry, names: entry.names.filter(({ kind }) => kind !== 'original') })));
      const found = pairs.filter(({ entryId, original }) => finds(latin, original, entryId));
      expect(found.length / pairs.length).toBeGreaterThan(0.92);
    });
  }),
);
