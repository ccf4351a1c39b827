import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../../test/support/ledger.ts';
import { newId } from '../../base/id.ts';
import { growLogs } from '../log/grow.ts';
import { lastHead } from '../log/store.ts';
import { logCheck } from '../log/check.ts';
import type { NotedHead } from './outside.ts';
import { verifyLedger } from './verify.ts';

const TABLES = ['book', 'account', 'transfer', 'hold', 'failed_transfer', 'log_tile', 'log_head'];
const THROW_AWAY = 'delete from ledger.log_head; delete from ledger.log_tile';
const FORGE = `update ledger.transfer set reference = 'FORGED' where seq = 10`;

let ledger: TestLedger;
let pair: string[];
const grow = () => growLogs({ db: ledger.database.db, clock: ledger.clock, heads: ledger.heads });
/** As the superuser, past triggers and constraints. */
const asOwner = (sql: string) => ledger.database.admin(`begin; set local session_replication_role = replica; ${sql}; commit`);
const pay = (count: number) => {
  const transfers = Array.from({ length: count }, () => ledger.draft(pair[0]!, pair[1]!, { reference: 'INV-1' }));
  return ledger.port.enact({ tenantId: ledger.tenantId, transfers });
};
const head = async () => (await ledger.database.db.read({ tenantId: ledger.tenantId }, (tx) => lastHead(tx, ledger.tenantId)))!;
const noted = async (source: string): Promise<NotedHead[]> => {
  const { size, root } = await head();
  return [{ tenantId: ledger.tenantId, size, root: root.toString('hex'), source }];
};
const rulesFound = async (outside: NotedHead[] = []) => {
  const verify = { outside: { noted: outside, keys: ledger.heads.keys } };
  const report = await ledger.database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx, verify));
  expect(report.ok).toBe(report.findings.length === 0);
  return [...new Set(report.findings.map(({ rule }) => rule))];
};

beforeAll(async () => {
  ledger = await createTestLedger();
  pair = await ledger.open({}, {});
  await pay(300);
  await grow();
  await pay(20);
  await grow();
  for (const table of TABLES) await ledger.database.admin(`create table public.kept_${table} as table ledger.${table}`);
});
afterAll(() => ledger.close());

beforeEach(async () => {
  const { number, size, root, at } = await head();
  await ledger.heads.write('ledger', ledger.tenantId, { number: number!, size, root, at });
});
afterEach(async () => {
  await asOwner(
    TABLES.map((table) => `delete from ledger.${table}; insert into ledger.${table} select * from public.kept_${table}`).join('; '),
  );
  const left = await rulesFound();
  if (left.length > 0) throw new Error(`the book is not as it was: ${left.join(', ')}`);
});

test('heads are numbered from 1 and signed', async () => {
  const heads = await ledger.database.admin<{ number: bigint; signed: boolean }>(
    'select number, length(signature) = 64 as signed from ledger.log_head order by size',
  );
  expect(heads).toEqual([
    { number: 1n, signed: true },
    { number: 2n, signed: true },
  ]);
});

test('a log that was thrown away behind a forged row is not built anew, and both are found', async () => {
  const outside = await noted('the data folder');
  await asOwner(`${THROW_AWAY}; ${FORGE}`);
  await expect(grow()).rejects.toMatchObject({ code: 'heads.log_lost' });
  expect(await ledger.database.admin('select from ledger.log_head')).toEqual([]);
  expect(await rulesFound(outside)).toEqual(['log_noted']);
});

test('also where nothing was noted it is not built anew over rows that had a log long ago, and the lag is found', async () => {
  await asOwner(`${THROW_AWAY}; ${FORGE}`);
  ledger.heads.forget();
  ledger.clock.advance(3_600_001);
  await pay(1);
  await expect(grow()).rejects.toMatchObject({ code: 'heads.log_lost' });
  expect(await rulesFound()).toEqual(['log_lag']);
});

test('the head that an auditor noted tells a whole log that was made anew', async () => {
  const outside = await noted('the auditor');
  await asOwner(`${THROW_AWAY}; ${FORGE}`);
  ledger.heads.forget();
  await grow();
  expect(await rulesFound()).toEqual([]);
  expect(await rulesFound(outside)).toEqual(['log_noted']);
});

test('a log that lost its end does not grow, and what was noted tells it', async () => {
  const outside = await noted('the data folder');
  await asOwner('delete from ledger.log_head where number = 2; delete from ledger.log_tile where index = 1 and level = 0');
  await expect(grow()).rejects.toMatchObject({ code: 'heads.log_lost' });
  expect(await rulesFound(outside)).toEqual(expect.arrayContaining(['log_noted']));
});

describe('a log does not grow, and its check says why, when', () => {
  test.each([
    ['its last head has another root', `update ledger.log_head set root = sha256(root) where number = 2`],
    [
      'its edge makes another root',
      `update ledger.log_head set frontier = sha256(frontier) || substring(frontier from 33) where number = 2`,
    ],
    ['its last head is without signature', 'update ledger.log_head set number = null, signature = null where number = 2'],
  ])('%s', async (_, sql) => {
    await asOwner(sql);
    await pay(1);
    await expect(grow()).rejects.toMatchObject({ code: expect.stringMatching(/^heads\.log_/) });
    ledger.clock.advance(60_001);
    expect(await logCheck({ db: ledger.database.db, clock: ledger.clock, heads: ledger.heads }).run()).toMatchObject({
      ok: false,
      detail: expect.stringContaining(ledger.tenantId),
    });
  });

  test('it was signed by somebody else, and nothing was noted', async () => {
    await asOwner(`update ledger.log_head set signature = sha256(signature) || sha256(root) where number = 2`);
    ledger.heads.forget();
    expect(await rulesFound()).toEqual(['log_signature']);
    await pay(1);
    await expect(grow()).rejects.toMatchObject({ code: 'heads.log_changed' });
  });
});

test('a head that was noted by an operator is gone on from, whoever signed it', async () => {
  await asOwner('update ledger.log_head set signature = sha256(signature) || sha256(root) where number = 2');
  await pay(1);
  await grow();
  expect(await head()).toMatchObject({ size: 321, number: 3n });
  expect(await rulesFound()).toEqual([]);
});

test('heads of before they were signed are gone on from, and the next one is number 1', async () => {
  await asOwner('update ledger.log_head set number = null, signature = null');
  ledger.heads.forget();
  await pay(1);
  await grow();
  expect(await head()).toMatchObject({ size: 321, number: 1n });
  expect(await rulesFound()).toEqual([]);
});

test('a head between two others that is gone is found by its number', async () => {
  await asOwner('delete from ledger.log_head where number = 1');
  expect(await rulesFound()).toEqual(['log_head']);
});

test('a book that is gone is found by what was noted of it', async () => {
  const outside = await noted('the data folder');
  await asOwner(TABLES.map((table) => `delete from ledger.${table}`).join('; '));
  expect(await rulesFound(outside)).toEqual(['log_noted']);
});

test("a forged book does not keep the other books' logs from growing", async () => {
  await asOwner(THROW_AWAY);
  const other = newId();
  await ledger.database.db.write({ tenantId: other }, async (tx) => {
    const book = await ledger.port.inTx(tx, other);
    const [a, b] = [newId(), newId()];
    await book.openAccounts([a, b].map((id) => ({ id, name: 'a', kind: 'liability', asset: 'EUR/2', managedBy: undefined })));
    await book.transfer([ledger.draft(a, b)]);
  });
  await expect(grow()).rejects.toMatchObject({ code: 'heads.log_lost' });
  expect(await ledger.database.admin('select tenant_id from ledger.log_head')).toEqual([{ tenant_id: other }]);
});
