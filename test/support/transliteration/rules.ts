/** One rule of a table: these letters, between what stands before and behind them, become those. */
type Rule = { readonly from: string; readonly to: string; readonly before: string; readonly after: string };

/** A system of transliteration as its standard has it. */
export type System = { readonly id: string; readonly source: string; readonly write: (word: string) => string };

/** What `1` stands for before or behind letters: any vowel of the scripts that are read by tables. */
const VOWELS = 'аеёиоуыэюяєіїаεηιουωαაეიოუաեէըիոօ';

/** `before/letters/after>becomes`, or `letters>becomes`; `^` is where a word begins, `$` where it ends, `1` any vowel. */
function ruleOf(text: string): Rule {
  const arrow = text.indexOf('>', 1);
  const [head, to] = [text.slice(0, arrow), text.slice(arrow + 1)];
  const [, before = '', from = head, after = ''] = /^([^/]*)\/([^/]+)\/([^/]*)$/.exec(head) ?? [];
  return { before, from, after, to };
}

const stands = (context: string, letter: string | undefined, edge: '^' | '$') =>
  context === '' ||
  (letter === undefined ? context.includes(edge) : context.includes(letter) || (context.includes('1') && VOWELS.includes(letter)));

const narrowness = ({ from, before, after }: Rule) => from.length * 4 + (before === '' ? 0 : 1) + (after === '' ? 0 : 1);

/** A word by rules: the longest letters first, among these the narrowest context; what no rule knows stays. */
function rewritten(word: string, rules: readonly Rule[]): string {
  let read = '';
  for (let at = 0; at < word.length;) {
    const rule = rules.find(
      ({ from, before, after }) =>
        word.startsWith(from, at) && stands(before, word[at - 1], '^') && stands(after, word[at + from.length], '$'),
    );
    read += rule ? rule.to : word[at]!;
    at += rule ? rule.from.length : 1;
  }
  return read;
}

/** The systems of a table, each with what it differs in from another. */
export function systemsOf(table: string): System[] {
  const known = new Map<string, readonly Rule[]>([
    ['-', []],
    ['original', []],
  ]);
  return linesOf(table).map(([id = '', source = '', base = '', own = '']) => {
    const rules = new Map((known.get(base) ?? []).map((rule) => [keyOf(rule), rule]));
    for (const text of own.split(' ')) if (text !== '-') rules.set(keyOf(ruleOf(text)), ruleOf(text));
    const all = [...rules.values()];
    known.set(id, all);
    const ordered = all.toSorted((a, b) => narrowness(b) - narrowness(a));
    return { id, source, write: (word: string) => rewritten(word, ordered) };
  });
}

const keyOf = ({ from, before, after }: Rule) => `${before}/${from}/${after}`;

/** The lines of a table without its remarks, as columns. */
export function linesOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}
