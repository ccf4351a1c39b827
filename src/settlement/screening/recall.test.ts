import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import type { ScreeningEntry } from './entry.ts';
import { entriesOf, openList } from './lists/read-list.ts';
import { buildIndex, screen } from './match.ts';

const FOLDER = sharedData('sanctions', 'the extra tests of name matching on the published sanctions lists');

const CYRILLIC = new Map([...'abdefgiklmnoprstuvz'].map((letter, i) => [letter, 'абдефгиклмнопрстувз'[i]!]));

/** Ways to write a name that do not change it. */
const REWRITTEN: Readonly<Record<string, (name: string) => string>> = {
  'as they stand': (name) => name,
  'in full-width letters': (name) => name.replace(/[A-Za-z0-9]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  'with accents': (name) => name.replace(/[aeiou]/gi, '$&\u0301'),
  'in Cyrillic letters': (name) =>
    name
      .toLowerCase()
      .replace(/\p{L}+/gu, (word) =>
        [...word].every((letter) => CYRILLIC.has(letter)) ? [...word].map((letter) => CYRILLIC.get(letter)!).join('') : word,
      ),
  'with their parts turned round': (name) => (name.includes(',') ? name.split(',').toReversed().join(' ') : name),
};

whereThere(FOLDER, () =>
  describe('of all names of all published lists, aliases included', () => {
    const bytes = (...files: readonly string[]) => Buffer.concat(files.map((file) => readFileSync(`${FOLDER}/${file}`)));
    const files = {
      sdn: bytes('sdn.csv', 'alt.csv', 'add.csv', 'sdn_comments.csv'),
      un: bytes('UN_consolidated.xml'),
      csl: bytes('csl.csv'),
      dpl: bytes('dpl.txt'),
    };
    const entries = Object.entries(files).flatMap(([listId, file]) =>
      Array.from(entriesOf(openList(file)), (entry): ScreeningEntry => ({ listId, ...entry })),
    );
    const index = buildIndex(entries);
    const names = entries.flatMap((entry) => entry.names.map(({ text }) => ({ entry, text })));

    test.each(Object.entries(REWRITTEN))('%s, none is missed', { timeout: 180_000 }, (way, rewrite) => {
      const every = way === 'as they stand' ? 1 : 7;
      expect(names.length).toBeGreaterThan(20_000);
      const missed = names.filter(({ entry, text }, i) => {
        if (i % every !== 0) return false;
        return !screen(index, rewrite(text), { limit: 1_000 }).some(
          (match) => match.listId === entry.listId && match.entryId === entry.entryId,
        );
      });
      expect(missed.map(({ text }) => text)).toEqual([]);
    });
  }),
);
