import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type RailKind = 'iso20022_file' | 'http';

export type RailRow = {
  id: string;
  kind: RailKind;
  name: string;
  servicerBic: string;
  url: string | null;
  /** Time of day in the zone; null for around the clock. */
  cutOff: string | null;
  zone: string;
  publicKey: string;
  sealedKey: Buffer;
  state: 'open' | 'paused';
  createdAt: Millis;
};

const COLUMNS = `id, kind, name, servicer_bic as "servicerBic", url, cut_off as "cutOff", zone, public_key as "publicKey",
  sealed_key as "sealedKey", state, created_at as "createdAt"`;

export async function allRails(tx: Tx, tenantId: Uuid): Promise<RailRow[]> {
  return tx.query<RailRow>(`select ${COLUMNS} from settlement.rail where tenant_id = $1 order by created_at, id`, [tenantId]);
}

/** False when the id is taken. */
export async function insertRail(tx: Tx, tenantId: Uuid, row: RailRow): Promise<boolean> {
  const { id, kind, name, servicerBic, url, cutOff, zone, publicKey, sealedKey, state, createdAt } = row;
  const rows = await tx.query(
    `insert into settlement.rail (tenant_id, id, kind, name, servicer_bic, url, cut_off, zone, public_key, sealed_key, state, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::timestamptz) on conflict do nothing returning id`,
    [tenantId, id, kind, name, servicerBic, url, cutOff, zone, publicKey, sealedKey, state, instant(createdAt)],
  );
  return rows.length > 0;
}

export async function setRailState(tx: Tx, tenantId: Uuid, id: string, state: RailRow['state']): Promise<RailRow | undefined> {
  const [row] = await tx.query<RailRow>(`update settlement.rail set state = $3 where tenant_id = $1 and id = $2 returning ${COLUMNS}`, [
    tenantId,
    id,
    state,
  ]);
  return row;
}

/** Takes the rail over: whoever held it before can write nothing any more. */
export async function takeOverRail(tx: Tx, tenantId: Uuid, id: string): Promise<bigint> {
  const [row] = await tx.query<{ epoch: bigint }>(
    'update settlement.rail set epoch = epoch + 1 where tenant_id = $1 and id = $2 returning epoch',
    [tenantId, id],
  );
  return row!.epoch;
}

/** Whether nobody has taken the rail over since, nor can before the transaction ends. */
export async function holdsRail(tx: Tx, tenantId: Uuid, id: string, epoch: bigint): Promise<boolean> {
  const [row] = await tx.query<{ epoch: bigint }>('select epoch from settlement.rail where tenant_id = $1 and id = $2 for share', [
    tenantId,
    id,
  ]);
  return row?.epoch === epoch;
}
