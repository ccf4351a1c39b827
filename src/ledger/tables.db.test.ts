import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../test/support/ledger.ts';
import { newId, type Uuid } from '../base/id.ts';
import type { NamedRole } from '../infra/postgres/db.ts';

let ledger: TestLedger;
const [bank, otherBank] = [newId(), newId()];
let mine: Uuid;
let theirs: Uuid;
let house: Uuid;
beforeAll(async () => {
  ledger = await createTestLedger();
  [mine, theirs, house] = (await ledger.open({ memberId: bank, managedBy: 'settlement' }, { memberId: otherBank }, {})) as [
    Uuid,
    Uuid,
    Uuid,
  ];
  const { port, tenantId } = ledger;
  await port.enact({ tenantId, transfers: [ledger.draft(house, mine), ledger.draft(house, theirs, { kind: 'pending' })] });
});
afterAll(() => ledger.close());

const counts = async (scope: { tenantId?: Uuid; memberId?: Uuid }): Promise<Record<string, number>> =>
  ledger.database.db.read(scope, async (tx) => {
    const tables = ['account', 'balance', 'transfer', 'hold', 'book'];
    const found: [string, number][] = [];
    for (const table of tables) found.push([table, (await tx.query(`select 1 from ledger.${table}`)).length]);
    return Object.fromEntries(found);
  });

describe('rows are seen', () => {
  test('by their tenant, all of them', async () => {
    expect(await counts({ tenantId: ledger.tenantId })).toEqual({ account: 3, balance: 3, transfer: 2, hold: 1, book: 1 });
  });
  test('by no other tenant and not without a tenant', async () => {
    const none = { account: 0, balance: 0, transfer: 0, hold: 0, book: 0 };
    expect(await counts({ tenantId: newId() })).toEqual(none);
    expect(await counts({})).toEqual(none);
  });
  test('by a member as far as they touch its own accounts', async () => {
    expect(await counts({ tenantId: ledger.tenantId, memberId: bank })).toEqual({ account: 1, balance: 1, transfer: 1, hold: 0, book: 1 });
    expect(await counts({ tenantId: ledger.tenantId, memberId: otherBank })).toEqual({
      account: 1,
      balance: 1,
      transfer: 1,
      hold: 1,
      book: 1,
    });
    expect(await counts({ tenantId: ledger.tenantId, memberId: newId() })).toMatchObject({ account: 0, transfer: 0, hold: 0 });
  });
});

const CHANGES = [
  'update ledger.transfer set units = 1',
  'delete from ledger.transfer',
  'truncate ledger.transfer',
  'delete from ledger.account',
  `update ledger.account set name = 'x'`,
  'update ledger.account set managed_by = null',
  'truncate ledger.hold',
  'delete from ledger.hold',
  `update ledger.log_head set root = root`,
  'delete from ledger.book',
];

describe('what is written stays', () => {
  const roles: (NamedRole | undefined)[] = [undefined, 'rialto_writer', 'rialto_relay', 'rialto_verify'];
  test.each(CHANGES.flatMap((sql) => roles.map((role) => [sql, role] as const)))('%s is refused to %s', async (sql, role) => {
    const work = ledger.database.db.write({ tenantId: ledger.tenantId, ...(role && { role }) }, (tx) => tx.query(sql));
    await expect(work).rejects.toMatchObject({ code: '42501' });
  });

  test.each(CHANGES.filter((sql) => !sql.includes('log_head')))('%s is refused even to the owner of the tables', async (sql) => {
    // Policies hide the rows from the owner too; they are lifted for this one test of the triggers.
    const lifted = `do $$ begin set local role rialto_owner; alter table ledger.${/ledger\.(\w+)/.exec(sql)![1]} no force row level security; ${sql}; end $$`;
    await expect(ledger.database.admin(lifted)).rejects.toMatchObject({ code: '23001' });
  });

  test('the application itself cannot write to the books', async () => {
    const work = ledger.database.db.write({ tenantId: ledger.tenantId }, (tx) =>
      tx.query('insert into ledger.failed_transfer values ($1, $2, $3, now())', [ledger.tenantId, newId(), 'exceeds_credits']),
    );
    await expect(work).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    [1, [7, 9, 3, 0, 0, 0, 0, 0], 'debit_account_debits_within_credits'],
    [2, [9, 7, 0, 3, 0, 0, 0, 0], 'debit_account_credits_within_debits'],
    [4, [0, 0, 0, 0, 7, 9, 3, 0], 'credit_account_debits_within_credits'],
    [8, [0, 0, 0, 0, 9, 7, 0, 3], 'credit_account_credits_within_debits'],
    [0, [0, 0, 0, 0, 0, 0, 0, -1], 'transfer_check'],
  ] as const)('a balance beyond limit %i is refused by the table itself', async (limits, sums, constraint) => {
    const { tenantId, database } = ledger;
    const insert = (bits: number): Promise<unknown> =>
      database.admin(
        `begin; insert into ledger.transfer (tenant_id, seq, id, debit_account_id, credit_account_id, recorded_at, kind, asset, units,
          debit_debits_posted, debit_credits_posted, debit_debits_pending, debit_credits_pending,
          credit_debits_posted, credit_credits_posted, credit_debits_pending, credit_credits_pending, limits)
        values ('${tenantId}', 1000000, '${newId()}', '${newId()}', '${newId()}', now(), 'posted', 'EUR/2', 1, ${sums.join()}, ${bits}); rollback`,
      );
    await expect(insert(limits)).rejects.toMatchObject({ constraint });
    if (limits > 0) await insert(0);
  });

  test('every table of the ledger is protected', async () => {
    const open = await ledger.database.admin(
      `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'ledger' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)`,
    );
    expect(open).toEqual([]);
  });
});
