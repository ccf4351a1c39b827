import type { Uuid } from '../../base/id.ts';
import { dates, instants, integers, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { Route } from '../liquidity/route.ts';
import type { Hold } from '../payment/hold-rows.ts';
import type { QueueEntry } from './entry.ts';

/** A bundle that begins to wait, behind all others of its class: acts of a book follow one another, and so do their places. */
export const queueEntryRows: RowSet<Omit<QueueEntry, 'position'>> = {
  name: 'settlement.queue_entry',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.queue_entry (tenant_id, id, kind, priority, position, payers, legs, entered_at, expires_at, due, screening_set)
       select (select infra.tenant_id()), n.id, n.kind, n.priority, nextval('settlement.queue_position'),
              array(select p::uuid from jsonb_array_elements_text(n.payers) p), n.legs, n.entered_at, n.expires_at, n.due, n.screening_set
         from (select unnest($1::uuid[]) as id, unnest($2::text[]) as kind, unnest($3::bigint[])::integer as priority,
                      unnest($4::jsonb[]) as payers, unnest($5::jsonb[]) as legs, unnest($6::timestamptz[]) as entered_at,
                      unnest($7::timestamptz[]) as expires_at, unnest($8::date[]) as due, unnest($9::bigint[]) as screening_set) n`,
      [
        uuids(values.map((entry) => entry.id)),
        texts(values.map((entry) => entry.kind)),
        integers(values.map((entry) => entry.priority)),
        jsonbs(values.map((entry) => entry.payers)),
        jsonbs(values.map((entry) => entry.legs.map((leg) => ({ ...leg, units: leg.units.toString() })))),
        instants(values.map((entry) => entry.enteredAt)),
        instants(values.map((entry) => entry.expiresAt)),
        dates(values.map((entry) => entry.due)),
        integers(values.map((entry) => entry.screeningSet ?? null)),
      ],
    );
  },
};

/** How an entry leaves the queue. Claimed by its being there, so that it leaves once, whoever tries. */
export type QueueExit = { entryId: Uuid; actorName: string; transferId?: Uuid } & (
  | { outcome: 'settled'; settlementId: Uuid }
  | { outcome: 'rejected'; reason: { code: string; text: string } }
  | { outcome: 'held'; hold: Hold }
);

/** Those of the ids that do not wait, or no more. */
async function gone(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: Uuid }>(
    `select k.id from unnest($1::uuid[]) as k (id)
      where not exists (select from settlement.queue_entry e where e.tenant_id = (select infra.tenant_id()) and e.id = k.id)`,
    [uuids(ids)],
  );
  return new Set(rows.map((row) => row.id));
}

export const queueExitRows: RowSet<QueueExit> = {
  name: 'settlement.queue_exit',
  keys: (exit) => [exit.entryId],
  taken: gone,
  async write(tx, rows) {
    const left = rows.filter(({ value }) => value.outcome !== 'held');
    if (left.length > 0) await writeExits(tx, left);
    if (left.length < rows.length) await writeHolds(tx, rows);
  },
};

type Exits = Parameters<typeof queueExitRows.write>[1];

async function writeExits(tx: Tx, rows: Exits): Promise<void> {
  const values = rows.map((row) => row.value);
  await tx.query(
    `with exits as materialized (
         select unnest($1::uuid[]) as entry_id, unnest($2::text[]) as outcome, unnest($3::text[]) as reason_code, unnest($4::text[]) as reason_text,
                unnest($5::uuid[]) as settlement_id, unnest($6::uuid[]) as transfer_id, unnest($7::text[]) as actor_name,
                unnest($8::timestamptz[]) as decided_at, unnest($9::bigint[]) as seq),
       gone as (delete from settlement.queue_entry e using exits x
                 where e.tenant_id = (select infra.tenant_id()) and e.id = x.entry_id returning e.id, e.kind, e.entered_at)
       insert into settlement.queue_exit (tenant_id, entry_id, kind, outcome, reason_code, reason_text, settlement_id, transfer_id, actor_name, entered_at, decided_at, seq)
       select (select infra.tenant_id()), x.entry_id, g.kind, x.outcome, x.reason_code, x.reason_text, x.settlement_id, x.transfer_id, x.actor_name,
              g.entered_at, x.decided_at, x.seq
         from exits x join gone g on g.id = x.entry_id`,
    [
      uuids(values.map((exit) => exit.entryId)),
      texts(values.map((exit) => exit.outcome)),
      texts(values.map((exit) => (exit.outcome === 'rejected' ? exit.reason.code : null))),
      texts(values.map((exit) => (exit.outcome === 'rejected' ? exit.reason.text : null))),
      uuids(values.map((exit) => (exit.outcome === 'settled' ? exit.settlementId : null))),
      uuids(values.map((exit) => exit.transferId ?? null)),
      texts(values.map((exit) => exit.actorName)),
      instants(rows.map((row) => row.atMs)),
      integers(rows.map((row) => row.seq)),
    ],
  );
}

/** What is held is no longer in the queue, and keeps its place for when it is released. */
async function writeHolds(tx: Tx, rows: Exits): Promise<void> {
  const held = rows.flatMap(({ value, atMs }) => (value.outcome === 'held' ? [{ ...value, atMs }] : []));
  await tx.query(
    `with holds as materialized (
       select unnest($1::uuid[]) as id, unnest($2::uuid[]) as entry_id, unnest($3::bigint[]) as screening_set, unnest($4::jsonb[]) as hits,
              unnest($5::timestamptz[]) as held_at),
     gone as (delete from settlement.queue_entry e using holds h
               where e.tenant_id = (select infra.tenant_id()) and e.id = h.entry_id
              returning e.tenant_id, e.id, e.priority, e.position, e.entered_at, e.legs -> 0 as leg)
     insert into settlement.payment_hold (tenant_id, id, payment_id, debtor_agent_id, creditor_agent_id, screening_set, hits, place, priority, position, entered_at, held_at)
     select g.tenant_id, h.id, g.id, (g.leg ->> 'debtor')::uuid, (g.leg ->> 'creditor')::uuid, h.screening_set, h.hits, 'queue', g.priority, g.position,
            g.entered_at, h.held_at
       from holds h join gone g on g.id = h.entry_id`,
    [
      uuids(held.map(({ hold }) => hold.id)),
      uuids(held.map(({ entryId }) => entryId)),
      integers(held.map(({ hold }) => hold.screening.set)),
      jsonbs(held.map(({ hold }) => hold.screening.hits)),
      instants(held.map(({ atMs }) => atMs)),
    ],
  );
}

/** Notes that the parties of entries were screened against newer lists. Claims nothing: what left meanwhile is not noted. */
export const queueScreeningRows: RowSet<{ entryIds: readonly Uuid[]; set: number }> = {
  name: 'settlement.queue_screening',
  async write(tx, rows) {
    for (const { value } of rows) {
      await tx.query(
        `update settlement.queue_entry e set screening_set = $2
          where e.tenant_id = (select infra.tenant_id()) and e.id = any ($1::uuid[])`,
        [uuids(value.entryIds), value.set],
      );
    }
  },
};

/** A new class and place of an entry that waits; behind all others of the class without a place. */
export type QueueMove = { entryId: Uuid; priority: number; position?: bigint };

/** Moves within the queue. Claims nothing: what left meanwhile is not moved. */
export const queueMoveRows: RowSet<QueueMove> = {
  name: 'settlement.queue_move',
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `update settlement.queue_entry e set priority = m.priority::integer, position = coalesce(m.position, nextval('settlement.queue_position'))
         from (select distinct on (id) id, priority, position
                 from unnest($1::uuid[], $2::bigint[], $3::bigint[]) with ordinality a (id, priority, position, n)
                order by id, n desc) m
        where e.tenant_id = (select infra.tenant_id()) and e.id = m.id`,
      [
        uuids(values.map((move) => move.entryId)),
        integers(values.map((move) => move.priority)),
        integers(values.map((move) => move.position ?? null)),
      ],
    );
  },
};

/** Bundles that settled together: how they were found, and by currency what they came to and what was moved for it. */
export type QueueSettlement = {
  id: Uuid;
  step: 'direct' | 'bilateral' | 'multilateral';
  entries: number;
  totals: readonly { asset: string; entries: number; gross: bigint; net: bigint }[];
};

export const queueSettlementRows: RowSet<QueueSettlement> = {
  name: 'settlement.queue_settlement',
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    const totals = values.map((one) => one.totals.map((t) => ({ ...t, gross: t.gross.toString(), net: t.net.toString() })));
    await tx.query(
      `insert into settlement.queue_settlement (tenant_id, id, step, entries, totals, settled_at, seq)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::text[]), unnest($3::bigint[])::integer, unnest($4::jsonb[]),
         unnest($5::timestamptz[]), unnest($6::bigint[])`,
      [
        uuids(values.map((one) => one.id)),
        texts(values.map((one) => one.step)),
        integers(values.map((one) => one.entries)),
        jsonbs(totals),
        instants(rows.map((row) => row.atMs)),
        integers(rows.map((row) => row.seq)),
      ],
    );
  },
};

/** The way a payment was sent. */
export type RouteRow = { paymentId: Uuid; debtorAgentId: Uuid } & Route;

/** What was asked for of a payment that is held; without a row, nothing but its turn. */
export const askedPriorityRows: RowSet<{ paymentId: Uuid; priority: Route['priority'] }> = {
  name: 'settlement.asked_priority',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.asked_priority (tenant_id, payment_id, priority)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::text[])`,
      [uuids(values.map((one) => one.paymentId)), texts(values.map((one) => one.priority))],
    );
  },
};

export async function askedPriority(tx: Tx, tenantId: Uuid, paymentId: Uuid): Promise<Route['priority']> {
  const [row] = await tx.query<{ priority: Route['priority'] }>(
    'select priority from settlement.asked_priority where tenant_id = $1 and payment_id = $2',
    [tenantId, paymentId],
  );
  return row?.priority ?? 'normal';
}

export const routeRows: RowSet<RouteRow> = {
  name: 'settlement.payment_route',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.payment_route (tenant_id, payment_id, debtor_agent_id, route, priority, rule, reason)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[])`,
      [
        uuids(values.map((one) => one.paymentId)),
        uuids(values.map((one) => one.debtorAgentId)),
        texts(values.map((one) => one.kind)),
        texts(values.map((one) => one.priority)),
        texts(values.map((one) => one.rule)),
        texts(values.map((one) => one.reason)),
      ],
    );
  },
};
