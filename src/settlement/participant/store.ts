import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { noteBookings } from '../message/booking-store.ts';

/** A participant as its rows tell, with the accounts it has in each asset. */
export type ParticipantRow = {
  id: Uuid;
  name: string;
  bic: string;
  lei: string;
  state: 'active' | 'suspended';
  createdAt: Millis;
  messaging: Messaging;
  accounts: AccountRow[];
};

/** What a bank's messages are held to beyond the rules of the network, and the BICs under which others send for it. */
export type Messaging = { usage: 'network' | 'cbpr'; agents: string[] };

/** As a bank is admitted. */
export const PLAIN_MESSAGING: Messaging = { usage: 'network', agents: [] };

export type AccountRow = { asset: string; settlementAccountId: Uuid; reserveAccountId: Uuid };

type Flat = Omit<ParticipantRow, 'accounts' | 'createdAt' | 'messaging'> & {
  created_at: number;
  accounts: [string, Uuid, Uuid][];
  usage: Messaging['usage'];
  agents: string[];
};

const SELECT = `
  select p.id, p.name, p.bic, p.lei, p.state, p.created_at, p.message_usage as usage, p.message_agents as agents,
         coalesce((select jsonb_agg(jsonb_build_array(a.asset, a.settlement_account_id, a.reserve_account_id) order by a.asset)
                     from settlement.participant_account a
                    where a.tenant_id = p.tenant_id and a.participant_id = p.id), '[]') as accounts
    from settlement.participant p`;

function toRow({ created_at, accounts, usage, agents, ...row }: Flat): ParticipantRow {
  return {
    ...row,
    createdAt: created_at,
    messaging: { usage, agents },
    accounts: accounts.map(([asset, settlementAccountId, reserveAccountId]) => ({ asset, settlementAccountId, reserveAccountId })),
  };
}

export async function findParticipant(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ParticipantRow | undefined> {
  const rows = await tx.query<Flat>(`${SELECT} where p.tenant_id = $1 and p.id = $2`, [tenantId, id]);
  return rows[0] && toRow(rows[0]);
}

/** All participants of a tenant; a network has at most some thousands. */
export async function allParticipants(tx: Tx, tenantId: Uuid): Promise<ParticipantRow[]> {
  return (await tx.query<Flat>(`${SELECT} where p.tenant_id = $1 order by p.id`, [tenantId])).map(toRow);
}

/** A page in order of name, behind the participant `after`. */
export async function pageOfParticipants(
  tx: Tx,
  tenantId: Uuid,
  page: { limit: number; after?: Uuid; query?: string },
): Promise<ParticipantRow[]> {
  const rows = await tx.query<Flat>(
    `${SELECT}
      where p.tenant_id = $1
        and ($2::uuid is null or (p.name, p.id) > (select l.name, l.id from settlement.participant l where l.tenant_id = $1 and l.id = $2))
        and ($3::text is null or position(lower($3) in lower(p.name)) > 0 or position(upper($3) in p.bic) > 0)
      order by p.name, p.id limit $4`,
    [tenantId, page.after ?? null, page.query ?? null, page.limit],
  );
  return rows.map(toRow);
}

/** False when the BIC or the LEI is taken. */
export async function insertParticipant(tx: Tx, tenantId: Uuid, row: ParticipantRow): Promise<boolean> {
  const inserted = await tx.query(
    `insert into settlement.participant (tenant_id, id, name, bic, lei, state, created_at)
     values ($1, $2, $3, $4, $5, $6, $7::timestamptz) on conflict do nothing returning id`,
    [tenantId, row.id, row.name, row.bic, row.lei, row.state, instant(row.createdAt)],
  );
  if (inserted.length === 0) return false;
  await tx.query(
    `insert into settlement.participant_account (tenant_id, participant_id, asset, settlement_account_id, reserve_account_id)
     select $1, $2, * from unnest($3::text[], $4::uuid[], $5::uuid[])`,
    [
      tenantId,
      row.id,
      row.accounts.map((a) => a.asset),
      row.accounts.map((a) => a.settlementAccountId),
      row.accounts.map((a) => a.reserveAccountId),
    ],
  );
  return true;
}

/** The state of a participant, which nobody changes until the transaction ends. */
export async function lockState(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ParticipantRow['state'] | undefined> {
  const [row] = await tx.query<Pick<ParticipantRow, 'state'>>(
    'select state from settlement.participant where tenant_id = $1 and id = $2 for update',
    [tenantId, id],
  );
  return row?.state;
}

export async function updateParticipantState(tx: Tx, tenantId: Uuid, id: Uuid, state: ParticipantRow['state']): Promise<void> {
  await tx.query('update settlement.participant set state = $3 where tenant_id = $1 and id = $2', [tenantId, id, state]);
}

export async function updateMessaging(tx: Tx, tenantId: Uuid, id: Uuid, { usage, agents }: Messaging): Promise<void> {
  await tx.query('update settlement.participant set message_usage = $3, message_agents = $4::text[] where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    usage,
    agents,
  ]);
}

export type SystemRole = 'custody' | 'clearing' | 'suspense';

/** The operator's accounts of a role, by asset. */
export async function systemAccounts(tx: Tx, tenantId: Uuid, role: SystemRole): Promise<Map<string, Uuid>> {
  const rows = await tx.query<{ asset: string; account_id: Uuid }>(
    'select asset, account_id from settlement.system_account where tenant_id = $1 and role = $2',
    [tenantId, role],
  );
  return new Map(rows.map((row) => [row.asset, row.account_id]));
}

/** Claims the operator's account of an asset and role; answers with the one that stands, which may be another's. */
export async function claimSystemAccount(tx: Tx, tenantId: Uuid, asset: string, role: SystemRole, accountId: Uuid): Promise<Uuid> {
  await tx.query(
    'insert into settlement.system_account (tenant_id, asset, role, account_id) values ($1, $2, $3, $4) on conflict do nothing',
    [tenantId, asset, role, accountId],
  );
  const [row] = await tx.query<{ account_id: Uuid }>(
    'select account_id from settlement.system_account where tenant_id = $1 and asset = $2 and role = $3',
    [tenantId, asset, role],
  );
  return row!.account_id;
}

/** Money that came into custody for a participant (units above zero) or left it (below zero). */
export type FundingRow = { transferId: Uuid; participantId: Uuid; asset: string; units: bigint; reference: string; recordedAt: Millis };

export async function insertFunding(tx: Tx, tenantId: Uuid, row: FundingRow): Promise<void> {
  await tx.query(
    `insert into settlement.funding (tenant_id, transfer_id, participant_id, asset, units, reference, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7::timestamptz)`,
    [tenantId, row.transferId, row.participantId, row.asset, row.units.toString(), row.reference, instant(row.recordedAt)],
  );
  await noteBookings(tx, tenantId, 'funding', [row]);
}

/** Half-open range of recording times. */
export type Range = { fromMs: Millis; toMs: Millis };

export async function fundingsOf(tx: Tx, tenantId: Uuid, of: { participantId: Uuid; asset: string } & Range): Promise<FundingRow[]> {
  return tx.query<FundingRow>(
    `select transfer_id as "transferId", participant_id as "participantId", asset, units, reference, recorded_at as "recordedAt"
       from settlement.funding
      where tenant_id = $1 and participant_id = $2 and asset = $3 and recorded_at >= $4::timestamptz and recorded_at < $5::timestamptz
      order by recorded_at, transfer_id`,
    [tenantId, of.participantId, of.asset, instant(of.fromMs), instant(of.toMs)],
  );
}
