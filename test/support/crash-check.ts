import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { fromWireId } from '../../src/base/id.ts';
import { attachEmbedded } from '../../src/infra/postgres/attach.ts';
import { connectionConfig } from '../../src/infra/postgres/connection.ts';
import type { Journal } from './crash-load.ts';

/**
 * What must hold in every snapshot of the tables, whenever the crash was: each query finds the rows that contradict. Own
 * SQL, past every policy, so that no code of the product vouches for itself.
 */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  'a payment that moved money has exactly one transfer of its amount, and one obligation if it is reserved': `
    select p.end_to_end_id from settlement.payment p
      left join ledger.transfer t on t.tenant_id = p.tenant_id and t.id = p.transfer_id and t.units = p.units and t.asset = p.asset and t.seq = p.seq
      left join settlement.obligation o on o.tenant_id = p.tenant_id and o.payment_id = p.id and o.units = p.units and o.asset = p.asset
        and o.seq = p.seq and o.debtor_agent_id = p.debtor_agent_id and o.creditor_agent_id = p.creditor_agent_id
     group by p.tenant_id, p.id, p.end_to_end_id, p.decision
    having count(distinct t.id) <> (p.decision in ('reserved', 'settled'))::int or count(o.payment_id) <> (p.decision = 'reserved')::int`,
  'every obligation belongs to a reserved payment': `
    select o.seq from settlement.obligation o
     where not exists (select from settlement.payment p where p.tenant_id = o.tenant_id and p.id = o.payment_id and p.decision = 'reserved')`,
  'an end-to-end id was taken once': `select end_to_end_id from settlement.payment group by 1 having count(*) > 1`,
  'every payment stands once in the audit log, with what was decided': `
    select p.end_to_end_id, count(a.id) from settlement.payment p left join (
        select tenant_id, id, outcome, unnest(coalesce(subjects, array[subject])) as subject from access.audit) a
        on a.tenant_id = p.tenant_id and a.subject = 'pay_' || replace(p.id::text, '-', '') and a.outcome = p.decision
     group by 1 having count(a.id) <> 1`,
  'windows follow one another without gap or overlap, and only the last one is open': `
    select number from (select number, state, from_seq, lag(to_seq, 1, 0) over w as before, lag(number, 1, 0) over w as previous,
        lead(number) over w as next from settlement.netting_window window w as (partition by tenant_id order by number)) as w
     where from_seq <> before or number <> previous + 1 or (state = 'open') <> (next is null)`,
  'the positions of a window add up to zero in each currency': `
    select window_id, asset from settlement.position group by 1, 2 having sum(net) <> 0 or sum(incoming) <> sum(outgoing)`,
  'the gross of a netted window is what its obligations come to': `
    select w.number, o.asset from settlement.netting_window w
      join settlement.obligation o on o.tenant_id = w.tenant_id and o.seq > w.from_seq and o.seq <= w.to_seq
      left join settlement.window_currency c on c.tenant_id = w.tenant_id and c.window_id = w.id and c.asset = o.asset
     where w.state in ('netted', 'settled') group by w.number, o.asset, c.gross, c.payments
    having sum(o.units) is distinct from c.gross or count(*) is distinct from c.payments`,
  'a settled window has all of its transfers, any other none': `
    select w.number from settlement.netting_window w
      left join ledger.transfer t on t.tenant_id = w.tenant_id and t.reference = 'win_' || replace(w.id::text, '-', '')
     group by w.tenant_id, w.id, w.number, w.transfers, w.finality_seq
    having count(t.id) <> coalesce(w.transfers, 0) or max(t.seq) is distinct from w.finality_seq`,
  'what is set aside is what is owed in windows that are not settled': `
    select a.participant_id, a.asset, b.credits_posted - b.debits_posted as reserved, sum(o.units) as owed from settlement.participant_account a
      join ledger.balance b on b.tenant_id = a.tenant_id and b.account_id = a.reserve_account_id
      left join (select o.* from settlement.obligation o cross join lateral (
           select w.state from settlement.netting_window w where w.tenant_id = o.tenant_id and w.from_seq < o.seq order by w.from_seq desc limit 1) w
         where w.state <> 'settled') o on o.tenant_id = a.tenant_id and o.debtor_agent_id = a.participant_id and o.asset = a.asset
     group by a.participant_id, a.asset, b.credits_posted, b.debits_posted having b.credits_posted - b.debits_posted <> coalesce(sum(o.units), 0)`,
  'clearing accounts are empty and custody holds what was funded': `
    select s.role, s.asset from settlement.system_account s join ledger.balance b on b.tenant_id = s.tenant_id and b.account_id = s.account_id
     where b.debits_posted - b.credits_posted <>
       case s.role when 'clearing' then 0 else (select sum(units) from settlement.funding f where f.tenant_id = s.tenant_id and f.asset = s.asset) end`,
  'a balance is what its transfers come to': `
    select b.account_id, b.debits_posted, d.units as debits, b.credits_posted, c.units as credits from ledger.balance b
      left join (select tenant_id, debit_account_id as id, sum(units) as units from ledger.transfer group by 1, 2) d on d.tenant_id = b.tenant_id and d.id = b.account_id
      left join (select tenant_id, credit_account_id as id, sum(units) as units from ledger.transfer group by 1, 2) c on c.tenant_id = b.tenant_id and c.id = b.account_id
     where b.debits_posted <> coalesce(d.units, 0) or b.credits_posted <> coalesce(c.units, 0)`,
  'what was queued waits, or has left the queue once': `
    select p.end_to_end_id from settlement.payment p
      left join settlement.queue_entry e on e.tenant_id = p.tenant_id and e.id = p.id
      left join settlement.queue_exit q on q.tenant_id = p.tenant_id and q.entry_id = p.id
     where (e.id is not null)::int + (q.entry_id is not null)::int <> (p.decision = 'queued')::int`,
  'a set that left the queue moved for each bank what its payments and exchanges come to': `
    with legs as (
      select q.settlement_id, p.debtor_agent_id::text as debtor, p.creditor_agent_id::text as creditor, p.asset, p.units
        from settlement.queue_exit q join settlement.payment p on p.tenant_id = q.tenant_id and p.id = q.entry_id where q.outcome = 'settled'
      union all
      select q.settlement_id, l ->> 'debtor', l ->> 'creditor', l ->> 'asset', (l ->> 'units')::numeric
        from settlement.queue_exit q join settlement.fx_trade f on f.tenant_id = q.tenant_id and f.id = q.entry_id
       cross join lateral jsonb_array_elements(f.legs) l where q.outcome = 'settled'),
    owed as (
      select settlement_id, party, asset, sum(units) as units from (
        select settlement_id, debtor as party, asset, -units as units from legs union all select settlement_id, creditor, asset, units from legs) x
       group by 1, 2, 3),
    moved as (
      select s.id as settlement_id, a.participant_id::text as party, t.asset,
             sum(case when a.settlement_account_id = t.credit_account_id then t.units else -t.units end) as units
        from settlement.queue_settlement s
        join ledger.transfer t on t.tenant_id = s.tenant_id and t.reference = 'qst_' || replace(s.id::text, '-', '')
        join settlement.participant_account a on a.settlement_account_id in (t.debit_account_id, t.credit_account_id)
       group by 1, 2, 3)
    select * from owed full join moved using (settlement_id, party, asset) where coalesce(owed.units, 0) <> coalesce(moved.units, 0)`,
  'an exchange has all of its legs as transfers, or none': `
    select f.id from settlement.fx_trade f
      left join ledger.transfer t on t.tenant_id = f.tenant_id and t.reference = 'fxt_' || replace(f.id::text, '-', '')
     group by f.tenant_id, f.id, f.decision, f.legs
    having count(t.id) <> case f.decision when 'settled' then jsonb_array_length(f.legs) else 0 end`,
  'money was brought in once for each reference': `select reference from settlement.funding where reference <> 'OPENING' group by 1 having count(*) > 1`,
  'every transfer belongs to a payment, a window, a set of the queue, an exchange or a funding': `
    select t.id, t.reference from ledger.transfer t
     where not exists (select from settlement.payment p where p.tenant_id = t.tenant_id and p.transfer_id = t.id)
       and not exists (select from settlement.netting_window w where w.tenant_id = t.tenant_id and t.reference = 'win_' || replace(w.id::text, '-', ''))
       and not exists (select from settlement.queue_settlement s where s.tenant_id = t.tenant_id and t.reference = 'qst_' || replace(s.id::text, '-', ''))
       and not exists (select from settlement.fx_trade f where f.tenant_id = t.tenant_id and t.reference = 'fxt_' || replace(f.id::text, '-', ''))
       and not exists (select from settlement.funding f where f.tenant_id = t.tenant_id and f.transfer_id = t.id)`,
  'events are numbered from one without a gap': `
    select e.tenant_id from infra.event e left join infra.event_head h using (tenant_id)
     group by e.tenant_id, h.seq, h.trimmed having min(e.seq) <> 1 or max(e.seq) <> count(*) or h.seq is distinct from max(e.seq) or h.trimmed <> 0`,
  'no event is published twice': `select id from infra.event group by 1 having count(*) > 1`,
};

/** What must hold besides, once everything that was begun has come to its end. */
const LEFT_OVER: Readonly<Record<string, string>> = {
  'nothing waits for the relay': `select stamp from infra.outbox_stamp`,
  'every payment was told to the world once, and once more when it left the queue': `
    select p.end_to_end_id, count(e.id) from settlement.payment p left join infra.event e
        on e.tenant_id = p.tenant_id and e.subject = 'pay_' || replace(p.id::text, '-', '') and e.type in ('settlement.payment_recorded', 'settlement.payment_ended')
     group by p.tenant_id, p.id, p.end_to_end_id
    having count(e.id) <> 1 + (select count(*) from settlement.queue_exit q where q.tenant_id = p.tenant_id and q.entry_id = p.id)`,
  'nothing waits in the queue, since there is money for all': `select id, kind from settlement.queue_entry`,
  'every window was told to be cut off once and settled once, its input before its result': `
    select w.number from settlement.netting_window w left join infra.event e
        on e.tenant_id = w.tenant_id and e.subject = 'win_' || replace(w.id::text, '-', '')
     where w.state <> 'open' group by w.number
    having array_agg(e.type order by e.seq) <> array['settlement.window_cut_off', 'settlement.window_settled']`,
  'no window is on its way': `select number, state from settlement.netting_window where state in ('cut_off', 'netted')`,
  'no idempotency key is claimed without an answer': `select key from access.kept_answer where answer is null`,
};

export type Books = {
  /** The guarantees that the tables break at this moment, with the first rows that do; empty when all hold. */
  contradictions(): Promise<object>;
  leftOver(): Promise<object>;
  /** Differences between what clients were told and what stands in the tables. */
  against(journal: Journal): Promise<string[]>;
  counts(): Promise<{ payments: number; windows: number; events: number; transfers: number; released: number; trades: number }>;
};

/** Looks into the database of a running product. */
export function booksOf(dataFolder: string): Books {
  const inSnapshot = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = await connect(dataFolder);
    try {
      // Tables that grow this fast would else be joined row by row.
      await client.query('analyze');
      await client.query('begin isolation level repeatable read read only');
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const broken = (queries: Readonly<Record<string, string>>) =>
    inSnapshot(async (client) => {
      const found: Record<string, object[]> = {};
      for (const [guarantee, query] of Object.entries(queries)) {
        const { rows } = await client.query(`${query} limit 5`);
        if (rows.length > 0) found[guarantee] = rows;
      }
      return found;
    });
  return {
    contradictions: () => broken(CONTRADICTIONS),
    leftOver: () => broken(LEFT_OVER),
    against: (journal) => inSnapshot((client) => compare(client, journal)),
    counts: () =>
      inSnapshot(async (client) => {
        const { rows } = await client.query(
          `select (select count(*)::int from settlement.payment) as payments, (select count(*)::int from settlement.netting_window) as windows,
                  (select count(*)::int from infra.event) as events, (select count(*)::int from ledger.transfer) as transfers,
                  (select count(*)::int from settlement.queue_exit) as released, (select count(*)::int from settlement.fx_trade) as trades`,
        );
        return rows[0];
      }),
  };
}

/** The server may just be on its way back, which it must manage within half a minute. */
async function connect(dataFolder: string): Promise<pg.Client> {
  for (const end = Date.now() + 30_000; ; await delay(20)) {
    try {
      const client = new pg.Client(connectionConfig(attachEmbedded(dataFolder).adminUrl));
      client.on('error', () => {});
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

type Standing = {
  e2e: string;
  id: string;
  decision: string;
  debtor: string;
  creditor: string;
  payee: string;
  asset: string;
  units: string;
};

async function compare(client: pg.Client, { sent, told, windows, funded, traded }: Journal): Promise<string[]> {
  const { rows } = await client.query<Standing>(
    `select p.end_to_end_id as e2e, p.id, p.decision, d.bic as debtor, c.bic as creditor, p.creditor ->> 'name' as payee, p.asset, p.units::text
       from settlement.payment p join settlement.participant d on d.id = p.debtor_agent_id join settlement.participant c on c.id = p.creditor_agent_id`,
  );
  const standing = new Map(rows.map((row) => [row.e2e, row]));
  const settled = await client.query<{ id: string }>(`select id from settlement.netting_window where state = 'settled'`);
  const settledIds = new Set(settled.rows.map(({ id }) => id));
  const brought = await client.query<{ reference: string }>('select reference from settlement.funding');
  const references = new Set(brought.rows.map(({ reference }) => reference));
  const exchanged = await client.query<{ reference: string }>(
    'select p.reference from settlement.fx_proposal p join settlement.fx_trade f on f.tenant_id = p.tenant_id and f.id = p.id',
  );
  const confirmed = exchanged.rows.map(({ reference }) => reference);
  return [
    ...[...told].flatMap(([e2e, { id, status }]) => {
      const row = standing.get(e2e);
      return row?.id === fromWireId(id) && row.decision === status
        ? []
        : [`${e2e} was told to be ${id} ${status}, is ${JSON.stringify(row)}`];
    }),
    ...rows.flatMap((row) => {
      const order = sent.get(row.e2e);
      const content = [row.debtor, row.creditor, row.payee, row.asset, row.units].join();
      const meant = order && [order.debtorAgent, order.creditorAgent, order.creditor.name, order.asset, order.units].join();
      return content === meant ? [] : [`${row.e2e} stands as ${content}, was sent as ${meant}`];
    }),
    ...[...funded].filter((reference) => !references.has(reference)).map((reference) => `${reference} was answered as funded and is not`),
    ...[...traded]
      .filter((reference) => confirmed.filter((one) => one === reference).length !== 1)
      .map((reference) => `${reference} was answered as confirmed and does not stand once`),
    ...[...windows].flatMap(([id, state]) =>
      state === 'settled' && settledIds.has(fromWireId(id)) ? [] : [`window ${id} was answered as ${state} and is not settled`],
    ),
  ];
}
