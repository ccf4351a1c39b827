import { expect, test } from 'vitest';
import { openEarlierDatabase } from '../../../test/support/earlier-database.ts';
import { newId } from '../../base/id.ts';

test('what a suspension held before goes on being held for it, and is screened once more as all that waits', async () => {
  const { client, upgrade } = await openEarlierDatabase('settlement', '0058');
  const [tenant, participant, account] = [newId(), newId(), newId()];
  const instruction = async (state: string) => {
    const id = newId();
    await client.query(
      `insert into settlement.instruction
         (tenant_id, id, kind, rail_id, participant_id, asset, units, reference, from_account_id, from_ledger_id, debtor, creditor, uetr, transfer_id,
          state, next_at, requested_by, requested_at, changed_at)
       values ($1, $2, 'payout', 'rail', $3, 'EUR/2', 100, $4, $5, $5, '{}', '{}', $2, $2, $4, now(), 'somebody', now(), now())`,
      [tenant, id, participant, state, account],
    );
  };
  await client.query('set session_replication_role = replica');
  for (const state of ['waiting', 'held', 'accepted']) await instruction(state);
  await client.query('set session_replication_role = origin');

  await upgrade();
  const { rows } = await client.query(
    'select state, suspended, hold_case_id as "caseId", screening_set as set from settlement.instruction order by state',
  );
  expect(rows).toEqual([
    { state: 'accepted', suspended: false, caseId: null, set: null },
    { state: 'held', suspended: true, caseId: null, set: null },
    { state: 'waiting', suspended: false, caseId: null, set: null },
  ]);
});
