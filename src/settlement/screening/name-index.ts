import { phoneticKey } from './phonetic.ts';
import { WEIGHTS, wordsOf, type Word } from './normalise.ts';
import { lookUp, vocabularyOf, type Vocabulary } from './vocabulary.ts';

/** Someone on a list: the primary name first, then the aliases. */
export type ScreeningEntry = { listId: string; entryId: string; names: readonly string[]; type?: string; country?: string };

/** A listed name, ready to be compared. `ids` are its words' places in the vocabulary. */
export type ListedName = {
  readonly entry: number;
  readonly text: string;
  readonly words: readonly Word[];
  readonly ids: Uint32Array;
  readonly weight: number;
  readonly hasNameWord: boolean;
  /** Weight of the words it is not found by. */
  readonly support: number;
  /** Words of one letter, which pair with any word that begins so. */
  readonly initials: number;
};

/** The lists in force, laid out for fast and complete search. */
export type NameIndex = {
  readonly entries: readonly ScreeningEntry[];
  readonly names: readonly ListedName[];
  readonly vocabulary: Vocabulary;
  /** Word → names that are found by it. */
  readonly postings: readonly Uint32Array[];
  /** 1 for each word that some name has without being found by it. */
  readonly supporting: Uint8Array;
  /** Neighbouring words of listed names written as one (`abdulrahman`), exactly and by sound → the words. */
  readonly glued: ReadonlyMap<string, readonly string[]>;
};

/** Shortest glued word, and shortest key of one, that is worth recognising. */
const GLUED_LETTERS = 6;
const GLUED_KEY = 4;

export function indexNames(entries: readonly ScreeningEntry[]): NameIndex {
  const spelled = entries.flatMap((entry, at) => distinctNames(entry).map((text) => ({ entry: at, text, words: wordsOf(text) })));
  const comparable = spelled.filter(({ words }) => words.length > 0);
  const vocabulary = vocabularyOf(new Set(comparable.flatMap(({ words }) => words.map(({ text }) => text))));
  const postings: number[][] = vocabulary.words.map(() => []);
  const supporting = new Uint8Array(vocabulary.words.length);
  const glued = new Map<string, readonly string[]>();
  const names = comparable.map(({ words, ...name }, at): ListedName => {
    const ids = Uint32Array.from(words, ({ text }) => vocabulary.idOf.get(text)!);
    const anchors = anchorsOf(words);
    words.forEach((word, i) => {
      const places = postings[ids[i]!]!;
      if (!anchors.includes(word)) supporting[ids[i]!] = 1;
      else if (places.at(-1) !== at) places.push(at);
    });
    noteGlued(glued, words);
    return {
      ...name,
      words,
      ids,
      weight: weightOf(words),
      hasNameWord: words.some(({ kind }) => kind === 'name'),
      support: weightOf(words.filter((word) => !anchors.includes(word))),
      initials: words.filter(({ kind }) => kind === 'initial').length,
    };
  });
  return { entries, names, vocabulary, postings: postings.map((places) => Uint32Array.from(places)), supporting, glued };
}

/** Spellings of an entry that differ in more than case. */
function distinctNames(entry: ScreeningEntry): string[] {
  return [...new Map(entry.names.map((name) => [name.toLowerCase(), name])).values()];
}

export function weightOf(words: readonly Word[]): number {
  return words.reduce((sum, { kind }) => sum + WEIGHTS[kind], 0);
}

/** The words a name is found by: those that carry identity; for a name of common words only, these; else whatever it has. */
function anchorsOf(words: readonly Word[]): readonly Word[] {
  const named = words.filter(({ kind }) => kind === 'name');
  if (named.length > 0) return named;
  const some = words.filter(({ kind }) => kind === 'common' || kind === 'number');
  return some.length > 0 ? some : words;
}

function noteGlued(glued: Map<string, readonly string[]>, words: readonly Word[]): void {
  const texts = words.filter(({ kind }) => kind !== 'form').map(({ text }) => text);
  const note = (parts: readonly string[]) => {
    const whole = parts.join('');
    if (whole.length < GLUED_LETTERS) return;
    glued.set(whole, parts);
    const key = phoneticKey(whole);
    if (key.length >= GLUED_KEY) glued.set(`/${key}`, parts);
  };
  for (let length = 2; length <= Math.min(4, texts.length); length++) {
    for (let at = 0; at + length <= texts.length; at++) note(texts.slice(at, at + length));
  }
}

/**
 * The words of a query as the lists would divide them: a word that is several listed words written together is divided,
 * neighbouring words that are one listed word are joined. Undefined when there is nothing to change.
 */
export function regrouped({ glued, vocabulary }: NameIndex, words: readonly string[]): string[] | undefined {
  const found: string[] = [];
  let changed = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const next = words[i + 1];
    // Joined words are looked up as they are: sounding alike as well would join too much.
    if (next !== undefined && word.length + next.length >= GLUED_LETTERS && vocabulary.idOf.has(word + next)) {
      found.push(word + next);
      i++;
      changed = true;
      continue;
    }
    const parts = vocabulary.idOf.has(word) ? undefined : partsOf({ glued, vocabulary }, word);
    found.push(...(parts ?? [word]));
    changed ||= parts !== undefined;
  }
  return changed ? found : undefined;
}

function partsOf({ glued, vocabulary }: Pick<NameIndex, 'glued' | 'vocabulary'>, word: string): readonly string[] | undefined {
  if (word.length < GLUED_LETTERS) return undefined;
  return glued.get(word) ?? glued.get(`/${lookUp(vocabulary, word).key}`);
}
