import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { NoticeText } from './notices.ts';

/** A notice for one user. */
export type NoticeRow = NoticeText & { id: Uuid; userId: Uuid; kind: string; at: Millis; dueAt: Millis };

/** Notes what users are to be told; one that is there already stays. */
export async function insertNotices(tx: Tx, tenantId: Uuid, notices: readonly NoticeRow[]): Promise<void> {
  await tx.query(
    `insert into settlement.notice (tenant_id, id, user_id, kind, title, detail, path, at, due_at)
     select $1, unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]), unnest($7::text[]),
            unnest($8::timestamptz[]), unnest($9::timestamptz[])
     on conflict do nothing`,
    [
      tenantId,
      uuids(notices.map(({ id }) => id)),
      uuids(notices.map(({ userId }) => userId)),
      texts(notices.map(({ kind }) => kind)),
      texts(notices.map(({ title }) => title)),
      texts(notices.map(({ detail }) => detail)),
      texts(notices.map(({ path }) => path)),
      instants(notices.map(({ at }) => at)),
      instants(notices.map(({ dueAt }) => dueAt)),
    ],
  );
}

/** Users for whom something is due and who had no mail since `quietSince`, of all tenants. */
export async function usersDue(tx: Tx, now: Millis, quietSince: Millis): Promise<{ tenantId: Uuid; userId: Uuid }[]> {
  return await tx.query(
    `select distinct n.tenant_id as "tenantId", n.user_id as "userId" from settlement.notice n
      where n.done_at is null and n.due_at <= $1::timestamptz
        and not exists (select from settlement.notice d where d.tenant_id = n.tenant_id and d.user_id = n.user_id and d.done_at > $2::timestamptz)
      limit 500`,
    [instant(now), instant(quietSince)],
  );
}

/** Takes what is due for a user, eldest first, and marks it as done with. */
export async function takeDue(
  tx: Tx,
  who: { tenantId: Uuid; userId: Uuid },
  now: Millis,
): Promise<(NoticeText & { id: Uuid; at: Millis })[]> {
  return await tx.query(
    `with taken as (
       update settlement.notice set done_at = $3::timestamptz
        where tenant_id = $1 and user_id = $2 and done_at is null and due_at <= $3::timestamptz
       returning id, at, title, detail, path)
     select id, at, title, detail, path from taken order by at, id`,
    [who.tenantId, who.userId, instant(now)],
  );
}

/** Forgets what was done with before; answers with how many. */
export async function trimNotices(tx: Tx, before: Millis): Promise<number> {
  const rows = await tx.query('delete from settlement.notice where done_at < $1::timestamptz returning 1', [instant(before)]);
  return rows.length;
}
