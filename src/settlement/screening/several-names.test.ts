import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { strongName, type ScreeningEntry } from './entry.ts';
import { entriesOf, openList } from './lists/read-list.ts';
import { buildIndex, screen, screenChanged } from './match.ts';

const listed = (...names: string[]) =>
  buildIndex(names.map((name, i) => ({ listId: 'house', entryId: `${i + 1}`, names: [strongName(name, 'primary')] })));
const index = listed('Viktor Baranovski', 'Gaviotas Ltda.', 'Ammunition and Metallurgy Group', 'Omar, Omar Awadh', 'Kim Ok Ju');
const found = (name: string) => screen(index, name).map(({ entryId }) => entryId);

describe('a listed name is found in a field that tells of several', () => {
  test.each([
    'Mary Elizabeth Johnson and Viktor Baranovski',
    'Mary Elizabeth Johnson & Wiktor Baranowski',
    'JOHNSON MARY ELIZABETH/BARANOVSKI VIKTOR',
    'Mary Elizabeth Johnson or Viktor Baranovski',
    'Mary Elizabeth Johnson; Viktor Baranovski; Peter Smith; Jane Doe; Paul Miller',
    'Mary Elizabeth Johnson und Viktor Baranovski',
    'Мария Джонсон и Виктор Барановский',
    'Johnson Trustees International Limited for Viktor Baranovski',
    'Johnson Trustees International on behalf of Viktor Baranovski',
    'Viktor Baranovski (account of Mary Elizabeth Johnson)',
    'Viktor Baranovski trading as Johnson Elizabeth Imports',
    'Viktor Baranovski REF 4711/23-99',
    'Viktor Baranovski Viktor Baranovski',
    'BARANOVSKI Viktor, Viktor Baranovski',
  ])('%s', (name) => {
    expect(found(name)).toEqual(['1']);
  });

  test('though it has a joint of its own, or one word and a legal form', () => {
    expect(found('Mary Elizabeth Johnson and Ammunition and Metallurgy Group')).toEqual(['3']);
    expect(found('Mary Elizabeth Johnson & Gaviotas Ltda.')).toEqual(['2']);
    expect(found('Mary Elizabeth Johnson/Omar Awadh Omar')).toEqual(['4']);
  });

  test.each(['V I K T O R  B A R A N O V S K I', 'V.I.K.T.O.R B.A.R.A.N.O.V.S.K.I', 'K I M  O K  J U'])('letter by letter: %s', (name) => {
    expect(found(name)).toHaveLength(1);
  });

  test('behind more words than are compared, as long as those tell nobody', () => {
    expect(found(`${'the al '.repeat(15)}Viktor Baranovski`)).toEqual(['1']);
    expect(found(`${'a '.repeat(60)}Viktor Baranovski`)).toEqual(['1']);
  });

  test('and its explanation tells which one was read', () => {
    const [match] = screen(index, 'Mary Elizabeth Johnson and Viktor Baranovski');
    expect(match).toMatchObject({
      score: 1,
      explanation: ['Read as "viktor baranovski".', 'All words are the same after transliteration.'],
    });
  });

  test('also when only what a list has changed is asked about', () => {
    const changed = listed('Viktor Baranovski');
    expect(screenChanged(index, changed, 'Mary Elizabeth Johnson and Viktor Baranovski')).toMatchObject([{ entryId: '1', score: 1 }]);
  });
});

test.each([
  'Johnson & Baranovski',
  'Viktor and Sons',
  'Mary Viktor and Peter Baranovski',
  'Metallurgy and Mining Group',
  'Jane Y Smith',
  'J.R. Baranow',
])('names that a joint only parts are nobody else: %s', (name) => {
  expect(found(name)).toEqual([]);
});

const FOLDER = sharedData('sanctions', 'the extra test of joint holders on the published UN list');
whereThere(FOLDER, () =>
  test(
    'every primary name of the UN list with two words or more is found beside another holder, before and behind',
    { timeout: 60_000 },
    () => {
      const entries = Array.from(entriesOf(openList(readFileSync(`${FOLDER}/UN_consolidated.xml`))), (entry): ScreeningEntry => ({
        listId: 'un',
        ...entry,
      }));
      const un = buildIndex(entries);
      const names = entries
        .map(({ entryId, names: [first] }) => ({ entryId, text: first!.text }))
        .filter(({ text }) => /\p{L}{3,}\P{L}+\p{L}{3,}/u.test(text));
      expect(names.length).toBeGreaterThan(900);
      const finds = (name: string, entryId: string) =>
        screen(un, name.slice(0, 140), { limit: 1_000 }).some((match) => match.entryId === entryId);
      // One word alone is anybody's.
      const short = names.filter(({ text }) => text.length < 100 && !/^the \p{L}+$/iu.test(text));
      expect(short.filter(({ text, entryId }) => !finds(`${text} and Mary Elizabeth Johnson`, entryId))).toEqual([]);
      expect(short.filter(({ text, entryId }) => !finds(`Mary Elizabeth Johnson & ${text}`, entryId))).toEqual([]);
    },
  ),
);
