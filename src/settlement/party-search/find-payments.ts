import { isUuid, type Uuid } from '../../base/id.ts';
import { integers } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { FoundNames } from './find-names.ts';

/** What is asked for: the newest payments behind `after`; `limit` when so many of the newest are enough. */
export type Asked = { query: string; names: FoundNames; after: Uuid | undefined; limit: number | undefined };

/** With more than these a search together with other conditions is better done by walking. */
const MOST_PAYMENTS = 10_000;

/**
 * Ids of the payments that a search finds, as far as the transaction may see them: by end-to-end id, by UETR, under the
 * names that were found, and among those too new to be under names by looking at each. Undefined when there are too many.
 */
export async function findPayments(tx: Tx, tenantId: Uuid, { query, names, after, limit }: Asked): Promise<Uuid[] | undefined> {
  const values: unknown[] = [tenantId];
  const place = (value: unknown) => `$${values.push(value)}`;
  const text = `${place(query)}::text`;
  const most = place(limit ?? MOST_PAYMENTS + 1);
  const behind = (column: string) => (after === undefined ? '' : `and ${column} < ${place(after)}::uuid`);
  const payments = (condition: string) => `select x.id from settlement.payment x where x.tenant_id = $1 and ${condition} ${behind('x.id')}`;
  const newest = (column: string) => `order by ${column} desc limit ${most}`;
  // As near to the words of the search as SQL comes without writing names in other letters.
  const inName = (party: string) =>
    `position(' ' || lower(${text}) in ' ' || translate(lower(x.${party} ->> 'name'), '-.,()/&', '       ')) > 0`;
  // Each way has an index. As one condition with `or` the payments would be walked from the newest on.
  const ways = [
    payments(`x.end_to_end_id = ${text}`),
    ...(isUuid(query.toLowerCase()) ? [payments(`x.uetr = ${place(query.toLowerCase())}::uuid`)] : []),
    `select n.payment_id from unnest(${place(integers(names.keys))}::bigint[]) as k (name_key)
      cross join lateral (
        select n.payment_id from settlement.party_payment n where n.tenant_id = $1 and n.name_key = k.name_key ${behind('n.payment_id')} ${newest('n.payment_id')}) n`,
    `(${payments(`x.id > ${place(names.lookFrom)}::uuid and (${inName('debtor')} or ${inName('creditor')})`)} ${newest('x.id')})`,
  ];
  const rows = await tx.query<{ id: Uuid }>(`select id from (${ways.join(' union ')}) as found (id) ${newest('id')}`, values);
  return limit === undefined && rows.length > MOST_PAYMENTS ? undefined : rows.map(({ id }) => id);
}
