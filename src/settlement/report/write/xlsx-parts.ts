import { printable } from '../../../base/printable.ts';
import type { Column } from '../kind.ts';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Most decimals that an asset can have. */
const SCALES = 19;

/** Formats of cells by their place in the style sheet; `money` plus a scale is the format of that scale. */
export const STYLES = { plain: 0, head: 1, day: 2, instant: 3, integer: 4, exact: 5, money: 6 } as const;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (mark) => ESCAPES[mark]!);

/** A text of a cell. Spaces at its ends count. */
export function textRun(text: string): string {
  return /^\s|\s$|\s\s/.test(text) ? `<t xml:space="preserve">${escape(text)}</t>` : `<t>${escape(text)}</t>`;
}

const cell = (at: string, text: string, style: number): string =>
  `<c r="${at}" t="inlineStr" s="${style}"><is>${textRun(printable(text))}</is></c>`;

/** What stands above the rows of a sheet: the first row is fixed and names the columns. */
export function sheetHead(columns: readonly Column[]): string {
  const widths = columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width + 2}" customWidth="1"/>`).join('');
  const fixed = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>';
  const names = columns
    .map(({ name, type }, i) => cell(`${letters(i + 1)}1`, type === 'instant' ? `${name} (UTC)` : name, STYLES.head))
    .join('');
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${fixed}</sheetView></sheetViews><cols>${widths}</cols><sheetData><row r="1">${names}</row>`;
}

export function sheetEnd(columns: number, rows: number): string {
  return `</sheetData><autoFilter ref="A1:${letters(columns)}${rows}"/></worksheet>`;
}

/** The name of a column: 1 → A, 27 → AA. */
export function letters(column: number): string {
  return column === 0 ? '' : letters(Math.floor((column - 1) / 26)) + String.fromCharCode(65 + ((column - 1) % 26));
}

/** The sheet that says what the report is about. */
export function aboutSheet(lines: readonly (readonly [string, string])[]): string {
  const rows = lines
    .map(([label, text], i) => `<row r="${i + 1}">${cell(`A${i + 1}`, label, STYLES.head)}${cell(`B${i + 1}`, text, STYLES.plain)}</row>`)
    .join('');
  return `${XML}<worksheet xmlns="${MAIN}"><cols><col min="1" max="1" width="24" customWidth="1"/><col min="2" max="2" width="80" customWidth="1"/></cols><sheetData>${rows}</sheetData></worksheet>`;
}

/** The files around the sheets, by name. */
export function frame(sheets: readonly string[]): (readonly [name: string, text: string])[] {
  const list = sheets.map((name, i) => `<sheet name="${escape(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('');
  const targets = sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`)).join('');
  const overrides = sheets.map((_, i) => override(`/xl/worksheets/sheet${i + 1}.xml`, `${TYPES}.worksheet+xml`)).join('');
  const defaults =
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>';
  return [
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types">${defaults}${override('/xl/workbook.xml', `${TYPES}.sheet.main+xml`)}${override('/xl/styles.xml', `${TYPES}.styles+xml`)}${overrides}</Types>`,
    ],
    ['_rels/.rels', relations(relation('rId1', 'officeDocument', 'xl/workbook.xml'))],
    ['xl/workbook.xml', `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${list}</sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', relations(targets + relation(`rId${sheets.length + 1}`, 'styles', 'styles.xml'))],
    ['xl/styles.xml', styleSheet()],
  ];
}

const override = (name: string, type: string): string => `<Override PartName="${name}" ContentType="${type}"/>`;
const relation = (id: string, kind: string, target: string): string =>
  `<Relationship Id="${id}" Type="${RELATIONS}/${kind}" Target="${target}"/>`;
const relations = (list: string): string => `${XML}<Relationships xmlns="${PACKAGE}/relationships">${list}</Relationships>`;

/** Our own number formats begin at this number (ECMA-376 §18.8.30). */
const FIRST_FORMAT = 164;

function styleSheet(): string {
  const scales = Array.from({ length: SCALES }, (_, scale) => (scale === 0 ? '#,##0' : `#,##0.${'0'.repeat(scale)}`));
  const codes = ['yyyy-mm-dd', 'yyyy-mm-dd hh:mm:ss', ...scales];
  const formats = codes.map((code, i) => `<numFmt numFmtId="${FIRST_FORMAT + i}" formatCode="${code}"/>`).join('');
  const plain = (format: number) => `<xf numFmtId="${format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  const exact =
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="right"/></xf>';
  const cells = [
    plain(0),
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>',
    plain(FIRST_FORMAT),
    plain(FIRST_FORMAT + 1),
    plain(FIRST_FORMAT + 2),
    exact,
    ...scales.map((_, scale) => plain(FIRST_FORMAT + 2 + scale)),
  ];
  const fonts =
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>';
  const fills = '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>';
  const borders = '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>';
  const base = '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>';
  const names = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>';
  return `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${codes.length}">${formats}</numFmts>${fonts}${fills}${borders}${base}<cellXfs count="${cells.length}">${cells.join('')}</cellXfs>${names}</styleSheet>`;
}
