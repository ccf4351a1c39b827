import { newId, type Uuid } from '../../src/base/id.ts';
import { manualClock, type Clock } from '../../src/base/time.ts';
import { createOutbox } from '../../src/infra/outbox/index.ts';
import type { Db } from '../../src/infra/postgres/db.ts';
import type { LedgerBounds } from '../../src/ledger/deps.ts';
import { createPort } from '../../src/ledger/ledger.ts';
import type { AccountDraft, LedgerPort, TransferDraft } from '../../src/ledger/port.ts';
import { unwatched, type ClockWatch } from '../../src/ledger/writer/clock-watch.ts';
import { createWriters, type Writers } from '../../src/ledger/writer/writers.ts';
import { testHeads } from './heads.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** The ledger alone on a database of its own, with a clock that stands still until it is moved. */
export type TestLedger = {
  database: TestDatabase;
  tenantId: Uuid;
  clock: ReturnType<typeof manualClock>;
  writers: Writers;
  port: LedgerPort;
  heads: ReturnType<typeof testHeads>;
  /** Another process on the same book: its own memory, queue and connections, which may be made to fail. */
  another(through?: (db: Db) => Db): { writers: Writers; port: LedgerPort };
  open(...drafts: (Partial<AccountDraft> | undefined)[]): Promise<Uuid[]>;
  /** A posted transfer of 100 EUR/2 unless told otherwise. */
  draft(debitAccountId: Uuid, creditAccountId: Uuid, more?: Partial<TransferDraft>): TransferDraft;
  close(): Promise<void>;
};

export async function createTestLedger(
  bounds: Partial<LedgerBounds> = {},
  watchOf: (clock: Clock) => ClockWatch = () => unwatched,
): Promise<TestLedger> {
  const database = await createTestDatabase({ modules: ['ledger'] });
  const clock = manualClock();
  const tenantId = newId();
  const others: { writers: Writers; db: { close(): Promise<void> } }[] = [];
  const build = (db: Db) => {
    const metrics = { committed: () => undefined, overloaded: () => undefined };
    const limits = { maxBatchWeight: 2_000, paceMs: 1, maxQueueWeight: 20_000, cachedAccounts: 10_000, ...bounds };
    const clockWatch = watchOf(clock);
    const writers = createWriters({ db, outbox: createOutbox(), clock, clockWatch, metrics, ...limits });
    return { writers, port: createPort({ db, clock, clockWatch, writers }) };
  };
  const { writers, port } = build(database.db);
  return {
    heads: testHeads(),
    database,
    tenantId,
    clock,
    writers,
    port,
    another(through = (db) => db) {
      const db = database.open();
      const made = build(through(db));
      others.push({ ...made, db });
      return made;
    },
    async open(...drafts) {
      const accounts = drafts.map((more): AccountDraft => ({
        id: newId(),
        name: 'account',
        kind: 'liability',
        asset: 'EUR/2',
        managedBy: undefined,
        ...more,
      }));
      await database.db.write({ tenantId }, async (tx) => (await port.inTx(tx, tenantId)).openAccounts(accounts));
      return accounts.map(({ id }) => id);
    },
    draft: (debitAccountId, creditAccountId, more = {}) => ({
      id: newId(),
      kind: 'posted',
      debitAccountId,
      creditAccountId,
      asset: 'EUR/2',
      units: 100n,
      ...more,
    }),
    async close() {
      await writers.close();
      for (const other of others) {
        await other.writers.close();
        await other.db.close();
      }
      await database.drop();
    },
  };
}
