import { expect, test } from 'vitest';
import { openEarlierDatabase } from '../../../test/support/earlier-database.ts';
import { newId } from '../../base/id.ts';

test('moves of before are told what they left: what an open window holds out stays out, and what one has published is in it', async () => {
  const { client, upgrade } = await openEarlierDatabase('settlement', '0035');
  const [tenant, bank, first, taking, open, last] = [newId(), newId(), newId(), newId(), newId(), newId()];
  // Rows as they stand, of which each would take a whole day to come about.
  await client.query(`set session_replication_role = replica`);
  const window = (id: string, number: number, state: 'open' | 'settled', groupId: string) =>
    client.query(
      `insert into settlement.netting_window (tenant_id, id, number, state, from_seq, to_seq, opened_at, group_id, input_fixed, finality_seq)
       values ($1, $2, $3, $4, 0, $5, now(), $6, $7, $5)`,
      [tenant, id, number, state, state === 'open' ? null : 1000, groupId, state === 'settled'],
    );
  // Of euros `taking` has published the range 0 to 50, `open` holds what came since; `first` and `last` had euros for a while.
  await window(first, 1, 'settled', 'main');
  await window(taking, 2, 'settled', 'euro');
  await window(open, 3, 'open', 'euro');
  await window(last, 4, 'open', 'main');
  const span = (from: number, to: number | null, after: number | null, id: string) =>
    client.query(
      `insert into settlement.window_span (tenant_id, asset, from_seq, to_seq, after_seq, window_id) values ($1, 'EUR/2', $2, $3, $4, $5)`,
      [tenant, from, to, after, id],
    );
  await span(0, 50, null, taking);
  await span(50, null, 50, open);
  type Row = {
    seq: number;
    step?: number;
    why: string;
    left: string;
    joined?: string;
    held?: boolean;
    returned?: boolean;
    due?: boolean;
  };
  const owe = (seq: number) =>
    client.query(
      `insert into settlement.obligation (tenant_id, seq, payment_id, debtor_agent_id, creditor_agent_id, asset, units, leaf)
       values ($1, $2, $3, $3, $3, 'EUR/2', 1, '')`,
      [tenant, seq, bank],
    );
  for (const seq of [10, 20, 21, 22, 23, 60, 61, 62, 63, 64]) await owe(seq);
  const move = ({ seq, step = 1, why, left, joined, held = false, returned = false }: Row) =>
    client.query(
      `insert into settlement.carried_obligation (tenant_id, seq, step, payment_id, debtor_agent_id, creditor_agent_id, asset, units,
         left_window_id, why, due, default_id, left_at, joined_window_id, held, returned)
       values ($1, $2, $3, $4::uuid, $4, $4, 'EUR/2', 1, $5, $6::text, case when $6 <> 'default' then current_date end, case when $6 = 'default' then $4::uuid end,
               now(), $7, $8, $9)`,
      [tenant, seq, step, bank, left, why, joined, held, returned],
    );
  await move({ seq: 10, why: 'value_date', left: taking, joined: open });
  await move({ seq: 10, step: 2, why: 'default', left: open });
  // Held in `first`, and published by `taking` all the same: held still, waiting, rejected, and in a second window.
  await move({ seq: 20, why: 'hold', left: first, held: true });
  await move({ seq: 21, why: 'hold', left: first });
  await move({ seq: 22, why: 'hold', left: first, returned: true });
  await move({ seq: 23, why: 'hold', left: first, joined: open });
  // Held in `last`, which then gave its euros to `open`; one of them was released.
  await move({ seq: 60, why: 'hold', left: last, held: true });
  await move({ seq: 61, why: 'hold', left: last, returned: true });
  await move({ seq: 62, why: 'hold', left: last });
  await move({ seq: 63, why: 'hold', left: open, held: true });
  await move({ seq: 64, why: 'hold', left: open });
  await client.query(`set session_replication_role = origin`);

  await upgrade();
  const { rows } = await client.query<{ seq: string; step: number; left: string; range: string | null }>(
    `select seq, step, left_window_id as left, range_from as range from settlement.carried_obligation order by seq, step`,
  );
  expect(rows.map(({ seq, step, left, range }) => [Number(seq), step, left, range && Number(range)])).toEqual([
    [10, 1, taking, 0],
    [10, 2, open, null],
    [22, 1, first, null],
    [23, 1, first, null],
    [60, 1, open, 50],
    [61, 1, open, 50],
    [63, 1, open, 50],
  ]);
  // What is in two windows is not moved once more.
  await expect(client.query('update settlement.carried_obligation set joined_window_id = $1 where seq = 22', [open])).rejects.toThrow();
  const { rows: forced } = await client.query(
    `select relname, relforcerowsecurity as forced from pg_class
      where relname in ('carried_obligation', 'window_span', 'netting_window') and relkind = 'r' order by 1`,
  );
  expect(forced).toEqual(['carried_obligation', 'netting_window', 'window_span'].map((relname) => ({ relname, forced: true })));
});
