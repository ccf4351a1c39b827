import { isPlaceholder } from '../../../readiness/people-roles.ts';
import { plain } from '../../../readiness/report/plain.ts';
import type { Standing, Workspace } from './workspace.ts';

const SHOWN = 8;

/** Who stands behind a release: since when it was written, by which accounts, and by how many whom nobody knows. */
export type Written = { since?: string; accounts: readonly string[]; unknown: readonly string[]; requestedBy?: string };

/**
 * Who asked for a release and wrote it, for people and for machines: none of them may approve or waive. Whoever is not known is
 * told, since that may be somebody with an account under another name.
 */
export function behindRelease({ ground, history }: Standing, { whoIs }: Workspace): { told: string[]; written: Written } {
  const authors = history?.authors ?? [];
  const accounts = [...new Set(authors.flatMap((author) => accountsOf(whoIs(author))))];
  const unknown = authors.filter((author) => whoIs(author) === undefined);
  const requestedBy = ground.run?.requestedBy;
  const since = history?.since === undefined ? 'in the whole history' : `since ${history.since.slice(0, 12)}`;
  const stranger = requestedBy !== undefined && whoIs(requestedBy) === undefined;
  const told = [
    ...(accounts.length > 0 ? [`Written ${since} by ${accounts.join(', ')}: they may not approve or waive.`] : []),
    ...(unknown.length > 0 ? [`Written ${since} by people whom the file of people does not know: ${listOf(unknown)}`] : []),
    ...(unknown.some(isPlaceholder) ? ['It is not known who wrote it, so nobody can approve or waive.'] : []),
    ...(stranger
      ? [`Asked for by ${plain(requestedBy)}, whom the file of people does not know, so nobody can approve or waive: run --by ACCOUNT.`]
      : []),
  ];
  const base = history?.since !== undefined && { since: history.since };
  return { told, written: { ...base, accounts, unknown, ...(requestedBy !== undefined && { requestedBy }) } };
}

function accountsOf(meant: ReturnType<Workspace['whoIs']>): readonly string[] {
  return typeof meant === 'object' ? meant.accountIds : [];
}

function listOf(names: readonly string[]): string {
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
  return `${names.slice(0, SHOWN).map(plain).join(', ')}${more}`;
}
