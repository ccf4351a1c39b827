import { newId, type Uuid } from '../src/base/id.ts';
import { systemClock } from '../src/base/time.ts';
import type { AccessPort } from '../src/access/port.ts';
import { testHeads } from '../test/support/heads.ts';
import { silentLog } from '../src/infra/log/log.ts';
import { createOutbox } from '../src/infra/outbox/index.ts';
import { openPool, type Pool } from '../src/infra/postgres/pool.ts';
import { createLedger, type Ledger } from '../src/ledger/index.ts';
import { verifyLedger } from '../src/ledger/verify/verify.ts';
import { type Bench, type BenchOptions, type Figure, figure, median } from './support/bench.ts';
import { type BenchDatabase, createBenchDatabase } from './support/database.ts';
import { createRowLockLedger } from './support/row-locks.ts';
import pg from 'pg';
import { connectionConfig } from '../src/infra/postgres/connection.ts';

const ACCOUNTS = 10_000;
const ROUNDS = 3;
const BASELINE_CONNECTIONS = 16;
const BASELINE_MS = 6_000;
const OURS_MS = 8_000;
/** Acts in flight: two full batches, so that one gathers while the other is written. */
const IN_FLIGHT = 4_000;
const SOAK_TRANSFERS = 5_000_000;

type Pick = () => [debit: Uuid, credit: Uuid];
type Bank = { tenantId: Uuid; spread: Pick; hot: Pick };

/**
 * The ledger core against one transaction for each transfer with row locks, in turns on one server: same tables, same
 * durability, client included. Ours is the module as the application has it, one act for each transfer.
 */
export const bench: Bench = {
  summary: 'transfers a second through the batch writer, against row locks on the same server',
  async run(options) {
    const database = await createBenchDatabase(['infra', 'ledger']);
    const db = openPool({ url: database.appUrl });
    const ledger = createLedger({
      db,
      outbox: createOutbox(),
      access: {} as AccessPort,
      clock: systemClock,
      heads: testHeads(),
      log: silentLog,
    });
    try {
      return options.soak ? await soak(ledger, db, options) : await compare(ledger, db, database, options);
    } finally {
      await ledger.close();
      await db.close();
      await database.close();
    }
  },
};

async function compare(ledger: Ledger, db: Pool, database: BenchDatabase, { report }: BenchOptions): Promise<Figure[]> {
  const ours = await openBank(ledger, db);
  const theirs = await openBank(ledger, db);
  await analyze(database);
  const rowLocks = await createRowLockLedger(database.adminUrl, theirs.tenantId, BASELINE_CONNECTIONS);
  const rates = { ours: { spread: [] as number[], hot: [] as number[] }, theirs: { spread: [] as number[], hot: [] as number[] } };
  await driveOurs(ledger, ours, ours.spread, 1_500);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const shape of ['spread', 'hot'] as const) {
      const slow = await driveRowLocks(rowLocks, theirs[shape]);
      const fast = await driveOurs(ledger, ours, ours[shape], OURS_MS);
      rates.theirs[shape].push(slow);
      rates.ours[shape].push(fast);
      report(`  round ${round}, ${shape}: row locks ${Math.round(slow)}/s, ours ${Math.round(fast)}/s, ${(fast / slow).toFixed(1)} ×`);
    }
  }
  await rowLocks.close();
  await prove(db, ours, report);
  return (['spread', 'hot'] as const).flatMap((shape) => {
    const ratios = rates.ours[shape].map((rate, i) => rate / rates.theirs[shape][i]!);
    return [
      figure(`ledger.${shape}.transfers_per_s`, median(rates.ours[shape]), 'transfers/s'),
      figure(`ledger.${shape}.row_locks_per_s`, median(rates.theirs[shape]), 'transfers/s'),
      figure(`ledger.${shape}.ratio_to_row_locks`, median(ratios), '×'),
    ];
  });
}

/** A tenant with 10,000 accounts that may not be overdrawn, each well funded, and one account that everybody pays. */
async function openBank(ledger: Ledger, db: Pool): Promise<Bank> {
  const tenantId = newId();
  const asset = 'EUR/2';
  const [source, shop, ...ids] = Array.from({ length: ACCOUNTS + 2 }, () => newId());
  const draft = { name: 'bench', asset, managedBy: 'bench' };
  const drafts = ids.map((id) => ({ ...draft, id, kind: 'liability' as const, debitsMustNotExceedCredits: true }));
  await db.write({ tenantId }, async (tx) => {
    const inside = await ledger.port.inTx(tx, tenantId);
    await inside.openAccounts([...drafts, ...[source!, shop!].map((id) => ({ ...draft, id, kind: 'asset' as const }))]);
  });
  const fund = (id: Uuid) => ({
    id: newId(),
    kind: 'posted' as const,
    debitAccountId: source!,
    creditAccountId: id,
    asset,
    units: 10n ** 12n,
  });
  await Promise.all(ids.map((id) => ledger.port.enact({ tenantId, transfers: [fund(id)] })));
  const any = (): Uuid => ids[Math.floor(Math.random() * ids.length)]!;
  const other = (than: Uuid): Uuid => {
    const id = any();
    return id === than ? other(than) : id;
  };
  const spread = (): [Uuid, Uuid] => {
    const debit = any();
    return [debit, other(debit)];
  };
  return { tenantId, spread, hot: () => [any(), shop!] };
}

async function driveOurs({ port }: Ledger, { tenantId }: Bank, pick: Pick, forMs: number): Promise<number> {
  const started = performance.now();
  let done = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - started < forMs) {
      const [debitAccountId, creditAccountId] = pick();
      const transfer = { id: newId(), kind: 'posted' as const, debitAccountId, creditAccountId, asset: 'EUR/2', units: 100n };
      const { result } = await port.enact({ tenantId, transfers: [transfer] });
      if (result !== 'enacted') throw new Error(`a transfer of the benchmark was ${result}`);
      done++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  return done / ((performance.now() - started) / 1000);
}

async function driveRowLocks(ledger: Awaited<ReturnType<typeof createRowLockLedger>>, pick: Pick): Promise<number> {
  const started = performance.now();
  let done = 0;
  const client = async (_: unknown, connection: number): Promise<void> => {
    while (performance.now() - started < BASELINE_MS) {
      await ledger.transfer(connection, ...pick());
      done++;
    }
  };
  await Promise.all(Array.from({ length: BASELINE_CONNECTIONS }, client));
  return done / ((performance.now() - started) / 1000);
}

/** The planner knows a new table's size only once it has been looked at; in operation autovacuum does that. */
async function analyze(database: BenchDatabase): Promise<void> {
  const client = new pg.Client(connectionConfig(database.adminUrl));
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

async function prove(db: Pool, { tenantId }: Bank, report: (text: string) => void): Promise<void> {
  const { findings, books } = await db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx, { tenantId }));
  // Nobody builds the log here.
  if (findings.some(({ rule }) => rule !== 'log_lag')) throw new Error("the verifier found the benchmark's book wrong");
  report(`  verified: ${books[0]!.transfers} transfers, every running sum and balance right`);
}

/** Five million transfers: whether memory stays flat and speed does not drift. */
async function soak(ledger: Ledger, db: Pool, { report }: BenchOptions): Promise<Figure[]> {
  const bank = await openBank(ledger, db);
  const steps: { rate: number; rssMb: number }[] = [];
  for (let done = 0; done < SOAK_TRANSFERS;) {
    const started = performance.now();
    const rate = await driveOurs(ledger, bank, steps.length % 5 === 4 ? bank.hot : bank.spread, 10_000);
    done += Math.round(rate * ((performance.now() - started) / 1000));
    globalThis.gc?.();
    steps.push({ rate, rssMb: process.memoryUsage().rss / 2 ** 20 });
    report(`  ${done} transfers, ${Math.round(rate)}/s, ${Math.round(steps.at(-1)!.rssMb)} MB`);
  }
  const half = steps.length >> 1;
  const [early, late] = [steps.slice(0, half), steps.slice(half)];
  return [
    figure('ledger.soak.transfers_per_s', median(steps.map((step) => step.rate)), 'transfers/s'),
    figure('ledger.soak.speed_late_to_early', median(late.map((s) => s.rate)) / median(early.map((s) => s.rate)), '×'),
    figure('ledger.soak.memory_early', median(early.map((s) => s.rssMb)), 'MB'),
    figure('ledger.soak.memory_late', median(late.map((s) => s.rssMb)), 'MB'),
    figure('ledger.soak.memory_max', Math.max(...steps.map((s) => s.rssMb)), 'MB'),
  ];
}
