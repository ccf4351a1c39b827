import type { ResultState, Subject } from '../run/result.ts';

/** Go or no-go. `conditional` is a go that only an approval makes one; `undecided` could not be decided. */
export type Decision = 'go' | 'conditional' | 'no_go' | 'undecided';

/** Who did it, as the accounts know them, and their signature over the record's content. */
export type Signature = { accountId: string; name: string; roles: readonly string[]; algorithm: string; publicKey: string; value: string };

/** How far a log goes: so many entries, and the root over their leaves, in hex. */
export type LogHead = { size: number; root: string };

/**
 * A record that somebody answers for. `signedAt` is part of what is signed, so that the same words can be signed anew, and so is `log`,
 * how far the log went then: nothing before it can be taken out or changed without this signature showing it.
 */
type Signed = { signedAt?: string; log?: LogHead; signature: Signature };

/**
 * Everything that ever happened to a checklist, as values in one append-only log. What holds now is found by folding it;
 * nothing is kept twice.
 */
export type RecordBody =
  | {
      kind: 'run_finished';
      runId: string;
      subject: Subject;
      /** SHA-256 under which the whole run is kept as evidence. */
      results: string;
      counts: Readonly<Record<string, number>>;
      /** Who asked for the run and who wrote the commit: neither may approve what it leaves open. */
      requestedBy: string;
      author?: string;
      /** Everybody who wrote any of what is released: authors, committers and co-authors since the last release. */
      authors?: readonly string[];
    }
  | ({ kind: 'signed'; lineId: string; role: string; subject: Subject; statement: string; evidence?: string } & Signed)
  | ({ kind: 'waived'; lineId: string; subject: Subject; reason: string; until: string; requestedBy: string } & Signed)
  | ({ kind: 'not_applicable'; lineId: string; subject: Subject; reason: string } & Signed)
  | ({
      kind: 'approved';
      runId: string;
      subject: Subject;
      lineIds: readonly string[];
      /** What the approver saw of each line; should it get worse, the approval no longer covers it. */
      states: Readonly<Record<string, ResultState>>;
      reason: string;
      /** Who asked for the release. Never the approver. */
      requestedBy: string;
    } & Signed)
  | ({ kind: 'planned'; lineId: string; subject: Subject; plan: string; due: string } & Signed)
  | ({ kind: 'withdrawn'; record: number; reason: string } & Signed)
  | ({ kind: 'decided'; runId: string; subject: Subject; decision: Decision; blocks: readonly string[] } & Signed)
  | { kind: 'watch_started'; watchId: string; subject: Subject; releasedAt: string; plan: string }
  | { kind: 'watch_observed'; watchId: string; at: string; results: string }
  | {
      kind: 'watch_advised';
      watchId: string;
      at: string;
      /** `attention`: something is unknown, suspected or missed; nobody may take it for a sign to carry on. */
      advice: 'rollback' | 'recommend_rollback' | 'attention' | 'continue';
      because: readonly string[];
    }
  /** A person wants the rollback that is advised; the next pass calls it. */
  | { kind: 'rollback_confirmed'; watchId: string; at: string; by: string }
  /** Written before the script starts: without a `rollback_called` after it, nobody knows how it ended, and it is not called again. */
  | { kind: 'rollback_started'; watchId: string; at: string; script: string; by: string }
  | { kind: 'rollback_called'; watchId: string; at: string; script: string; by: string; exitCode: number; evidence: string }
  | { kind: 'watch_ended'; watchId: string; at: string; outcome: 'completed' | 'rolled_back' | 'stopped' };

/**
 * One entry: `index` counts those of its checklist from 0 without gaps; `leaf` is the RFC 6962 leaf hash, in hex, of the
 * canonical JSON of the entry without its leaf (`leafOfEntry`).
 */
export type ReadinessRecord = { index: number; at: string; checklist: string; body: RecordBody; leaf: string };

/** Where records and evidence are kept: a folder when stand-alone, PostgreSQL in the house. */
export type RecordStore = {
  /** Appends at the end, durably, and answers with the entry. `checklist` is the checklist's name. */
  append(checklist: string, body: RecordBody): Promise<ReadinessRecord>;
  /** Entries of one checklist in order, from an index on. */
  read(checklist: string, fromIndex?: number): AsyncIterable<ReadinessRecord>;
  /** Entries of all checklists in the order in which they were appended, as they are kept: whoever verifies reads these. */
  readAll(): AsyncIterable<ReadinessRecord>;
  /** Root over all leaves of this store in the order in which they were appended, in hex, and their number. */
  root(): Promise<{ size: number; root: string }>;
  /** Keeps bytes under their SHA-256 (hex), once. */
  putEvidence(bytes: Uint8Array, mediaType: string): Promise<string>;
  evidence(sha256: string): Promise<{ bytes: Uint8Array; mediaType: string } | undefined>;
};
