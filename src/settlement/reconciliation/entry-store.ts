import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Sender } from './sender.ts';

/** A line of a statement as the table holds it. */
export type EntryRow = {
  id: Uuid;
  custodyAccountId: Uuid;
  kind: 'entry' | 'gap' | 'sum';
  units: bigint;
  bookingDay: LocalDate;
  reversal: boolean;
  refs: string[];
  /** See `lines.ts`. */
  marks: string[];
  remittance: string | null;
  counterparty: string | null;
  /** Of money that came in. */
  sender: Sender | null;
  state: 'new' | 'matched' | 'break' | 'void';
  rule: string | null;
  explanation: string | null;
  /** Lines of which it may be a repetition. */
  mayBe: Uuid[];
  receivedAt: Millis;
};

const COLUMNS = `id, custody_account_id as "custodyAccountId", kind, units, booking_day as "bookingDay", reversal, refs, remittance, counterparty, sender, marks, state,
  rule, explanation, may_be as "mayBe", received_at as "receivedAt"`;

/** Lines of an account that nobody has looked at, oldest first; no one else looks at them before the transaction ends. */
export async function lockNewEntries(tx: Tx, tenantId: Uuid, custodyAccountId: Uuid, limit: number): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `select ${COLUMNS} from settlement.statement_entry
      where tenant_id = $1 and custody_account_id = $2 and state = 'new' order by booking_day, id limit $3 for update skip locked`,
    [tenantId, custodyAccountId, limit],
  );
}

export async function lockEntry(tx: Tx, tenantId: Uuid, id: Uuid): Promise<EntryRow | undefined> {
  const [row] = await tx.query<EntryRow>(`select ${COLUMNS} from settlement.statement_entry where tenant_id = $1 and id = $2 for update`, [
    tenantId,
    id,
  ]);
  return row;
}

export async function findEntry(tx: Tx, tenantId: Uuid, id: Uuid): Promise<EntryRow | undefined> {
  const [row] = await tx.query<EntryRow>(`select ${COLUMNS} from settlement.statement_entry where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

export type Verdict = { id: Uuid; state: 'matched' | 'break' | 'void'; rule: string; explanation: string };

/** Writes what became of lines, by which rule and why. */
export async function writeVerdicts(tx: Tx, tenantId: Uuid, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await tx.query(
    `update settlement.statement_entry e set state = v.state, rule = v.rule, explanation = v.explanation
       from (select unnest($2::uuid[]) as id, unnest($3::text[]) as state, unnest($4::text[]) as rule, unnest($5::text[]) as explanation) as v
      where e.tenant_id = $1 and e.id = v.id`,
    [
      tenantId,
      uuids(verdicts.map(({ id }) => id)),
      texts(verdicts.map(({ state }) => state)),
      texts(verdicts.map(({ rule }) => rule)),
      texts(verdicts.map(({ explanation }) => explanation)),
    ],
  );
}

/** Lines of an account newest first, behind the line `after`. */
export async function pageOfEntries(
  tx: Tx,
  tenantId: Uuid,
  page: { limit: number; after?: Uuid | undefined; custodyAccountId?: Uuid | undefined; state?: string | undefined },
): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `select ${COLUMNS} from settlement.statement_entry
      where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or custody_account_id = $3)
        and ($4::text is null or state = $4) and state <> 'void' order by id desc limit $5`,
    [tenantId, page.after ?? null, page.custodyAccountId ?? null, page.state ?? null, page.limit],
  );
}
