import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { InstructionRow, InstructionState } from './instruction.ts';

const COLUMNS = `id, kind, rail_id as "railId", participant_id as "participantId", asset, units, reference, from_account_id as "fromAccountId",
  from_ledger_id as "fromLedgerId", to_ledger_id as "toLedgerId", income_source as "incomeSource",
  proposal_id as "proposalId", break_id as "breakId", return_of as "returnOf", debtor, creditor, uetr, transfer_id as "transferId", state, attempts, asked, cleared,
  suspended, hold_case_id as "holdCaseId", screening_set as "screeningSet", next_at as "nextAt", reason, rail_reference as "railReference", requested_by as "requestedBy", requested_at as "requestedAt",
  changed_at as "changedAt"`;

export async function insertInstruction(tx: Tx, tenantId: Uuid, row: InstructionRow): Promise<void> {
  await tx.query(
    `insert into settlement.instruction
       (tenant_id, id, kind, rail_id, participant_id, asset, units, reference, from_account_id, from_ledger_id, to_ledger_id, debtor, creditor,
        uetr, transfer_id, state, next_at, requested_by, requested_at, changed_at, income_source, proposal_id, break_id, return_of,
        original_uetr, screening_set)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb, $14, $15, $16, $17::timestamptz, $18, $19::timestamptz, $19::timestamptz, $20, $21,
             $22, $23::jsonb, $24, $25)`,
    [
      tenantId,
      row.id,
      row.kind,
      row.railId,
      row.participantId,
      row.asset,
      row.units.toString(),
      row.reference,
      row.fromAccountId,
      row.fromLedgerId,
      row.toLedgerId,
      JSON.stringify(row.debtor),
      JSON.stringify(row.creditor),
      row.uetr,
      row.transferId,
      row.state,
      instant(row.nextAt),
      row.requestedBy,
      instant(row.requestedAt),
      row.incomeSource,
      row.proposalId,
      row.breakId,
      row.returnOf && JSON.stringify(row.returnOf),
      row.returnOf?.uetr ?? null,
      row.screeningSet,
    ],
  );
}

export async function findInstruction(tx: Tx, tenantId: Uuid, id: Uuid): Promise<InstructionRow | undefined> {
  const [row] = await tx.query<InstructionRow>(`select ${COLUMNS} from settlement.instruction where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

/** An instruction that nobody else moves before the transaction ends. */
export async function lockInstruction(tx: Tx, tenantId: Uuid, id: Uuid): Promise<InstructionRow | undefined> {
  const [row] = await tx.query<InstructionRow>(
    `select ${COLUMNS} from settlement.instruction where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  return row;
}

/**
 * What of a participant is neither done nor given up; nobody else moves it before the transaction ends. All of it, and not only what
 * waits: who waits for whoever moves a row gets it as that one has left it, but only if it was looked for before the move as well.
 */
export async function lockOpenOf(tx: Tx, tenantId: Uuid, participantId: Uuid): Promise<InstructionRow[]> {
  return tx.query<InstructionRow>(
    `select ${COLUMNS} from settlement.instruction
      where tenant_id = $1 and participant_id = $2 and state in ('waiting', 'held', 'sending', 'unknown') order by id for update`,
    [tenantId, participantId],
  );
}

/** Takes back that people have let go what a rail may have: should it never have come, it is looked at anew. */
export async function takeBackClearance(tx: Tx, tenantId: Uuid, participantId: Uuid): Promise<void> {
  await tx.query(
    `update settlement.instruction set cleared = false
      where tenant_id = $1 and participant_id = $2 and state in ('sending', 'unknown') and cleared`,
    [tenantId, participantId],
  );
}

/**
 * Instructions by id, and those that an account sends or gets under any of the names in small letters: their ids without hyphens, or
 * their UETRs, or that of the payment that they return. In order of id; nobody else moves them before the transaction ends.
 */
export async function lockInstructionsNamed(
  tx: Tx,
  tenantId: Uuid,
  { ids, named }: { ids: readonly Uuid[]; named?: { ledgerAccountId: Uuid; names: readonly string[] } },
): Promise<InstructionRow[]> {
  const plain = (named?.names ?? []).map((name) => name.replaceAll('-', '')).filter((name) => /^[0-9a-f]{32}$/.test(name));
  if (ids.length === 0 && plain.length === 0) return [];
  return tx.query<InstructionRow>(
    `select ${COLUMNS} from settlement.instruction
      where tenant_id = $1
        and (id = any($2::uuid[]) or ((id = any($4::uuid[]) or uetr = any($4::uuid[]) or original_uetr = any($4::uuid[])) and (from_ledger_id = $3 or to_ledger_id = $3)))
      order by id for update`,
    [tenantId, uuids(ids), named?.ledgerAccountId ?? null, uuids(plain.map(hyphenated))],
  );
}

/** Which of the names are those of instructions, by id or by UETR. */
export async function instructionNames(tx: Tx, tenantId: Uuid, names: readonly string[]): Promise<ReadonlySet<string>> {
  const plain = new Map(names.map((name) => [name.replaceAll('-', '').toLowerCase(), name]));
  const ids = [...plain.keys()].filter((name) => /^[0-9a-f]{32}$/.test(name)).map(hyphenated);
  if (ids.length === 0) return new Set();
  const rows = await tx.query<{ id: Uuid; uetr: Uuid }>(
    'select id, uetr from settlement.instruction where tenant_id = $1 and (id = any($2::uuid[]) or uetr = any($2::uuid[]))',
    [tenantId, uuids(ids)],
  );
  return new Set(rows.flatMap(({ id, uetr }) => [id, uetr]).flatMap((own) => plain.get(own.replaceAll('-', '')) ?? []));
}

const hyphenated = (name: string): Uuid => name.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** What a rail has to do now: instructions in a state whose time has come, those waiting longest first. */
export async function dueInstructions(
  tx: Tx,
  tenantId: Uuid,
  of: { railId: string; state: InstructionState; now: Millis; limit: number },
): Promise<InstructionRow[]> {
  return tx.query<InstructionRow>(
    `select ${COLUMNS} from settlement.instruction
      where tenant_id = $1 and rail_id = $2 and state = $3 and next_at <= $4::timestamptz order by next_at, id limit $5`,
    [tenantId, of.railId, of.state, instant(of.now), of.limit],
  );
}

export type InstructionChange = Pick<
  InstructionRow,
  'state' | 'attempts' | 'asked' | 'cleared' | 'nextAt' | 'reason' | 'railReference' | 'suspended' | 'holdCaseId' | 'screeningSet'
>;

/** Writes a move and what it was, under the next number. */
export async function writeMove(
  tx: Tx,
  tenantId: Uuid,
  of: { before: InstructionRow; after: InstructionChange; detail: string; at: Millis },
): Promise<void> {
  const { before, after, detail, at } = of;
  await tx.query(
    `update settlement.instruction
        set state = $3, attempts = $4, asked = $5, next_at = $6::timestamptz, reason = $7, rail_reference = $8, changed_at = $9::timestamptz,
            cleared = $10, suspended = $11, hold_case_id = $12, screening_set = $13
      where tenant_id = $1 and id = $2`,
    [
      tenantId,
      before.id,
      after.state,
      after.attempts,
      after.asked,
      instant(after.nextAt),
      after.reason,
      after.railReference,
      instant(at),
      after.cleared,
      after.suspended,
      after.holdCaseId,
      after.screeningSet,
    ],
  );
  await tx.query(
    `insert into settlement.instruction_move (tenant_id, instruction_id, number, from_state, to_state, detail, at)
     select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6::timestamptz
       from settlement.instruction_move where tenant_id = $1 and instruction_id = $2`,
    [tenantId, before.id, before.state, after.state, detail, instant(at)],
  );
}

export type MoveRow = { fromState: string; toState: string; detail: string; at: Millis };

export async function movesOf(tx: Tx, tenantId: Uuid, id: Uuid): Promise<MoveRow[]> {
  return tx.query<MoveRow>(
    `select from_state as "fromState", to_state as "toState", detail, at from settlement.instruction_move
      where tenant_id = $1 and instruction_id = $2 order by number`,
    [tenantId, id],
  );
}

type Page = { limit: number; after?: Uuid | undefined; state?: InstructionState | undefined; participantId?: Uuid | undefined };

/** Newest first, behind the instruction `after`. */
export async function pageOfInstructions(tx: Tx, tenantId: Uuid, page: Page): Promise<InstructionRow[]> {
  return tx.query<InstructionRow>(
    `select ${COLUMNS} from settlement.instruction
      where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or state = $3) and ($4::uuid is null or participant_id = $4)
      order by id desc limit $5`,
    [tenantId, page.after ?? null, page.state ?? null, page.participantId ?? null, page.limit],
  );
}

export async function countInstructions(tx: Tx, tenantId: Uuid): Promise<{ state: InstructionState; count: number }[]> {
  return tx.query('select state, count(*)::int as count from settlement.instruction where tenant_id = $1 group by state', [tenantId]);
}

/** Puts off what waits. */
export async function postpone(tx: Tx, tenantId: Uuid, id: Uuid, until: Millis): Promise<void> {
  await tx.query(`update settlement.instruction set next_at = $3::timestamptz where tenant_id = $1 and id = $2 and state = 'waiting'`, [
    tenantId,
    id,
    instant(until),
  ]);
}

/** Whether the money of a statement's entry is on its way back to its sender: a return of it has left or may leave, and is not paid yet. */
export async function isBeingReturned(tx: Tx, tenantId: Uuid, entryId: Uuid): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from settlement.recon_break b join settlement.instruction i on i.tenant_id = b.tenant_id and i.break_id = b.id
      where b.tenant_id = $1 and b.entry_id = $2 and i.state in ('waiting', 'held', 'sending', 'unknown') limit 1`,
    [tenantId, entryId],
  );
  return rows.length > 0;
}

/** The instruction that returns, or was to return, what a break is about: the last of them. */
export async function returnOfBreak(tx: Tx, tenantId: Uuid, breakId: Uuid): Promise<Uuid | undefined> {
  const [row] = await tx.query<{ id: Uuid }>(
    'select id from settlement.instruction where tenant_id = $1 and break_id = $2 order by id desc limit 1',
    [tenantId, breakId],
  );
  return row?.id;
}
