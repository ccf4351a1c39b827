import { chineseReadings } from './chinese-syllables.ts';
import { japaneseReadings } from './japanese-morae.ts';
import { koreanReadings } from './korean-syllables.ts';

/** What syllables of China and Korea, and morae of Japan, can be at all: most other names fall out here. */
const SYLLABLES = /^(?:[bcdfghjklmnpqrstwxyz]{0,4}[aeiouyv]+(?:ng|hn|rk|[nhrkgtlmpb])?){1,2}$/;
const MORAE = /^(?:[bcdfghjkmnprstwyz]{0,4}[aeiou]+)+[nh]?$/;

/** Most words of a name of East Asia, and letters of one: others need not be looked at. */
const MOST = { words: 4, letters: 16 };

/**
 * A name in Latin letters in the one spelling of each East Asian language that it may be of, as one word that is like no other
 * (`zh/chang/hsiaoming`): two names are one or not. None for nearly all other names.
 */
export function eastAsianReadings(words: readonly string[]): string[] {
  if (words.length < 2 || words.length > MOST.words || words.some((word) => word.length > MOST.letters)) return [];
  const found: string[] = [];
  const put = (language: string, names: readonly (readonly string[])[]) => {
    for (const name of names) found.push(`${language}/${name.join('/')}`);
  };
  if (words.every((word) => SYLLABLES.test(word))) {
    put('zh', chineseReadings(words));
    put('ko', koreanReadings(words));
  }
  // Families stand before or behind.
  if (words.every((word) => MORAE.test(word)))
    put(
      'ja',
      japaneseReadings(words).map((read) => read.toSorted()),
    );
  return found;
}
