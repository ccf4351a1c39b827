import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import anyAscii from 'any-ascii';
import PDFDocument from 'pdfkit';
import { printable } from '../../base/printable.ts';
import { fontOfWoff } from './woff.ts';

/** Points around what is on a page. */
export const MARGIN = 36;
export const INK = '#1a1f29';
export const FAINT = '#6b7280';
export const LINE = '#d5d9e0';

const FOOT = 7.5;

export type Doc = InstanceType<typeof PDFDocument>;

/** What a document is, and when it was asked for (ms). */
export type About = { title: string; asOf: number };

const require = createRequire(import.meta.url);
let loaded: { text: Buffer; bold: Buffer } | undefined;

/** Roboto (Apache-2.0): Latin, Greek and Cyrillic letters. */
function fonts(): { text: Buffer; bold: Buffer } {
  const load = (name: string) => fontOfWoff(readFileSync(require.resolve(`roboto-fontface/fonts/roboto/Roboto-${name}.woff`)));
  return (loaded ??= { text: load('Regular'), bold: load('Medium') });
}

/** An empty A4 document with the fonts `text` and `bold`. It bears the time that it was asked for, so that the same content is the same file. */
export function openPdf({ title, asOf }: About, layout: 'landscape' | 'portrait'): Doc {
  const date = new Date(asOf);
  const doc = new PDFDocument({
    size: 'A4',
    layout,
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, Producer: 'Rialto', Creator: 'Rialto', CreationDate: date, ModDate: date },
  });
  const { text, bold } = fonts();
  doc.registerFont('text', text).registerFont('bold', bold);
  return doc;
}

/** Letters that the font has: Latin, Greek, Cyrillic and signs. Others are spelled in Latin letters. */
const DRAWN = /^[\u0020-\u024f\u0370-\u052f\u1e00-\u1eff\u2010-\u2026\u20ac\u2116\u2122]*$/;

/** The text as it can be drawn on one line. */
export function drawable(text: string): string {
  const clean = printable(text).replace(/\s+/g, ' ');
  if (DRAWN.test(clean)) return clean;
  return [...clean].map((letter) => (DRAWN.test(letter) ? letter : anyAscii(letter))).join('');
}

/** Writes at the foot of every page what it belongs to and which of how many it is. `when` is the time in words. */
export function numberPages(doc: Doc, { title, when }: { title: string; when: string }): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    const y = doc.page.height - MARGIN + 6;
    doc
      .font('text')
      .fontSize(FOOT)
      .fillColor(FAINT)
      .text(drawable(`${title}  ·  ${when}`), MARGIN, y, { lineBreak: false });
    const which = `Page ${page + 1} of ${count}`;
    doc.text(which, doc.page.width - MARGIN - widthOf(doc, which), y, { lineBreak: false });
  }
}

/** Widths of letters at one point, by font: measuring whole texts would be most of the work. */
const widths = new Map<string, number>();

/** Points that a text takes in the font and size that are chosen. */
export function widthOf(doc: Doc, text: string): number {
  const { name, size } = currentFont(doc);
  let width = 0;
  for (const letter of text) {
    const key = name + letter;
    let known = widths.get(key);
    if (known === undefined) widths.set(key, (known = doc.widthOfString(letter) / size));
    width += known;
  }
  return width * size;
}

/** Not in the published types. */
function currentFont(doc: Doc): { name: string; size: number } {
  const { _font, _fontSize } = doc as unknown as { _font: { name: string }; _fontSize: number };
  return { name: _font.name, size: _fontSize };
}
