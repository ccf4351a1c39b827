import type { Actor, Ctx } from '../base/context.ts';
import { derivedId } from '../base/derived-id.ts';
import type { AppError } from '../base/error.ts';
import { newId, type Uuid } from '../base/id.ts';
import type { Operation } from '../base/operation.ts';
import type { Secret } from '../base/secret.ts';
import { systemClock, type Clock } from '../base/time.ts';
import { KnownRefused } from '../infra/http/door.ts';
import { network } from '../infra/http/network.ts';
import type { Heads } from '../infra/heads/port.ts';
import { silentLog, type Log } from '../infra/log/log.ts';
import type { Module } from '../infra/module.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import { deniedCalls } from './audit/denied.ts';
import { verifyAudit, type AuditVerdict, type Outside } from './audit/verify.ts';
import { authenticator, type Admitted } from './authenticate.ts';
import { auditEntry, commandOf, keptAnswerOf } from './command.ts';
import { login } from './contract.ts';
import { ensureOperator, type Operator, type OperatorOptions } from './ensure-operator.ts';
import { checksOf, jobsOf } from './jobs.ts';
import { createKeyRing } from './key-ring.ts';
import { keySeals } from './key-seal.ts';
import { createKeyUse } from './key-use.ts';
import type { AccessPort } from './port.ts';
import { refreshCookies } from './refresh-cookie.ts';
import { ASK_MS, concerns, createRevocations, type Revocation } from './revocations.ts';
import { scopesOf } from './role.ts';
import { routesOf } from './routes.ts';
import { auditRows } from './store/audit.ts';
import { keptAnswerRows } from './store/kept-answer.ts';
import { selectActiveUsers } from './store/user.ts';
import { findOperatorId, selectTenantIds } from './store/tenant.ts';
import { steppedUpAtOf } from './step-up.ts';

/** What the module is built from. `masterKey` encrypts signing keys (32 bytes, see `readMasterKey`). */
export type CreateAccess = {
  db: Db;
  outbox: Outbox;
  masterKey: Secret<Uint8Array>;
  /** Signs the heads of the audit log and keeps the last ones outside of the database. */
  heads: Heads;
  /** The address the product is reached at; access tokens name it. */
  issuer: string;
  /** Names of the modules that run beside this one; callers are told. */
  modules?: readonly string[];
  clock?: Clock;
  log?: Log;
};

/** The module's port and, beside it, what the HTTP server, the socket gateway, the command line and the first start need. */
export type Access = Module<AccessPort> & {
  /** Who stands behind a bearer credential (access token or API key), and until when at most: see `Authenticator`. */
  authenticate(credential: string): Promise<Admitted>;
  recognises(credential: string): Promise<boolean>;
  /** The session that a `Cookie` header holds a token of: see `RefreshCookies`. */
  sessionOf(cookies: string | undefined): string | undefined;
  /** Tells of everyone whose session, user or key was ended, in this process at once and of others within seconds. */
  onRevoked(listener: (ends: (actor: Admitted) => boolean) => void): void;
  /** Counts a call that was refused with 401 or 403 for the audit log; never throws. */
  onDenied(who: { remoteAddress: string; actor?: Actor }, operation: Pick<Operation, 'name'>, error: AppError): void;
  ensureOperator(options?: OperatorOptions): Promise<Operator | undefined>;
  verifyAudit(outside?: Outside): Promise<AuditVerdict>;
  /** What each process does every two seconds by itself: asks for revocations, writes down denials and uses of keys. */
  tick(): Promise<void>;
};

/** Builds the module. Its timer runs until `close`. */
export function createAccess(options: CreateAccess): Access {
  const { db, outbox, masterKey, heads, issuer, modules = [], clock = systemClock, log = silentLog } = options;
  const keyRing = createKeyRing({ db, clock, masterKey });
  const revocations = createRevocations({ db, clock });
  const keyUse = createKeyUse({ db, clock });
  const operatorId = operatorIdOf(db);
  const cookies = refreshCookies(masterKey);
  const seals = keySeals(masterKey);
  const denied = deniedCalls({ db, clock, operatorId });
  const command = commandOf({ db, outbox, clock });
  const { authenticate, recognises } = authenticator({ db, clock, issuer, keyRing, revocations, keyUse, keySeals: seals });
  const tick = async (all = false): Promise<void> => {
    const work = { revocations: revocations.ask(), denied: denied.flush(all), 'uses of keys': keyUse.flush() };
    for (const [what, done] of Object.entries(work)) {
      await done.catch((error: unknown) => log.warn('Could not read or write in the background', { what, error }));
    }
  };
  const timer = setInterval(() => void tick(), ASK_MS).unref();
  return {
    name: 'access',
    port: portOf({ db, clock, command, operatorId }),
    routes: routesOf({
      db,
      clock,
      issuer,
      modules: ['access', ...modules],
      keyRing,
      revocations,
      cookies,
      keySeals: seals,
      denied,
      command,
    }),
    jobs: jobsOf({ db, clock, keyRing, heads }),
    consumers: [],
    checks: checksOf({ db, clock, keyRing, heads }),
    async close() {
      clearInterval(timer);
      await tick(true);
    },
    authenticate,
    recognises,
    sessionOf: cookies.sessionOf,
    onRevoked: (listener) => revocations.onRevoked((revocation: Revocation) => listener((actor) => concerns(revocation, actor))),
    onDenied(who, operation, error) {
      // A refused login is counted where the user is known, if there is one.
      if (operation.name === login.name) return;
      const known = who.actor ?? (error instanceof KnownRefused ? error.about : undefined);
      denied.add({ by: known ?? { address: network(who.remoteAddress) }, code: error.code, operation: operation.name });
    },
    ensureOperator: (operatorOptions) => ensureOperator({ db, clock }, operatorOptions),
    verifyAudit: (outside) => verifyAudit(db, outside && { outside }),
    tick: () => tick(),
  };
}

const SYSTEM: Uuid = '00000000-0000-0000-0000-000000000001';

function portOf({ db, clock, command, operatorId }: { db: Db; clock: Clock } & Pick<AccessPort, 'command' | 'operatorId'>): AccessPort {
  return {
    command,
    keptAnswer: keptAnswerOf({ db }),
    auditEntry,
    rows: { audit: auditRows, keptAnswer: keptAnswerRows },
    systemCtx: (name, tenantId): Ctx => ({
      actor: { kind: 'system', id: derivedId(SYSTEM, name), name, tenantId, scopes: new Set() },
      tenantId,
      requestId: newId(),
    }),
    tenantIds: () => db.read({ role: 'rialto_relay' }, selectTenantIds),
    async recipients(tenantId) {
      const users = await db.read({ tenantId }, selectActiveUsers);
      return users.map(({ id, email, name, roles, memberId }) => ({
        id,
        email,
        name,
        ...(memberId !== null && { memberId }),
        scopes: new Set<string>(scopesOf(roles)),
      }));
    },
    steppedUpAt: steppedUpAtOf({ db, clock }),
    operatorId,
  };
}

/** The operator's tenant, which never changes once it is there. */
function operatorIdOf(db: Db): () => Promise<Uuid | undefined> {
  let known: Uuid | undefined;
  return async () => (known ??= await db.read({ role: 'rialto_auth' }, findOperatorId));
}
