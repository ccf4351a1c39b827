import { expect, test } from 'vitest';
import { openEarlierDatabase } from '../../../test/support/earlier-database.ts';
import { newId } from '../../base/id.ts';

test('of obligations of before only the answer that a bank gave itself counts: what is open waits for whoever may not have spoken', async () => {
  const { client, upgrade } = await openEarlierDatabase('settlement', '0039');
  await client.query('set session_replication_role = replica');
  const had = (reference: string, state: string, answeredBy: 'bank' | 'operator' | null) =>
    client.query(
      `insert into settlement.bilateral_obligation (tenant_id, id, debtor_id, creditor_id, asset, units, open_units, reference, state,
         submitted_by, submitted_at, answered_by, answered_at, changed_at)
       values ($1, $2, $1, $2, 'EUR/2', 7, $3, $4, $5, 'debtor', now(), $6::text, case when $6 is not null then now() end, now())`,
      [newId(), newId(), state === 'discharged' ? 0 : 7, reference, state, answeredBy],
    );
  await had('a', 'proposed', null);
  await had('b', 'confirmed', 'bank');
  await had('c', 'confirmed', 'operator');
  await had('d', 'disputed', 'bank');
  await had('e', 'disputed', 'operator');
  await had('f', 'discharged', 'operator');
  await had('g', 'withdrawn', 'bank');
  await client.query('set session_replication_role = origin');

  await upgrade();
  const { rows } = await client.query<Record<string, unknown>>(
    `select reference, state, debtor_agrees, creditor_agrees, submitted_as from settlement.bilateral_obligation order by reference`,
  );
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['a', 'proposed', null, null, null],
    ['b', 'proposed', null, true, null],
    ['c', 'proposed', null, null, null],
    ['d', 'disputed', null, false, null],
    ['e', 'proposed', null, null, null],
    ['f', 'discharged', null, null, null],
    ['g', 'withdrawn', null, null, null],
  ]);
});
