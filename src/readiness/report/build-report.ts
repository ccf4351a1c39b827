import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';
import { depthOf } from '../checklist/depth.ts';
import { isLineLost } from '../checklist/lost.ts';
import type { Effect, GateLine, Verdict } from '../gate/decide.ts';
import type { ReadinessRecord } from '../record/record.ts';
import type { Run } from '../run/result.ts';
import { linesAbout, wordsOf } from '../view.ts';
import type { Obstacle, Report, ReportLine, ReportNote } from './report.ts';

/** Everything that a report is made of. `entries` is the checklist's log by index, `madeAt` in ms. */
export type ReportSources = {
  checklist: Checklist;
  verdict: Verdict;
  run: Run | undefined;
  entries: readonly ReadinessRecord[];
  log?: { size: number; root: string };
  madeAt: number;
};

/** Brings together what every format tells. Nothing is decided here: states and decision are the gate's. */
export function buildReport({ checklist, verdict, run, entries, log, madeAt }: ReportSources): Report {
  const written = new Map<string, Item | Criterion>([...checklist.items, ...checklist.criteria].map((line) => [line.id, line]));
  const lines = verdict.lines.map((line) => lineOf(line, written, entries));
  const { subject, decision, undecided, score, counts } = verdict;
  return {
    checklist: { name: checklist.name, title: checklist.title, sha256: checklist.sha256 },
    madeAt: new Date(madeAt).toISOString(),
    subject,
    ...(run && { run: { id: run.id, startedAt: run.startedAt, ms: run.ms } }),
    decision,
    ...(verdict.holdsUntil !== undefined && { holdsUntil: verdict.holdsUntil }),
    reasons: undecided,
    score,
    counts,
    lines,
    contradictions: lines.flatMap(({ id, claim, summary }) => {
      if (!claim || claim.agrees) return [];
      if (claim.text === 'ticked') return [{ lineId: id, claimed: 'ticked as done', found: summary }];
      const found = claim.found === undefined ? 'no check measured it' : isState(claim.found) ? summary : claim.found;
      return [{ lineId: id, claimed: `says ${claim.text}`, found }];
    }),
    signOffs: lines.flatMap((line) => (line.kind === 'sign_off' ? [signOffOf(line)] : [])),
    voided: voidedOf(verdict, written),
    ...(log && { log }),
    findings: checklist.findings.map(({ line, text }) => ({ line, text })),
    notUnderstood: checklist.notUnderstood.map((finding) => ({ line: finding.line, text: finding.text, lost: isLineLost(finding) })),
  };
}

/** A state says less than the summary of the line. */
const isState = (found: string): boolean => /^[a-z_]+$/.test(found);

function lineOf(gate: GateLine, written: ReadonlyMap<string, Item | Criterion>, entries: readonly ReadinessRecord[]): ReportLine {
  const { lineId, kind, title, section, tier, state, effect, because, result } = gate;
  const text = written.get(lineId);
  const item = text && 'checked' in text ? text : undefined;
  const { claim } = result;
  const obstacle = obstacleOf(effect);
  return {
    id: lineId,
    line: gate.line,
    kind,
    title,
    ...(text?.detail !== undefined && { detail: text.detail }),
    section,
    depth: depthOf(text, written),
    tier,
    ...(text?.environment && { environment: text.environment }),
    ...(text?.window && { window: text.window.text }),
    polarity: text?.polarity ?? 'good_when_true',
    ...(item && { ticked: item.checked, box: item.box, ...(item.boxKind && { boxKind: item.boxKind }) }),
    state,
    summary: result.summary,
    checks: result.checks,
    ...(gate.until !== undefined && { validUntil: gate.until }),
    ...(claim && { claim: { text: claim.text, agrees: claim.agrees, ...(claim.found !== undefined && { found: claim.found }) } }),
    notes: gate.records.flatMap((index) => noteOf(entries[index])),
    because,
    ...(effect === 'later' && { later: true as const }),
    ...(obstacle && { blocks: obstacle }),
  };
}

function obstacleOf(effect: Effect): Obstacle | undefined {
  return effect === 'blocks' || effect === 'needs_approval' || effect === 'needs_plan' ? effect : undefined;
}

function noteOf(entry: ReadinessRecord | undefined): ReportNote[] {
  if (!entry || !('signature' in entry.body)) return [];
  return [{ kind: entry.body.kind, by: entry.body.signature.name, at: entry.at, text: wordsOf(entry.body) }];
}

function signOffOf({ title, notes }: ReportLine): Report['signOffs'][number] {
  const signed = notes.findLast(({ kind }) => kind === 'signed');
  return { role: title.replace(/^Signature of /, ''), ...(signed && { by: signed.by, at: signed.at }) };
}

function voidedOf({ voided }: Verdict, written: ReadonlyMap<string, Item | Criterion>): Report['voided'] {
  return voided.map(({ index, at, body, why }) => {
    const line = written.get(linesAbout(body)[0] ?? '')?.line;
    return { record: index, kind: body.kind, by: body.signature.name, at, ...(line !== undefined && { line }), why };
  });
}
