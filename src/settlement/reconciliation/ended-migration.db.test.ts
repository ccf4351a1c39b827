import { expect, test } from 'vitest';
import { openEarlierDatabase } from '../../../test/support/earlier-database.ts';
import { newId } from '../../base/id.ts';

test('what people had written off or booked back before is known by its references when it comes after all', async () => {
  const { client, upgrade } = await openEarlierDatabase('settlement', '0049');
  const [tenant, account, mirror] = [newId(), newId(), newId()];
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into settlement.custody_account (tenant_id, id, asset, name, number, servicer_bic, ledger_account_id, opened_at)
     values ($1, $2, 'EUR/2', 'Main', 'MAIN', 'MARKDEFF', $3, now())`,
    [tenant, account, mirror],
  );
  const movement = async (reference: string, shown: bigint, entryId: string | null = null) => {
    const id = newId();
    await client.query(
      `insert into settlement.custody_movement (tenant_id, transfer_id, ledger_account_id, asset, units, kind, reference, entry_id, shown, recorded_at)
       values ($1, $2, $3, 'EUR/2', 30, 'approved_mint', $4, $5, $6, now())`,
      [tenant, id, mirror, reference, entryId, shown],
    );
    return id;
  };
  const line = async (shown: bigint, statement: string | null = null) => {
    const id = newId();
    await client.query(
      `insert into settlement.statement_entry (tenant_id, id, custody_account_id, bank_statement_id, kind, key, units, booking_day, refs, state, shown, received_at)
       values ($1, $2, $3, $4, 'entry', $5, 30, '2026-11-20', '{}', 'matched', $6, now())`,
      [tenant, id, account, statement, Buffer.from(id), shown],
    );
    return id;
  };
  const missing = (units: bigint, state: string, of: { transferId?: string; entryId?: string }) =>
    client.query(
      `insert into settlement.recon_break (tenant_id, id, kind, custody_account_id, transfer_id, entry_id, asset, units, day, explanation, state, opened_at,
         resolution, resolved_at)
       values ($1, $2, 'missing', $3, $4, $5, 'EUR/2', $6, '2026-11-20', 'Missing', $7, now(),
         case when $7 = 'resolved' then 'Ended' end, case when $7 = 'resolved' then now() end)`,
      [tenant, newId(), account, of.transferId ?? null, of.entryId ?? null, units, state],
    );
  await missing(20n, 'resolved', { transferId: await movement('ENDED', 30n) });
  await missing(30n, 'resolved', { transferId: await movement('SHOWN', 30n, await line(0n, newId())) });
  await missing(30n, 'open', { transferId: await movement('OPEN', 0n) });
  const [ended, shown] = [await line(30n), await line(30n, newId())];
  await movement('LINE', 0n, ended);
  await missing(30n, 'resolved', { entryId: ended });
  await movement('LINE-SHOWN', 0n, shown);
  await missing(30n, 'resolved', { entryId: shown });
  await client.query('set session_replication_role = origin');

  await upgrade();
  const { rows } = await client.query(
    'select reference, units::text, ledger_account_id as mirror, entry_id from settlement.ended_unshown order by 1',
  );
  expect(rows.map((row) => Object.values(row as object))).toEqual([
    ['ENDED', '20', mirror, null],
    ['LINE', '30', mirror, null],
  ]);
});
