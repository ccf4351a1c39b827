import { createBooks } from './books.ts';
import { CHECKS, createFindings, type Check, type Findings } from './findings.ts';
import { MalformedLine } from './form.ts';
import { inputChecks, type Counted, type InputChecks, type Kept } from './input-checks.ts';
import { readLines } from './read-lines.ts';
import { readRecord, type EndRecord, type ObligationRecord, type WindowLine, type WindowRecord } from './records.ts';
import { checkResult, collectResult, type ResultLines } from './result-checks.ts';

/** What a file turned out to be. `window` is absent when not even its first line could be read. */
export type Verdict = Counted & { ok: boolean; window?: WindowRecord; checks: Check[] };

/** What the file is held against besides; `onObligation` is told of each obligation as it is read. */
export type VerifyOptions = Kept & { onObligation?: (window: WindowRecord, obligation: ObligationRecord) => void };

type Reading = {
  findings: Findings;
  books: ReturnType<typeof createBooks>;
  lines: ResultLines;
  window?: WindowRecord;
  input?: InputChecks;
  ended: boolean;
  rank: number;
};

/** The order in which kinds of lines stand. */
const RANKS: readonly WindowLine['record'][] = [
  'window',
  'obligation',
  'currency',
  'position',
  'bilateral',
  'instruction',
  'finality',
  'end',
];

/**
 * Checks a published window, or a participant's part of it, by its file alone: no database, no network, and no code of the
 * engine that made it. Reads the file once; what stays in memory grows with participants and with 36 characters for each
 * obligation, whose ids must differ.
 */
export async function verifyWindow(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: VerifyOptions = {}): Promise<Verdict> {
  const lines: ResultLines = { currencies: [], positions: [], bilaterals: [], instructions: [] };
  const reading: Reading = { findings: createFindings(CHECKS), books: createBooks(), lines, ended: false, rank: -1 };
  let count = 0;
  try {
    for await (const line of readLines(bytes)) {
      take(reading, readRecord(line.text), options, line);
      count = line.before + 1;
    }
  } catch (error) {
    if (!(error instanceof MalformedLine)) throw error;
    reading.findings.note('FORM', `line ${count + 1} ${error.message}`);
  }
  return conclude(reading);
}

function take(reading: Reading, line: WindowLine, options: VerifyOptions, place: { before: number; sha256Before(): string }): void {
  const { findings } = reading;
  const rank = RANKS.indexOf(line.record);
  const once = line.record === 'window' || line.record === 'finality' || line.record === 'end';
  if (rank < reading.rank || (once && rank === reading.rank)) throw new MalformedLine(`is a ${line.record}, which cannot stand here`);
  if ((line.record === 'window') !== (place.before === 0)) throw new MalformedLine('is not the first line of a window file');
  reading.rank = rank;
  if (line.record === 'window') {
    reading.window = line;
    reading.input = inputChecks(line, findings, options);
  } else if (line.record === 'obligation') {
    reading.input!.add(line);
    if (line.removed === undefined) reading.books.add(line);
    options.onObligation?.(reading.window!, line);
  } else if (line.record === 'end') {
    reading.ended = true;
    checkEnd(findings, line, place);
  } else {
    collectResult(reading.lines, line);
    const early = reading.window!.state === 'cut_off';
    findings.hold('FORM', !early, () => `line ${place.before + 1} tells a result of a window that has none`);
  }
}

function checkEnd(findings: Findings, end: EndRecord, { before, sha256Before }: { before: number; sha256Before(): string }): void {
  findings.hold('FORM', end.lines === before, () => `the file says that it has ${end.lines} lines, and has ${before}`);
  findings.hold('FORM', end.sha256 === sha256Before(), () => 'the SHA-256 of the file is not the one that it states');
}

function conclude(reading: Reading): Verdict {
  const { findings, window, books, lines } = reading;
  if (!reading.ended) findings.note('FORM', 'the file has no end: it was cut off');
  const counted = reading.input?.done() ?? { obligations: 0, removed: 0, removedFor: [] };
  if (window && window.state !== 'cut_off') checkResult({ window, books, lines, findings });
  const checks = findings.checks(found(reading, counted));
  return { ok: checks.every(({ result }) => result !== 'fails'), ...(window && { window }), ...counted, checks };
}

/** What each check was held against, in words. */
function found({ window, lines, books }: Reading, { obligations, removed, removedFor }: Counted) {
  const result = (text: string) =>
    window && window.state !== 'cut_off' ? { text } : { text: 'The window has no result yet.', skipped: true };
  const whole = (text: string) =>
    window?.part === undefined ? result(text) : { text: 'Needs the whole file, not a part.', skipped: true };
  const currencies = new Set(lines.positions.map(({ asset }) => asset)).size;
  const positions = `${lines.positions.length} positions in ${currencies} currencies`;
  const proofs = window?.part === undefined ? `the root over ${obligations} leaves` : `${obligations} paths to the root`;
  const gone = removed > 0 ? `, ${removed} of them removed on default of ${removedFor.join(', ')}` : '';
  return {
    FORM: { text: window?.part === undefined ? 'whole file' : `part of ${window.part}` },
    N1: whole(positions),
    N2: { text: `${obligations} obligations in ${window?.spans.length ?? 0} ranges${gone}` },
    N3: { text: `${proofs}, ${window?.inputRoot ?? ''}` },
    N4: result(positions),
    N5: result(`${lines.instructions.length} instructions`),
    N6: whole(lines.currencies.map(({ asset, net }) => `${asset} ${net}`).join(', ') || 'nothing to fund'),
    N7: result(`${lines.bilaterals.length} pairs`),
    N8: whole([...books.totals().keys()].sort().join(', ') || 'no currency'),
    N9: result(`${obligations} obligations taken backwards in blocks`),
    N10: result(`${obligations} obligations one at a time`),
    N11: whole(`${lines.currencies.length} currencies`),
    FINAL: lines.finality
      ? { text: `sequence ${lines.finality.seq} at ${lines.finality.at}, ${lines.finality.transfers} transfers` }
      : { text: 'The window is not settled yet.', skipped: true },
  };
}
