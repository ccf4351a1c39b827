import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { strongName, type ScreeningEntry } from './entry.ts';
import { entriesOf, openList } from './lists/read-list.ts';
import { buildIndex, screen, THRESHOLD, type ScreeningIndex } from './match.ts';

const listOf = (...names: string[]): ScreeningEntry[] =>
  names.map((name, i) => ({ listId: 'house', entryId: String(i), names: [strongName(name, 'primary')] }));
const scoreOf = (listed: string, name: string) => screen(buildIndex(listOf(listed)), name)[0]?.score ?? 0;

describe('words written together or apart', () => {
  test.each([
    ['Sajida Khayrallah Tilfah', 'ساجدة خير الله طلفاح'],
    ['Suleiman Abughaith', 'سليمان أبو غيث'],
    ['Hassan Dahir Aweys', 'حسن ظاهرعويس'],
    ['Ramzi Binalshibh', 'رمزي بن الشيبة'],
    ['Ali Maychou', 'علي ما يشو'],
    ['Walijan', 'ولی جان'],
    ['Ahmad Akhundzada', 'احمد آخوند زاده'],
    ['Zakarya Essabar', 'زكريا الصبار'],
    ['Fathullah Nuruddin', 'فتح الله نور الدين'],
  ])('%s and %s are the same, whichever is listed', (latin, arabic) => {
    expect(scoreOf(latin, arabic)).toBeGreaterThanOrEqual(THRESHOLD);
    expect(scoreOf(arabic, latin)).toBeGreaterThanOrEqual(THRESHOLD);
  });

  test('a title is dropped in its own script as in Latin letters', () => {
    expect(scoreOf('Mullah Naim Barich', 'ملا نعیم بریخ')).toBeGreaterThan(0.9);
  });
});

const FOLDER = sharedData('sanctions', 'the extra tests of names in the Arabic script on the published UN list');

whereThere(FOLDER, () =>
  describe('of the UN list', () => {
    const isArabic = (text: string) => /\p{Script=Arabic}/u.test(text);
    const entries = Array.from(entriesOf(openList(readFileSync(`${FOLDER}/UN_consolidated.xml`))), (entry): ScreeningEntry => ({
      listId: 'un',
      ...entry,
    }));
    const indexOf = (keep: (text: string) => boolean) =>
      buildIndex(entries.map((entry) => ({ ...entry, names: entry.names.filter(({ text }) => keep(text)) })));
    const hits = (index: ScreeningIndex, name: string) => screen(index, name, { limit: 1_000 });
    const latin = indexOf((text) => !isArabic(text));
    const pairs = entries.flatMap(({ entryId, names }) =>
      names.filter(({ text, kind }) => kind === 'original' && isArabic(text)).map(({ text }) => ({ entryId, arabic: text })),
    );

    test('nine in ten names in the Arabic script find their entry by its Latin spellings, with one stranger in four names at most', () => {
      let [found, strangers] = [0, 0];
      for (const { entryId, arabic } of pairs) {
        const matches = hits(latin, arabic);
        if (matches.some((match) => match.entryId === entryId)) found++;
        strangers += matches.filter((match) => match.entryId !== entryId).length;
      }
      expect(found / pairs.length).toBeGreaterThan(0.92);
      expect(strangers / pairs.length).toBeLessThan(0.25);
    });

    test('nine in ten entries of which only the Arabic name is listed are found by a Latin spelling', () => {
      const own = indexOf(isArabic);
      const listed = new Map(pairs.map((pair) => [pair.entryId, pair]));
      const found = entries.filter(
        ({ entryId, names }) =>
          listed.has(entryId) && names.some(({ text }) => !isArabic(text) && hits(own, text).some((match) => match.entryId === entryId)),
      );
      expect(found.length / listed.size).toBeGreaterThan(0.9);
    });

    test('names in the Arabic script on a list take no match from Latin names, nor from its score', () => {
      const whole = buildIndex(entries);
      for (const { names } of entries.filter((_, i) => i % 3 === 0)) {
        for (const { text } of names.filter((name) => !isArabic(name.text))) {
          const scores = new Map(hits(whole, text).map((match) => [match.entryId, match.score]));
          for (const { entryId, score } of hits(latin, text)) expect(scores.get(entryId) ?? 0).toBeGreaterThanOrEqual(score);
        }
      }
    });
  }),
);
