import { soundsKey } from './arabic-letters.ts';
import { openWritten, writtenColumns, type Written, type WrittenColumns } from './arabic-vocabulary.ts';
import { joinedWords } from './arabic-words.ts';
import { fileUnder, hashOf, NumberList, type Buckets } from './buckets.ts';
import type { ListEntry, NameKind, ScreeningEntry } from './entry.ts';
import { keysOfListed } from './identifier.ts';
import { isSearched, readingsOf, WEIGHTS, type Word, type WordKind } from './normalise.ts';
import { phoneticKey } from './phonetic.ts';
import { textAt, textPoolBuilder, type TextPool } from './utf8-pool.ts';
import { inOrder, vocabularyColumns, vocabularyKey, wordAt, type VocabularyColumns } from './vocabulary-columns.ts';
import { openVocabulary, type Vocabulary } from './vocabulary.ts';

/** The lists in force as plain arrays: built in a worker, handed over without copying. */
export type IndexColumns = {
  readonly vocabulary: VocabularyColumns;
  /** One JSON text an entry: everything but its names. */
  readonly entries: TextPool;
  readonly names: {
    readonly text: TextPool;
    readonly entry: Uint32Array<ArrayBuffer>;
    readonly flags: Uint8Array<ArrayBuffer>;
    readonly weight: Float32Array<ArrayBuffer>;
    /** Where each name's words begin. */
    readonly at: Uint32Array<ArrayBuffer>;
    /** Ids of the words in the vocabulary, with their kind in the highest three bits: read together, they cost one look at memory. */
    readonly words: Uint32Array<ArrayBuffer>;
  };
  /** Word → names that have it. */
  readonly postings: { readonly at: Uint32Array<ArrayBuffer>; readonly names: Uint32Array<ArrayBuffer> };
  /** Neighbouring words of listed names written as one (`abdulrahman`), exactly and by sound → where they stand. */
  readonly glued: Buckets;
  /** The same of names in the Arabic script: neighbouring words written as one, and where each stands. */
  readonly joined: { readonly written: WrittenColumns; readonly runs: Uint32Array<ArrayBuffer> };
  /** Entries by list and id. */
  readonly byId: Buckets;
  /** Entries by what tells who they are beside a name: BIC, LEI, documents. */
  readonly byNumber: Buckets;
};

/** What is known of an entry beside its names. */
export type EntryFacts = Omit<ScreeningEntry, 'names'>;

/** A listed name, ready to be compared. `ids` are its words' places in the vocabulary. */
export type ListedName = {
  readonly entry: number;
  readonly text: string;
  readonly words: readonly Word[];
  readonly ids: Uint32Array;
  readonly weight: number;
  readonly hasNameWord: boolean;
  readonly kind: NameKind;
  readonly weak: boolean;
  /** Whether it was read from the Arabic script. */
  readonly written: boolean;
};

/** The lists in force, laid out for fast and complete search. */
export type NameIndex = Omit<IndexColumns, 'vocabulary' | 'joined'> & {
  readonly vocabulary: Vocabulary;
  readonly joined: IndexColumns['joined'] & { readonly written: Written };
};

const KINDS: readonly WordKind[] = ['name', 'common', 'particle', 'form', 'initial', 'number', 'whole'];
const NAME_KINDS: readonly NameKind[] = ['primary', 'aka', 'fka', 'original'];
/** A word within a name: its kind above its id. */
export const KIND_SHIFT = 29;
export const ID = 0x1fffffff;
const FLAG = { nameWord: 1, weak: 2, kindShift: 2, kinds: 3, written: 16 };

/** Shortest glued word, and shortest key of one, that is worth recognising. */
export const GLUED_LETTERS = 6;
export const GLUED_KEY = 5;
export const LONGEST_RUN = 4;
export const SALT = { glued: 11, heard: 12, id: 13, number: 14 };

/** Takes entries one by one and lays them out. The whole costs some seconds for 50,000 names: in a worker. */
export type IndexBuilder = { add(listId: string, entry: ListEntry): void; done(): IndexColumns };

export function indexBuilder(): IndexBuilder {
  const provisional = new Map<string, number>();
  const [entries, texts] = [textPoolBuilder(), textPoolBuilder()];
  const [entryOf, at, packed] = [new NumberList(), new NumberList(), new NumberList()];
  const flags: number[] = [];
  const weights: number[] = [];
  const [idHashes, idEntries] = [new NumberList(), new NumberList()];
  const [numberHashes, numberEntries] = [new NumberList(), new NumberList()];
  const joined = new Map<string, number>();
  let entryCount = 0;
  at.push(0);
  const put = (text: string, words: readonly Word[], told: number) => {
    texts.add(text);
    entryOf.push(entryCount);
    for (const { from, length, written } of joinedWords(words, LONGEST_RUN)) {
      if (!joined.has(written)) joined.set(written, runAt(packed.length + from, length));
    }
    for (const word of words) {
      const key = isSearched(word) ? vocabularyKey(word) : word.text;
      if (!provisional.has(key)) provisional.set(key, provisional.size);
      packed.push(((KINDS.indexOf(word.kind) << KIND_SHIFT) | provisional.get(key)!) >>> 0);
    }
    at.push(packed.length);
    weights.push(weightOf(words));
    const named = words.some(({ kind }) => kind === 'name' || kind === 'whole') ? FLAG.nameWord : 0;
    flags.push(told | named | (words.some(({ written }) => written !== undefined) ? FLAG.written : 0));
  };
  return {
    add(listId, { names, ...facts }) {
      entries.add(JSON.stringify({ listId, ...facts }));
      const seen = new Set<string>();
      for (const { text, kind, quality } of names) {
        // Spellings that differ in case only are one name.
        if (seen.has(text.toLowerCase())) continue;
        seen.add(text.toLowerCase());
        const told = (quality === 'weak' ? FLAG.weak : 0) | (NAME_KINDS.indexOf(kind) << FLAG.kindShift);
        for (const words of readingsOf(text)) if (words.length > 0) put(text, words, told);
      }
      for (const key of new Set(facts.ids?.flatMap(keysOfListed))) {
        numberHashes.push(hashOf(key, SALT.number));
        numberEntries.push(entryCount);
      }
      idHashes.push(hashOf(`${listId}\n${facts.entryId}`, SALT.id));
      idEntries.push(entryCount++);
    },
    done() {
      const vocabulary = vocabularyColumns(provisional.keys());
      const ids = new Map(inOrder(provisional.keys()).map((key, id) => [key, id]));
      const final = Uint32Array.from(provisional.keys(), (key) => ids.get(key)!);
      const names = {
        text: texts.done(),
        entry: entryOf.done(),
        flags: Uint8Array.from(flags),
        weight: Float32Array.from(weights),
        at: at.done(),
        words: packed.done().map((word) => ((word & ~ID) | final[word & ID]!) >>> 0),
      };
      return {
        vocabulary,
        entries: entries.done(),
        names,
        postings: postingsOf(names, final.length),
        glued: gluedOf(names, vocabulary),
        joined: { written: writtenColumns([...joined.keys()]), runs: Uint32Array.from(joined.values()) },
        byId: fileUnder(idHashes, idEntries),
        byNumber: fileUnder(numberHashes, numberEntries),
      };
    },
  };
}

function postingsOf({ at, words: ids }: IndexColumns['names'], words: number): IndexColumns['postings'] {
  const starts = new Uint32Array(words + 1);
  for (const word of ids) starts[(word & ID) + 1]!++;
  for (let word = 0; word < words; word++) starts[word + 1]! += starts[word]!;
  const next = starts.slice();
  const names = new Uint32Array(ids.length);
  for (let name = 0; name + 1 < at.length; name++) {
    for (let i = at[name]!; i < at[name + 1]!; i++) names[next[ids[i]! & ID]!++] = name;
  }
  return { at: starts, names };
}

/** Neighbouring words as one number: where the first stands, and how many there are. */
const runAt = (from: number, length: number) => from * LONGEST_RUN + length - 1;

/** The words of a run. */
export function runOf({ names, vocabulary }: Pick<NameIndex, 'names' | 'vocabulary'>, run: number): string[] {
  const from = Math.floor(run / LONGEST_RUN);
  const to = from + (run % LONGEST_RUN) + 1;
  const words: string[] = [];
  for (let at = from; at < to; at++) words.push(wordAt(vocabulary, names.words[at]! & ID));
  return words;
}

function gluedOf({ at, words }: IndexColumns['names'], vocabulary: VocabularyColumns): Buckets {
  const [hashes, runs] = [new NumberList(), new NumberList()];
  const seen = new Set<number>();
  const note = (hash: number, run: number) => {
    if (seen.has(hash)) return;
    seen.add(hash);
    hashes.push(hash);
    runs.push(run);
  };
  const form = KINDS.indexOf('form');
  for (let name = 0; name + 1 < at.length; name++) {
    for (let from = at[name]!; from < at[name + 1]!; from++) {
      if (words[from]! >>> KIND_SHIFT === form) continue;
      let whole = wordAt(vocabulary, words[from]! & ID);
      for (let length = 2; length <= LONGEST_RUN && from + length <= at[name + 1]!; length++) {
        if (words[from + length - 1]! >>> KIND_SHIFT === form) break;
        whole += wordAt(vocabulary, words[from + length - 1]! & ID);
        if (whole.length < GLUED_LETTERS) continue;
        const run = runAt(from, length);
        // Many runs have the same sounds; one of each spelling is kept.
        if (length === 2 && !seen.has(hashOf(whole, SALT.glued))) {
          hashes.push(soundsKey(whole));
          runs.push(run);
        }
        note(hashOf(whole, SALT.glued), run);
        const key = phoneticKey(whole);
        if (key.length >= GLUED_KEY) note(hashOf(key, SALT.heard), run);
      }
    }
  }
  return fileUnder(hashes, runs);
}

/** Weight of all words together. */
export function weightOf(words: readonly Word[]): number {
  let sum = 0;
  for (const { kind } of words) sum += WEIGHTS[kind];
  return sum;
}

/** Takes columns into use. */
export function openNames(columns: IndexColumns): NameIndex {
  const joined = { ...columns.joined, written: openWritten(columns.joined.written) };
  return { ...columns, vocabulary: openVocabulary(columns.vocabulary), joined };
}

/** A listed name read out of the columns. */
export function listedAt({ names, vocabulary }: NameIndex, place: number): ListedName {
  const packed = names.words.subarray(names.at[place], names.at[place + 1]);
  const flags = names.flags[place]!;
  return {
    entry: names.entry[place]!,
    text: textAt(names.text, place),
    words: Array.from(packed, (word) => ({ text: wordAt(vocabulary, word & ID), kind: KINDS[word >>> KIND_SHIFT]! })),
    ids: packed.map((word) => word & ID),
    weight: names.weight[place]!,
    hasNameWord: (flags & FLAG.nameWord) !== 0,
    weak: (flags & FLAG.weak) !== 0,
    written: (flags & FLAG.written) !== 0,
    kind: NAME_KINDS[(flags >> FLAG.kindShift) & FLAG.kinds]!,
  };
}

/** What the list says of an entry beside its names. */
export function factsOf({ entries }: Pick<NameIndex, 'entries'>, entry: number): EntryFacts {
  return JSON.parse(textAt(entries, entry)) as EntryFacts;
}

/** Entries that may have this id: those filed under its hash. */
export function entriesUnder({ byId }: Pick<NameIndex, 'byId'>, listId: string, entryId: string): Uint32Array {
  const bucket = hashOf(`${listId}\n${entryId}`, SALT.id) & byId.mask;
  return byId.items.subarray(byId.at[bucket], byId.at[bucket + 1]);
}
