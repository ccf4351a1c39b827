import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { dates, instant, instants, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { BilateralObligation, ObligationState } from './obligation.ts';
import type { OpenObligation } from './plan.ts';

const COLUMNS = `o.id, o.debtor_id as "debtorId", o.creditor_id as "creditorId", o.asset, o.units, o.open_units as "openUnits",
  o.due_day::text as "dueDay", o.reference, o.state, o.submitted_as as "submittedAs", o.submitted_at as "submittedAt",
  o.debtor_agrees as "debtorAgrees", o.creditor_agrees as "creditorAgrees", o.withdrawn_as as "withdrawnAs", o.reason, o.changed_at as "changedAt"`;

/** Writes new obligations; answers with the ids of those whose reference was free. */
export async function insertObligations(tx: Tx, tenantId: Uuid, rows: readonly BilateralObligation[]): Promise<Set<Uuid>> {
  const written = await tx.query<{ id: Uuid }>(
    `insert into settlement.bilateral_obligation
            (tenant_id, id, debtor_id, creditor_id, asset, units, open_units, due_day, reference, state, submitted_as,
             debtor_agrees, creditor_agrees, submitted_at, changed_at)
     select $1, n.id, n.debtor_id, n.creditor_id, n.asset, n.units, n.units, n.due_day, n.reference, 'proposed', n.submitted_as,
            case when n.submitted_as = 'debtor' then true end, case when n.submitted_as = 'creditor' then true end, n.at, n.at
       from (select unnest($2::uuid[]) as id, unnest($3::uuid[]) as debtor_id, unnest($4::uuid[]) as creditor_id, unnest($5::text[]) as asset,
                    unnest($6::numeric[]) as units, unnest($7::date[]) as due_day, unnest($8::text[]) as reference,
                    unnest($9::text[]) as submitted_as, unnest($10::timestamptz[]) as at) n
     on conflict (tenant_id, debtor_id, creditor_id, reference) where state <> 'withdrawn' do nothing returning id`,
    [
      tenantId,
      uuids(rows.map((row) => row.id)),
      uuids(rows.map((row) => row.debtorId)),
      uuids(rows.map((row) => row.creditorId)),
      texts(rows.map((row) => row.asset)),
      numerics(rows.map((row) => row.units)),
      dates(rows.map((row) => row.dueDay)),
      texts(rows.map((row) => row.reference)),
      texts(rows.map((row) => row.submittedAs)),
      instants(rows.map((row) => row.submittedAt)),
    ],
  );
  return new Set(written.map(({ id }) => id));
}

export async function findObligation(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BilateralObligation | undefined> {
  const [row] = await tx.query<BilateralObligation>(
    `select ${COLUMNS} from settlement.bilateral_obligation o where o.tenant_id = $1 and o.id = $2`,
    [tenantId, id],
  );
  return row;
}

/** An obligation that nothing else changes before the transaction ends. */
export async function lockObligation(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BilateralObligation | undefined> {
  const [row] = await tx.query<BilateralObligation>(
    `select ${COLUMNS} from settlement.bilateral_obligation o where o.tenant_id = $1 and o.id = $2 for update`,
    [tenantId, id],
  );
  return row;
}

/** Writes what an act has made of an obligation. */
export async function updateObligation(tx: Tx, tenantId: Uuid, row: BilateralObligation): Promise<void> {
  await tx.query(
    `update settlement.bilateral_obligation
        set state = $3, debtor_agrees = $4, creditor_agrees = $5, withdrawn_as = $6, reason = $7, changed_at = $8::timestamptz
      where tenant_id = $1 and id = $2`,
    [tenantId, row.id, row.state, row.debtorAgrees, row.creditorAgrees, row.withdrawnAs, row.reason, instant(row.changedAt)],
  );
}

export type ObligationFilter = {
  limit: number;
  after?: Uuid | undefined;
  state?: ObligationState | undefined;
  asset?: string | undefined;
  participantId?: Uuid | undefined;
  reference?: string | undefined;
};

/** Newest first. */
export async function pageOfObligations(tx: Tx, tenantId: Uuid, filter: ObligationFilter): Promise<BilateralObligation[]> {
  return tx.query<BilateralObligation>(
    `select ${COLUMNS} from settlement.bilateral_obligation o
      where o.tenant_id = $1 and ($2::uuid is null or o.id < $2) and ($3::text is null or o.state = $3) and ($4::text is null or o.asset = $4)
        and ($5::uuid is null or $5 in (o.debtor_id, o.creditor_id)) and ($6::text is null or o.reference = $6)
      order by o.id desc limit $7`,
    [
      tenantId,
      filter.after ?? null,
      filter.state ?? null,
      filter.asset ?? null,
      filter.participantId ?? null,
      filter.reference ?? null,
      filter.limit,
    ],
  );
}

/** Confirmed, between participants of whom none is suspended. */
const OPEN = `select o.id, o.debtor_id as debtor, o.creditor_id as creditor, o.open_units as units, o.due_day::text as "dueDay"
  from settlement.bilateral_obligation o
  join settlement.participant d on d.tenant_id = o.tenant_id and d.id = o.debtor_id and d.state = 'active'
  join settlement.participant c on c.tenant_id = o.tenant_id and c.id = o.creditor_id and c.state = 'active'
 where o.tenant_id = $1 and o.state = 'confirmed'`;

type OpenFilter = { asset: string; dueUntil: LocalDate | undefined; limit: number };

/** What may be set off in a currency; with `dueUntil` only what is due by then. */
export async function openObligations(tx: Tx, tenantId: Uuid, { asset, dueUntil, limit }: OpenFilter): Promise<OpenObligation[]> {
  return tx.query<OpenObligation>(`${OPEN} and o.asset = $2 and ($3::date is null or o.due_day <= $3::date) limit $4`, [
    tenantId,
    asset,
    dueUntil ?? null,
    limit,
  ]);
}

/** Of these, those that still may be, as they stand now; nobody else changes them before the transaction ends. */
export async function lockOpen(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Map<Uuid, bigint>> {
  const rows = await tx.query<OpenObligation>(`${OPEN} and o.id = any ($2::uuid[]) order by o.id for update of o`, [tenantId, uuids(ids)]);
  return new Map(rows.map(({ id, units }) => [id, units]));
}

/** Takes off what was cleared; answers with how many obligations that changed. */
export async function clearObligations(
  tx: Tx,
  tenantId: Uuid,
  { cleared, at }: { cleared: readonly { id: Uuid; cleared: bigint }[]; at: Millis },
): Promise<number> {
  const [row] = await tx.query<{ changed: number }>(
    `with changed as (
       update settlement.bilateral_obligation o
          set open_units = o.open_units - n.cleared, changed_at = $4::timestamptz,
              state = case when o.open_units = n.cleared then 'discharged' else o.state end
         from (select unnest($2::uuid[]) as id, unnest($3::numeric[]) as cleared) n
        where o.tenant_id = $1 and o.id = n.id and o.state = 'confirmed' returning o.id
     )
     select count(*)::int as changed from changed`,
    [tenantId, uuids(cleared.map(({ id }) => id)), numerics(cleared.map((one) => one.cleared)), instant(at)],
  );
  return row!.changed;
}

/** What everybody is owed less what it owes by these obligations, as the rows tell now. */
export async function netPositions(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Map<Uuid, bigint>> {
  const rows = await tx.query<{ participant: Uuid; net: bigint }>(
    `select n.participant, sum(n.units)::numeric(38, 0) as net
       from settlement.bilateral_obligation o
      cross join lateral (values (o.debtor_id, -o.open_units), (o.creditor_id, o.open_units)) n (participant, units)
      where o.tenant_id = $1 and o.id = any ($2::uuid[]) group by n.participant`,
    [tenantId, uuids(ids)],
  );
  return new Map(rows.map(({ participant, net }) => [participant, net]));
}
