import { isPlaceholder, mayBeSamePerson } from '../people-roles.ts';
import type { Entry } from './fold.ts';

/** Whom a text means: accounts that it may be, a program that is known by name and signs nothing, or nobody who is known. */
export type Meant = { accountIds: readonly string[] } | 'program' | undefined;

/** Knows the accounts by any of their names and addresses. */
export type WhoIs = (text: string) => Meant;

/**
 * Who stands behind a release: whoever asked for it, for its run or for a waiver, and whoever wrote what is released. `whoIs` knows the
 * accounts; without it, as in the house whose requesters are accounts, every name is taken for what it says.
 */
export type Behind = { askers: readonly (string | undefined)[]; writers: readonly string[]; whoIs?: WhoIs | undefined };

/** Why somebody may not answer for a release. */
export type NotApart = 'requester_unknown' | 'authors_unknown' | 'own_request';

/**
 * Why the one who signs does not stand apart from those who asked and wrote; undefined when they do. Who is not known may be
 * anybody: an asker whom no account or program matches, and authors whom the history does not tell, let nobody sign. An author
 * whom no account matches is no account.
 */
export function notApart({ askers, writers, whoIs }: Behind, signature: { accountId: string; name: string }): NotApart | undefined {
  const asking = askers.filter((asker) => asker !== undefined);
  if (asking.length === 0 || asking.some(isPlaceholder)) return 'requester_unknown';
  if (asking.some((asker) => isSigner(asker, signature, whoIs))) return 'own_request';
  if (whoIs && asking.some((asker) => whoIs(asker) === undefined)) return 'requester_unknown';
  if (writers.some(isPlaceholder)) return 'authors_unknown';
  return writers.some((writer) => isSigner(writer, signature, whoIs)) ? 'own_request' : undefined;
}

function isSigner(text: string, signature: { accountId: string; name: string }, whoIs: WhoIs | undefined): boolean {
  const meant = whoIs?.(text);
  return mayBeSamePerson(text, signature) || (typeof meant === 'object' && meant.accountIds.includes(signature.accountId));
}

/**
 * Whoever wrote what is released, by all runs of it and by the repository as it is now: a run that does not tell does not free
 * them, and neither does one that looked at a shorter history.
 */
export function writersOf(runs: readonly Entry<'run_finished'>[], authors: readonly string[] = []): string[] {
  return [
    ...new Set([...authors, ...runs.flatMap(({ body }) => [...(body.author === undefined ? [] : [body.author]), ...(body.authors ?? [])])]),
  ];
}
