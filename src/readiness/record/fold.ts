import type { Millis } from '../../base/time.ts';
import type { Subject } from '../run/result.ts';
import type { SignedBody } from './leaf.ts';
import type { ReadinessRecord } from './record.ts';

/** A record of one kind with its place in the log. */
export type Entry<K extends ReadinessRecord['body']['kind']> = {
  index: number;
  at: string;
  body: Extract<ReadinessRecord['body'], { kind: K }>;
};

/** Why a record does not count. */
export type VoidReason =
  | 'checklist_changed'
  | 'bindings_changed'
  | 'commit_changed'
  | 'config_changed'
  | 'environment_changed'
  | 'withdrawn'
  | 'expired'
  | 'superseded'
  | 'signature_invalid'
  | 'placeholder'
  | 'role_not_held'
  | 'not_an_approver'
  | 'own_request'
  | 'requester_unknown'
  | 'conflicting_role';

/**
 * A record that was put down once and does not count now, with everything that speaks against it. `reconfirmable`: only
 * the subject has changed, so whoever may do so can confirm the same again for the subject of today.
 */
export type Voided = { index: number; at: string; body: SignedBody; why: readonly VoidReason[]; reconfirmable: boolean };

/** Who may do what, and for how long. Names of roles in any of their forms. */
export type GatePolicy = {
  /** Who may approve lines of a high tier, grant waivers and rule lines out. */
  approverRoles: readonly string[];
  /** Sets of roles that one person may sign for the same line; any other two conflict. */
  compatibleRoles: readonly (readonly string[])[];
  /** A waiver never lasts longer, in days. */
  maxWaiverDays: number;
};

/** What is asked of the log. `trusted` are the indexes whose signatures were verified (`trustedEntries`). */
export type FoldQuery = { subject: Subject; at: Millis; trusted: ReadonlySet<number>; policy: GatePolicy };

/** What holds for a subject at a time. The newest record of a line stands; what it replaced is void as `superseded`. */
export type RecordState = {
  /** By line and role key: `${lineId} ${roleKey}`. */
  signOffs: ReadonlyMap<string, Entry<'signed'>>;
  /** By line. */
  waivers: ReadonlyMap<string, Entry<'waived'>>;
  notApplicable: ReadonlyMap<string, Entry<'not_applicable'>>;
  /** The newest approval that names the line. */
  approvals: ReadonlyMap<string, Entry<'approved'>>;
  plans: ReadonlyMap<string, Entry<'planned'>>;
  /** Runs of this subject, oldest first. */
  runs: readonly Entry<'run_finished'>[];
  /** Verdicts of this subject, oldest first. */
  verdicts: readonly Entry<'decided'>[];
  voided: readonly Voided[];
};
