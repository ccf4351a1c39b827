import { buffer } from 'node:stream/consumers';
import { band, drawable, FAINT, INK, LINE, MARGIN, openPdf, put, rule, widthOf, type Doc } from '../../infra/pdf/document.ts';
import { RESULT_STATES, type ResultState } from '../run/result.ts';
import { plain } from './plain.ts';
import {
  bySection,
  DECISION_WORDS,
  isPutOff,
  OBSTACLE_WORDS,
  shownKind,
  shownRun,
  shownSection,
  shownTime,
  STATE_WORDS,
  notUnderstoodWords,
  voidedWords,
  wordsOf,
  type Report,
  type ReportLine,
} from './report.ts';

const SIZE = 8.5;
const LEAD = 12;
const RESULT_WIDTH = 84;
const COLOURS: Readonly<Record<ResultState, string>> = {
  pass: '#14764a',
  warn: '#875300',
  fail: '#b3261e',
  error: '#b3261e',
  unreachable: '#b3261e',
  stale: '#875300',
  awaiting_sign_off: '#875300',
  not_applicable: FAINT,
  waived: FAINT,
};

/** The report on A4: the decision, what stands in the way, what is claimed and not so, then every line with its result and evidence. */
export async function pdfReport(report: Report): Promise<Buffer> {
  const title = `${DECISION_WORDS[report.decision]}: ${plain(report.checklist.title)}`;
  const { doc, close } = openPdf({ title, asOf: Date.parse(report.madeAt), when: shownTime(report.madeAt) }, 'portrait');
  const bytes = buffer(doc);
  const sheet = { doc, y: MARGIN };
  head(sheet, report);
  obstacles(sheet, report);
  putOff(sheet, report);
  contradictions(sheet, report);
  signOffs(sheet, report);
  voided(sheet, report);
  notUnderstood(sheet, report);
  findings(sheet, report);
  for (const { section: headings, lines } of bySection(report.lines)) section(sheet, shownSection(headings, report.checklist.title), lines);
  digests(sheet, report);
  close();
  return bytes;
}

type Sheet = { doc: Doc; y: number };
type Style = { font?: 'text' | 'bold'; size?: number; colour?: string; x?: number; width?: number };

const RIGHT = 595.28 - MARGIN;
const BOTTOM = 841.89 - MARGIN - 14;

/** Begins a page when fewer points than that are left. */
function room(sheet: Sheet, points: number): void {
  if (sheet.y + points <= BOTTOM) return;
  sheet.doc.addPage();
  sheet.y = MARGIN;
}

/** Writes a text in as many lines as it needs, over as many pages as that takes. */
function write(sheet: Sheet, text: string, { font = 'text', size = SIZE, colour = INK, x = MARGIN, width = RIGHT - x }: Style = {}): void {
  const lead = size * 1.4;
  sheet.doc.font(font).fontSize(size);
  for (const line of broken(sheet.doc, drawable(plain(text)), width)) {
    room(sheet, lead);
    put(sheet.doc.font(font).fontSize(size).fillColor(colour), line, x, sheet.y);
    sheet.y += lead;
  }
}

/** Lines no wider than so many points, broken between words where that is possible. */
function broken(doc: Doc, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(' ').flatMap((word) => cut(doc, word, width))) {
    const joined = line === '' ? piece : `${line} ${piece}`;
    if (line !== '' && widthOf(doc, joined) > width) {
      lines.push(line);
      line = piece;
    } else line = joined;
  }
  return [...lines, line];
}

/** A word that is wider than a line, in pieces that are not. */
function cut(doc: Doc, word: string, width: number): string[] {
  if (widthOf(doc, word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const letter of word) {
    if (piece !== '' && widthOf(doc, piece + letter) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += letter;
  }
  return [...pieces, piece];
}

function head(sheet: Sheet, report: Report): void {
  const { checklist, subject, decision, counts, lines, score } = report;
  write(sheet, checklist.title, { font: 'bold', size: 17 });
  const colour = decision === 'go' ? COLOURS.pass : decision === 'conditional' ? COLOURS.warn : COLOURS.fail;
  write(sheet, DECISION_WORDS[decision], { font: 'bold', size: 13, colour });
  sheet.y += 4;
  const facts: [string, string][] = [
    ['Environment', subject.environment],
    ['Commit', subject.commit],
    ['Configuration', subject.configHash],
    ['Run', shownRun(report)],
    ...(report.holdsUntil === undefined ? [] : [['Holds until', shownTime(report.holdsUntil)] as [string, string]]),
    ['Lines', `${lines.length}, ${score.toFixed(1)} % of what is due was shown (information only)`],
  ];
  for (const [name, value] of facts) pair(sheet, name, value);
  bar(sheet, counts, lines.length);
  const tallies = RESULT_STATES.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${STATE_WORDS[state]}`);
  write(sheet, tallies.join(', '), { colour: FAINT });
}

/** A name, and its value beside it. */
function pair(sheet: Sheet, name: string, value: string): void {
  room(sheet, LEAD);
  const { y } = sheet;
  put(sheet.doc.font('text').fontSize(SIZE).fillColor(FAINT), drawable(plain(name)), MARGIN, y);
  write(sheet, value, { x: MARGIN + RESULT_WIDTH });
}

function bar(sheet: Sheet, counts: Report['counts'], total: number): void {
  sheet.y += 4;
  let x = MARGIN;
  for (const state of RESULT_STATES) {
    const width = total === 0 ? 0 : ((RIGHT - MARGIN) * counts[state]) / total;
    if (width > 0) band(sheet.doc, { from: x, to: x + width, y: sheet.y }, 5, COLOURS[state]);
    x += width;
  }
  sheet.y += 10;
}

function title(sheet: Sheet, text: string): void {
  room(sheet, 48);
  sheet.y += 12;
  write(sheet, text, { font: 'bold', size: 11 });
  divide(sheet);
}

function divide(sheet: Sheet): void {
  sheet.y += 1;
  rule(sheet.doc, { from: MARGIN, to: RIGHT, y: sheet.y }, 0.4, LINE);
  sheet.y += 4;
}

function obstacles(sheet: Sheet, { lines, reasons }: Report): void {
  const blocks = lines.filter((line) => line.blocks !== undefined);
  if (blocks.length === 0 && reasons.length === 0) return;
  title(sheet, `What stands in the way (${blocks.length})`);
  for (const line of blocks)
    entry(sheet, line.state, `Line ${line.line}: ${line.title}`, [`${OBSTACLE_WORDS[line.blocks!]}: ${line.because}`]);
  for (const reason of reasons) write(sheet, reason);
}

function putOff(sheet: Sheet, { lines }: Report): void {
  const later = lines.filter(isPutOff);
  if (later.length === 0) return;
  title(sheet, `Put off, and not shown (${later.length})`);
  for (const line of later) entry(sheet, line.state, `Line ${line.line}: ${line.title}`, [line.because]);
}

function contradictions(sheet: Sheet, { contradictions, lines }: Report): void {
  if (contradictions.length === 0) return;
  title(sheet, `Claimed, but not so (${contradictions.length})`);
  const byId = new Map(lines.map((line) => [line.id, line]));
  for (const { lineId, claimed, found } of contradictions) {
    const line = byId.get(lineId);
    entry(sheet, line?.state ?? 'error', line ? `Line ${line.line}: ${line.title}` : lineId, [`${claimed}; found: ${found}`]);
  }
}

function signOffs(sheet: Sheet, { signOffs }: Report): void {
  if (signOffs.length === 0) return;
  title(sheet, 'Signatures');
  for (const { role, by, at } of signOffs) pair(sheet, role, by ? `${by}${at ? `, ${shownTime(at)}` : ''}` : 'not signed');
}

function notUnderstood(sheet: Sheet, { notUnderstood }: Report): void {
  if (notUnderstood.length === 0) return;
  title(sheet, `Not understood (${notUnderstood.length})`);
  for (const finding of notUnderstood) write(sheet, notUnderstoodWords(finding), finding.lost ? { colour: COLOURS.error } : {});
}

function findings(sheet: Sheet, { findings }: Report): void {
  if (findings.length === 0) return;
  title(sheet, `Found in the document (${findings.length})`);
  for (const { line, text } of findings) write(sheet, `Line ${line}: ${text}`);
}

function voided(sheet: Sheet, { voided }: Report): void {
  if (voided.length === 0) return;
  title(sheet, `No longer counts (${voided.length})`);
  for (const record of voided) write(sheet, voidedWords(record), { colour: FAINT });
}

function section(sheet: Sheet, headings: string, lines: readonly ReportLine[]): void {
  title(sheet, headings);
  for (const line of lines) entry(sheet, line.state, wordsOf(line), detailsOf(line), Math.min(line.depth, 8) * 12);
}

function detailsOf({ state, summary, checks, tier, ticked, notes, claim, later }: ReportLine): string[] {
  const contradicted = ticked && state !== 'pass' ? ', ticked but not so' : '';
  return [
    `${tier ? `${tier}: ` : ''}${later ? 'due later: ' : ''}${summary}${contradicted}`,
    ...(claim && !claim.agrees ? [`Claims ${claim.text}`] : []),
    ...notes.map(({ kind, by, at, text }) => `${shownKind(kind)} by ${by}, ${shownTime(at)}: ${text}`),
    ...checks.map(({ kind, asked, evidence }) => `${kind} ${asked}${evidence ? `, evidence ${evidence}` : ', no evidence kept'}`),
  ];
}

/** The result at the left, what it is about beside it. */
function entry(sheet: Sheet, state: ResultState, text: string, details: readonly string[], indent = 0): void {
  room(sheet, 2 * LEAD + 4);
  put(sheet.doc.font('bold').fontSize(SIZE).fillColor(COLOURS[state]), STATE_WORDS[state], MARGIN, sheet.y);
  const x = MARGIN + RESULT_WIDTH + indent;
  write(sheet, text, { x });
  for (const detail of details) write(sheet, detail, { x, size: 7.5, colour: FAINT });
  divide(sheet);
}

function digests(sheet: Sheet, { checklist, subject, run, log }: Report): void {
  title(sheet, 'What this report is about');
  pair(sheet, 'Checklist', `${checklist.name}, SHA-256 ${checklist.sha256}`);
  pair(sheet, 'Bindings', `SHA-256 ${subject.bindingsSha256}`);
  if (run) pair(sheet, 'Run', run.id);
  if (log) pair(sheet, 'Records', `${log.size}, root ${log.root}`);
  sheet.y += 4;
  write(sheet, 'A tick in the document is a claim. What is not known counts against a release. The score decides nothing.', {
    colour: FAINT,
  });
}
