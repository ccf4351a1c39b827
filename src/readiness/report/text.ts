import { RESULT_STATES, type ResultState } from '../run/result.ts';
import { plain } from './plain.ts';
import {
  bySection,
  DECISION_WORDS,
  isExcused,
  isOpen,
  isPutOff,
  OBSTACLE_WORDS,
  shownRun,
  shownSection,
  shownTime,
  STATE_WORDS,
  notUnderstoodWords,
  voidedWords,
  wordsOf,
  type Report,
  type ReportLine,
  shownHold,
} from './report.ts';
import { columnsOf, wrapped } from './width.ts';

/** How wide the terminal is, and whether it shows colours. */
export type TextStyle = { width: number; colour: boolean };

type Hue = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

const CODES: Readonly<Record<Hue, string>> = { red: '31', green: '32', yellow: '33', dim: '2', bold: '1' };
const MARKS: Readonly<Record<ResultState, [mark: string, hue: Hue]>> = {
  pass: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  error: ['✗', 'red'],
  unreachable: ['?', 'red'],
  stale: ['?', 'yellow'],
  awaiting_sign_off: ['…', 'yellow'],
  not_applicable: ['-', 'dim'],
  waived: ['~', 'dim'],
};

/** The report for a terminal: every line under its heading, then what contradicts, what blocks, and last the decision. */
export function textReport(report: Report, style: TextStyle): string {
  const pen = penOf(style);
  const blocks = [
    header(report, pen),
    ...bySection(report.lines).map(({ section: headings, lines }) => section(shownSection(headings, report.checklist.title), lines, pen)),
    contradictions(report, pen),
    voided(report, pen),
    notUnderstood(report, pen),
    findings(report, pen),
    blocking(report, pen),
    putOff(report, pen),
    verdict(report, pen),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

type Pen = { width: number; paint(text: string, ...hues: Hue[]): string; fill(text: string, indent: string, first?: string): string[] };

function penOf({ width, colour }: TextStyle): Pen {
  const room = Math.max(40, Math.min(width, 160));
  return {
    width: room,
    paint: (text, ...hues) => (colour ? `\u001b[${hues.map((hue) => CODES[hue]).join(';')}m${text}\u001b[0m` : text),
    fill: (text, indent, first = indent) => wrapped(text, room - columnsOf(indent)).map((line, i) => (i === 0 ? first : indent) + line),
  };
}

function header({ checklist, subject, run, madeAt }: Report, pen: Pen): string[] {
  const { environment, commit, configHash } = subject;
  const facts = [
    plain(environment),
    `commit ${plain(commit).slice(0, 12)}`,
    `configuration ${plain(configHash).slice(0, 12)}`,
    `checklist ${checklist.sha256.slice(0, 12)}`,
  ];
  return [
    ...wrapped(plain(checklist.title), pen.width).map((line) => pen.paint(line, 'bold')),
    ...pen.fill(facts.join(' · '), '').map((line) => pen.paint(line, 'dim')),
    ...pen
      .fill(`run ${run ? `${plain(run.id)} of ${shownTime(run.startedAt)}` : shownRun({})}, report of ${shownTime(madeAt)}`, '')
      .map((line) => pen.paint(line, 'dim')),
  ];
}

function section(headings: string, lines: readonly ReportLine[], pen: Pen): string[] {
  const passing = lines.filter(({ state }) => state === 'pass').length;
  return [
    ...wrapped(`${plain(headings)} (${passing} of ${lines.length})`, pen.width).map((text) => pen.paint(text, 'bold')),
    ...lines.flatMap((line) => lineOf(line, pen)),
  ];
}

function lineOf(line: ReportLine, pen: Pen): string[] {
  const [mark, hue] = MARKS[line.state];
  const indent = '  '.repeat(Math.min(line.depth, 8) + 1);
  const tier = (line.tier ? ` [${line.tier}]` : '') + (line.later ? ' [due later]' : '');
  const title = wrapped(plain(wordsOf(line)) + tier, pen.width - indent.length - 2);
  const texts = title.map((text, i) => `${indent}${i === 0 ? pen.paint(mark, hue) : ' '} ${text}`);
  if (line.state === 'pass') return texts;
  const why = `${STATE_WORDS[line.state]}: ${plain(line.summary)}`;
  return [...texts, ...pen.fill(why, `${indent}    `).map((text) => pen.paint(text, isExcused(line.state) ? 'dim' : hue))];
}

function contradictions({ contradictions, lines }: Report, pen: Pen): string[] {
  if (contradictions.length === 0) return [];
  const byId = new Map(lines.map((line) => [line.id, line]));
  return [
    pen.paint(`Claimed, but not so (${contradictions.length})`, 'bold'),
    ...contradictions.flatMap(({ lineId, claimed, found }) => {
      const line = byId.get(lineId);
      return [
        ...pen.fill(`line ${line?.line ?? '?'}: ${plain(line?.title ?? lineId)}`, '    ', '  '),
        ...pen.fill(`${plain(claimed)}; found: ${plain(found)}`, '    ').map((text) => pen.paint(text, 'yellow')),
      ];
    }),
  ];
}

function voided({ voided }: Report, pen: Pen): string[] {
  if (voided.length === 0) return [];
  return [
    pen.paint(`No longer counts (${voided.length})`, 'bold'),
    ...voided.flatMap((record) => pen.fill(plain(voidedWords(record)), '    ', '  ').map((text) => pen.paint(text, 'dim'))),
  ];
}

/** What a terminal shows of the remarks about the document. */
const MOST_FINDINGS = 20;

/** What may be a line that counts first, since that keeps the gate from deciding. */
function notUnderstood({ notUnderstood }: Report, pen: Pen): string[] {
  if (notUnderstood.length === 0) return [];
  const shown = notUnderstood.toSorted((a, b) => Number(b.lost) - Number(a.lost)).slice(0, MOST_FINDINGS);
  const rest = notUnderstood.length - shown.length;
  return [
    pen.paint(`Not understood (${notUnderstood.length})`, 'bold'),
    ...shown.flatMap((finding) => {
      const lines = pen.fill(plain(notUnderstoodWords(finding)), '    ', '  ');
      return finding.lost ? lines.map((text) => pen.paint(text, 'red')) : lines;
    }),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function findings({ findings }: Report, pen: Pen): string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - MOST_FINDINGS;
  return [
    pen.paint(`Found in the document (${findings.length})`, 'bold'),
    ...findings.slice(0, MOST_FINDINGS).flatMap(({ line, text }) => pen.fill(`line ${line}: ${plain(text)}`, '    ', '  ')),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function blocking({ lines, reasons }: Report, pen: Pen): string[] {
  const blocks = lines.filter(({ blocks }) => blocks !== undefined);
  if (blocks.length === 0 && reasons.length === 0) return [];
  return [
    pen.paint(`What stands in the way (${blocks.length})`, 'bold'),
    ...blocks.flatMap((line) => [
      ...pen.fill(`line ${line.line}, ${OBSTACLE_WORDS[line.blocks!]}: ${plain(line.title)}`, '    ', '  '),
      ...pen.fill(`${STATE_WORDS[line.state]}: ${plain(line.because)}`, '    ').map((text) => pen.paint(text, 'red')),
    ]),
    ...reasons.flatMap((reason) => pen.fill(plain(reason), '    ', '  ')),
  ];
}

function putOff({ lines }: Report, pen: Pen): string[] {
  const later = lines.filter(isPutOff);
  if (later.length === 0) return [];
  return [
    pen.paint(`Put off, and not shown (${later.length})`, 'bold'),
    ...later.flatMap((line) => [
      ...pen.fill(`line ${line.line}: ${plain(line.title)}`, '    ', '  '),
      ...pen.fill(`${STATE_WORDS[line.state]}: ${plain(line.because)}`, '    ').map((text) => pen.paint(text, 'yellow')),
    ]),
  ];
}

function verdict({ decision, counts, lines, score, ...report }: Report, pen: Pen): string[] {
  const hold = shownHold(report);
  const tallies = RESULT_STATES.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${STATE_WORDS[state]}`);
  const open = lines.filter(isOpen).length;
  const hue = decision === 'go' ? 'green' : decision === 'conditional' ? 'yellow' : 'red';
  return [
    ...pen.fill(`${tallies.join(', ')} (${lines.length} lines; ${score.toFixed(1)} % of what is due was shown)`, ''),
    pen.paint(DECISION_WORDS[decision], 'bold', hue) + (open > 0 ? `, ${open} open` : ''),
    ...(hold === undefined ? [] : pen.fill(hold, '')),
  ];
}
