/** Small facts about single lines of Markdown, each told by the line alone. */

/** A line after its indentation: `column` counts a tab to the next multiple of four, `at` counts characters. */
export type Indented = { column: number; at: number; rest: string };

/** Strips indentation from a character on; `column` is where that character stands. */
export function indented(text: string, from = 0, column = 0): Indented {
  let at = from;
  let col = column;
  for (; at < text.length; at++) {
    if (text[at] === '\t') col += 4 - (col % 4);
    else if (text[at] === ' ' || text[at] === '\u00a0') col++;
    else break;
  }
  return { column: col, at, rest: text.slice(at) };
}

/** What indentation up to a column takes in characters. */
export function plainIndent(text: string, column: number): number {
  let at = 0;
  let col = 0;
  for (; at < text.length && col < column && /[ \t]/.test(text[at]!); at++) col += text[at] === '\t' ? 4 - (col % 4) : 1;
  return at;
}

/** How many lines the front matter takes, between lines of `---` or, as TOML, of `+++`: 0 where there is none. */
export function frontMatterEnd(lines: readonly string[]): number {
  const mark = lines[0]?.trimEnd();
  if (mark !== '---' && mark !== '+++') return 0;
  const [ends, keys] = mark === '---' ? [/^(---|\.\.\.)\s*$/, /^[\w-]+\s*:/] : [/^\+\+\+\s*$/, /^[\w.-]+\s*=/];
  const end = lines.findIndex((line, at) => at > 0 && at < 200 && ends.test(line));
  const keyed = lines.slice(1, Math.max(end, 1)).some((line) => keys.test(line));
  return end > 0 && keyed ? end + 1 : 0;
}

/** How deep a line is quoted, and what is left of it; columns count from behind the last mark. */
export function unquoted(text: string): { depth: number; mark: number } & Indented {
  let inner = indented(text);
  let depth = 0;
  let mark = 0;
  while (inner.rest.startsWith('>') && depth < 100) {
    mark = depth === 0 ? inner.column : mark;
    depth++;
    const skip = text[inner.at + 1] === ' ' ? 2 : 1;
    inner = indented(text, inner.at + skip);
  }
  return { depth, mark, ...inner };
}

/** The mark of a list item at the start of a text: `- `, `* `, `+ `, `• `, `3. `, `3) `. */
type Marker = { width: number; order?: number; bullet: string; deeper?: number };

const BULLET = /^([-*+•‣◦▪●○])(?=\s|$)/;
/** `** [ ]`: a wiki tells by the number of its marks how deep a line stands. */
const REPEATED = /^([*-])\1{1,5}(?=\s+\\?\[[ xX]?\\?\](?![(:[]))/;
const ORDERED = /^(\d{1,9})([.)])(?=\s|$)/;
const LETTERED = /^([A-Za-z]|[ivx]{1,4})([.)])(?=\s+\\?\[[ xX]?\\?\])/;
/** `A.1 [ ]`, `4.2.1 [x]`, `SEC-07: [ ]`: a number of the document's own in front of a box. */
const CODED = /^((?:[A-Z]{1,5}[.-]?)?\d{1,4}(?:[.-]\d{1,3}){0,4}[a-z]?[.):]?)(?=\s+\\?\[(?:[ xX~/>-]?|n\/?a)\\?\](?![(:[]))/i;
/** A bullet that lacks the space before its box. */
const TIGHT = /^([-*+]|\d{1,9}[.)])(?=\[[ xX]\](?!\())/;

/** Reads the mark of a list item, if the text begins with one. */
export function markerOf(text: string): Marker | undefined {
  const bullet = BULLET.exec(text) ?? LETTERED.exec(text) ?? TIGHT.exec(text);
  if (bullet) return { width: bullet[0].length, bullet: bullet[1]! };
  const repeated = REPEATED.exec(text);
  if (repeated) return { width: repeated[0].length, bullet: repeated[1]!, deeper: repeated[0].length - 1 };
  const ordered = ORDERED.exec(text);
  if (ordered) return { width: ordered[0].length, order: Number(ordered[1]), bullet: ordered[2]! };
  const coded = CODED.exec(text);
  return coded ? { width: coded[0].length, bullet: '#' } : undefined;
}

/** `** [ ] disks` of a wiki as `  * [ ] disks`: where the line would stand if it were indented. */
export const deeper = <R extends Indented>(row: R, levels: number): R => ({
  ...row,
  column: row.column + 2 * levels,
  at: row.at + levels,
  rest: row.rest.slice(levels),
});

/** A box at the start of a text. `mark` is where the byte for its tick stands, `width` what the box takes, `sign` what stands there instead of a tick. */
export type Box = {
  checked: boolean;
  mark: number;
  markWidth: number;
  width: number;
  kind: 'bracket' | 'glyph' | 'html';
  odd?: string;
  sign?: string;
};

const STRICT_BOX = /^\[([ \t\u00a0xX])\](?=\s|$)/;
/** A blank is no name of a link: what stands behind it makes none of it. */
const LABEL_BOX = /^\[([ \t\u00a0])\](?:(:)|(?=[([]))/;
const ODD_BOX = /^\\?\[([^\]\n\\]?|[ ]{2,3}|[ ]?[xX✓✔][ ]?)\\?\](?![(:[])/u;
/** What people put between brackets instead of a tick, each of which may mean what it likes: signs and a few letters. */
const ODD_MARK = /^(?:[\p{P}\p{S}\p{Z}\u200boOyYnNvVх]|)$/u;
const GLYPH_BOX = /^([☐☑☒⬜🔲🗹]\uFE0F?)(?=\s|$)/u;
/** Boxes as word processors and wikis export them. */
const ODD_GLYPH = /^(?:([□◻▢❏❑🔳◽▫\uF0A8\uF06F]\uFE0F?|&#(?:9744|9633|x2610|x25a1);)|(&#(?:974[56]|x261[12]);))(?=\s|$)/iu;
const HTML_BOX = /^(?:<label[^>]*>\s*)?<input\b[^>]{0,300}\btype\s*=\s*["']?checkbox\b[^>]{0,300}>/i;
/** Where boxes begin that stand one behind the other in HTML. */
export const HTML_BOXES =
  /(?:<li\b[^<>]{0,300}>\s*)?(?:<label\b[^<>]{0,300}>\s*)?<input\b[^<>]{0,300}\btype\s*=\s*["']?checkbox\b|<li\b[^<>]{0,300}>\s*\[[ xX]\]\s/gi;
const TICKS = 'xX✓✔☑√✅';

/** Reads a box, if the text begins with one; `odd` says what is unusual about it. */
export function boxOf(text: string): Box | undefined {
  const strict = STRICT_BOX.exec(text);
  if (strict) return { checked: /x/i.test(strict[1]!), mark: 1, markWidth: 1, width: 3, kind: 'bracket' };
  const html = text.startsWith('<') ? HTML_BOX.exec(text) : null;
  if (html) {
    const checked = /\schecked\b(?!\s*=\s*["']?false)/i.test(html[0]);
    return { checked, mark: 0, markWidth: html[0].length, width: html[0].length, kind: 'html' };
  }
  return labelBox(text) ?? oddBox(text) ?? glyphBox(text) ?? oddGlyph(text);
}

function labelBox(text: string): Box | undefined {
  const match = LABEL_BOX.exec(text);
  return match
    ? { checked: false, mark: 1, markWidth: 1, width: match[0].length, kind: 'bracket', odd: 'a box with no blank behind it' }
    : undefined;
}

function oddGlyph(text: string): Box | undefined {
  const match = ODD_GLYPH.exec(text);
  if (!match || isOneOfMany(text)) return undefined;
  const width = match[0].length;
  return { checked: match[2] !== undefined, mark: 0, markWidth: width, width, kind: 'glyph', odd: 'a sign that looks like a box' };
}

function oddBox(text: string): Box | undefined {
  const match = ODD_BOX.exec(text);
  if (!match) return undefined;
  const inside = match[1]!.trim();
  if (!ODD_MARK.test(inside) && !TICKS.includes(inside)) return undefined;
  const mark = match[0].indexOf('[') + 1;
  const odd =
    inside !== '' && !TICKS.includes(inside) ? `“${inside}” in a box is read as not ticked` : 'a box that is not written as [ ] or [x]';
  return {
    checked: inside !== '' && TICKS.includes(inside),
    mark,
    markWidth: match[1]!.length,
    width: match[0].length,
    kind: 'bracket',
    odd,
    ...(inside !== '' && !TICKS.includes(inside) && { sign: inside }),
  };
}

/** Several of such signs in one line are a choice. */
const isOneOfMany = (text: string): boolean => (text.match(/[☐☑☒⬜🔲□◻▢❏❑🔳]|&#(?:974[456]|9633|x261[0-2]|x25a1);/giu)?.length ?? 0) > 1;

function glyphBox(text: string): Box | undefined {
  const match = GLYPH_BOX.exec(text);
  if (!match) return undefined;
  if (isOneOfMany(text)) return undefined;
  const width = match[0].length;
  return { checked: /^[☑☒🗹]/u.test(text), mark: 0, markWidth: width, width, kind: 'glyph' };
}

export const isBreak = (text: string): boolean => /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(text);

/** Whether a run of `-` or `=` is as long as the text above it, as people draw a line under a heading. A bare `---` parts. */
export function isUnderlineOf(rule: string, text: string): boolean {
  const drawn = /^(?:={3,}|-{3,})$/.test(rule);
  return drawn && Math.abs(rule.length - text.length) <= Math.max(1, text.length / 4);
}

const HTML_HEADING = /^<h([1-6])(?:\s[^<>]{0,300})?>([^]{1,400}?)<\/h\1\s*>\s*$/i;

/** An ATX heading, or one of HTML in one line; `odd` where the space behind the marks is missing. */
export function headingOf(text: string): { level: number; text: string; odd: boolean } | undefined {
  const html = text.startsWith('<') ? HTML_HEADING.exec(text) : null;
  if (html) return { level: Number(html[1]), text: html[2]!.trim(), odd: false };
  const match = /^(#{1,6})(?:[ \t]+|$)/.exec(text);
  const odd = match ? null : /^(#{2,6})(?=[^#\s!])/.exec(text);
  const marks = match ?? odd;
  if (!marks) return undefined;
  return { level: marks[1]!.length, text: withoutClosing(text.slice(marks[0].length)), odd: !match };
}

function withoutClosing(text: string): string {
  const trimmed = text.trimEnd();
  let end = trimmed.length;
  while (trimmed[end - 1] === '#') end--;
  return end === 0 || (end < trimmed.length && /\s/.test(trimmed[end - 1]!)) ? trimmed.slice(0, end).trim() : trimmed;
}

/** The opening of a fenced block of code. */
export function fenceOf(text: string): { char: string; length: number; info: string } | undefined {
  const match = /^(`{3,}|~{3,})(.*)$/.exec(text);
  if (!match || (match[1]!.startsWith('`') && match[2]!.includes('`'))) return undefined;
  return { char: match[1]![0]!, length: match[1]!.length, info: match[2]!.trim() };
}

/** Whether a line closes the fence. */
export function closesFence(text: string, { char, length }: { char: string; length: number }): boolean {
  const trimmed = text.trim();
  return trimmed.length >= length && trimmed === char.repeat(trimmed.length);
}

/** Whether a line is the second of a table: `|---|:--:|`. */
export function isDelimiterRow(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.includes('-') && trimmed.length < 2_000 && /^[|:\s-]+$/.test(trimmed) && trimmed.includes('|');
}

/** The cells of a row with the character where each begins. Escaped bars and bars in code do not part. */
export function cellsOf(text: string): { text: string; at: number }[] {
  const cells: { text: string; at: number }[] = [];
  let from = text.length - text.trimStart().length;
  if (text[from] === '|') from++;
  for (let at = from; at <= text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '|' || at === text.length) {
      const raw = text.slice(from, at);
      if (at < text.length || raw.trim() !== '') cells.push({ text: raw.trim(), at: from + raw.length - raw.trimStart().length });
      from = at + 1;
    }
  }
  return cells;
}
