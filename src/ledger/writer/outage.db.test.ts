import { expect, test } from 'vitest';
import { createTestLedger } from '../../../test/support/ledger.ts';
import { AppError } from '../../base/error.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { verifyLedger } from '../verify/verify.ts';

const SEED = 'outages';

/** A database whose connection is lost at every place where that can be: before the work, behind it, behind the commit. */
function failing(db: Db, random: Random): Db {
  const lost = () => new AppError('unavailable', 'database.unavailable', 'lost');
  return {
    async read(scope, work) {
      // The pool runs a read again when it was lost at its end.
      if (random.chance(0.2)) await db.read(scope, work);
      const answer = await db.read(scope, work);
      if (random.chance(0.2)) throw lost();
      return answer;
    },
    async write(scope, work) {
      if (random.chance(0.2)) throw lost();
      const before = random.chance(0.2);
      const answer = await db.write(scope, async (tx) => {
        const done = await work(tx);
        if (before) throw lost();
        return done;
      });
      if (random.chance(0.2)) throw lost();
      return answer;
    },
  };
}

test('however connections are lost, balances are what the transfers come to, and what was answered stands', async () => {
  const ledger = await createTestLedger({ maxBatchWeight: 4 });
  try {
    const random = seededRandom(SEED);
    const accounts = await ledger.open({}, {}, { debitsMustNotExceedCredits: true }, {});
    const { port, writers } = ledger.another((db) => failing(db, random));
    const answered: string[] = [];
    const client = async (): Promise<void> => {
      for (let n = 0; n < 60; n++) {
        const [from, to] = random.shuffle(accounts);
        const draft = ledger.draft(from!, to!, { units: BigInt(random.int(1, 500)) });
        const outcome = await port.enact({ tenantId: ledger.tenantId, transfers: [draft] }).catch(() => undefined);
        if (outcome?.result === 'enacted') answered.push(draft.id);
      }
    };
    await Promise.all(Array.from({ length: 12 }, client));
    await writers.close();
    const report = await ledger.database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx));
    expect(report.findings).toEqual([]);
    const standing = await ledger.database.admin<{ id: string }>('select id from ledger.transfer where id = any ($1)', [answered]);
    expect(standing.length).toBe(answered.length);
    expect(answered.length).toBeGreaterThan(50);
  } finally {
    await ledger.close();
  }
});
