import { derivedId } from '../base/derived-id.ts';
import { newId, toWireId, type Uuid } from '../base/id.ts';
import { Secret } from '../base/secret.ts';
import type { Clock } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import { sqlState } from '../infra/postgres/failure.ts';
import { createTenant } from './contract.ts';
import { hashPassword } from './password.ts';
import type { AuditEntry } from './port.ts';
import { randomText } from './random-text.ts';
import { insertAudit } from './store/audit.ts';
import { findOperatorId, insertTenant } from './store/tenant.ts';
import { insertUser, type UserRow } from './store/user.ts';

const PASSWORD_LENGTH = 24;
const UNIQUE_VIOLATION = '23505';

/** Names of what is made at the first start; `password` is made up when it is not given. */
export type OperatorOptions = { tenantName?: string; email?: string; password?: Secret };

/** What was made at the first start. The password is nowhere else in clear. */
export type Operator = { tenantId: Uuid; userId: Uuid; email: string; password: Secret };

/** Makes the operator tenant and its administrator on the first start; undefined, and nothing done, on every later one. */
export async function ensureOperator(deps: { db: Db; clock: Clock }, options: OperatorOptions = {}): Promise<Operator | undefined> {
  const { tenantName = 'Rialto', email = 'admin@rialto.local', password = new Secret(randomText(PASSWORD_LENGTH)) } = options;
  if (await deps.db.read({ role: 'rialto_auth' }, findOperatorId)) return undefined;
  const now = deps.clock.now();
  const tenant = { id: newId(now), name: tenantName, operator: true, createdAt: now };
  const admin: UserRow = {
    tenantId: tenant.id,
    id: newId(now),
    email: email.toLowerCase(),
    name: 'Administrator',
    passwordHash: await hashPassword(password.reveal(), { name: 'start', isKnown: true }),
    roles: ['admin'],
    memberId: null,
    version: 1,
    createdAt: now,
    disabledAt: null,
  };
  try {
    await deps.db.write({ tenantId: tenant.id }, async (tx) => {
      await insertTenant(tx, tenant, async () => {
        if (!(await insertUser(tx, admin))) throw new Error(`a user with the address ${admin.email} exists without an operator tenant`);
      });
      await insertAudit(tx, [{ atMs: now, value: entryOf(tenant.id, admin.email) }]);
    });
  } catch (error) {
    // Another process was faster, and has told the password.
    if (sqlState(error) === UNIQUE_VIOLATION) return undefined;
    throw error;
  }
  return { tenantId: tenant.id, userId: admin.id, email: admin.email, password };
}

function entryOf(tenantId: Uuid, email: string): AuditEntry {
  const actorName = 'the first start';
  return {
    tenantId,
    actorKind: 'system',
    actorId: derivedId(tenantId, actorName),
    actorName,
    action: createTenant.name,
    subject: toWireId('ten', tenantId),
    requestId: '',
    outcome: 'done',
    detail: { admin: email },
  };
}
