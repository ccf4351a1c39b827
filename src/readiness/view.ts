import type { OutputOf } from '../base/operation.ts';
import type { Criterion, Item } from './checklist/checklist.ts';
import { depthOf } from './checklist/depth.ts';
import type { getChecklist, listChecklists } from './contract.ts';
import { bindingsInForce } from './binding/lint-bindings.ts';
import type { Binding } from './binding/binding.ts';
import type { GateLine } from './gate/decide.ts';
import type { Standing } from './ledger.ts';
import type { Voided } from './record/fold.ts';
import type { RecordBody } from './record/record.ts';
import type { RunRow } from './store/run-store.ts';

export type ChecklistView = OutputOf<typeof getChecklist>;
export type LineView = ChecklistView['lines'][number];
export type RunView = NonNullable<ChecklistView['run']>;
type SummaryView = OutputOf<typeof listChecklists>['items'][number];

/** A checklist in one line: what it is, and how it stands. */
export function viewOfSummary({ document, verdict, run }: Standing): SummaryView {
  const { name, origin, checklist, bindings, uploadedAt, uploadedBy } = document;
  const lines = checklist.items.length + checklist.criteria.length;
  return {
    name,
    title: checklist.title,
    sha256: checklist.sha256,
    origin,
    items: checklist.items.length,
    criteria: checklist.criteria.length,
    unbound: lines - bindingsInForce(checklist, bindings).size,
    ...(uploadedBy !== undefined && { uploadedBy }),
    ...(uploadedAt !== undefined && { uploadedAt }),
    decision: verdict.decision,
    score: verdict.score,
    counts: verdict.counts,
    ...(run && { lastRunAt: run.startedAt }),
  };
}

/** The gate with its last signed verdict. */
export function viewOfGate({ verdict, state }: Standing): ChecklistView['gate'] {
  const { decision, at, runId, undecided, blocks, score, counts, effects, holdsUntil } = verdict;
  const last = state.verdicts.at(-1);
  return {
    decision,
    at,
    ...(runId !== undefined && { runId }),
    undecided: [...undecided],
    blocks: [...blocks],
    ...(holdsUntil !== undefined && { holdsUntil }),
    score,
    counts,
    effects,
    ...(last && { signed: { decision: last.body.decision, by: last.body.signature.name, at: last.at, record: last.index } }),
  };
}

/** Every line in the order of the document. */
export function viewOfLines(standing: Standing): LineView[] {
  const { document, verdict } = standing;
  const written = new Map<string, Item | Criterion>(
    [...document.checklist.items, ...document.checklist.criteria].map((line) => [line.id, line]),
  );
  const inForce = bindingsInForce(document.checklist, document.bindings);
  const bound = new Map(document.bindings.bindings.map((binding) => [binding.line, binding]));
  const guessed = Map.groupBy(document.checklist.guessed, ({ line }) => line);
  return verdict.lines.map((line) =>
    viewOfLine(standing, line, {
      guessed: guessed.get(line.line)?.map(({ text }) => text) ?? [],
      written,
      binding: inForce.get(line.lineId) ?? bound.get(line.lineId),
      confirmed: inForce.has(line.lineId),
    }),
  );
}

type Known = {
  written: ReadonlyMap<string, Item | Criterion>;
  binding: Binding | undefined;
  confirmed: boolean;
  guessed: readonly string[];
};

function viewOfLine(standing: Standing, line: GateLine, { written, binding, confirmed, guessed }: Known): LineView {
  const { lineId, kind, title, section, tier, tierFrom, state, effect, because, result } = line;
  const text = written.get(lineId);
  const isPlace = kind === 'sign_off';
  const role = isPlace ? title.replace(/^Signature of /, '') : roleOf(binding);
  return {
    id: lineId,
    line: line.line,
    kind,
    title,
    ...(text?.detail !== undefined && { detail: text.detail }),
    section: [...section],
    depth: depthOf(text, written),
    tier,
    tierFrom,
    ...(text?.environment && { environment: text.environment }),
    ...(text?.window && { window: text.window.text }),
    polarity: text?.polarity ?? 'good_when_true',
    thresholds: text?.thresholds.map((threshold) => threshold.text) ?? [],
    guessed: [...guessed],
    ...(text && 'checked' in text && { ticked: text.checked }),
    state,
    summary: result.summary,
    ...(isPlace ? { decides: 'attested' as const } : binding && { decides: binding.disposition.kind }),
    confirmed: isPlace || confirmed,
    ...(role !== undefined && { role }),
    ...(result.claim && { claim: claimOf(result.claim) }),
    ...(line.until !== undefined && { validUntil: line.until }),
    effect,
    because,
    notes: line.records.flatMap((index) => noteOf(standing, index)),
  };
}

function claimOf({ text, agrees, found }: { text: string; agrees: boolean; found?: string }): NonNullable<LineView['claim']> {
  return { text, agrees, ...(found !== undefined && { found }) };
}

/** The role whose signature decides the line. */
function roleOf(binding: Binding | undefined): string | undefined {
  return binding && 'role' in binding.disposition ? binding.disposition.role : undefined;
}

function noteOf({ entries }: Standing, index: number): LineView['notes'] {
  const entry = entries[index];
  if (!entry || !('signature' in entry.body)) return [];
  const { body, at } = entry;
  return [{ kind: body.kind, by: body.signature.name, at, text: wordsOf(body), record: index }];
}

/** What a record says, in the words of whoever put it down. */
export function wordsOf(body: RecordBody): string {
  switch (body.kind) {
    case 'signed':
      return body.statement;
    case 'planned':
      return `${body.plan} (by ${body.due.slice(0, 10)})`;
    case 'waived':
      return `${body.reason} (until ${body.until.slice(0, 10)})`;
    case 'not_applicable':
    case 'approved':
    case 'withdrawn':
      return body.reason;
    case 'decided':
      return body.decision;
    default:
      return body.kind;
  }
}

/** The lines that a record is about. */
export function linesAbout(body: RecordBody): readonly string[] {
  if ('lineId' in body) return [body.lineId];
  return body.kind === 'approved' ? body.lineIds : [];
}

export function viewOfVoided({ index, at, body, why, reconfirmable }: Voided): ChecklistView['voided'][number] {
  const [lineId] = linesAbout(body);
  return {
    record: index,
    at,
    kind: body.kind,
    ...(lineId !== undefined && { lineId }),
    by: body.signature.name,
    why: [...why],
    reconfirmable,
  };
}

export function viewOfRun(row: RunRow): RunView {
  const { id, checklist, state, requestedBy, requestedAt, startedAt, finishedAt, done, total, subject, counts, results, error } = row;
  return {
    id,
    checklist,
    state,
    requestedBy,
    requestedAt,
    ...(startedAt !== null && { startedAt }),
    ...(finishedAt !== null && { finishedAt }),
    done,
    total,
    ...(subject && { subject }),
    ...(counts && { counts }),
    ...(results !== null && { results }),
    ...(error !== null && { error }),
  };
}
