import { expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { createDirectory } from './directory.ts';

const TENANT = 't';

/** A database whose participants a test adds to, as another process would, and which counts how often it is read. */
function network(...bics: string[]) {
  let reads = 0;
  const rows = () => bics.map((bic) => ({ id: `id-${bic}`, name: bic, bic, lei: bic, state: 'active', created_at: 0, accounts: [] }));
  const db = {
    read: async (_scope: object, work: (tx: object) => Promise<unknown>) => {
      reads++;
      return work({ query: async () => rows() });
    },
  } as unknown as Db;
  return { db, reads: () => reads, admit: (bic: string) => void bics.push(bic) };
}

test('whom another process has just admitted is found by whoever asks, by id and by BIC, while the copy is still young', async () => {
  for (const needed of [{ ids: ['id-BBBBNOKK'] }, { bics: ['BBBBNOKK'] }, { bics: ['BBBBNOKKXXX'] }]) {
    const { db, admit } = network('AAAAFIHH');
    const directory = createDirectory(db, manualClock());
    expect((await directory.of(TENANT)).byId.size).toBe(1);
    admit('BBBBNOKK');
    expect((await directory.of(TENANT, needed)).byBic.get('BBBBNOKK')).toMatchObject({ id: 'id-BBBBNOKK' });
  }
});

test('whoever needs nobody that is missing is served from memory until the copy is old', async () => {
  const { db, reads } = network('AAAAFIHH');
  const clock = manualClock();
  const directory = createDirectory(db, clock, 2_000);
  for (let i = 0; i < 50; i++) await directory.of(TENANT, { bics: ['AAAAFIHH'], ids: ['id-AAAAFIHH'] });
  expect(reads()).toBe(1);
  clock.advance(2_000);
  await directory.of(TENANT);
  expect(reads()).toBe(2);
});

test('a whole batch of unknown banks costs one read, and each further one at most one more', async () => {
  const { db, reads } = network('AAAAFIHH');
  const directory = createDirectory(db, manualClock());
  await directory.of(TENANT);
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => directory.of(TENANT, { bics: [`NONE${i}`] })));
  expect(reads()).toBe(2);
  expect((await directory.of(TENANT, { bics: ['NOWHZZ22'] })).byBic.size).toBe(1);
  expect(reads()).toBe(3);
});
