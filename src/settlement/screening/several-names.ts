import { readingsOf, type Word } from './normalise.ts';

/**
 * Names that one field tells of: joint holders, whoever holds for somebody else, a name twice, a name and a reference. The
 * whole is compared anyway; beside what else stands there a listed name would be too small a part of it to be found.
 */

/** What stands between two names: marks, and the words of those who write such fields. A comma does not, it turns a name round. */
const JOINT =
  /[&+;/|()[\]{}<>=\n\r\t]+|(?<![\p{L}\p{N}])(?:and|or|for|by|via|und|oder|für|et|ou|pour|y|e|o|para|por|och|og|eller|ja|en|oraz|lub|ve|и|или|та|або|για|και|و|或|和|及|与|與|on behalf of|obo|fbo|dba|aka|nka|fka|alias|care of|attn|att|ref|reference|account of|account|acct|acc|trading as|jointly)(?![\p{L}\p{N}])/giu;

/** Of more parts than these each is looked at by itself, and no two together. */
const FEW_PARTS = 6;

/** Letters one by one, as in `P U T I N`: at least one word of three, with the same mark between them. */
const HAS_SPACED = /(?<![\p{L}\p{N}])\p{L}([ ._-])\p{L}\1\p{L}(?![\p{L}\p{N}])/u;
const SPACED = /(?<![\p{L}\p{N}])\p{L}([ ._-])\p{L}(?:\1\p{L})*(?![\p{L}\p{N}])/gu;

/** The names that one may hold, as words; none for nearly all. Each has two words that tell who it is: one alone is anybody's. */
export function namesWithin(name: string, words: readonly Word[]): Word[][] {
  const found = partsOf(name).flatMap(readingsOf);
  if (HAS_SPACED.test(name)) found.push(...readingsOf(name.replace(SPACED, (letters) => letters.replace(/[ ._-]/g, ''))));
  const once = withoutRepeats(words);
  if (once.length < words.length) found.push(once);
  return found.filter(isSomebody);
}

/** What stands between joints, and of few such parts every run of them: a name may have a joint of its own. */
function partsOf(name: string): string[] {
  // To match all makes a copy of the expression, and few names have a joint.
  if (name.search(JOINT) < 0) return [];
  const joints = [...name.matchAll(JOINT)];
  const starts = [0, ...joints.map((joint) => joint.index + joint[0].length)];
  const ends = [...joints.map(({ index }) => index), name.length];
  const longest = starts.length > FEW_PARTS ? 1 : starts.length - 1;
  return starts.flatMap((start, from) => ends.slice(from, from + longest).map((end) => name.slice(start, end)));
}

/** By these a man or a woman is called with one word more. */
const CALLED_BY: ReadonlySet<string> = new Set(['abu', 'umm']);

/** Whether words tell who it is: two and a name among them, be it with a legal form, or several of trade. */
function isSomebody(words: readonly Word[]): boolean {
  if (words[0]?.kind === 'whole') return true;
  const telling = words.filter(({ kind, text }) => kind === 'name' || kind === 'common' || kind === 'form' || CALLED_BY.has(text));
  return telling.length >= (telling.some(({ kind }) => kind === 'name') ? 2 : 3);
}

function withoutRepeats(words: readonly Word[]): Word[] {
  const seen = new Set<string>();
  return words.filter(({ text }) => !seen.has(text) && seen.add(text));
}
