import { newId, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { dates, instant, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What custodian and ledger do not agree on. `entry`: said and not explained. `missing`: on the ledger and not said. */
export type BreakRow = {
  id: Uuid;
  kind: 'entry' | 'missing';
  custodyAccountId: Uuid;
  entryId: Uuid | null;
  transferId: Uuid | null;
  asset: string;
  units: bigint;
  day: LocalDate;
  explanation: string;
  state: 'open' | 'resolved';
  assignee: string | null;
  resolution: string | null;
  openedAt: Millis;
  resolvedAt: Millis | null;
};

const COLUMNS = `id, kind, custody_account_id as "custodyAccountId", entry_id as "entryId", transfer_id as "transferId", asset, units, day, explanation,
  state, assignee, resolution, opened_at as "openedAt", resolved_at as "resolvedAt"`;

export type BreakDraft = Pick<BreakRow, 'asset' | 'units' | 'day' | 'explanation'> & { entryId: Uuid };

/** One for each entry that nothing explains. */
export async function openBreaks(
  tx: Tx,
  tenantId: Uuid,
  drafts: readonly BreakDraft[],
  { custodyAccountId, at }: { custodyAccountId: Uuid; at: Millis },
): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into settlement.recon_break (tenant_id, id, kind, custody_account_id, entry_id, asset, units, day, explanation, state, opened_at)
     select $1, unnest($4::uuid[]), 'entry', $2, unnest($5::uuid[]), unnest($6::text[]), unnest($7::numeric[]), unnest($8::date[]),
            unnest($9::text[]), 'open', $3::timestamptz
     on conflict do nothing`,
    [
      tenantId,
      custodyAccountId,
      instant(at),
      uuids(drafts.map(() => newId(at))),
      uuids(drafts.map(({ entryId }) => entryId)),
      texts(drafts.map(({ asset }) => asset)),
      numerics(drafts.map(({ units }) => units)),
      dates(drafts.map(({ day }) => day)),
      texts(drafts.map(({ explanation }) => explanation)),
    ],
  );
}

/**
 * Movements that a statement of a later day than `before` should have shown and does not become breaks. Answers how many are new.
 */
export async function openMissing(tx: Tx, tenantId: Uuid, { days, at }: { days: number; at: Millis }): Promise<number> {
  const rows = await tx.query<{
    transferId: Uuid;
    custodyAccountId: Uuid;
    asset: string;
    units: bigint;
    day: LocalDate;
    reference: string;
  }>(
    `select m.transfer_id as "transferId", a.id as "custodyAccountId", m.asset, m.units, (m.recorded_at at time zone 'UTC')::date as day, m.reference
       from settlement.custody_movement m
       join settlement.custody_account a on a.tenant_id = m.tenant_id and a.ledger_account_id = m.ledger_account_id
      where m.tenant_id = $1 and m.entry_id is null
        and exists (select from settlement.bank_statement s where s.tenant_id = a.tenant_id and s.custody_account_id = a.id
                       and s.kind = 'statement' and s.complete and s.to_day >= (m.recorded_at at time zone 'UTC')::date + $2::int)
        and not exists (select from settlement.recon_break b where b.tenant_id = a.tenant_id and b.custody_account_id = a.id
                           and b.transfer_id = m.transfer_id)
      order by m.recorded_at limit 1000`,
    [tenantId, days],
  );
  for (const row of rows) {
    await tx.query(
      `insert into settlement.recon_break (tenant_id, id, kind, custody_account_id, transfer_id, asset, units, day, explanation, state, opened_at)
       values ($1, $2, 'missing', $3, $4, $5, $6, $7::date, $8, 'open', $9::timestamptz) on conflict do nothing`,
      [
        tenantId,
        newId(at),
        row.custodyAccountId,
        row.transferId,
        row.asset,
        row.units.toString(),
        row.day,
        `${row.reference} is on the ledger since ${row.day}, and no statement shows it.`,
        instant(at),
      ],
    );
  }
  return rows.length;
}

/** Breaks of what has been shown, or has vanished with a statement that came late, close by themselves. */
export async function closeSettled(tx: Tx, tenantId: Uuid, at: Millis): Promise<void> {
  await tx.query(
    `update settlement.recon_break b set state = 'resolved', resolution = 'A statement shows it now.', resolved_at = $2::timestamptz
      where b.tenant_id = $1 and b.state = 'open' and b.kind = 'missing'
        and exists (select from settlement.custody_movement m
                     where m.tenant_id = b.tenant_id and m.transfer_id = b.transfer_id and m.entry_id is not null)`,
    [tenantId, instant(at)],
  );
  await tx.query(
    `update settlement.recon_break b set state = 'resolved', resolution = 'The statement that was missing has come.', resolved_at = $2::timestamptz
      where b.tenant_id = $1 and b.state = 'open' and b.kind = 'entry'
        and exists (select from settlement.statement_entry e where e.tenant_id = b.tenant_id and e.id = b.entry_id and e.state = 'void')`,
    [tenantId, instant(at)],
  );
}

export async function lockBreak(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BreakRow | undefined> {
  const [row] = await tx.query<BreakRow>(`select ${COLUMNS} from settlement.recon_break where tenant_id = $1 and id = $2 for update`, [
    tenantId,
    id,
  ]);
  return row;
}

export async function findBreak(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BreakRow | undefined> {
  const [row] = await tx.query<BreakRow>(`select ${COLUMNS} from settlement.recon_break where tenant_id = $1 and id = $2`, [tenantId, id]);
  return row;
}

type Page = {
  limit: number;
  after?: Uuid | undefined;
  state?: BreakRow['state'] | undefined;
  custodyAccountId?: Uuid | undefined;
  assignee?: string | undefined;
};

/** Oldest first, behind the break `after`: what has waited longest is worked first. */
export async function pageOfBreaks(tx: Tx, tenantId: Uuid, page: Page): Promise<BreakRow[]> {
  return tx.query<BreakRow>(
    `select ${COLUMNS} from settlement.recon_break
      where tenant_id = $1 and ($2::uuid is null or id > $2) and ($3::text is null or state = $3)
        and ($4::uuid is null or custody_account_id = $4) and ($5::text is null or assignee = $5) order by id limit $6`,
    [tenantId, page.after ?? null, page.state ?? null, page.custodyAccountId ?? null, page.assignee ?? null, page.limit],
  );
}

export async function assignBreak(tx: Tx, tenantId: Uuid, id: Uuid, assignee: string | null): Promise<void> {
  await tx.query('update settlement.recon_break set assignee = $3 where tenant_id = $1 and id = $2', [tenantId, id, assignee]);
}

export async function resolveBreak(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  { resolution, at }: { resolution: string; at: Millis },
): Promise<void> {
  await tx.query(
    `update settlement.recon_break set state = 'resolved', resolution = $3, resolved_at = $4::timestamptz where tenant_id = $1 and id = $2`,
    [tenantId, id, resolution, instant(at)],
  );
}

export type NoteRow = { by: string; text: string; at: Millis };

export async function insertNote(tx: Tx, tenantId: Uuid, breakId: Uuid, { by, text, at }: NoteRow): Promise<void> {
  await tx.query(
    `insert into settlement.break_note (tenant_id, break_id, number, by, text, at)
     select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5::timestamptz from settlement.break_note where tenant_id = $1 and break_id = $2`,
    [tenantId, breakId, by, text, instant(at)],
  );
}

export async function notesOf(tx: Tx, tenantId: Uuid, breakId: Uuid): Promise<NoteRow[]> {
  return tx.query<NoteRow>('select by, text, at from settlement.break_note where tenant_id = $1 and break_id = $2 order by number', [
    tenantId,
    breakId,
  ]);
}

/** Open breaks by kind, and when the oldest was opened. */
export async function countBreaks(tx: Tx, tenantId: Uuid): Promise<{ kind: BreakRow['kind']; count: number; oldest: Millis }[]> {
  return tx.query(
    `select kind, count(*)::int as count, min(opened_at) as oldest from settlement.recon_break where tenant_id = $1 and state = 'open' group by kind`,
    [tenantId],
  );
}
