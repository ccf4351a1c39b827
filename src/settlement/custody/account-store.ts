import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** An account of the operator at a custodian bank, with the ledger account that mirrors it. */
export type CustodyAccountRow = {
  id: Uuid;
  asset: string;
  name: string;
  /** As statements name it, without spaces. */
  number: string;
  servicerBic: string;
  ledgerAccountId: Uuid;
  openedAt: Millis;
};

const ACCOUNT = `id, asset, name, number, servicer_bic as "servicerBic", ledger_account_id as "ledgerAccountId", opened_at as "openedAt"`;

/** All custody accounts of a tenant, by asset and then by age; a network has some dozens. */
export async function custodyAccounts(tx: Tx, tenantId: Uuid): Promise<CustodyAccountRow[]> {
  return tx.query<CustodyAccountRow>(
    `select ${ACCOUNT} from settlement.custody_account where tenant_id = $1 order by asset, opened_at, id`,
    [tenantId],
  );
}

export async function findCustodyAccount(tx: Tx, tenantId: Uuid, id: Uuid): Promise<CustodyAccountRow | undefined> {
  const [row] = await tx.query<CustodyAccountRow>(`select ${ACCOUNT} from settlement.custody_account where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

/** False when the number is an account of this asset already. */
export async function insertCustodyAccount(tx: Tx, tenantId: Uuid, row: CustodyAccountRow): Promise<boolean> {
  const rows = await tx.query(
    `insert into settlement.custody_account (tenant_id, id, asset, name, number, servicer_bic, ledger_account_id, opened_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz) on conflict do nothing returning id`,
    [tenantId, row.id, row.asset, row.name, row.number, row.servicerBic, row.ledgerAccountId, instant(row.openedAt)],
  );
  return rows.length > 0;
}

export type DirectFunding = 'until_connected' | 'allowed' | 'denied';

/** What a tenant has decided; `until_connected` when it has decided nothing. */
export async function directFundingOf(tx: Tx, tenantId: Uuid): Promise<DirectFunding> {
  const [row] = await tx.query<{ value: DirectFunding }>(
    'select direct_funding as value from settlement.custody_policy where tenant_id = $1',
    [tenantId],
  );
  return row?.value ?? 'until_connected';
}

export async function setDirectFunding(tx: Tx, tenantId: Uuid, value: DirectFunding, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.custody_policy (tenant_id, direct_funding, changed_at) values ($1, $2, $3::timestamptz)
     on conflict (tenant_id) do update set direct_funding = excluded.direct_funding, changed_at = excluded.changed_at`,
    [tenantId, value, instant(at)],
  );
}

/** Where a participant's money goes out to. */
export type PayoutAccountRow = { participantId: Uuid; asset: string; holder: string; number: string; agentBic: string };

const PAYOUT = `participant_id as "participantId", asset, holder, number, agent_bic as "agentBic"`;

export async function payoutAccountsOf(tx: Tx, tenantId: Uuid, participantId: Uuid): Promise<PayoutAccountRow[]> {
  return tx.query<PayoutAccountRow>(
    `select ${PAYOUT} from settlement.payout_account where tenant_id = $1 and participant_id = $2 order by asset`,
    [tenantId, participantId],
  );
}

export async function putPayoutAccount(tx: Tx, tenantId: Uuid, row: PayoutAccountRow, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.payout_account (tenant_id, participant_id, asset, holder, number, agent_bic, set_at)
     values ($1, $2, $3, $4, $5, $6, $7::timestamptz)
     on conflict (tenant_id, participant_id, asset) do update
       set holder = excluded.holder, number = excluded.number, agent_bic = excluded.agent_bic, set_at = excluded.set_at`,
    [tenantId, row.participantId, row.asset, row.holder, row.number, row.agentBic, instant(at)],
  );
}
