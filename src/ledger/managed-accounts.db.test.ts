import { expect, test } from 'vitest';
import { openEarlierDatabase } from '../../test/support/earlier-database.ts';
import { newId, toWireId } from '../base/id.ts';

test('of the accounts of an installation, those that nobody opened through the API become those of settlement', async () => {
  const { client, upgrade } = await openEarlierDatabase('ledger', '0002');
  const [tenant, other] = [newId(), newId()];
  const [own, sameIdElsewhere, ofBank] = [newId(), newId(), newId()];
  const open = (tenantId: string, id: string) =>
    client.query(
      `insert into ledger.account (tenant_id, id, name, kind, asset, debits_limited, credits_limited, opened_at)
      values ($1, $2, 'account', 'liability', 'EUR/2', true, false, now())`,
      [tenantId, id],
    );
  const told = (tenantId: string, id: string, action: string) =>
    client.query(
      `insert into access.audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail)
      values ($1, $2, now(), 'user', $2, 'someone', $3, $4, 'r', 'done', '{}')`,
      [tenantId, newId(), action, toWireId('acc', id)],
    );
  for (const id of [own, sameIdElsewhere, ofBank]) await open(tenant, id);
  await told(tenant, own, 'ledger.open_account');
  await told(other, sameIdElsewhere, 'ledger.open_account');
  await told(tenant, ofBank, 'ledger.close_account');

  await upgrade();
  const { rows } = await client.query<{ id: string }>('select id, managed_by from ledger.account order by id');
  expect(rows).toEqual(
    [
      { id: own, managed_by: null },
      { id: sameIdElsewhere, managed_by: 'settlement' },
      { id: ofBank, managed_by: 'settlement' },
    ].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const { rows: guarded } = await client.query(
    `select c.relname, c.relforcerowsecurity as forced, (select t.tgenabled from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'facts') as facts
    from pg_class c where c.oid in ('ledger.account'::regclass, 'access.audit'::regclass) order by 1`,
  );
  expect(guarded).toEqual([
    { relname: 'account', forced: true, facts: 'O' },
    { relname: 'audit', forced: true, facts: null },
  ]);
});
