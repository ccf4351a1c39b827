import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { NoticeKindName } from './notices.ts';
import type { Preference } from './preference.ts';

type Row = {
  userId: Uuid;
  kinds: NoticeKindName[];
  delivery: Preference['delivery'];
  dailyAt: string;
  zone: string;
  quietFrom: string | null;
  quietTo: string | null;
};

/** What the users of a tenant have set, by user; of all, or of one. */
export async function preferencesOf(tx: Tx, tenantId: Uuid, userId?: Uuid): Promise<Map<Uuid, Preference>> {
  const rows = await tx.query<Row>(
    `select user_id as "userId", kinds, delivery, daily_at as "dailyAt", zone, quiet_from as "quietFrom", quiet_to as "quietTo"
       from settlement.notification_preference where tenant_id = $1 and ($2::uuid is null or user_id = $2)`,
    [tenantId, userId ?? null],
  );
  return new Map(
    rows.map(({ userId: id, quietFrom, quietTo, ...row }) => [
      id,
      { ...row, quiet: quietFrom !== null && quietTo !== null ? { from: quietFrom, to: quietTo } : undefined },
    ]),
  );
}

/** Puts a user's preference in place of the one before. */
export async function putPreference(
  tx: Tx,
  who: { tenantId: Uuid; userId: Uuid; memberId: Uuid | undefined },
  { kinds, delivery, dailyAt, zone, quiet }: Preference,
  at: Millis,
): Promise<void> {
  await tx.query(
    `insert into settlement.notification_preference
       (tenant_id, user_id, member_id, kinds, delivery, daily_at, zone, quiet_from, quiet_to, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::timestamptz)
     on conflict (tenant_id, user_id) do update
       set kinds = excluded.kinds, delivery = excluded.delivery, daily_at = excluded.daily_at, zone = excluded.zone,
           quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, updated_at = excluded.updated_at`,
    [
      who.tenantId,
      who.userId,
      who.memberId ?? null,
      [...kinds],
      delivery,
      dailyAt,
      zone,
      quiet?.from ?? null,
      quiet?.to ?? null,
      instant(at),
    ],
  );
}
