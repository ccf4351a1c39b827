import { AppError } from '../../base/error.ts';
import { isLocalDate, type Millis } from '../../base/time.ts';
import { bindingsInForce } from '../binding/lint-bindings.ts';
import { endOf } from '../binding/waiver-end.ts';
import type { Binding, Bindings } from '../binding/binding.ts';
import type { Checklist } from '../checklist/checklist.ts';
import type { Signer } from '../people.ts';
import { isPlaceholder } from '../people-roles.ts';
import { changesBetween, isApprover, type GatePolicy, type RecordState, type VoidReason } from '../record/fold.ts';
import type { LogHead } from '../record/record.ts';
import type { WhoIs } from '../record/separation.ts';
import { signedContent, type SignedBody, type Unsigned } from '../record/leaf.ts';
import { subjectsOf, type GateSubject } from '../run/lines.ts';
import type { Run, Subject } from '../run/result.ts';

/** What a person acts on: the files and the deployment as they are now, the last run, and what the log holds for them. */
export type Ground = {
  checklist: Checklist;
  bindings: Bindings;
  subject: Subject;
  run: Run | undefined;
  /** Hash of what the checks would read now. */
  inputs?: string;
  records: RecordState;
  policy: GatePolicy;
  at: Millis;
  /** Who wrote what is judged, by the repository as it is now; runs may tell of more. */
  authors?: readonly string[];
  whoIs?: WhoIs;
  /** How far the log goes, which is part of what is signed. */
  log?: LogHead;
};

/** What every record of a person holds beside its words: when it was signed, and how far the log went. */
export function signedNow({ at, log }: Pick<Ground, 'at' | 'log'>): { signedAt: string; log?: LogHead } {
  return { signedAt: new Date(at).toISOString(), ...(log && { log }) };
}

const WORDS: Readonly<Partial<Record<VoidReason, string>>> = {
  checklist_changed: 'the checklist was edited',
  bindings_changed: 'the bindings were changed',
  commit_changed: 'it is another commit',
  config_changed: 'the configuration was changed',
  environment_changed: 'it is another environment',
};

/**
 * The run that a person looks at when acting. Errors: `readiness.not_run` without one, `readiness.subject_changed` naming
 * everything that is no longer what the run saw.
 */
export function runOnGround({ run, subject, inputs }: Pick<Ground, 'run' | 'subject' | 'inputs'>): Run {
  if (!run)
    throw new AppError(
      'conflict',
      'readiness.not_run',
      'This checklist has not been run yet. Run it first, so that you see what you answer for.',
    );
  const changed = changesBetween(run.subject, subject).map((reason) => WORDS[reason] ?? reason);
  const read = run.inputs === inputs ? [] : ['settings or files that its checks read were changed'];
  if (changed.length + read.length === 0) return run;
  const what = [...changed, ...read].join(', ');
  throw new AppError(
    'conflict',
    'readiness.subject_changed',
    `Since the run, ${what}. Run the checklist again and look at the new results.`,
  );
}

/** A line with what decides it. Errors: `readiness.line_unknown`. */
export function lineOnGround(
  { checklist, bindings }: Pick<Ground, 'checklist' | 'bindings'>,
  lineId: string,
): { line: GateSubject; binding?: Binding } {
  const line = subjectsOf(checklist).find(({ id }) => id === lineId);
  if (!line) throw new AppError('not_found', 'readiness.line_unknown', `The checklist has no line ${lineId.slice(0, 80)}.`);
  const binding = bindingsInForce(checklist, bindings).get(lineId);
  return { line, ...(binding && { binding }) };
}

/** What somebody writes to be kept. Errors: `readiness.words_missing` for nothing, or for what only holds the place of words. */
export function wordsGiven(text: string, what: string): string {
  const words = text.trim();
  if (isPlaceholder(words)) throw new AppError('invalid', 'readiness.words_missing', `Say ${what} in words of your own.`);
  return words;
}

/** Errors: `readiness.not_an_approver`. */
export function mustApprove(signer: Signer, policy: GatePolicy): void {
  if (isApprover(signer.roles, policy)) return;
  const roles = policy.approverRoles.join(', ');
  throw new AppError('forbidden', 'readiness.not_an_approver', `${signer.name} has none of the roles that may do this: ${roles}.`);
}

/**
 * The record with the signature over it. Errors: `readiness.signature_of_another` when the key is not that of the account
 * that was asked.
 */
export async function signRecord<B extends SignedBody>(checklist: string, draft: Unsigned<B>, signer: Signer): Promise<B> {
  const signature = await signer.sign(signedContent(checklist, draft as Unsigned));
  if (signature.accountId !== signer.accountId)
    throw new AppError('forbidden', 'readiness.signature_of_another', `${signature.name} has signed in the place of ${signer.name}.`);
  return { ...draft, signature } as unknown as B;
}

/** The end of a day to come, in milliseconds: a day counts to its end, an ISO time as it is. Undefined for anything else, or no such day. */
export function dayToCome(text: string, at: Millis): Millis | undefined {
  const sound = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text) && isLocalDate(text.slice(0, 10));
  const end = sound ? endOf(text) : Number.NaN;
  return at < end ? end : undefined;
}
