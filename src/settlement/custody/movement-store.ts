import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instants, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/**
 * Why money in custody changed on the ledger: `mint` against an entry, `approved_mint` by two people, `direct` by one where the
 * policy allows it, `payout`, `sweep`, `income` of the operator and `return` to a sender by a rail, `unexpected` when what is to be
 * returned comes to stand on suspense, or leaves it since the return was not paid, `write_off` of a break, `reversal` of what no
 * statement has ever shown.
 */
export type MovementKind =
  | 'mint'
  | 'approved_mint'
  | 'direct'
  | 'payout'
  | 'sweep'
  | 'income'
  | 'return'
  | 'unexpected'
  | 'write_off'
  | 'reversal';

/** A change of money in custody on the ledger; `units` above zero came in. `entryId` is where a statement shows it. */
export type MovementRow = {
  transferId: Uuid;
  ledgerAccountId: Uuid;
  asset: string;
  units: bigint;
  kind: MovementKind;
  participantId?: Uuid | null;
  reference: string;
  instructionId?: Uuid | null;
  proposalId?: Uuid | null;
  entryId?: Uuid | null;
  /** Of `units`, what statements show in parts, or what people have brought to an end without one. */
  shown?: bigint;
  recordedAt: Millis;
};

/** Beside the ledger's transfers, in their transaction. */
export async function insertMovements(tx: Tx, tenantId: Uuid, rows: readonly MovementRow[]): Promise<void> {
  await tx.query(
    `insert into settlement.custody_movement
       (tenant_id, transfer_id, ledger_account_id, asset, units, kind, participant_id, reference, instruction_id, proposal_id, entry_id, shown, recorded_at)
     select $1, unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::numeric[]), unnest($6::text[]), unnest($7::uuid[]),
            unnest($8::text[]), unnest($9::uuid[]), unnest($10::uuid[]), unnest($11::uuid[]), unnest($12::numeric[]), unnest($13::timestamptz[])`,
    [
      tenantId,
      uuids(rows.map((row) => row.transferId)),
      uuids(rows.map((row) => row.ledgerAccountId)),
      texts(rows.map((row) => row.asset)),
      numerics(rows.map((row) => row.units)),
      texts(rows.map((row) => row.kind)),
      uuids(rows.map((row) => row.participantId)),
      texts(rows.map((row) => row.reference)),
      uuids(rows.map((row) => row.instructionId)),
      uuids(rows.map((row) => row.proposalId)),
      uuids(rows.map((row) => row.entryId)),
      numerics(rows.map((row) => row.shown ?? 0n)),
      instants(rows.map((row) => row.recordedAt)),
    ],
  );
}

export const MOVEMENT_COLUMNS = `transfer_id as "transferId", ledger_account_id as "ledgerAccountId", asset, units, kind, participant_id as "participantId", reference,
  instruction_id as "instructionId", proposal_id as "proposalId", entry_id as "entryId", shown, recorded_at as "recordedAt"`;

/** The instructions that movements under any of the references were made by, of those that no statement has shown. */
export async function instructionsUnder(
  tx: Tx,
  tenantId: Uuid,
  of: { ledgerAccountId: Uuid; references: readonly string[] },
): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>(
    `select instruction_id as id from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and entry_id is null and reference = any($3::text[]) and instruction_id is not null`,
    [tenantId, of.ledgerAccountId, of.references],
  );
  return rows.map(({ id }) => id);
}

/** The instructions that movements were made by, of those that were made by one. */
export async function instructionsOf(tx: Tx, tenantId: Uuid, of: { ledgerAccountId: Uuid; transferIds: readonly Uuid[] }): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>(
    `select instruction_id as id from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and transfer_id = any($3::uuid[]) and instruction_id is not null`,
    [tenantId, of.ledgerAccountId, uuids(of.transferIds)],
  );
  return rows.map(({ id }) => id);
}

/**
 * Movements of a custody account of which no statement has shown anything, under any of the references or made by any of the
 * instructions; oldest first. Nobody else links a part of them, or brings them to an end, before the transaction ends.
 */
export async function lockOpenMovements(
  tx: Tx,
  tenantId: Uuid,
  of: { ledgerAccountId: Uuid; references: readonly string[]; instructionIds: readonly Uuid[] },
): Promise<MovementRow[]> {
  const { ledgerAccountId } = of;
  const found = await tx.query<{ id: Uuid }>(
    `select transfer_id as id from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and entry_id is null and shown = 0 and reference = any($3::text[])
     union
     select transfer_id from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and entry_id is null and shown = 0 and instruction_id = any($4::uuid[])`,
    [tenantId, ledgerAccountId, of.references, uuids(of.instructionIds)],
  );
  if (found.length === 0) return [];
  // Whoever was waited for may have linked one meanwhile: it is what stands there now that counts.
  const rows = await lockMovements(tx, tenantId, { ledgerAccountId, transferIds: found.map(({ id }) => id) });
  return rows
    .filter(({ entryId, shown = 0n }) => !entryId && shown === 0n)
    .toSorted((a, b) => a.recordedAt - b.recordedAt || (a.transferId < b.transferId ? -1 : 1));
}

/** Movements of a custody account that instructions have made and no statement has shown. */
export async function movementsInstructed(
  tx: Tx,
  tenantId: Uuid,
  of: { ledgerAccountId: Uuid; instructionIds: readonly Uuid[] },
): Promise<MovementRow[]> {
  if (of.instructionIds.length === 0) return [];
  return tx.query<MovementRow>(
    `select ${MOVEMENT_COLUMNS} from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and entry_id is null and shown = 0 and instruction_id = any($3::uuid[]) order by recorded_at, transfer_id`,
    [tenantId, of.ledgerAccountId, uuids(of.instructionIds)],
  );
}

/** Movements by their transfers, which nobody else links before the transaction ends. */
export async function lockMovements(
  tx: Tx,
  tenantId: Uuid,
  of: { ledgerAccountId: Uuid; transferIds: readonly Uuid[] },
): Promise<MovementRow[]> {
  return tx.query<MovementRow>(
    `select ${MOVEMENT_COLUMNS} from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and transfer_id = any($3::uuid[]) order by transfer_id for update`,
    [tenantId, of.ledgerAccountId, uuids(of.transferIds)],
  );
}

/** The oldest movements of a custody account that no statement has shown. */
export async function movementsInTransit(tx: Tx, tenantId: Uuid, ledgerAccountId: Uuid, limit: number): Promise<MovementRow[]> {
  return tx.query<MovementRow>(
    `select ${MOVEMENT_COLUMNS} from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $2 and entry_id is null and shown <> units
      order by recorded_at, transfer_id limit $3`,
    [tenantId, ledgerAccountId, limit],
  );
}

/** Notes the entries that show movements; answers how many were free to be shown, which must be all. */
export async function linkMovements(
  tx: Tx,
  tenantId: Uuid,
  links: readonly { transferId: Uuid; ledgerAccountId: Uuid; entryId: Uuid }[],
): Promise<number> {
  const rows = await tx.query(
    `update settlement.custody_movement m set entry_id = l.entry_id
       from (select unnest($2::uuid[]) as transfer_id, unnest($3::uuid[]) as ledger_account_id, unnest($4::uuid[]) as entry_id) as l
      where m.tenant_id = $1 and m.transfer_id = l.transfer_id and m.ledger_account_id = l.ledger_account_id and m.entry_id is null and m.shown <> m.units
      returning m.transfer_id`,
    [
      tenantId,
      uuids(links.map((link) => link.transferId)),
      uuids(links.map((link) => link.ledgerAccountId)),
      uuids(links.map((link) => link.entryId)),
    ],
  );
  return rows.length;
}

/** Ends a movement that is undone: no line shows it any more, and none is waited for. */
export async function endMovement(
  tx: Tx,
  tenantId: Uuid,
  { transferId, ledgerAccountId }: { transferId: Uuid; ledgerAccountId: Uuid },
): Promise<void> {
  await tx.query(
    `update settlement.custody_movement set entry_id = null, shown = units
      where tenant_id = $1 and transfer_id = $2 and ledger_account_id = $3`,
    [tenantId, transferId, ledgerAccountId],
  );
}
