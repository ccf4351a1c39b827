import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { noAttempts, type Attempts } from '../throttle.ts';

/** The attempts under these keys, in their order, locked until the transaction ends; needs `rialto_auth`. */
export async function lockAttempts(tx: Tx, keys: readonly string[]): Promise<Attempts[]> {
  await tx.query(
    `insert into access.login_attempt (key, failures, last_at, locked_until)
     select key, 0, 'epoch', 'epoch' from unnest($1::text[]) as key order by key on conflict do nothing`,
    [keys],
  );
  const rows = await tx.query<Attempts & { key: string }>(
    `select key, failures, last_at as "lastAt", locked_until as "lockedUntil" from access.login_attempt
     where key = any ($1::text[]) order by key for update`,
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
