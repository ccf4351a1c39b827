import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { holdsRecords } from '../../../test/support/record-store.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { rootOfLeaves } from '../../base/merkle.ts';
import { Secret } from '../../base/secret.ts';
import { manualClock } from '../../base/time.ts';
import type { ReadinessRecord, RecordBody } from '../record/record.ts';
import { housePeople } from '../signing.ts';
import { recordStoreIn, recordStoreOf } from './record-store.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase({ modules: ['access', 'readiness'] })));
afterAll(() => database.drop());

const clock = manualClock();
const storeFor = (tenantId: Uuid) => recordStoreOf(database.db, { tenantId, clock });
const ended = (watchId: string): RecordBody => ({ kind: 'watch_ended', watchId, at: '2026-11-22T10:00:00.000Z', outcome: 'stopped' });
const all = async (records: AsyncIterable<ReadinessRecord>) => await Array.fromAsync(records);

describe('records in PostgreSQL', () => {
  holdsRecords(async () => {
    const tenantId = newId();
    return { store: storeFor(tenantId), again: () => storeFor(tenantId) };
  });
});

test('entries appended at once for several checklists have indexes without gaps, and the root covers all of them in order', async () => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  const names = ['release', 'archive'];
  await Promise.all(Array.from({ length: 40 }, (_, i) => store.append(names[i % 2]!, ended(`w${i}`))));
  for (const name of names)
    expect((await all(store.read(name))).map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect((await all(store.read('release', 15))).map(({ index }) => index)).toEqual([15, 16, 17, 18, 19]);
  const rows = await database.admin<{ seq: number; leaf: Buffer }>(
    'select seq, leaf from readiness.record where tenant_id = $1 order by seq',
    [tenantId],
  );
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  const root = Buffer.from(rootOfLeaves(Buffer.concat(rows.map(({ leaf }) => leaf)))).toString('hex');
  expect(await store.root()).toEqual({ size: 40, root });
});

test('a log longer than a page is read whole', async () => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  await database.db.write({ tenantId }, async (tx) => {
    const inside = recordStoreIn(tx, { tenantId, clock });
    for (let i = 0; i < 501; i++) await inside.append('long', ended(`w${i}`));
  });
  expect(await all(store.read('long'))).toHaveLength(501);
});

test('what is appended in a transaction that fails was never there, and its index is given again', async () => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  const act = database.db.write({ tenantId }, async (tx) => {
    await recordStoreIn(tx, { tenantId, clock }).append('release', ended('lost'));
    throw new Error('the act failed');
  });
  await expect(act).rejects.toThrow('the act failed');
  expect(await store.append('release', ended('kept'))).toMatchObject({ index: 0 });
});

test('evidence is kept once under the hash of its bytes, and more than 32 MiB is refused by name', async () => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  const bytes = new TextEncoder().encode('HTTP 200 in 12 ms');
  const sha256 = await store.putEvidence(bytes, 'text/plain');
  expect(await store.putEvidence(bytes, 'text/plain')).toBe(sha256);
  expect(await store.evidence(sha256)).toEqual({ bytes, mediaType: 'text/plain' });
  expect(await store.evidence('0'.repeat(64))).toBeUndefined();
  await expect(store.putEvidence(new Uint8Array((32 << 20) + 1), 'text/plain')).rejects.toMatchObject({
    code: 'readiness.evidence_too_large',
  });
});

test('log and evidence of one tenant do not exist for another, nor for whoever is bound to a member', async () => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  await store.append('release', ended('w'));
  const sha256 = await store.putEvidence(new Uint8Array([1]), 'text/plain');
  const other = storeFor(newId());
  expect(await all(other.read('release'))).toEqual([]);
  expect(await other.evidence(sha256)).toBeUndefined();
  expect((await other.root()).size).toBe(0);
  const seen = await database.db.read({ tenantId, memberId: newId() }, (tx) =>
    tx.query('select 1 from readiness.record union all select 1 from readiness.evidence'),
  );
  expect(seen).toEqual([]);
});

test('entries that are cut off the end show, however that was done, and nothing is appended in their place', async () => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  for (const id of ['a', 'b', 'c']) await store.append('release', ended(id));
  // Somebody who owns the tables, and turned off what keeps them.
  await database.admin('alter table readiness.record disable trigger append_only');
  await database.admin('delete from readiness.record where tenant_id = $1 and seq = 2', [tenantId]);
  await database.admin('alter table readiness.record enable trigger append_only');
  const uses = [
    () => store.root(),
    () => all(store.read('release')),
    () => all(store.readAll()),
    () => store.append('release', ended('d')),
  ];
  for (const use of uses) await expect(use()).rejects.toMatchObject({ code: 'readiness.log_cut' });
  for (const statement of ['update readiness.log_head set size = 2', 'delete from readiness.log_head', 'truncate readiness.log_head'])
    await expect(
      database.admin(`${statement}${statement.startsWith('truncate') ? '' : ` where tenant_id = '${tenantId}'`}`),
    ).rejects.toThrow(/grows|append-only/);
  expect((await storeFor(newId()).root()).size).toBe(0);
});

test.each(['record', 'evidence', 'signing_key'])('a row of readiness.%s is changed and removed by nobody', async (table) => {
  const tenantId = newId();
  const store = storeFor(tenantId);
  await store.append('release', ended('w'));
  await store.putEvidence(randomBytes(8), 'text/plain');
  const people = housePeople({ db: database.db, clock, masterKey: new Secret<Uint8Array>(randomBytes(32)) }, tenantId);
  await people.signerFor({ accountId: 'a', name: 'Ada', roles: [] }).sign(new Uint8Array([1]));
  for (const statement of [`update readiness.${table} set tenant_id = tenant_id`, `delete from readiness.${table}`]) {
    await expect(database.db.write({ tenantId }, (tx) => tx.query(statement))).rejects.toThrow();
    await expect(database.admin(statement)).rejects.toThrow('append-only');
  }
  await expect(database.admin(`truncate readiness.${table} cascade`)).rejects.toThrow('append-only');
});
