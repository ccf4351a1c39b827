import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess, type Access } from '../../src/access/index.ts';
import { stepUp } from '../../src/access/contract.ts';
import { scopes } from '../../src/access/role.ts';
import { insertSession } from '../../src/access/store/session.ts';
import type { Ctx } from '../../src/base/context.ts';
import { newId, type Uuid } from '../../src/base/id.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock, type Clock } from '../../src/base/time.ts';
import type { MailSettings } from '../../src/infra/mail/send.ts';
import { silentLog } from '../../src/infra/log/log.ts';
import { createMetrics } from '../../src/infra/metrics/metrics.ts';
import { createOutbox } from '../../src/infra/outbox/index.ts';
import { createLedger } from '../../src/ledger/index.ts';
import type { Module } from '../../src/infra/module.ts';
import type { LedgerPort } from '../../src/ledger/port.ts';
import { houseChecks } from '../../src/readiness/check/kinds/health.ts';
import { createReadiness, type CreateReadiness, type Readiness } from '../../src/readiness/index.ts';
import type { Release } from '../../src/readiness/deps.ts';
import type { RollbackPolicy } from '../../src/readiness/watch/call-rollback.ts';
import type { Calendars } from '../../src/settlement/calendar/holidays.ts';
import { createSettlement, type Settlement } from '../../src/settlement/index.ts';
import { callerOf, visitor } from './access.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { testHeads } from './heads.ts';
import { suppliedSample } from './sample-checklist.ts';

/** Every module on a database of its own, without network and background work. */
export type TestHouse = {
  database: TestDatabase;
  access: Access;
  ledger: Module<LedgerPort>;
  settlement: Settlement;
  readiness: Readiness;
  /** What the check `database` of the house says. */
  health: { well: boolean };
  tenantId: Uuid;
  /** An administrator of the tenant, with every scope. */
  ctx: Ctx;
  /** The same person with an idempotency key. */
  keyed(key: string, bodyHash?: string): Ctx;
  /** Someone of a participant. */
  memberCtx(memberId: Uuid): Ctx;
  /** The administrator proves the password again, for acts that are a signature. */
  stepUp(): Promise<void>;
  /** Lets go of the modules and makes them anew on the same tables, as after a restart. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

type HouseOptions = {
  clock?: Clock;
  mail?: MailSettings;
  rollback?: RollbackPolicy;
  calendars?: Calendars;
  /** Who wrote what runs here. */
  history?: NonNullable<Release['history']>;
} & Pick<CreateReadiness, 'policy' | 'limits'>;

export async function createTestHouse(options: HouseOptions = {}): Promise<TestHouse> {
  const { clock = systemClock, mail, rollback = { mode: 'off' }, calendars, policy, limits, history } = options;
  const database = await createTestDatabase();
  const filesFolder = await mkdtemp(join(tmpdir(), 'rialto-files-'));
  const health = { well: true };
  const masterKey = new Secret(new Uint8Array(randomBytes(32)));
  const heads = testHeads();
  const build = () => {
    const { db } = database;
    const outbox = createOutbox({ clock });
    const access = createAccess({ db, outbox, masterKey, heads, issuer: 'http://test.invalid', clock });
    const metrics = createMetrics({ processMetrics: false });
    const ledger = createLedger({
      db,
      outbox,
      access: access.port,
      clock,
      heads,
      log: silentLog,
      metrics: createMetrics({ processMetrics: false }),
    });
    const settlement = createSettlement({
      db,
      outbox,
      clock,
      access: access.port,
      ledger: ledger.port,
      log: silentLog,
      windowSeconds: 0,
      calendars,
      networkBics: ['RIALDEFF'],
      filesFolder,
      notification: { masterKey, webhookHosts: ['127.0.0.1'], mail, baseUrl: 'https://rialto.test' },
      metrics,
    });
    const readiness = createReadiness({
      db,
      clock,
      log: silentLog,
      access: access.port,
      outbox,
      masterKey,
      supplied: [suppliedSample],
      providers: [houseChecks([{ name: 'database', run: async () => ({ ok: health.well, detail: health.well ? 'well' : 'gone' }) }])],
      settingsAt: () => ({ root: filesFolder, folders: [], targets: {}, hosts: [], networks: [], sweep: [], names: [], commands: {} }),
      environment: {},
      calmMs: 0,
      rollback: () => rollback,
      ...(policy && { policy }),
      ...(limits && { limits }),
      release: async () => ({ commit: 'c0ffee', configHash: 'a'.repeat(64), environment: 'production', ...(history && { history }) }),
    });
    readiness.reachedAt('http://test.invalid');
    return { access, ledger, settlement, readiness };
  };
  const closeModules = async ({ access, ledger, settlement, readiness }: ReturnType<typeof build>) => {
    await readiness.close();
    await settlement.close();
    await ledger.close();
    await access.close();
  };
  let modules = build();
  const operator = await modules.access.ensureOperator();
  const { tenantId, userId, email, password } = operator!;
  const sessionId = newId();
  const now = clock.now();
  await database.db.write({ tenantId }, (tx) =>
    insertSession(tx, { tenantId, id: sessionId, userId, generation: 1, rotatedAt: now, startedAt: now, endedAt: null }, visitor),
  );
  const actor = { kind: 'user' as const, id: userId, name: email, tenantId, scopes: new Set<string>(scopes), sessionId };
  const ctx = (): Ctx => ({ actor, tenantId, requestId: newId() });
  return {
    database,
    get access() {
      return modules.access;
    },
    get ledger() {
      return modules.ledger;
    },
    get settlement() {
      return modules.settlement;
    },
    health,
    get readiness() {
      return modules.readiness;
    },
    tenantId,
    get ctx() {
      return ctx();
    },
    keyed: (key, bodyHash = 'a'.repeat(64)) => ({ ...ctx(), idempotency: { key, bodyHash } }),
    memberCtx: (memberId) => ({ ...ctx(), memberId, actor: { ...actor, id: newId(), memberId } }),
    async stepUp() {
      await callerOf(modules.access.routes).output(stepUp, ctx(), { password: password.reveal() });
    },
    async restart() {
      await closeModules(modules);
      modules = build();
    },
    async close() {
      await closeModules(modules);
      await database.drop();
      await rm(filesFolder, { recursive: true, force: true });
    },
  };
}
