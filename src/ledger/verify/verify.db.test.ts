import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../../test/support/ledger.ts';
import { expireHolds } from '../expire-holds.ts';
import { growLogs } from '../log/grow.ts';
import type { Rule } from './findings.ts';
import { verifyLedger, type VerifyReport } from './verify.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
  const { port, tenantId, clock, database, writers } = ledger;
  const [a, b, limited] = await ledger.open({}, {}, { debitsMustNotExceedCredits: true });
  const posted = Array.from({ length: 600 }, () => ledger.draft(a!, b!, { units: 3n }));
  const [held, late, spared] = [{}, { timeoutMs: 5 }, {}].map((more) => ledger.draft(a!, limited!, { kind: 'pending', ...more }));
  await port.enact({ tenantId, transfers: [...posted, held!, late!, spared!] });
  await port.enact({ tenantId, transfers: [ledger.draft(a!, limited!, { kind: 'post', pendingId: held!.id, units: 60n })] });
  await port.enact({ tenantId, transfers: [ledger.draft(limited!, a!, { units: 61n })] });
  clock.advance(10);
  await expireHolds({ db: database.db, clock, writers });
  await growLogs({ db: database.db, clock, heads: ledger.heads });
});
afterAll(() => ledger.close());

const verify = (accountsAtOnce?: number): Promise<VerifyReport> =>
  ledger.database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx, { ...(accountsAtOnce && { accountsAtOnce }) }));

test('an honest book is found honest, in one pass or several', async () => {
  const honest = {
    ok: true,
    findings: [],
    books: [{ tenantId: ledger.tenantId, transfers: 605, accounts: 3, logged: 605, noted: 0, problems: 0 }],
  };
  expect(await verify()).toEqual(honest);
  expect(await verify(1)).toEqual(honest);
});

/** What someone with all rights might do, and which rules must notice. */
const FORGERIES: [string, string, Rule[]][] = [
  [
    'an amount is changed',
    'update ledger.transfer set units = units + 1 where seq = 10',
    ['running_sum', 'log_tile', 'log_head', 'balance'],
  ],
  ['a reference is changed', `update ledger.transfer set reference = 'other' where seq = 10`, ['log_tile', 'log_head']],
  ['a time is moved back', `update ledger.transfer set recorded_at = recorded_at - interval '1 day' where seq = 300`, ['time', 'log_tile']],
  ['a transfer is removed', 'delete from ledger.transfer where seq = 17', ['sequence', 'running_sum']],
  ['the last transfer is removed', 'delete from ledger.transfer where seq = 605', ['sequence', 'log_head']],
  [
    'two accounts of a transfer are exchanged',
    'update ledger.transfer set debit_account_id = credit_account_id, credit_account_id = debit_account_id where seq = 9',
    ['running_sum', 'log_tile'],
  ],
  ['a past balance is changed', 'update ledger.transfer set debit_debits_posted = 0 where seq = 50', ['running_sum']],
  [
    'a balance is changed',
    `update ledger.transfer set credit_credits_posted = credit_credits_posted + 5 where seq = 605`,
    ['running_sum', 'balance', 'conservation'],
  ],
  ['an account is lost', 'delete from ledger.account where debits_limited', ['account', 'conservation']],
  ['an account changes its asset', `update ledger.account set asset = 'USD/2' where debits_limited`, ['asset']],
  ['a limit is put on afterwards', 'update ledger.account set debits_limited = true where not debits_limited', ['limit']],
  ['a settled hold is opened again', `update ledger.hold set state = 'pending', resolved_by = null where state = 'posted'`, ['hold']],
  ['a hold is lost', `delete from ledger.hold where state = 'pending'`, ['hold']],
  ['a hold is given more time', `update ledger.hold set due_at = now() where state = 'pending'`, ['hold']],
  [
    'a hold is settled by nothing',
    `update ledger.hold set state = 'voided', resolved_by = gen_random_uuid() where state = 'pending'`,
    ['hold'],
  ],
  [
    'a post names another pending transfer',
    `update ledger.transfer set pending_id = (select id from ledger.transfer where seq = 603) where kind = 'post'`,
    ['hold'],
  ],
  ['a post takes more than was pending', `update ledger.transfer set units = 500 where kind = 'post'`, ['settlement', 'running_sum']],
  [
    'a spent id stands in the book',
    `insert into ledger.failed_transfer select tenant_id, id, 'exceeds_credits', now() from ledger.transfer where seq = 1`,
    ['failed_id'],
  ],
  ['the sequence runs ahead', 'update ledger.book set seq = seq + 1', ['sequence']],
  [
    'a tile is changed',
    `update ledger.log_tile set hashes = set_byte(hashes, 7, get_byte(hashes, 7) # 1) where level = 0 and index = 1`,
    ['log_tile'],
  ],
  [
    'an upper tile is changed',
    `update ledger.log_tile set hashes = set_byte(hashes, 7, get_byte(hashes, 7) # 1) where level = 1`,
    ['log_tile'],
  ],
  ['a tile is lost', 'delete from ledger.log_tile where level = 0 and index = 0', ['log_tile']],
  ['a head is changed', 'update ledger.log_head set root = sha256(root)', ['log_head']],
  ['a head runs ahead', 'insert into ledger.log_head select tenant_id, size + 9, root, frontier, at from ledger.log_head', ['log_head']],
];

describe('it is noticed when', () => {
  test.each(FORGERIES)('%s', async (_, sql, rules) => {
    const { database } = ledger;
    // As superuser, past triggers and constraints, and undone afterwards.
    const tables = ['book', 'account', 'transfer', 'hold', 'failed_transfer', 'log_tile', 'log_head'];
    for (const table of tables) await database.admin(`create table public.kept_${table} as table ledger.${table}`);
    try {
      await database.admin(`begin; set local session_replication_role = replica; ${sql}; commit`);
      const report = await verify();
      expect(report.ok).toBe(false);
      const found = new Set(report.findings.map(({ rule }) => rule));
      expect([...found]).toEqual(expect.arrayContaining(rules));
    } finally {
      const back = tables.map(
        (table) =>
          `delete from ledger.${table}; insert into ledger.${table} select * from public.kept_${table}; drop table public.kept_${table};`,
      );
      await database.admin(`begin; set local session_replication_role = replica; ${back.join(' ')} commit`);
    }
  });

  test('the tests above left the book as it was', async () => {
    expect(await verify()).toMatchObject({ ok: true });
  });
});
