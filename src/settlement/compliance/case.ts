import type { Millis } from '../../base/time.ts';

/** Where a case stands: new, looked at by someone, waiting for an answer from outside, waiting for a second person, done. */
export const CASE_STATES = ['open', 'in_review', 'waiting', 'proposed', 'closed'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** What people do with a case. `decide` is final; `propose` asks a second person, who approves or declines. */
export const CASE_MOVES = ['assign', 'unassign', 'wait', 'resume', 'propose', 'approve', 'decline', 'decide'] as const;
export type CaseMove = (typeof CASE_MOVES)[number];

/** Every move that is allowed, and where it leads. Comments, evidence and links move nothing; a closed case takes none of them. */
export const MOVES: Readonly<Record<CaseState, Readonly<Partial<Record<CaseMove, CaseState>>>>> = {
  open: { assign: 'in_review', wait: 'waiting', propose: 'proposed', decide: 'closed' },
  in_review: { assign: 'in_review', unassign: 'open', wait: 'waiting', propose: 'proposed', decide: 'closed' },
  waiting: { assign: 'waiting', unassign: 'waiting', resume: 'in_review', propose: 'proposed', decide: 'closed' },
  proposed: { assign: 'proposed', approve: 'closed', decline: 'in_review' },
  closed: {},
};

/** Where a move leads from a state; undefined when it is not allowed. */
export const moved = (from: CaseState, move: CaseMove): CaseState | undefined => MOVES[from][move];

export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const CASE_KINDS = ['payment', 'alert', 'rescreening', 'instruction'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** Within how many minutes a case is to be decided. */
export type CaseMinutes = Readonly<Record<Priority, number>>;

export const SHIPPED_MINUTES: CaseMinutes = { critical: 60, high: 240, medium: 1_440, low: 4_320 };

/** When a case that is opened at an instant is due. */
export function dueAt(openedAt: Millis, priority: Priority, minutes: Partial<CaseMinutes> = {}): Millis {
  return openedAt + (minutes[priority] ?? SHIPPED_MINUTES[priority]) * 60_000;
}

/** What can be decided on a case, and what it comes to. */
export const DECISIONS = ['release', 'reject', 'dismiss', 'report'] as const;
export type CaseDecision = (typeof DECISIONS)[number];
export type CaseOutcome = 'released' | 'rejected' | 'dismissed' | 'reported';

/** A held payment, or instruction to a rail, is released or rejected; an alert is dismissed or reported to the authority. */
export const DECISIONS_OF: Readonly<Record<CaseKind, Readonly<Partial<Record<CaseDecision, CaseOutcome>>>>> = {
  payment: { release: 'released', reject: 'rejected' },
  alert: { dismiss: 'dismissed', report: 'reported' },
  rescreening: { dismiss: 'dismissed', report: 'reported' },
  instruction: { release: 'released', reject: 'rejected' },
};

/** How urgent a held payment is, by the best match with a listed name (0 to 1) and its risk (0 to 100). */
export function priorityOf({ match = 0, risk }: { match?: number; risk: number }): Priority {
  if (match >= 0.97 || risk >= 85) return 'critical';
  if (match >= 0.9 || risk >= 65) return 'high';
  return match > 0 || risk >= 35 ? 'medium' : 'low';
}
