import type { Environment, Polarity, Span, Tier } from '../checklist/checklist.ts';
import type { Decision } from '../record/record.ts';
import type { CheckResult, ResultState, Subject } from '../run/result.ts';

/** One line of the checklist with all that is known of it. */
export type ReportLine = {
  id: string;
  /** In the document, from 1. */
  line: number;
  kind: 'item' | 'criterion' | 'sign_off';
  title: string;
  detail?: string;
  section: readonly string[];
  /** 0 for a line without a parent. */
  depth: number;
  tier?: Tier;
  environment?: Environment;
  window?: string;
  polarity: Polarity;
  /** Whether the box is ticked, which is what somebody claims; undefined without a box. */
  ticked?: boolean;
  box?: Span;
  /** How the box is drawn; absent for brackets. */
  boxKind?: 'glyph' | 'html';
  state: ResultState;
  summary: string;
  checks: readonly CheckResult[];
  /** ISO time after which the result is stale. */
  validUntil?: string;
  claim?: { text: string; agrees: boolean; found?: string };
  /** What people decided about it: signatures, waivers, plans, in order of time. */
  notes: readonly ReportNote[];
  /** What the line does to the decision, in one sentence. */
  because: string;
  /** Whether it is due only some time after the release, or in a later environment: what is found now says little. */
  later?: true;
  /** Whether the line stands in the way of a go, and what would clear it. */
  blocks?: Obstacle;
};

/** Nothing but a pass clears what blocks; an approval or a plan clears the others. */
export type Obstacle = 'blocks' | 'needs_approval' | 'needs_plan';

/** What a person put down, and when (ISO); `kind` is that of the record. */
export type ReportNote = { kind: string; by: string; at: string; text: string };

/** Something that the document asserts and that is not so. */
export type Contradiction = { lineId: string; claimed: string; found: string };

/** A role that the document wants signed. */
export type ReportSignOff = { role: string; by?: string; at?: string };

/** All that any format tells of one run, as one value. Everything in it may come from strangers; each format makes it harmless. */
export type Report = {
  checklist: { name: string; title: string; sha256: string };
  /** ISO time. */
  madeAt: string;
  subject: Subject;
  /** The run that the results are of; undefined before the first of this subject. */
  run?: { id: string; startedAt: string; ms: number };
  decision: Decision;
  /** ISO time at which the first of what a go or a conditional go rests on is over. */
  holdsUntil?: string;
  /** Why the decision is what it is, most important first. */
  reasons: readonly string[];
  /** Share of lines that pass, in percent. Information only: it decides nothing. */
  score: number;
  counts: Readonly<Record<ResultState, number>>;
  lines: readonly ReportLine[];
  contradictions: readonly Contradiction[];
  signOffs: readonly ReportSignOff[];
  /** Root over the log of records at this time, in hex. */
  log?: { size: number; root: string };
  /** What people put down once and what does not count now, with the reasons. */
  voided: readonly { record: number; kind: string; by: string; at: string; line?: number; why: readonly string[] }[];
  /** What is wrong with the document itself. */
  findings: readonly { line: number; text: string }[];
  /** What the reader could make nothing of; `lost` where it may be a line that counts, over which nothing is decided. */
  notUnderstood: readonly { line: number; text: string; lost: boolean }[];
};

/** How people read the states. */
export const STATE_WORDS: Readonly<Record<ResultState, string>> = {
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  error: 'error',
  unreachable: 'unreachable',
  stale: 'stale',
  awaiting_sign_off: 'awaiting sign-off',
  not_applicable: 'not applicable',
  waived: 'waived',
};

export const OBSTACLE_WORDS: Readonly<Record<Obstacle, string>> = {
  blocks: 'blocks',
  needs_approval: 'needs an approval',
  needs_plan: 'needs a plan',
};

export const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  go: 'GO',
  conditional: 'CONDITIONAL',
  no_go: 'NO-GO',
  undecided: 'UNDECIDED',
};

/** Whether a state is somebody's named decision to go without a result. */
export function isExcused(state: ResultState): boolean {
  return state === 'waived' || state === 'not_applicable';
}

/** Until when a decision holds, in a sentence; undefined for one that is no go. */
export function shownHold({ holdsUntil }: Pick<Report, 'holdsUntil'>): string | undefined {
  return holdsUntil === undefined ? undefined : `Holds until ${shownTime(holdsUntil)}: then the first result, signature or approval ends.`;
}

/** When the run was and how long it took, in words. */
export function shownRun({ run }: Pick<Report, 'run'>): string {
  return run ? `${shownTime(run.startedAt)}, ${shownDuration(run.ms)}` : 'none of this commit and configuration yet';
}

/** Whether a line that must hold now has not been shown to. */
export function isOpen({ state, later }: Pick<ReportLine, 'state' | 'later'>): boolean {
  return state !== 'pass' && !isExcused(state) && !later;
}

/** Whether a line is put off that was not shown: nothing stands in the way, and nothing is known to be good. */
export function isPutOff({ state, later }: Pick<ReportLine, 'state' | 'later'>): boolean {
  return Boolean(later) && state !== 'pass';
}

/** Title and detail as one text. */
export function wordsOf({ title, detail }: Pick<ReportLine, 'title' | 'detail'>): string {
  return detail ? `${title}: ${detail}` : title;
}

/** Lines in their order, gathered under their headings. A heading that comes again later makes a group of its own. */
export function bySection(lines: readonly ReportLine[]): { section: readonly string[]; lines: ReportLine[] }[] {
  const groups: { section: readonly string[]; lines: ReportLine[] }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && last.section.length === line.section.length && last.section.every((heading, i) => heading === line.section[i]))
      last.lines.push(line);
    else groups.push({ section: line.section, lines: [line] });
  }
  return groups;
}

/** The headings above a line as one text, without the document's own title. */
export function shownSection(section: readonly string[], title: string): string {
  const own = section[0] === title ? section.slice(1) : section;
  return own.join(' › ') || 'Before the first heading';
}

/** `2026-11-22T14:02:07.123Z` → `2026-11-22 14:02 UTC`. */
export function shownTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** `83 ms`, `4.2 s`, `3 min`. */
export function shownDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

const NOTE_WORDS: Readonly<Record<string, string>> = {
  signed: 'Signed',
  waived: 'Waived',
  not_applicable: 'Found not applicable',
  approved: 'Approved',
  planned: 'Planned',
};

/** Something that was not understood, in a sentence. */
export function notUnderstoodWords({ line, text, lost }: Report['notUnderstood'][number]): string {
  return `Line ${line}: ${text}${lost ? ' Nothing is decided while it may be a line that counts.' : ''}`;
}

/** What a kind of record is called in a sentence. */
export function shownKind(kind: string): string {
  return NOTE_WORDS[kind] ?? kind.replaceAll('_', ' ');
}

/** One record that does not count, in a sentence. */
export function voidedWords({ record, kind, by, at, line, why }: Report['voided'][number]): string {
  const about = line === undefined ? '' : `, line ${line}`;
  return `Record ${record}${about}: ${shownKind(kind).toLowerCase()} by ${by}, ${shownTime(at)} (${why.map((reason) => reason.replaceAll('_', ' ')).join(', ')})`;
}
