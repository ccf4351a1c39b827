import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { noAttempts, type Attempts } from '../throttle.ts';

/** The attempts under these keys, in their order, as they stand; needs `rialto_auth`. */
export async function selectAttempts(tx: Tx, keys: readonly string[]): Promise<Attempts[]> {
  return await attemptsOf(tx, keys, '');
}

/** The attempts under these keys, in their order, locked until the transaction ends; needs `rialto_auth`. */
export async function lockAttempts(tx: Tx, keys: readonly string[]): Promise<Attempts[]> {
  await tx.query(
    `insert into access.login_attempt (key, failures, last_at, locked_until)
     select key, 0, 'epoch', 'epoch' from unnest($1::text[]) as key order by key on conflict do nothing`,
    [keys],
  );
  return await attemptsOf(tx, keys, 'for update');
}

async function attemptsOf(tx: Tx, keys: readonly string[], lock: '' | 'for update'): Promise<Attempts[]> {
  const rows = await tx.query<Attempts & { key: string }>(
    `select key, failures, last_at as "lastAt", locked_until as "lockedUntil" from access.login_attempt
     where key = any ($1::text[]) order by key ${lock}`,
    [keys],
  );
  const found = new Map(rows.map(({ key, ...attempts }) => [key, attempts]));
  return keys.map((key) => found.get(key) ?? noAttempts);
}

export async function updateAttempts(tx: Tx, key: string, attempts: Attempts): Promise<void> {
  await tx.query('update access.login_attempt set failures = $2, last_at = $3, locked_until = $4 where key = $1', [
    key,
    attempts.failures,
    instant(attempts.lastAt),
    instant(attempts.lockedUntil),
  ]);
}

/** Forgets what counts no more; needs `rialto_auth`. */
export async function deleteAttemptsBefore(tx: Tx, before: Millis): Promise<void> {
  await tx.query('delete from access.login_attempt where last_at < $1 and locked_until < $1', [instant(before)]);
}

/** Forgets what a kind of key (the part before the first `/`) has beyond its newest `most`; needs `rialto_auth`. */
export async function deleteOldestAttempts(tx: Tx, kind: string, most: number): Promise<void> {
  await tx.query(
    `delete from access.login_attempt where split_part(key, '/', 1) = $1 and last_at <=
       (select last_at from access.login_attempt where split_part(key, '/', 1) = $1 order by last_at desc offset $2 limit 1)`,
    [kind, most],
  );
}
