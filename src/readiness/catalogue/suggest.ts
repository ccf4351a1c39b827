import type { Theme, Trait } from './theme.ts';
import { THEMES } from './themes.ts';
import { type LineInPlace, traitsOf } from './traits.ts';
import { isWeak, wordsOf } from './words.ts';

/** A theme that a line may be of: `confidence` from 0 to 1, and what speaks for it in words for people. */
export type ThemeSuggestion = { theme: Theme; confidence: number; reason: string };

/** How much a word counts by where it stands. */
const PLACES = { title: 1, detail: 0.7, parent: 0.45, section: 0.4 } as const;
type Place = keyof typeof PLACES;

type Phrase = { text: string; words: readonly string[] };
type Prepared = { theme: Theme; phrases: readonly Phrase[] };

const prepared: readonly Prepared[] = THEMES.map((theme) => ({
  theme,
  phrases: theme.phrases.map((text) => ({ text, words: [...new Set(wordsOf(text))] })),
}));

/** How telling a word is: one that few themes use says much. */
const telling = weighWords();

function weighWords(): ReadonlyMap<string, number> {
  const themesWith = new Map<string, number>();
  for (const { phrases } of prepared)
    for (const word of new Set(phrases.flatMap(({ words }) => words))) themesWith.set(word, (themesWith.get(word) ?? 0) + 1);
  return new Map([...themesWith].map(([word, count]) => [word, Math.log(1 + prepared.length / count) * (isWeak(word) ? 0.35 : 1)]));
}

/** Ranks the themes that a line may be of, best first, at most `limit`. Nothing here decides anything. */
export function suggestThemes(place: LineInPlace, limit = 3): ThemeSuggestion[] {
  const words = placedWords(place);
  const traits = traitsOf(place);
  const scored = prepared
    .map((candidate) => ({ theme: candidate.theme, ...scoreOf(candidate, words, traits) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const rest = scored.slice(0, 6).reduce((sum, { score }) => sum + score ** 2, 0);
  return scored.slice(0, limit).map(({ theme, score, reason }) => {
    // Two halves: how far ahead of the others, and how much speaks for it at all.
    const confidence = (score ** 2 / rest) * (1 - Math.exp(-score / 4));
    return { theme, confidence: Math.round(confidence * 100) / 100, reason };
  });
}

/** Where each word of the line and around it stands; the nearest place counts. */
function placedWords({ line, parent }: LineInPlace): ReadonlyMap<string, Place> {
  const words = new Map<string, Place>();
  const put = (text: string, place: Place) => {
    for (const word of wordsOf(text)) if (!words.has(word)) words.set(word, place);
  };
  put(line.title, 'title');
  put(line.detail ?? '', 'detail');
  put(parent?.title ?? '', 'parent');
  put(line.section.at(-1) ?? '', 'section');
  return words;
}

function scoreOf({ theme, phrases }: Prepared, words: ReadonlyMap<string, Place>, traits: ReadonlyMap<Trait, string>) {
  const gains = new Map<string, number>();
  const because: { text: string; gain: number }[] = [];
  for (const phrase of phrases) {
    const gain = gainOf(phrase, words);
    if (gain.total === 0) continue;
    for (const [word, value] of gain.byWord) gains.set(word, Math.max(gains.get(word) ?? 0, value));
    because.push({ text: `"${phrase.text}"`, gain: gain.total });
  }
  for (const [trait, weight] of Object.entries(theme.traits)) {
    const why = traits.get(trait as Trait);
    if (why === undefined) continue;
    gains.set(`trait ${trait}`, weight);
    because.push({ text: why, gain: weight });
  }
  const reason = because
    .sort((a, b) => b.gain - a.gain)
    .slice(0, 3)
    .map(({ text }) => text)
    .join(', ');
  return { score: [...gains.values()].reduce((sum, gain) => sum + gain, 0), reason };
}

/** What a phrase adds when all its words are there; at least one must stand in the line itself. */
function gainOf({ words: wanted }: Phrase, words: ReadonlyMap<string, Place>): { total: number; byWord: [string, number][] } {
  const places = wanted.map((word) => words.get(word));
  const own = places.some((place) => place === 'title' || place === 'detail');
  if (!own || places.includes(undefined)) return { total: 0, byWord: [] };
  // Words that come together say more than each alone.
  const together = 1 + 0.25 * (wanted.length - 1);
  const byWord = wanted.map((word, at): [string, number] => [word, telling.get(word)! * PLACES[places[at]!] * together]);
  return { total: byWord.reduce((sum, [, gain]) => sum + gain, 0), byWord };
}
