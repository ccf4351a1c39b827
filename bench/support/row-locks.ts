import pg from 'pg';
import { newId, type Uuid } from '../../src/base/id.ts';
import type { Secret } from '../../src/base/secret.ts';
import { connectionConfig } from '../../src/infra/postgres/connection.ts';

/**
 * What most ledgers do, done well: one transaction for each transfer, which locks its two accounts in the order of their
 * ids, tests the limit, inserts the transfer with the sums after it and updates both balances in one statement; all
 * prepared, on the ledger's own table of transfers and with the same durability. Balances are rows, as such ledgers have
 * them, with room on every page and no index on what changes. Its sequence is PostgreSQL's, so that transfers do not wait
 * for each other's numbers.
 */
export type RowLockLedger = { transfer(connection: number, debit: Uuid, credit: Uuid): Promise<void>; close(): Promise<void> };

const LOCK = {
  name: 'lock',
  text: `select account_id, debits_posted, credits_posted, debits_pending, credits_pending, debits_limited from public.row_lock_balance
    where tenant_id = $1 and account_id in ($2, $3) order by account_id for no key update`,
};
const INSERT = {
  name: 'insert',
  text: `insert into ledger.transfer (tenant_id, seq, id, debit_account_id, credit_account_id, recorded_at, kind, asset, units,
      debit_debits_posted, debit_credits_posted, debit_debits_pending, debit_credits_pending,
      credit_debits_posted, credit_credits_posted, credit_debits_pending, credit_credits_pending)
    values ($1, nextval('public.row_lock_seq'), $2, $3, $4, now(), 'posted', 'EUR/2', $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
};
const UPDATE = {
  name: 'update',
  text: `update public.row_lock_balance set debits_posted = debits_posted + case when account_id = $2 then $4::numeric else 0 end,
      credits_posted = credits_posted + case when account_id = $3 then $4::numeric else 0 end
    where tenant_id = $1 and account_id in ($2, $3)`,
};

const BALANCES = `
  create table public.row_lock_balance (
    tenant_id uuid not null,
    account_id uuid not null,
    debits_posted numeric(38, 0) not null check (debits_posted >= 0),
    credits_posted numeric(38, 0) not null check (credits_posted >= 0),
    debits_pending numeric(38, 0) not null check (debits_pending >= 0),
    credits_pending numeric(38, 0) not null check (credits_pending >= 0),
    debits_limited boolean not null,
    primary key (tenant_id, account_id),
    check (not debits_limited or debits_posted + debits_pending <= credits_posted)
  ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
  grant select, update on public.row_lock_balance to rialto_writer`;

type Locked = Record<'account_id' | 'debits_posted' | 'credits_posted' | 'debits_pending' | 'credits_pending', string> & {
  debits_limited: boolean;
};

export async function createRowLockLedger(adminUrl: Secret, tenantId: Uuid, connections: number): Promise<RowLockLedger> {
  const clients = Array.from({ length: connections }, () => new pg.Client(connectionConfig(adminUrl)));
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0]!.query(BALANCES);
  await clients[0]!.query(
    `insert into public.row_lock_balance select b.*, a.debits_limited from ledger.balance b
      join ledger.account a on a.tenant_id = b.tenant_id and a.id = b.account_id where b.tenant_id = $1`,
    [tenantId],
  );
  await clients[0]!.query('vacuum analyze public.row_lock_balance');
  await clients[0]!.query('create sequence if not exists public.row_lock_seq start 1000000000000 cache 100');
  await clients[0]!.query('grant usage on sequence public.row_lock_seq to rialto_writer');
  await Promise.all(clients.map((client) => client.query('set role rialto_writer')));
  return {
    async transfer(connection, debit, credit) {
      const client = clients[connection]!;
      await client.query('begin');
      const { rows } = await client.query<Locked>({ ...LOCK, values: [tenantId, debit, credit] });
      const from = rows.find((row) => row.account_id === debit)!;
      const to = rows.find((row) => row.account_id === credit)!;
      const debited = BigInt(from.debits_posted) + 100n;
      if (from.debits_limited && debited + BigInt(from.debits_pending) > BigInt(from.credits_posted)) {
        await client.query('rollback');
        return;
      }
      const sums = [debited, from.credits_posted, from.debits_pending, from.credits_pending];
      const others = [to.debits_posted, BigInt(to.credits_posted) + 100n, to.debits_pending, to.credits_pending];
      await client.query({ ...INSERT, values: [tenantId, newId(), debit, credit, 100n, ...sums, ...others] });
      await client.query({ ...UPDATE, values: [tenantId, debit, credit, 100n] });
      await client.query('commit');
    },
    close: async () => void (await Promise.all(clients.map((client) => client.end()))),
  };
}
