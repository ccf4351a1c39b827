import { createFindings, type Check, type Findings } from '../verify-window/findings.ts';
import { MalformedLine } from '../verify-window/form.ts';
import { readLines } from '../verify-window/read-lines.ts';
import { CHECKS, roundChecks, type CheckId, type RoundChecks } from './checks.ts';
import { readRecord, type EndRecord, type RoundRecord, type SetOffLine } from './records.ts';

/** What a file turned out to be. `round` is absent when not even its first line could be read. */
export type Verdict = { ok: boolean; round?: RoundRecord; obligations: number; checks: Check<CheckId>[] };

/** `publishedRoot`: the root as somebody kept it from a notice of set-off. */
export type VerifyOptions = { publishedRoot?: string };

type Reading = { findings: Findings<CheckId>; round?: RoundRecord; checks?: RoundChecks; ended: boolean; rank: number };

/** The order in which kinds of lines stand. */
const RANKS: readonly SetOffLine['record'][] = ['round', 'participant', 'obligation', 'end'];

/**
 * Checks a published round of set-off, or a participant's part of it, by its file alone: no database, no network, and no code of
 * the engine that made it. Reads the file once; what stays in memory grows with participants and with 36 characters for each
 * obligation, whose ids must differ.
 */
export async function verifySetOff(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: VerifyOptions = {}): Promise<Verdict> {
  const reading: Reading = { findings: createFindings<CheckId>(CHECKS), ended: false, rank: -1 };
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

function take(reading: Reading, line: SetOffLine, options: VerifyOptions, place: { before: number; sha256Before(): string }): void {
  const rank = RANKS.indexOf(line.record);
  const once = line.record === 'round' || line.record === 'end';
  if (rank < reading.rank || (once && rank === reading.rank)) throw new MalformedLine(`is a ${line.record}, which cannot stand here`);
  if ((line.record === 'round') !== (place.before === 0)) throw new MalformedLine('is not the first line of a file of set-off');
  reading.rank = rank;
  if (line.record === 'round') {
    reading.round = line;
    reading.checks = roundChecks(line, reading.findings, options.publishedRoot);
  } else if (line.record === 'participant') reading.checks!.participant(line);
  else if (line.record === 'obligation') reading.checks!.obligation(line);
  else {
    reading.ended = true;
    checkEnd(reading.findings, line, place);
  }
}

function checkEnd(findings: Findings<CheckId>, end: EndRecord, { before, sha256Before }: { before: number; sha256Before(): string }): void {
  findings.hold('FORM', end.lines === before, () => `the file says that it has ${end.lines} lines, and has ${before}`);
  findings.hold('FORM', end.sha256 === sha256Before(), () => 'the SHA-256 of the file is not the one that it states');
}

function conclude({ findings, round, checks, ended }: Reading): Verdict {
  if (!ended) findings.note('FORM', 'the file has no end: it was cut off');
  const counted = checks?.done();
  const held = findings.checks(round && counted ? found(round, counted) : UNREADABLE);
  return {
    ok: held.every(({ result }) => result !== 'fails'),
    ...(round && { round }),
    obligations: counted?.obligations ?? 0,
    checks: held,
  };
}

type Found = Readonly<Record<CheckId, { text: string; skipped?: boolean }>>;

const skipped = { text: 'There is no round in the file.', skipped: true };
const UNREADABLE: Found = { FORM: skipped, ROOT: skipped, M1: skipped, M2: skipped, M3: skipped, ORDER: skipped, M5: skipped };

/** What each check was held against, in words. */
function found(round: RoundRecord, { obligations, participants, worth, bound }: ReturnType<RoundChecks['done']>): Found {
  const isPart = round.part !== undefined;
  const proofs = isPart ? `${obligations} paths to the root` : `the root over ${obligations} leaves`;
  return {
    FORM: { text: isPart ? `part of ${round.part}` : 'whole file' },
    ROOT: { text: `${proofs}, ${round.root}` },
    M1: { text: `${participants} participants` },
    M2: { text: `${obligations} obligations` },
    M3: { text: isPart ? 'the sums of one participant' : `${round.cleared} of ${round.gross} ${round.asset} cleared` },
    ORDER: { text: `order ${round.order} on ${round.day}` },
    M5: isPart ? { text: 'Needs the whole file, not a part.', skipped: true } : { text: `worth ${worth}, bound ${bound}` },
  };
}
