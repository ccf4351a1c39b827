import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { RoleName } from '../role.ts';

export type UserRow = {
  tenantId: Uuid;
  id: Uuid;
  email: string;
  name: string;
  passwordHash: string;
  roles: RoleName[];
  memberId: Uuid | null;
  version: number;
  createdAt: Millis;
  disabledAt: Millis | null;
};

const COLUMNS = `tenant_id as "tenantId", id, email, name, password_hash as "passwordHash", roles, member_id as "memberId", version,
  created_at as "createdAt", disabled_at as "disabledAt"`;

/** False when the address belongs to a user already, of whichever tenant. */
export async function insertUser(tx: Tx, user: UserRow): Promise<boolean> {
  const rows = await tx.query(
    `insert into access.user (tenant_id, id, email, name, password_hash, roles, member_id, version, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
    [user.tenantId, user.id, user.email, user.name, user.passwordHash, user.roles, user.memberId, user.version, instant(user.createdAt)],
  );
  return rows.length === 1;
}

/** Across tenants; needs `rialto_auth`. */
export async function findUserByEmail(tx: Tx, email: string): Promise<UserRow | undefined> {
  const [row] = await tx.query<UserRow>(`select ${COLUMNS} from access.user where email = $1`, [email]);
  return row;
}

export async function findUser(tx: Tx, id: Uuid): Promise<UserRow | undefined> {
  const [row] = await tx.query<UserRow>(`select ${COLUMNS} from access.user where id = $1`, [id]);
  return row;
}

/** Locks the row until the transaction ends. */
export async function lockUser(tx: Tx, id: Uuid): Promise<UserRow | undefined> {
  const [row] = await tx.query<UserRow>(`select ${COLUMNS} from access.user where id = $1 for update`, [id]);
  return row;
}

export async function selectUsers(tx: Tx, after: Uuid | undefined, limit: number): Promise<UserRow[]> {
  return await tx.query<UserRow>(`select ${COLUMNS} from access.user where $1::uuid is null or id > $1 order by id limit $2`, [
    after ?? null,
    limit,
  ]);
}

/** Everyone who can log in. */
export async function selectActiveUsers(tx: Tx): Promise<Pick<UserRow, 'id' | 'email' | 'name' | 'roles' | 'memberId'>[]> {
  return await tx.query(`select id, email, name, roles, member_id as "memberId" from access.user where disabled_at is null order by id`);
}

/** Writes what may change of a user, with the version that the caller has set. */
export async function updateUser(tx: Tx, user: UserRow): Promise<void> {
  const disabledAt = user.disabledAt === null ? null : instant(user.disabledAt);
  await tx.query('update access.user set password_hash = $2, roles = $3, version = $4, disabled_at = $5 where id = $1', [
    user.id,
    user.passwordHash,
    user.roles,
    user.version,
    disabledAt,
  ]);
}
