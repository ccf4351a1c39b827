import type { Tier } from '../checklist/checklist.ts';

/**
 * What is decided about one line of a checklist. Each line has exactly one of these; a line without one fails.
 * - `checked`: by the named checks, all of which must pass (`any`: one of them).
 * - `attested`: by a person in the role, with a signature.
 * - `derived`: by its children, all of which must pass.
 * - `outside`: the line is beyond the reach of any check here; a person in the role attests, and a probe may be added.
 * - `not_applicable`: with the reason and the name of who decided.
 * - `waived`: until a date, with the reason and the name; shown as such, never as passed.
 */
export type Disposition =
  | { kind: 'checked'; checks: readonly BoundCheck[]; any?: boolean; silence?: Silence }
  | { kind: 'attested'; role: string }
  | { kind: 'derived' }
  | { kind: 'outside'; role: string; checks?: readonly BoundCheck[] }
  | { kind: 'not_applicable'; reason: string; by: string }
  | { kind: 'waived'; reason: string; by: string; until: string };

/**
 * That no answer is what the line looks for (`does not answer for a minute`): it fails then, where otherwise nothing would be known. Only
 * while every `control` passes, which asks another target, so that a watcher without a network takes nobody for dead.
 */
export type Silence = { means: 'fail'; control: readonly BoundCheck[] };

/** A check with its parameters. `ttlMs` is how long its result holds. */
export type BoundCheck = { kind: string; params: Readonly<Record<string, unknown>>; ttlMs?: number };

/** What is bound to one line, by its identity; `aliases` are identities that it had before its text was edited. */
export type Binding = {
  line: string;
  aliases?: readonly string[];
  /** Fingerprint of the line's words when it was bound: finds the line again after an edit, and tells nothing of its text. */
  print?: string;
  theme?: string;
  disposition: Disposition;
  /** Overrides what the document's headings say. */
  tier?: Tier;
  /** Who confirmed the binding and when; a suggestion that nobody confirmed decides nothing. */
  confirmed?: { by: string; at: string };
  /**
   * How the checks hold the numbers that the line demands, where that cannot be seen from their parameters: a statement, confirmed
   * with the binding.
   */
  holdsDemand?: string;
  /** How long a signature for the line holds, such as `30d` or `12h`, at most; never longer than the settings say. */
  validFor?: string;
  note?: string;
};

/** The file beside a checklist. `validFor` is how long signatures for its lines hold at most whose binding does not say. */
export type Bindings = { version: 1; checklist: string; validFor?: string; bindings: readonly Binding[] };
