/** Longest word that is compared in full; of a longer one the first letters count. */
export const MAX_LETTERS = 40;

const usedA = new Uint8Array(MAX_LETTERS);
const usedB = new Uint8Array(MAX_LETTERS);

/** Jaro's similarity (1989) of two words of at most `MAX_LETTERS` letters, 0 to 1. */
export function jaro(a: string, b: string): number {
  const [n, m] = [a.length, b.length];
  const reach = Math.max(0, (Math.max(n, m) >> 1) - 1);
  usedA.fill(0, 0, n);
  usedB.fill(0, 0, m);
  let matches = 0;
  for (let i = 0; i < n; i++) {
    const code = a.charCodeAt(i);
    const to = Math.min(m, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < to; j++) {
      if (usedB[j] !== 0 || b.charCodeAt(j) !== code) continue;
      usedA[i] = usedB[j] = 1;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  let [transposed, j] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (usedA[i] === 0) continue;
    while (usedB[j] === 0) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j++)) transposed++;
  }
  return (matches / n + matches / m + (matches - transposed / 2) / matches) / 3;
}

/** Winkler's addition (1990): each of the first `prefix` (at most 4) equal letters takes away a tenth of what is missing. */
export function winkler(similarity: number, prefix: number): number {
  return similarity + prefix * 0.1 * (1 - similarity);
}

/** Letters that begin the same sound somewhere: a bit for each sound. */
const FIRST: Readonly<Record<string, number>> = (() => {
  const bits: Record<string, number> = {};
  ['aeiouyh', 'jyig', 'ckqgx', 'szcx', 'vwfbp', 'uwvo', 'dt', 'hk', 'jz'].forEach((letters, sound) => {
    for (const letter of letters) bits[letter] = (bits[letter] ?? 0) | (1 << sound);
  });
  return bits;
})();

/** Whether two words may begin with the same sound. */
export function soundAlikeFirst(a: string, b: string): boolean {
  return a[0] === b[0] || ((FIRST[a[0]!] ?? 0) & (FIRST[b[0]!] ?? 0)) !== 0;
}

const row = new Uint8Array(MAX_LETTERS + 1);

/** Share of letters that stay when one word is turned into the other by the fewest insertions, deletions and changes. */
export function keptLetters(a: string, b: string): number {
  const [n, m] = [a.length, b.length];
  for (let j = 0; j <= m; j++) row[j] = j;
  for (let i = 1; i <= n; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= m; j++) {
      const changed = diagonal + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(changed, row[j]! + 1, row[j - 1]! + 1);
    }
  }
  return 1 - row[m]! / Math.max(n, m);
}
