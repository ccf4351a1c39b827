import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { bytes, instant, integers, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Leaf } from './sum-tree.ts';

/** What a custodian has said of an account, against what the ledger has done. */
export type StatementFigures = {
  id: Uuid;
  asset: string;
  name: string;
  ledgerAccountId: Uuid;
  closing: bigint | null;
  day: LocalDate | null;
  /** On the ledger and on no statement. */
  moved: bigint;
  /** Notified, and in no complete statement. */
  told: bigint;
  /** Said and not matched, and how many of these there are. */
  unmatched: bigint;
  open: number;
};

/** Of every custody account, by asset. */
export async function statementFigures(tx: Tx, tenantId: Uuid): Promise<StatementFigures[]> {
  return tx.query<StatementFigures>(
    `select a.id, a.asset, a.name, a.ledger_account_id as "ledgerAccountId", s.closing, s.to_day as day,
            coalesce(m.moved, 0) as moved, coalesce(t.told, 0) as told, coalesce(u.unmatched, 0) as unmatched, coalesce(u.open, 0)::int as open
       from settlement.custody_account a
       left join lateral (select b.closing, b.to_day from settlement.bank_statement b
                           where b.tenant_id = a.tenant_id and b.custody_account_id = a.id and b.kind = 'statement' and b.complete and not b.covered
                           order by b.to_day desc, b.number desc nulls last, b.told_at desc nulls last, b.id desc limit 1) s on true
       left join lateral (select sum(v.units - v.shown) as moved from settlement.custody_movement v
                           where v.tenant_id = a.tenant_id and v.ledger_account_id = a.ledger_account_id and v.entry_id is null) m on true
       left join lateral (select sum(e.units - e.shown) as told from settlement.statement_entry e
                           where e.tenant_id = a.tenant_id and e.custody_account_id = a.id and e.state <> 'void'
                             and (e.bank_statement_id is null
                                  or e.bank_statement_id in (select i.id from settlement.bank_statement i
                                                              where i.tenant_id = a.tenant_id and i.custody_account_id = a.id and not i.complete))) t on true
       left join lateral (select sum(e.units) as unmatched, count(*) as open from settlement.statement_entry e
                           where e.tenant_id = a.tenant_id and e.custody_account_id = a.id and e.state in ('new', 'break')) u on true
      where a.tenant_id = $1 order by a.asset, a.opened_at, a.id`,
    [tenantId],
  );
}

/** A publication as it stands in the table. */
export type ReserveProofRow = { id: Uuid; number: number; publishedAt: Millis; file: string; hash: Buffer };

const PROOF = `id, number, published_at as "publishedAt", file, hash`;

export async function latestReserveProof(tx: Tx, tenantId: Uuid): Promise<ReserveProofRow | undefined> {
  const [row] = await tx.query<ReserveProofRow>(
    `select ${PROOF} from settlement.reserve_proof where tenant_id = $1 order by number desc limit 1`,
    [tenantId],
  );
  return row;
}

export async function findReserveProof(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ReserveProofRow | undefined> {
  const [row] = await tx.query<ReserveProofRow>(`select ${PROOF} from settlement.reserve_proof where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

export async function insertReserveProof(tx: Tx, tenantId: Uuid, row: ReserveProofRow): Promise<void> {
  await tx.query(
    `insert into settlement.reserve_proof (tenant_id, id, number, published_at, file, hash) values ($1, $2, $3, $4::timestamptz, $5, $6)`,
    [tenantId, row.id, row.number, instant(row.publishedAt), row.file, row.hash],
  );
}

export async function insertReserveLeaves(tx: Tx, tenantId: Uuid, proofId: Uuid, leaves: readonly Leaf[]): Promise<void> {
  await tx.query(
    `insert into settlement.reserve_leaf (tenant_id, proof_id, asset, position, participant_id, salt, units)
     select $1, $2, unnest($3::text[]), unnest($4::bigint[])::int, unnest($5::uuid[]), unnest($6::bytea[]), unnest($7::numeric[])`,
    [
      tenantId,
      proofId,
      texts(leaves.map((leaf) => leaf.asset)),
      integers(leaves.map((leaf) => leaf.position)),
      uuids(leaves.map((leaf) => leaf.participantId)),
      bytes(leaves.map((leaf) => leaf.salt)),
      numerics(leaves.map((leaf) => leaf.units)),
    ],
  );
}

/** The leaves of a publication in order, of all its trees. */
export async function reserveLeaves(tx: Tx, tenantId: Uuid, proofId: Uuid): Promise<Leaf[]> {
  return tx.query<Leaf>(
    `select asset, position, participant_id as "participantId", salt, units from settlement.reserve_leaf
      where tenant_id = $1 and proof_id = $2 order by asset, position`,
    [tenantId, proofId],
  );
}
