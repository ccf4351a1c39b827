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

/** What a document is and when it was asked for (ms), also in words: both stand at the foot of every page. */
export type About = { title: string; asOf: number; when: string };

/** A document being drawn. `close` must be called once when nothing more is drawn; `doc` then ends as a stream. */
export type Pdf = { doc: Doc; close: () => void };

const require = createRequire(import.meta.url);
let loaded: { text: Buffer; bold: Buffer } | undefined;

/** Roboto (Apache-2.0): Latin, Greek and Cyrillic letters. */
function fonts(): { text: Buffer; bold: Buffer } {
  const load = (name: string) => fontOfWoff(readFileSync(require.resolve(`roboto-fontface/fonts/roboto/Roboto-${name}.woff`)));
  return (loaded ??= { text: load('Regular'), bold: load('Medium') });
}

/**
 * An empty A4 document with the fonts `text` and `bold`. It bears the time that it was asked for, so that the same content is the
 * same file. A page is written out as soon as the next one begins, so that a document may have any number of them.
 */
export function openPdf(about: About, layout: 'landscape' | 'portrait'): Pdf {
  const { title } = about;
  const date = new Date(about.asOf);
  const doc = new PDFDocument({
    size: 'A4',
    layout,
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
    autoFirstPage: false,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, Producer: 'Rialto', Creator: 'Rialto', CreationDate: date, ModDate: date },
  });
  const { text, bold } = fonts();
  doc.registerFont('text', text).registerFont('bold', bold);
  const close = numberPages(doc, about);
  doc.addPage();
  return {
    doc,
    close: () => {
      close();
      doc.end();
    },
  };
}

/**
 * Writes at the foot of every page which it is and what it belongs to. Of how many it is one is known at the end alone: every page
 * shows the same drawing there, which the function that is answered makes.
 */
function numberPages(doc: Doc, { title, when }: About): () => void {
  const { font } = insideOf(doc.font('text'));
  const Font = { [font.id]: font.ref() };
  const total = doc.ref({ Type: 'XObject', Subtype: 'Form', BBox: [0, -FOOT, 100, FOOT], Resources: { Font } });
  const about = drawable(`${title}  ·  ${when}`);
  let count = 0;
  doc.on('pageAdded', () => {
    const y = doc.page.height - MARGIN + 6;
    const which = `Page ${++count} of`;
    doc.font('text').fontSize(FOOT).fillColor(FAINT);
    put(doc, which, MARGIN, y);
    insideOf(doc).page.xobjects['Total'] = total;
    draw(doc, `q 1 0 0 -1 ${at(MARGIN + widthOf(doc, which))} ${at(y + ascentOf(doc))} cm /Total Do Q`);
    const what = fitted(doc, about, doc.page.width - 2 * MARGIN - 100);
    put(doc, what, doc.page.width - MARGIN - widthOf(doc, what), y);
  });
  return () => total.end(`BT /${font.id} ${FOOT} Tf <${glyphsOf(font, ` ${count}`)}> Tj ET`);
}

/** Letters that the font has: Latin, Greek, Cyrillic and signs. Others are spelled in Latin letters. */
const DRAWN = /^[\u0020-\u024f\u0370-\u052f\u1e00-\u1eff\u2010-\u2026\u20ac\u2116\u2122]*$/;

/** The text as it can be drawn on one line. */
export function drawable(text: string): string {
  const clean = printable(text).replace(/\s+/g, ' ');
  if (DRAWN.test(clean)) return clean;
  return [...clean].map((letter) => (DRAWN.test(letter) ? letter : anyAscii(letter))).join('');
}

/**
 * Draws a text on one line, its top at `y`, in the font, size and colour that are chosen. It is as wide as `widthOf` says. (What
 * pdfkit itself draws is kerned, but it keeps every word that it ever saw.)
 */
export function put(doc: Doc, text: string, x: number, y: number): void {
  if (text === '') return;
  const { font, size, page } = insideOf(doc);
  page.fonts[font.id] ??= font.ref();
  draw(doc, `BT /${font.id} ${size} Tf 1 0 0 -1 ${at(x)} ${at(y + ascentOf(doc))} Tm <${glyphsOf(font, text)}> Tj ET`);
}

/** A line across from `from` to `to`. */
export function rule(doc: Doc, { from, to, y }: { from: number; to: number; y: number }, width: number, colour: string): void {
  draw(doc, `q ${width} w ${rgbOf(colour)} RG ${at(from)} ${at(y)} m ${at(to)} ${at(y)} l S Q`);
}

/** A filled strip from `from` to `to`, its top at `y`. */
export function band(doc: Doc, { from, to, y }: { from: number; to: number; y: number }, height: number, colour: string): void {
  draw(doc, `q ${rgbOf(colour)} rg ${at(from)} ${at(y)} ${at(to - from)} ${height} re f Q`);
}

/** What each colour (`#rrggbb`) is as numbers from 0 to 1. */
const colours = new Map<string, string>();

function rgbOf(colour: string): string {
  let known = colours.get(colour);
  if (known === undefined) {
    known = [1, 3, 5].map((from) => (Number.parseInt(colour.slice(from, from + 2), 16) / 255).toFixed(4)).join(' ');
    colours.set(colour, known);
  }
  return known;
}

/** Adds operators to the page. As bytes: of a text pdfkit converts letter after letter. */
function draw(doc: Doc, operators: string): void {
  insideOf(doc).page.write(Buffer.from(`${operators}\n`, 'latin1'));
}

const at = (points: number): string => points.toFixed(2);

/** Widths of letters at one point, by font: measuring whole texts would be most of the work. */
const widths = new Map<string, Map<string, number>>();

/** Points that a text takes in the font and size that are chosen. */
export function widthOf(doc: Doc, text: string): number {
  const { font, size } = insideOf(doc);
  const known = widths.get(font.name) ?? new Map<string, number>();
  if (known.size === 0) widths.set(font.name, known);
  let width = 0;
  for (const letter of text) {
    let one = known.get(letter);
    if (one === undefined) known.set(letter, (one = doc.widthOfString(letter) / size));
    width += one;
  }
  return width * size;
}

/** The longest beginning of a text that has so many points of room, with an ellipsis when that is not all of it. */
export function fitted(doc: Doc, text: string, room: number): string {
  if (widthOf(doc, text) <= room) return text;
  const ellipsis = widthOf(doc, '…');
  let width = 0;
  let kept = '';
  for (const letter of text) {
    width += widthOf(doc, letter);
    if (width + ellipsis > room) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** The letters as their document's font numbers them. */
const numbered = new WeakMap<Font, Map<string, string>>();

function glyphsOf(font: Font, text: string): string {
  const known = numbered.get(font) ?? new Map<string, string>();
  if (known.size === 0) numbered.set(font, known);
  let glyphs = '';
  for (const letter of text) {
    let one = known.get(letter);
    if (one === undefined) known.set(letter, (one = font.encode(letter)[0].join('')));
    glyphs += one;
  }
  return glyphs;
}

/** Points from the top of a line to where its letters stand. */
function ascentOf(doc: Doc): number {
  const { font, size } = insideOf(doc);
  return (font.ascender / 1000) * size;
}

type Font = { id: string; name: string; ascender: number; ref: () => unknown; encode: (text: string) => [glyphs: string[]] };
type Page = { fonts: Record<string, unknown>; xobjects: Record<string, unknown>; write: (operators: Buffer) => unknown };
type Inside = { _font: Font; _fontSize: number; page: Page };

/** What of a document the published types do not tell. */
function insideOf(doc: Doc) {
  const { _font: font, _fontSize: size, page } = doc as unknown as Inside;
  return { font, size, page };
}
