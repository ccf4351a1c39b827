import { expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { createPort } from '../ledger.ts';
import type { TransferDraft } from '../port.ts';
import { unwatched } from './clock-watch.ts';
import { createWriters } from './writers.ts';

/** A ledger on a database that answers every commit with this error. */
function ledgerOn(error: unknown) {
  let calls = 0;
  const write = (): Promise<never> => {
    calls++;
    return Promise.reject(error);
  };
  const db = { read: write, write } as unknown as Db;
  const clock = manualClock();
  const metrics = { committed: () => undefined, overloaded: () => undefined };
  const bounds = { maxBatchWeight: 10, paceMs: 1, maxQueueWeight: 100, cachedAccounts: 10 };
  const writers = createWriters({ db, outbox: { append: async () => undefined }, clock, clockWatch: unwatched, metrics, ...bounds });
  return { writers, port: createPort({ db, clock, clockWatch: unwatched, writers }), calls: () => calls };
}

const draft = (): TransferDraft => ({
  id: newId(),
  kind: 'posted',
  debitAccountId: newId(),
  creditAccountId: newId(),
  asset: 'EUR/2',
  units: 1n,
});
const act = () => ({ tenantId: newId(), transfers: [draft()] });

test.each(['database.commit_unknown', 'database.unavailable'])(
  '%s is told to every act of the batch, and nothing is tried again behind its back',
  async (code) => {
    const { port, calls } = ledgerOn(new AppError('unavailable', code, 'no answer'));
    const tenantId = newId();
    const settled = await Promise.allSettled([1, 2, 3].map(() => port.enact({ tenantId, transfers: [draft()] })));
    expect(settled.map((one) => one.status === 'rejected' && (one.reason as AppError).code)).toEqual([code, code, code]);
    expect(calls()).toBe(1);
  },
);

test('an act that the database refuses for good fails by itself with the reason', async () => {
  const { port } = ledgerOn(new Error('constraint'));
  await expect(port.enact(act())).rejects.toThrow('constraint');
});

test('closing answers what was queued and takes nothing more', async () => {
  const { port, writers } = ledgerOn(new Error('constraint'));
  const before = port.enact(act());
  const closing = writers.close();
  await expect(port.enact(act())).rejects.toMatchObject({ code: 'ledger.closed' });
  await expect(before).rejects.toThrow('constraint');
  await closing;
  expect(writers.queued()).toBe(0);
});
