import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { MAIN_GROUP, type GroupMode, type WindowGroup } from './group.ts';

type Flat = {
  id: string;
  name: string;
  mode: GroupMode;
  settles: WindowGroup['settles'];
  created_at: Millis;
  changed_at: Millis;
  changed_by: string;
  zone: string | null;
  cut_offs: string[] | null;
  calendars: string[] | null;
};

const SELECT = `select id, name, mode, settles, created_at, changed_at, changed_by, zone, cut_offs, calendars
  from settlement.window_group`;

function toGroup(row: Flat): WindowGroup {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    settles: row.settles,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
    ...(row.zone !== null && { zone: row.zone }),
    ...(row.cut_offs !== null && { cutOffs: row.cut_offs }),
    ...(row.calendars !== null && { calendars: row.calendars }),
  };
}

export async function findGroup(tx: Tx, tenantId: Uuid, id: string): Promise<WindowGroup | undefined> {
  const [row] = await tx.query<Flat>(`${SELECT} where tenant_id = $1 and id = $2`, [tenantId, id]);
  return row && toGroup(row);
}

/** All groups, the one of all other currencies first. */
export async function allGroups(tx: Tx, tenantId: Uuid): Promise<WindowGroup[]> {
  const rows = await tx.query<Flat>(`${SELECT} where tenant_id = $1 order by id <> $2, id`, [tenantId, MAIN_GROUP]);
  return rows.map(toGroup);
}

/** Writes a group as it is from now on. */
export async function putGroup(tx: Tx, tenantId: Uuid, group: WindowGroup): Promise<void> {
  await tx.query(
    `insert into settlement.window_group (tenant_id, id, name, mode, settles, created_at, changed_at, changed_by, zone, cut_offs, calendars)
     values ($1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz, $8, $9, $10::text[], $11::text[])
     on conflict (tenant_id, id) do update set name = excluded.name, mode = excluded.mode, settles = excluded.settles,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by, zone = excluded.zone, cut_offs = excluded.cut_offs,
       calendars = excluded.calendars`,
    [
      tenantId,
      group.id,
      group.name,
      group.mode,
      group.settles,
      instant(group.createdAt),
      instant(group.changedAt),
      group.changedBy,
      group.zone ?? null,
      group.cutOffs ?? null,
      group.calendars ?? null,
    ],
  );
}

/** Makes the group of all currencies of a new tenant; does nothing when it is there. */
export async function ensureMainGroup(tx: Tx, tenantId: Uuid, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.window_group (tenant_id, id, name, mode, created_at, changed_at, changed_by)
     values ($1, $2, 'All currencies', 'interval', $3::timestamptz, $3::timestamptz, 'system') on conflict do nothing`,
    [tenantId, MAIN_GROUP, instant(at)],
  );
}

/** Which group each currency was given to; those of `main` are not named. */
export async function namedAssets(tx: Tx, tenantId: Uuid): Promise<Map<string, string>> {
  const rows = await tx.query<{ asset: string; group_id: string }>(
    'select asset, group_id from settlement.window_group_asset where tenant_id = $1',
    [tenantId],
  );
  return new Map(rows.map((row) => [row.asset, row.group_id]));
}

/** Gives currencies to a group, taking them from others; those that it had and are not named go back to `main`. */
export async function nameAssets(tx: Tx, tenantId: Uuid, groupId: string, assets: readonly string[]): Promise<void> {
  await tx.query('delete from settlement.window_group_asset where tenant_id = $1 and (group_id = $2 or asset = any($3::text[]))', [
    tenantId,
    groupId,
    assets,
  ]);
  if (groupId === MAIN_GROUP) return;
  await tx.query('insert into settlement.window_group_asset (tenant_id, asset, group_id) select $1, unnest($3::text[]), $2', [
    tenantId,
    groupId,
    assets,
  ]);
}

/** Puts the cut-off of an open window off and writes down who did it and why. */
export async function recordExtension(
  tx: Tx,
  tenantId: Uuid,
  extension: { id: Uuid; windowId: Uuid; dueAt?: Millis | undefined; extendedTo: Millis; reason: string; actorName: string; at: Millis },
): Promise<void> {
  await tx.query(
    `insert into settlement.cut_off_extension (tenant_id, id, window_id, due_at, extended_to, reason, actor_name, recorded_at)
     values ($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7, $8::timestamptz)`,
    [
      tenantId,
      extension.id,
      extension.windowId,
      extension.dueAt === undefined ? null : instant(extension.dueAt),
      instant(extension.extendedTo),
      extension.reason,
      extension.actorName,
      instant(extension.at),
    ],
  );
  await tx.query('update settlement.netting_window set due_at = $3::timestamptz where tenant_id = $1 and id = $2', [
    tenantId,
    extension.windowId,
    instant(extension.extendedTo),
  ]);
}

export type ExtensionRow = { windowId: Uuid; extendedTo: Millis; reason: string; actorName: string; at: Millis };

/** How often the cut-offs of some windows were put off, oldest first. */
export async function extensionsOf(tx: Tx, tenantId: Uuid, windowIds: readonly Uuid[]): Promise<ExtensionRow[]> {
  return tx.query<ExtensionRow>(
    `select window_id as "windowId", extended_to as "extendedTo", reason, actor_name as "actorName", recorded_at as at
       from settlement.cut_off_extension where tenant_id = $1 and window_id = any($2::uuid[]) order by recorded_at, id`,
    [tenantId, windowIds],
  );
}
