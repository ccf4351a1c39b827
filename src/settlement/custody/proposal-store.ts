import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { ProposalKind, ProposalRow } from './proposal.ts';

const COLUMNS = `id, kind, data, subject, reason, proposed_by_id as "proposedById", proposed_by as "proposedBy", proposed_at as "proposedAt",
  expires_at as "expiresAt", decision, decided_by as "decidedBy", decided_at as "decidedAt", comment`;

export async function insertProposal(tx: Tx, tenantId: Uuid, row: ProposalRow): Promise<void> {
  await tx.query(
    `insert into settlement.proposal (tenant_id, id, kind, data, subject, reason, proposed_by_id, proposed_by, proposed_at, expires_at)
     values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz)`,
    [
      tenantId,
      row.id,
      row.kind,
      JSON.stringify(row.data),
      row.subject,
      row.reason,
      row.proposedById,
      row.proposedBy,
      instant(row.proposedAt),
      instant(row.expiresAt),
    ],
  );
}

/** A proposal that nobody else decides before the transaction ends. */
export async function lockProposal(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ProposalRow | undefined> {
  const [row] = await tx.query<ProposalRow>(`select ${COLUMNS} from settlement.proposal where tenant_id = $1 and id = $2 for update`, [
    tenantId,
    id,
  ]);
  return row;
}

export type Decision = { decision: 'approved' | 'rejected'; actorId: Uuid; actorName: string; comment: string; at: Millis };

export async function decide(tx: Tx, tenantId: Uuid, id: Uuid, by: Decision): Promise<void> {
  await tx.query(
    `update settlement.proposal
        set decision = $3, decided_by_id = $4, decided_by = $5, comment = $6, decided_at = $7::timestamptz
      where tenant_id = $1 and id = $2`,
    [tenantId, id, by.decision, by.actorId, by.actorName, by.comment, instant(by.at)],
  );
}

type Page = { limit: number; after?: Uuid | undefined; open?: boolean | undefined; kind?: ProposalKind | undefined; now: Millis };

/** Newest first, behind the proposal `after`. */
export async function pageOfProposals(tx: Tx, tenantId: Uuid, page: Page): Promise<ProposalRow[]> {
  return tx.query<ProposalRow>(
    `select ${COLUMNS} from settlement.proposal
      where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or kind = $3)
        and ($4::boolean is null or $4 = (decision is null and expires_at > $5::timestamptz))
      order by id desc limit $6`,
    [tenantId, page.after ?? null, page.kind ?? null, page.open ?? null, instant(page.now), page.limit],
  );
}
