import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, integers, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { endOfPrefix } from './words.ts';

/** How far the search has been filled. */
export type SearchState = {
  /** The last event that was taken. */
  eventSeq: number;
  /** While it is filled for the first time: the last payment that was taken, in order of ids. */
  filledTo: Uuid | null;
  filled: boolean;
  /** What was received before is in the search, once it is filled. */
  coversUntil: Millis;
};

export async function readState(tx: Tx, tenantId: Uuid): Promise<SearchState | undefined> {
  const [row] = await tx.query<Omit<SearchState, 'eventSeq'> & { eventSeq: bigint }>(
    `select event_seq as "eventSeq", filled_to as "filledTo", filled, covers_until as "coversUntil" from settlement.party_search where tenant_id = $1`,
    [tenantId],
  );
  return row && { ...row, eventSeq: Number(row.eventSeq) };
}

export async function putState(tx: Tx, tenantId: Uuid, state: SearchState): Promise<void> {
  await tx.query(
    `insert into settlement.party_search (tenant_id, event_seq, filled_to, filled, covers_until) values ($1, $2, $3, $4, $5::timestamptz)
     on conflict (tenant_id) do update set event_seq = excluded.event_seq, filled_to = excluded.filled_to, filled = excluded.filled,
       covers_until = excluded.covers_until`,
    [tenantId, state.eventSeq, state.filledTo, state.filled, instant(state.coversUntil)],
  );
}

/** The names of the parties of a payment and of whom they act for, and whose it is. */
export type PartiesRow = { id: Uuid; names: string[]; debtorAgentId: Uuid; creditorAgentId: Uuid };

const PARTIES = `id, array_remove(array[debtor ->> 'name', creditor ->> 'name', debtor -> 'ultimate' ->> 'name', creditor -> 'ultimate' ->> 'name', debtor -> 'initiator' ->> 'name'], null) as names,
  debtor_agent_id as "debtorAgentId", creditor_agent_id as "creditorAgentId"`;

/** Payments behind an id, the oldest first. */
export async function partiesAfter(tx: Tx, tenantId: Uuid, after: Uuid | null, limit: number): Promise<PartiesRow[]> {
  return tx.query(`select ${PARTIES} from settlement.payment where tenant_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`, [
    tenantId,
    after,
    limit,
  ]);
}

export async function partiesOf(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<PartiesRow[]> {
  return tx.query(`select ${PARTIES} from settlement.payment where tenant_id = $1 and id = any($2::uuid[])`, [tenantId, uuids(ids)]);
}

/** A name that leads to a payment. */
export type Link = { key: bigint; payment: PartiesRow };

/** Adds payments under their names; what is there already stays. In order of the index, so that neighbours are written together. */
export async function insertLinks(tx: Tx, tenantId: Uuid, links: readonly Link[]): Promise<void> {
  const sorted = links.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.payment.id < b.payment.id ? -1 : 1));
  await tx.query(
    `insert into settlement.party_payment (tenant_id, name_key, payment_id, debtor_agent_id, creditor_agent_id)
     select $1, unnest($2::bigint[]), unnest($3::uuid[]), unnest($4::uuid[]), unnest($5::uuid[]) on conflict do nothing`,
    [
      tenantId,
      integers(sorted.map(({ key }) => key)),
      uuids(sorted.map(({ payment }) => payment.id)),
      uuids(sorted.map(({ payment }) => payment.debtorAgentId)),
      uuids(sorted.map(({ payment }) => payment.creditorAgentId)),
    ],
  );
}

/** Adds the words that lead to names. */
export async function insertWords(tx: Tx, tenantId: Uuid, words: readonly { word: string; key: bigint }[]): Promise<void> {
  await tx.query(
    `insert into settlement.party_word (tenant_id, word, name_key) select $1, unnest($2::text[]), unnest($3::bigint[]) on conflict do nothing`,
    [tenantId, texts(words.map(({ word }) => word)), integers(words.map(({ key }) => key))],
  );
}

/** Names that have, for each prefix, a word that begins so; at most `limit` of them. */
export async function namesWith(tx: Tx, tenantId: Uuid, prefixes: readonly string[], limit: number): Promise<bigint[]> {
  const values: unknown[] = [tenantId];
  const place = (value: unknown) => `$${values.push(value)}`;
  const ranges = prefixes.map(
    (prefix) =>
      `select name_key from settlement.party_word where tenant_id = $1 and word >= ${place(prefix)}::text collate "C" and word < ${place(endOfPrefix(prefix))}::text collate "C"`,
  );
  // A word may begin as several prefixes ask; what is asked twice needs only be there once.
  const rows = await tx.query<{ name_key: bigint }>(`${ranges.join(' intersect ')} limit ${place(limit)}`, values);
  return [...new Set(rows.map((row) => row.name_key))];
}
