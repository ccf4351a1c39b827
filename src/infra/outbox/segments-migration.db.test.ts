import { expect, test } from 'vitest';
import { openEarlierDatabase } from '../../../test/support/earlier-database.ts';
import { newId, type Uuid } from '../../base/id.ts';

const EVENTS = `select tenant_id, seq, position, id, type, version::bigint as version, subject, member_ids, at, published_at, data::text as data
  from infra.event order by position`;

test('what was published before keeps its number, its position and all that it says', async () => {
  const { client, upgrade } = await openEarlierDatabase('infra', '0016');
  const [one, two]: [Uuid, Uuid] = [newId(), newId()];
  const publish = async (tenantId: Uuid, from: number, count: number) => {
    await client.query(
      `insert into infra.event (tenant_id, seq, id, type, version, subject, member_ids, at, data)
       select $1::uuid, n, gen_random_uuid(), 'test.' || n % 3, 2, 'a "subject", {with} \\ and NULL ' || n,
         (array[gen_random_uuid(), gen_random_uuid()])[1:n % 3], now() - n * interval '1 second', json_build_object('n', n, 'text', E'ü "}\\\\')
       from generate_series($2::integer, $2::integer + $3::integer - 1) n`,
      [tenantId, from, count],
    );
  };
  // Of two tenants by turns, with a gap in the positions, and the first events of one trimmed.
  await publish(one, 41, 150);
  await publish(two, 1, 3);
  await publish(one, 191, 100);
  await client.query(`select nextval('infra.event_position_seq') from generate_series(1, 5)`);
  await publish(one, 291, 7);
  await client.query(`insert into infra.event_head values ($1, 297, 40), ($2, 3, 0)`, [one, two]);
  // Two appends that no relay has come to, the second with more events than a segment holds.
  for (const count of [1, 70])
    await client.query(
      `insert into infra.outbox (tenant_id, events, ids, types, versions, subjects, members, ats, data)
       select $1, count(*), array_agg(gen_random_uuid()), array_agg('test.waiting'::text), array_agg(1::bigint), array_agg($2::text || ':' || n),
         array_agg('{}'::text), array_agg(now()), array_agg('{}'::json) from generate_series(1, $2::integer) n`,
      [two, count],
    );
  const { rows: before } = await client.query(EVENTS);

  await upgrade();

  const { rows: after } = await client.query(EVENTS);
  expect(after.slice(0, before.length)).toEqual(before);
  // What waited has come behind it, in its order.
  const waited = ['1:1', ...Array.from({ length: 70 }, (_, i) => `70:${i + 1}`)];
  expect(after.slice(before.length).map((row) => [row.tenant_id, row.seq, row.subject])).toEqual(
    waited.map((subject, i) => [two, String(4 + i), subject]),
  );
  const { rows: heads } = await client.query('select seq from infra.event_head where tenant_id = $1', [two]);
  expect(heads).toEqual([{ seq: String(3 + waited.length) }]);
  const [{ most, last }] = (
    await client.query<{ most: number; last: string }>(
      `select max(events)::integer as most, (select last_value from infra.last_event_position) as last from infra.event_place`,
    )
  ).rows as [{ most: number; last: string }];
  expect(most).toBe(64);
  expect(Number(last)).toBe(Number(after.at(-1)!.position));
  expect((await client.query('select from infra.outbox_stamp')).rowCount).toBe(0);
});
