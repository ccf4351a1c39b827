import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { actorWith, createTestAccess, ctxFor, runJob } from '../../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { headsIn } from '../../infra/heads/folder.ts';
import { listUsers } from '../contract.ts';
import { scopes } from '../role.ts';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let folder: string;
/** The chain of `first` is looked at before that of `second`. */
let first: Uuid;
let second: Uuid;
/** Whose note the disk does not take. */
let unwritable: Uuid | undefined;

beforeEach(async () => {
  folder = temporaryFolder();
  database = await createTestDatabase({ modules: ['access'] });
  unwritable = undefined;
  const inFolder = await headsIn(folder, new Secret<Uint8Array>(randomBytes(32)));
  const write: typeof inFolder.write = async (log, tenantId, noted) => {
    if (tenantId === unwritable) throw new Error('the disk is full');
    await inFolder.write(log, tenantId, noted);
  };
  setup = await createTestAccess(database.db, { heads: { ...inFolder, write } });
  [first, second] = [newId(), newId()].toSorted() as [Uuid, Uuid];
  for (const id of [first, second]) await database.admin('insert into access.tenant values ($1, $2, false, now())', [id, 'A tenant']);
});
afterEach(async () => {
  await setup.access.close();
  await database.drop();
});

const write = (tenantId: Uuid) => {
  const entry = setup.access.port.auditEntry(ctxFor(actorWith(tenantId, scopes)), listUsers, { subject: 'x' });
  const row = { seq: 0n, atMs: setup.clock.now(), value: entry };
  return database.db.write({ role: 'rialto_writer' }, (tx) => setup.access.port.rows.audit.write(tx, [row]));
};
const headsOf = async (tenantId: Uuid) => (await database.admin('select from access.audit_head where tenant_id = $1', [tenantId])).length;
/** Runs the job until the tenant has so many heads; transactions of other tests keep rows back. Answers what the last run threw. */
const chainUntil = async (tenantId: Uuid, heads: number): Promise<string | undefined> => {
  for (;;) {
    const thrown = await runJob(setup.access, 'access.chain_audit').then(
      () => undefined,
      (error: Error & { code?: string }) => error.code ?? error.message,
    );
    if ((await headsOf(tenantId)) >= heads) return thrown;
  }
};
const noteOf = (tenantId: Uuid) => join(folder, 'heads', 'audit', `${tenantId}.json`);
const damage = (tenantId: Uuid, text: string | undefined) => {
  rmSync(noteOf(tenantId), { force: true });
  mkdirSync(dirname(noteOf(tenantId)), { recursive: true });
  // A folder in its place is what cannot be read even by root.
  if (text === undefined) mkdirSync(noteOf(tenantId));
  else writeFileSync(noteOf(tenantId), text);
};

test.each([
  ['is half of one', '{'],
  ['is of another shape', '{}'],
  ['is null', 'null'],
  ['cannot be read', undefined],
])("a note of one tenant that %s stops that tenant's chain and no other, and is told", async (_, text) => {
  damage(first, text);
  for (const id of [first, second]) await write(id);
  expect(await chainUntil(second, 1)).toBe('heads.note_damaged');
  expect(await headsOf(first)).toBe(0);
  setup.clock.advance(60_001);
  await write(first);
  const check = setup.access.checks.find(({ name }) => name === 'access.audit_chain')!;
  expect(await check.run()).toMatchObject({ ok: false, detail: expect.stringContaining(noteOf(first)) });
});

test('a note that cannot be written keeps no other from being written, and its chain goes on all the same', async () => {
  unwritable = first;
  for (const id of [first, second]) await write(id);
  expect(await chainUntil(second, 1)).toBe('the disk is full');
  expect(await setup.heads.read('audit', first)).toBeUndefined();
  expect(await setup.heads.read('audit', second)).toMatchObject({ size: 1 });
  unwritable = undefined;
  await write(first);
  expect(await chainUntil(first, 2)).toBeUndefined();
  expect(await setup.heads.read('audit', first)).toMatchObject({ size: 2 });
});

test('a chain whose tiles are gone stops by itself', async () => {
  for (const id of [first, second]) await write(id);
  await chainUntil(first, 1);
  await chainUntil(second, 1);
  await database.admin(`begin; set local session_replication_role = replica;
    delete from access.audit_tile where tenant_id = '${first}'; commit`);
  for (const id of [first, second]) await write(id);
  expect(await chainUntil(second, 2)).toMatch(/unfinished tile|heads\.log_changed/);
  expect(await headsOf(first)).toBe(1);
});
