import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess, type Access } from '../../src/access/index.ts';
import { scopes } from '../../src/access/role.ts';
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
import { createSettlement, type Settlement } from '../../src/settlement/index.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** Every module on a database of its own, without network and background work. */
export type TestHouse = {
  database: TestDatabase;
  access: Access;
  ledger: Module<LedgerPort>;
  settlement: Settlement;
  tenantId: Uuid;
  /** An administrator of the tenant, with every scope. */
  ctx: Ctx;
  /** The same person with an idempotency key. */
  keyed(key: string, bodyHash?: string): Ctx;
  /** Someone of a participant. */
  memberCtx(memberId: Uuid): Ctx;
  /** Lets go of the modules and makes them anew on the same tables, as after a restart. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

export async function createTestHouse({ clock = systemClock, mail }: { clock?: Clock; mail?: MailSettings } = {}): Promise<TestHouse> {
  const database = await createTestDatabase();
  const filesFolder = await mkdtemp(join(tmpdir(), 'rialto-files-'));
  const masterKey = new Secret(new Uint8Array(randomBytes(32)));
  const build = () => {
    const { db } = database;
    const outbox = createOutbox({ clock });
    const access = createAccess({ db, outbox, masterKey, issuer: 'http://test.invalid', clock });
    const metrics = createMetrics({ processMetrics: false });
    const ledger = createLedger({
      db,
      outbox,
      access: access.port,
      clock,
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
      filesFolder,
      notification: { masterKey, webhookHosts: ['127.0.0.1'], mail, baseUrl: 'https://rialto.test' },
      metrics,
    });
    return { access, ledger, settlement };
  };
  const closeModules = async ({ access, ledger, settlement }: ReturnType<typeof build>) => {
    await settlement.close();
    await ledger.close();
    await access.close();
  };
  let modules = build();
  const operator = await modules.access.ensureOperator();
  const { tenantId, userId, email } = operator!;
  const actor = { kind: 'user' as const, id: userId, name: email, tenantId, scopes: new Set<string>(scopes) };
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
    tenantId,
    get ctx() {
      return ctx();
    },
    keyed: (key, bodyHash = 'a'.repeat(64)) => ({ ...ctx(), idempotency: { key, bodyHash } }),
    memberCtx: (memberId) => ({ ...ctx(), memberId, actor: { ...actor, id: newId(), memberId } }),
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
