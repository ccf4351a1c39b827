import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { instant, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { noteBookings } from '../message/booking-store.ts';
import { tokensMinted } from './contract.ts';
import { insertMovements, type MovementKind, type MovementRow } from './movement-store.ts';

/** Tokens to be made: against which entry of a statement, or by whose approval. */
export type Minting = {
  participantId: Uuid;
  /** Where the tokens go, and which custody account's mirror holds the money. */
  settlementAccountId: Uuid;
  ledgerAccountId: Uuid;
  asset: string;
  units: bigint;
  reference: string;
} & ({ kind: Extract<MovementKind, 'mint'>; entryId: Uuid } | { kind: Extract<MovementKind, 'approved_mint'>; proposalId: Uuid });

/**
 * Makes tokens: custody grows, and the participant's settlement account with it, as one linked chain of transfers. An entry
 * or an approval that has been used refuses the whole, by a key of the table. Answers the events to send.
 */
export async function mint(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  mintings: readonly Minting[],
): Promise<EventDraft[]> {
  if (mintings.length === 0) return [];
  const transfers = mintings.map(transferOf);
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const { atMs } = await ledger.transfer(transfers);
  const rows = mintings.map((minting, i): MovementRow => ({ ...minting, transferId: transfers[i]!.id, recordedAt: atMs }));
  await insertMovements(tx, tenantId, rows);
  await insertFundings(tx, tenantId, rows);
  return rows.map((row): EventDraft => {
    const member = toWireId('mem', row.participantId!);
    const data = { participantId: member, asset: row.asset, units: row.units.toString(), reference: row.reference };
    const { type, version } = tokensMinted;
    return { id: newId(), tenantId, type, version, subject: member, data, at: atMs, memberIds: [row.participantId!] };
  });
}

function transferOf({ ledgerAccountId, settlementAccountId, asset, units, reference }: Minting): TransferDraft {
  return { id: newId(), kind: 'posted', debitAccountId: ledgerAccountId, creditAccountId: settlementAccountId, asset, units, reference };
}

/** What the participant's own statement shows of movements in and out of custody, and what it is notified of. */
export async function insertFundings(tx: Tx, tenantId: Uuid, rows: readonly MovementRow[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  await tx.query(
    `insert into settlement.funding (tenant_id, transfer_id, participant_id, asset, units, reference, recorded_at)
     select $1, unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::numeric[]), unnest($6::text[]), $7::timestamptz`,
    [
      tenantId,
      uuids(rows.map((row) => row.transferId)),
      uuids(rows.map((row) => row.participantId)),
      texts(rows.map((row) => row.asset)),
      numerics(rows.map((row) => row.units)),
      texts(rows.map((row) => row.reference)),
      instant(first.recordedAt),
    ],
  );
  await noteBookings(
    tx,
    tenantId,
    'funding',
    rows.map(({ transferId, participantId, recordedAt }) => ({ transferId, participantId: participantId!, recordedAt })),
  );
}
