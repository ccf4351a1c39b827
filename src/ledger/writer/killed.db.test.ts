import { expect, test } from 'vitest';
import { createTestLedger } from '../../../test/support/ledger.ts';
import { AppError } from '../../base/error.ts';
import { seededRandom } from '../../base/random.ts';
import { verifyLedger } from '../verify/verify.ts';

/** Between them one connection is killed, or what it runs is cancelled. */
const ANSWERS = 20;

test('however connections of two writers of one book are killed, what was answered stands once, and what was refused does not', async () => {
  const ledger = await createTestLedger({ maxBatchWeight: 20 });
  try {
    const { tenantId, database } = ledger;
    const random = seededRandom('killed');
    const accounts = await ledger.open({}, {}, { debitsMustNotExceedCredits: true }, {});
    const ports = [ledger.another().port, ledger.another().port];
    const enacted = new Map<string, bigint>();
    const refused: string[] = [];
    let answers = 0;

    async function kill(): Promise<void> {
      const pids = await database.admin<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and usename = 'rialto_app'`,
      );
      const end = random.chance(0.6) ? 'pg_terminate_backend' : 'pg_cancel_backend';
      if (pids.length > 0) await database.admin(`select ${end}($1)`, [random.shuffle(pids)[0]!.pid]);
    }

    /** The same transfer again until it is answered, as whoever is told that the outcome is unknown should. */
    async function pay(client: number): Promise<void> {
      const [from, to] = random.shuffle(accounts);
      const transfers = [ledger.draft(from!, to!, { units: BigInt(random.int(1, 500)) })];
      const through = ports[client % 10 === 0 ? 1 : 0]!;
      for (;;) {
        const answered = await through.enact({ tenantId, transfers }).catch((error: unknown) => {
          if (error instanceof AppError && (error.kind === 'unavailable' || error.kind === 'timeout')) return undefined;
          throw error;
        });
        if (++answers % ANSWERS === 0) await kill();
        if (answered?.result === 'refused') return void refused.push(transfers[0]!.id);
        if (answered) return void enacted.set(transfers[0]!.id, answered.units[0]!);
      }
    }

    const client = async (_: unknown, n: number): Promise<void> => {
      for (let i = 0; i < 40; i++) await pay(n);
    };
    await Promise.all(Array.from({ length: 50 }, client));

    const report = await database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx));
    expect(report.findings).toEqual([]);
    const standing = await database.admin<{ id: string; units: bigint }>('select id, units from ledger.transfer');
    expect(new Map(standing.map(({ id, units }) => [id, units]))).toEqual(enacted);
    expect(enacted.size + refused.length).toBe(2_000);
  } finally {
    await ledger.close();
  }
});
