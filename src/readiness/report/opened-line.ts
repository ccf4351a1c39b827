import { AppError } from '../../base/error.ts';
import { bindingsInForce } from '../binding/lint-bindings.ts';
import type { Binding, Disposition } from '../binding/binding.ts';
import { redact, redactNamed } from '../check/redact.ts';
import type { Tier } from '../checklist/checklist.ts';
import type { Ground } from '../gate/draft.ts';
import type { Effect, Verdict } from '../gate/decide.ts';
import { roleAsked } from '../gate/sign.ts';
import { holdsRole } from '../people-roles.ts';
import type { ReadinessRecord, RecordStore } from '../record/record.ts';
import { loadRun } from '../run/load-run.ts';
import type { CheckResult, LineResult, ResultState, Run } from '../run/result.ts';
import { linesAbout, wordsOf } from '../view.ts';

/** One line with everything that it rests on: what is written, what decides it, what was found and seen, and who answers for it. */
export type OpenedLine = {
  checklist: string;
  id: string;
  line: number;
  title: string;
  section: readonly string[];
  /** The lines of the document as they stand there. */
  written: readonly string[];
  tier: Tier;
  polarity: string;
  thresholds: readonly string[];
  /** What the reader of the document was not sure of here. */
  guessed: readonly string[];
  binding?: { disposition: Disposition; confirmed?: Binding['confirmed']; note?: string; holdsDemand?: string };
  /** By the newest run, or by the one that was asked for; absent where none was made. */
  result?: { run: string; at: string; state: ResultState; summary: string; checks: readonly OpenedCheck[]; claim?: LineResult['claim'] };
  /** What it does to the decision now. */
  effect: Effect;
  because: string;
  history: readonly { record: number; run: string; at: string; state: ResultState; summary: string }[];
  signatures: readonly {
    record: number;
    at: string;
    kind: string;
    by: string;
    role?: string;
    text: string;
    evidence?: string;
    genuine: boolean;
    /** Why it no longer counts; empty where it does. */
    voided: readonly string[];
  }[];
  maySign: { role: string; people: readonly { id: string; name: string }[] } | { why: string };
};

/** A check with what it saw. `seen` is absent where nothing was kept, or where it is no text. */
type OpenedCheck = CheckResult & { seen?: string };

/** What a line is opened from. */
export type OpeningGround = {
  ground: Ground;
  verdict: Verdict;
  entries: readonly ReadinessRecord[];
  trusted: ReadonlySet<number>;
  store: RecordStore;
  /** The document, line by line. */
  source: readonly string[];
  people: readonly { id: string; name: string; roles: readonly string[] }[];
};

/** How many runs are looked into. */
const RUNS_SHOWN = 20;
const WRITTEN_LINES = 40;

/**
 * Opens a line. `run` is a run's id, its beginning, or the number of its entry in the log; the newest unless told. Errors:
 * `readiness.line_unknown`, `readiness.run_not_found`, `readiness.run_damaged`, `readiness.evidence_damaged`.
 */
export async function openLine(from: OpeningGround, lineId: string, run?: string): Promise<OpenedLine> {
  const { ground, verdict } = from;
  const { checklist, bindings } = ground;
  const line = verdict.lines.find((one) => one.lineId === lineId);
  if (!line) throw new AppError('not_found', 'readiness.line_unknown', `The checklist has no line ${lineId.slice(0, 80)}.`);
  const text = [...checklist.items, ...checklist.criteria].find(({ id }) => id === lineId);
  const binding = bindingsInForce(checklist, bindings).get(lineId) ?? bindings.bindings.find((one) => one.line === lineId);
  const runs = await runsOf(from);
  const result = resultIn(runs, lineId, run);
  return {
    checklist: checklist.name,
    id: lineId,
    line: line.line,
    title: line.title,
    section: line.section,
    written: writtenAt(from.source, line.line, new Set([...checklist.items, ...checklist.criteria].map((one) => one.line))),
    tier: line.tier,
    polarity: text?.polarity ?? 'good_when_true',
    thresholds: text?.thresholds.map((threshold) => threshold.text) ?? [],
    guessed: checklist.guessed.filter((one) => one.line === line.line).map((one) => one.text),
    ...(binding && { binding: bindingOf(binding) }),
    ...(result && { result: await openedResult(result, from.store) }),
    effect: line.effect,
    because: line.because,
    history: runs.flatMap(({ record, found }) => historyOf(record, found, lineId)),
    signatures: signaturesOf(from, lineId),
    maySign: maySign(from, lineId),
  };
}

type FoundRun = { record: number; at: string; found: Run };

/** The latest runs of the checklist, the newest first. */
async function runsOf({ entries, store }: OpeningGround): Promise<FoundRun[]> {
  const latest = entries.flatMap(({ index, at, body }) => (body.kind === 'run_finished' ? [{ index, at, body }] : [])).slice(-RUNS_SHOWN);
  const runs = await Promise.all(latest.map(async (entry) => ({ record: entry.index, at: entry.at, found: await loadRun(store, entry) })));
  return runs.toReversed();
}

function resultIn(runs: readonly FoundRun[], lineId: string, wanted: string | undefined): { run: FoundRun; line: LineResult } | undefined {
  const fits = ({ record, found }: FoundRun): boolean =>
    wanted === undefined || found.id === wanted || String(record) === wanted || (wanted.length >= 4 && found.id.startsWith(wanted));
  const run = runs.find(fits);
  if (!run && wanted !== undefined)
    throw new AppError(
      'not_found',
      'readiness.run_not_found',
      `Among the last ${RUNS_SHOWN} runs of the checklist there is no ${wanted.slice(0, 80)}.`,
    );
  const line = run?.found.results.find((result) => result.lineId === lineId);
  return run && line && { run, line };
}

async function openedResult({ run, line }: { run: FoundRun; line: LineResult }, store: RecordStore): Promise<OpenedLine['result']> {
  const checks = await Promise.all(line.checks.map((check) => openedCheck(check, store)));
  const { state, summary, claim } = line;
  return { run: run.found.id, at: run.found.startedAt, state, summary, checks, ...(claim && { claim }) };
}

async function openedCheck(check: CheckResult, store: RecordStore): Promise<OpenedCheck> {
  const kept = check.evidence === undefined ? undefined : await store.evidence(check.evidence);
  return kept?.mediaType.startsWith('text/') ? { ...check, seen: Buffer.from(kept.bytes).toString('utf8') } : check;
}

function historyOf(record: number, { id, startedAt, results }: Run, lineId: string): OpenedLine['history'] {
  const result = results.find((one) => one.lineId === lineId);
  return result ? [{ record, run: id, at: startedAt, state: result.state, summary: result.summary }] : [];
}

function bindingOf({ disposition, confirmed, note, holdsDemand }: Binding): NonNullable<OpenedLine['binding']> {
  return {
    disposition: masked('', disposition) as Disposition,
    ...(confirmed && { confirmed }),
    ...(note !== undefined && { note }),
    ...(holdsDemand !== undefined && { holdsDemand }),
  };
}

/** The same value without credentials; there should be none, but who writes a binding may not know. */
function masked(name: string, value: unknown): unknown {
  if (typeof value === 'string') return name === '' ? redact(value) : redactNamed(name, value);
  if (Array.isArray(value)) return value.map((one) => masked(name, one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(key, inner)]));
}

function signaturesOf({ entries, trusted, ground }: OpeningGround, lineId: string): OpenedLine['signatures'] {
  const voided = new Map(ground.records.voided.map(({ index, why }) => [index, why]));
  const mine = new Set(entries.filter(({ body }) => linesAbout(body).includes(lineId)).map(({ index }) => index));
  return entries
    .flatMap(({ index, at, body }) => {
      if (!('signature' in body) || !(mine.has(index) || (body.kind === 'withdrawn' && mine.has(body.record)))) return [];
      return [
        {
          record: index,
          at,
          kind: body.kind,
          by: body.signature.name,
          ...('role' in body && { role: body.role }),
          text: wordsOf(body),
          ...('evidence' in body && body.evidence !== undefined && { evidence: body.evidence }),
          genuine: trusted.has(index),
          voided: voided.get(index) ?? [],
        },
      ];
    })
    .toReversed();
}

function maySign({ ground, people }: OpeningGround, lineId: string): OpenedLine['maySign'] {
  try {
    const role = roleAsked(ground, lineId);
    return { role, people: people.filter(({ roles }) => holdsRole(roles, role)).map(({ id, name }) => ({ id, name })) };
  } catch (error) {
    if (error instanceof AppError) return { why: error.message };
    throw error;
  }
}

/** The line, and what belongs to it: everything indented under it, up to the next line that is judged by itself. */
function writtenAt(source: readonly string[], line: number, judged: ReadonlySet<number>): string[] {
  const first = source[line - 1] ?? '';
  const indentOf = (text: string): number => /^\s*/.exec(text)![0].length;
  const rest = source.slice(line, line + WRITTEN_LINES);
  const end = rest.findIndex((text, at) => judged.has(line + at + 1) || (text.trim() !== '' && indentOf(text) <= indentOf(first)));
  const own = [first, ...(end < 0 ? rest : rest.slice(0, end))];
  while (own.length > 1 && own.at(-1)!.trim() === '') own.pop();
  return own;
}
