import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../postgres/columns.ts';
import type { Tx } from '../postgres/db.ts';
import type { Letter } from './send.ts';

/** Puts a mail on its way, in the transaction of what caused it; does nothing when its id is there already. */
export async function insertMail(tx: Tx, tenantId: Uuid, letter: Letter, at: Millis): Promise<void> {
  await tx.query(
    `insert into infra.mail (tenant_id, id, recipient, subject, plain, html, state, next_at, created_at)
     values ($1, $2, $3, $4, $5, $6, 'pending', $7::timestamptz, $7::timestamptz) on conflict do nothing`,
    [tenantId, letter.id, letter.recipient, letter.subject, letter.plain, letter.html, instant(at)],
  );
}

/** Which mail it is. */
export type DueMail = { tenantId: Uuid; id: Uuid };

/** Of one tenant and in all, as many as are read ahead. */
const EACH = 20;
const MOST = 2_000;

/**
 * What is due: the eldest of each tenant first, then the second of each and so on. It goes from tenant to tenant in the index, and
 * in each no further than is read ahead, however many wait.
 */
export async function dueMail(tx: Tx, now: Millis): Promise<DueMail[]> {
  return await tx.query<DueMail>(
    `with recursive waiting as (
       (select tenant_id from infra.mail where state = 'pending' order by tenant_id limit 1)
       union all
       select (select m.tenant_id from infra.mail m where m.state = 'pending' and m.tenant_id > w.tenant_id order by m.tenant_id limit 1)
         from waiting w where w.tenant_id is not null)
     select w.tenant_id as "tenantId", due.id from waiting w cross join lateral (
       select eldest.id, eldest.next_at, row_number() over (order by eldest.next_at, eldest.id) as turn from (
         select m.id, m.next_at from infra.mail m
          where m.tenant_id = w.tenant_id and m.state = 'pending' and m.next_at <= $1::timestamptz
          order by m.next_at, m.id limit ${EACH}) as eldest) as due
      order by due.turn, due.next_at limit ${MOST}`,
    [instant(now)],
  );
}

/** A mail with what is written in it; undefined when it waits no longer. */
export async function letterOf(tx: Tx, { tenantId, id }: DueMail): Promise<(Letter & { tries: number }) | undefined> {
  const [letter] = await tx.query<Letter & { tries: number }>(
    `select id, recipient, subject, plain, html, tries from infra.mail where tenant_id = $1 and id = $2 and state = 'pending'`,
    [tenantId, id],
  );
  return letter;
}

/** What came of a try; without `nextAt` it is the last word. */
export async function recordTry(
  tx: Tx,
  mail: DueMail,
  result: { state: 'pending' | 'sent' | 'dead'; at: Millis; nextAt?: Millis; error?: string },
): Promise<void> {
  await tx.query(
    `update infra.mail set state = $3, tries = tries + 1, next_at = coalesce($4::timestamptz, next_at), error = $5,
            sent_at = case when $3 = 'sent' then $6::timestamptz end
      where tenant_id = $1 and id = $2`,
    [
      mail.tenantId,
      mail.id,
      result.state,
      result.nextAt === undefined ? null : instant(result.nextAt),
      result.error?.replaceAll('\0', '') ?? null,
      instant(result.at),
    ],
  );
}

/** Forgets what was done with before; answers with how many. */
export async function trimMail(tx: Tx, before: Millis): Promise<number> {
  const rows = await tx.query(`delete from infra.mail where created_at < $1::timestamptz and state <> 'pending' returning 1`, [
    instant(before),
  ]);
  return rows.length;
}

/** Mail that waits: for metrics. */
export async function pendingMail(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ n: number }>(`select count(*)::integer as n from infra.mail where state = 'pending'`);
  return row!.n;
}
