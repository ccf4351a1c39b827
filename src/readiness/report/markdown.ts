import { createHash } from 'node:crypto';
import { AppError } from '../../base/error.ts';
import { RESULT_STATES } from '../run/result.ts';
import { plain } from './plain.ts';
import { DECISION_WORDS, shownRun, shownTime, STATE_WORDS, type Report, type ReportLine } from './report.ts';

const [TICK, BLANK, OPENS, CLOSES] = [0x78, 0x20, 0x5b, 0x5d];
/** What may stand between the brackets of a box (GitHub Flavored Markdown §5.3). */
const IN_A_BOX = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x78, 0x58]);

/**
 * The document as it was written, with its boxes told anew: a tick for what passes and for nothing else. Only the bytes
 * between the brackets change. A box under a trigger is never ticked, since that would say that it has happened.
 *
 * Errors: `readiness.checklist_changed` when the bytes are not those that the run read.
 */
export function markdownReport(source: Uint8Array, report: Report, { summary = false }: { summary?: boolean } = {}): Uint8Array {
  const sha256 = createHash('sha256').update(source).digest('hex');
  if (sha256 !== report.checklist.sha256) throw changed('it is not the text that the run read');
  const ticked = new Uint8Array(source);
  for (const line of report.lines) if (line.box) tick(ticked, line);
  if (!summary) return ticked;
  const gap = source.at(-1) === 0x0a || source.length === 0 ? '\n' : '\n\n';
  return Buffer.concat([ticked, Buffer.from(gap + summaryOf(report))]);
}

function tick(bytes: Uint8Array, { box, state, polarity, line }: ReportLine): void {
  const { from, to } = box!;
  const inside = bytes[from];
  const isBox = to === from + 1 && bytes[from - 1] === OPENS && bytes[to] === CLOSES && IN_A_BOX.has(inside!);
  if (!isBox) throw changed(`line ${line} has no box where it was read`);
  const wanted = state === 'pass' && polarity === 'good_when_true';
  const isTicked = inside === TICK || inside === 0x58;
  if (wanted !== isTicked) bytes[from] = wanted ? TICK : BLANK;
}

function changed(why: string): AppError {
  return new AppError('conflict', 'readiness.checklist_changed', `The checklist has changed since the run: ${why}. Run it again.`);
}

/** A section that adds no box and no condition to the document. */
function summaryOf({ decision, subject, run, counts, lines, checklist, madeAt }: Report): string {
  const { commit, environment, configHash } = subject;
  const blocks = lines.filter((line) => line.blocks !== undefined);
  const rows = blocks.map(({ line, title, state, because }) => `| ${line} | ${cell(title)} | ${STATE_WORDS[state]} | ${cell(because)} |`);
  return [
    `## Readiness: ${DECISION_WORDS[decision]}`,
    '',
    `Run: ${run ? `${cell(run.id)}, ` : ''}${shownRun({ ...(run && { run }) })}. In ${cell(environment)}, commit ${cell(commit)}, configuration ${cell(configHash)}. The checklist read has the SHA-256 ${checklist.sha256}. Written ${shownTime(madeAt)}.`,
    '',
    '| Result | Lines |',
    '|---|---|',
    ...RESULT_STATES.filter((state) => counts[state] > 0).map((state) => `| ${STATE_WORDS[state]} | ${counts[state]} |`),
    ...(rows.length > 0 ? ['', '| Line | In the way | Result | Why |', '|---|---|---|---|', ...rows] : []),
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
