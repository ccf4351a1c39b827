import { verifyLedger } from '../../src/ledger/verify/verify.ts';
import type { TestHouse } from './house.ts';

/** What is wrong with the books of a house, as they are checked at night; that the log lags, which a job writes, is not. */
export async function wrongInBooks({ database }: TestHouse): Promise<{ rule: string; detail: string }[]> {
  const { findings } = await database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx));
  return findings.filter(({ rule }) => rule !== 'log_lag');
}
