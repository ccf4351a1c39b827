import { createHash } from 'node:crypto';
import { AppError } from '../../base/error.ts';
import { decode } from '../checklist/decode.ts';
import { RESULT_STATES } from '../run/result.ts';
import { plain } from './plain.ts';
import {
  DECISION_WORDS,
  isPutOff,
  notUnderstoodWords,
  shownHold,
  shownRun,
  shownTime,
  STATE_WORDS,
  type Report,
  type ReportLine,
} from './report.ts';

/** Boxes that are one character, and what each becomes when it is ticked or not. */
const TICKED: Readonly<Record<string, string>> = { '⬜': '✅', '◻': '☑', '☐': '☑' };
const BLANK: Readonly<Record<string, string>> = { '✅': '⬜' };

/**
 * The document as it was written, with its boxes told anew: a tick for what passes and for nothing else. Only what stands
 * between the brackets changes, or the mark itself where the box is a mark. A box under a trigger is never ticked, since
 * that would say that it has happened, and none of a line that is due only later.
 *
 * Errors: `readiness.checklist_changed` when the bytes are not those that the run read.
 */
export function markdownReport(source: Uint8Array, report: Report, { summary = false }: { summary?: boolean } = {}): Uint8Array {
  const sha256 = createHash('sha256').update(source).digest('hex');
  if (sha256 !== report.checklist.sha256) throw changed('it is not the text that the run read');
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const encoding = ENCODINGS[decode(source).encoding] ?? UTF8;
  const parts: Buffer[] = [];
  let done = 0;
  for (const line of report.lines.filter(({ box }) => box).sort((a, b) => a.box!.from - b.box!.from)) {
    const { from, to } = line.box!;
    parts.push(bytes.subarray(done, from), encoding.write(markOf(line, bytes, encoding)));
    done = to;
  }
  parts.push(bytes.subarray(done));
  if (summary) parts.push(encoding.write(`${bytes.length === 0 || endsLine(bytes, encoding) ? '\n' : '\n\n'}${summaryOf(report)}`));
  return Buffer.concat(parts);
}

type Encoding = { unit: 1 | 2; read(bytes: Buffer): string; write(text: string): Buffer };

const UTF8: Encoding = { unit: 1, read: (bytes) => bytes.toString('utf8'), write: (text) => Buffer.from(text, 'utf8') };
const UTF16_LE: Encoding = { unit: 2, read: (bytes) => bytes.toString('utf16le'), write: (text) => Buffer.from(text, 'utf16le') };
const UTF16_BE: Encoding = {
  unit: 2,
  read: (bytes) => (bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : ''),
  write: (text) => Buffer.from(text, 'utf16le').swap16(),
};

/** As the reader decoded it; everything that is not UTF-16 has its boxes in ASCII or UTF-8. */
const ENCODINGS: Readonly<Record<string, Encoding>> = { 'utf-16le': UTF16_LE, 'utf-16be': UTF16_BE };

function endsLine(bytes: Buffer, { unit, read }: Encoding): boolean {
  return /[\r\n]$/.test(read(bytes.subarray(bytes.length - unit)));
}

function markOf({ box, boxKind, ticked, state, polarity, line, later }: ReportLine, bytes: Buffer, { unit, read }: Encoding): string {
  const { from, to } = box!;
  const mark = read(bytes.subarray(from, to));
  const isBracket = boxKind === undefined;
  const around = isBracket ? read(bytes.subarray(from - unit, from)) + read(bytes.subarray(to, to + unit)) : '';
  if (from < unit * (isBracket ? 1 : 0) || to < from || to > bytes.length || (isBracket ? around !== '[]' : mark === ''))
    throw changed(`line ${line} has no box where it was read`);
  const wanted = state === 'pass' && polarity === 'good_when_true' && !later;
  if (wanted === Boolean(ticked)) return mark;
  if (isBracket) return wanted ? 'x' : ' ';
  if (boxKind === 'glyph') return wanted ? (TICKED[mark] ?? '☑') : (BLANK[mark] ?? '☐');
  const bare = mark.replace(/\s+checked(\s*=\s*("[^"]*"|'[^']*'|[^\s>/]+))?/gi, '');
  return wanted ? bare.replace(/\s*\/?>$/, ' checked$&') : bare;
}

function changed(why: string): AppError {
  return new AppError('conflict', 'readiness.checklist_changed', `The checklist has changed since the run: ${why}. Run it again.`);
}
/** A section that adds no box and no condition to the document. */
function summaryOf({ decision, subject, run, counts, lines, checklist, madeAt, ...report }: Report): string {
  const hold = shownHold(report);
  const { commit, environment, configHash } = subject;
  const rowsOf = (some: readonly ReportLine[]): string[] =>
    some.map(({ line, title, state, because }) => `| ${line} | ${cell(title)} | ${STATE_WORDS[state]} | ${cell(because)} |`);
  const rows = rowsOf(lines.filter((line) => line.blocks !== undefined));
  const unread = report.notUnderstood.map((finding) => `| ${cell(notUnderstoodWords(finding))} |`);
  const later = rowsOf(lines.filter(isPutOff));
  return [
    `## Readiness: ${DECISION_WORDS[decision]}`,
    '',
    `Run: ${run ? `${cell(run.id)}, ` : ''}${shownRun({ ...(run && { run }) })}. In ${cell(environment)}, commit ${cell(commit)}, configuration ${cell(configHash)}. The checklist read has the SHA-256 ${checklist.sha256}. Written ${shownTime(madeAt)}.${hold === undefined ? '' : ` ${hold}`}`,
    '',
    '| Result | Lines |',
    '|---|---|',
    ...RESULT_STATES.filter((state) => counts[state] > 0).map((state) => `| ${STATE_WORDS[state]} | ${counts[state]} |`),
    ...(rows.length > 0 ? ['', '| Line | In the way | Result | Why |', '|---|---|---|---|', ...rows] : []),
    ...(unread.length > 0 ? ['', '| Not understood |', '|---|', ...unread] : []),
    ...(later.length > 0 ? ['', '| Line | Put off, and not shown | Result | Why |', '|---|---|---|---|', ...later] : []),
    '',
  ].join('\n');
}

/** Text inside a cell of a table, in which nothing is markup: neither HTML nor links, boxes or bars. */
function cell(text: string): string {
  return plain(text)
    .replace(/[\\`*_{}[\]|~@]|:(?=\/)|(?<=\bwww)\./gi, (sign) => `\\${sign}`)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}
