const COMBINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian wide and emoji: Unicode Standard Annex 11, by blocks. */
const WIDE =
  /^[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u2614\u2615\u26a1\u2705\u274c\u2b50\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += COMBINING.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return columns;
}

/** Breaks a text into lines of at most so many columns, between words where it can. */
export function wrapped(text: string, most: number): string[] {
  const room = Math.max(8, most);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= room) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = cut(word, room);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1)!;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** A word that is longer than a line, in pieces. */
function cut(word: string, room: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let columns = 0;
  for (const letter of word) {
    const more = columnsOf(letter);
    if (columns + more > room) {
      pieces.push(piece);
      piece = '';
      columns = 0;
    }
    piece += letter;
    columns += more;
  }
  return [...pieces, piece];
}
