import { lineHtml, type Beside } from './html-document.ts';
import { escaped } from './plain.ts';

const MOST_LINES = 3_000;
const MOST_LINE = 4_000;
const MOST_INDENT = 110;
const MOST_BARS = 10_000;
const MOST_PARAGRAPH = 8_000;

/**
 * Whether a document is too large, too deep or too odd to be drawn as Markdown in bounded time: the parser's time grows with
 * the square of some of these.
 */
export function isHeavy(source: string): boolean {
  let [lines, bars, paragraph] = [0, 0, 0];
  for (const line of source.split('\n')) {
    lines += 1;
    bars += line.split('|').length - 1;
    // A list, a heading or an empty line begins anew; all else goes on with the paragraph before.
    paragraph = /^\s*(?:$|[-*+#]|\d+[.)]\s)/.test(line) ? line.length : paragraph + line.length;
    const indent = /^[\s>]*/.exec(line)![0].length;
    if (lines > MOST_LINES || bars > MOST_BARS || paragraph > MOST_PARAGRAPH || line.length > MOST_LINE || indent > MOST_INDENT)
      return true;
  }
  return false;
}

/** A document line by line, with its headings and its indentation: for those that are too large to be drawn as Markdown. */
export function linesHtml(source: string, beside: Beside): string {
  return source
    .split('\n')
    .map((text, i) => {
      const about = beside.take(i + 1);
      if (about) return lineHtml(about, escaped(text.replace(/^\s*(?:[-*+]|\d+[.)])?\s*(?:\[[ xX]\])?\s*/, '')));
      const [, marks, title] = /^(#{1,6})\s+(.*)$/.exec(text) ?? [];
      if (marks) return `<h${Math.min(6, marks.length + 1)}>${escaped(title!)}</h${Math.min(6, marks.length + 1)}>`;
      return text.trim() === '' ? '' : `<p class="raw">${escaped(text)}</p>`;
    })
    .join('\n');
}
