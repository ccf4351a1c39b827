import { newId, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { dates, instant, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What custodian and ledger do not agree on. `entry`: said and not explained. `missing`: on the ledger, or notified, and on no statement. */
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

/** One for each entry that nothing explains; one that is there already bears the new explanation. */
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
     on conflict (tenant_id, kind, entry_id) do update set explanation = excluded.explanation`,
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
 * Movements, and entries that were notified and explained, become breaks when a statement of so many days later is there and none
 * shows them.
 */
export async function openMissing(tx: Tx, tenantId: Uuid, { days, at }: { days: number; at: Millis }): Promise<void> {
  await openMissingOf(tx, tenantId, { days, at, rows: MISSING_MOVEMENTS });
  await openMissingOf(tx, tenantId, { days, at, rows: MISSING_ENTRIES });
}

const MOVED_ON = `(m.recorded_at at time zone 'UTC')::date`;

/** A day as `dayInWords` writes it. */
const inWords = (day: string) => `to_char(${day}, 'FMDD Mon YYYY')`;

const MISSING_MOVEMENTS = `
  select a.id as account, m.transfer_id, null::uuid as entry_id, m.asset, m.units - m.shown as units, ${MOVED_ON} as day,
         m.reference || ' is on the ledger since ' || ${inWords(MOVED_ON)} || ', and no statement shows it.' as explanation
    from settlement.custody_movement m
    join settlement.custody_account a on a.tenant_id = m.tenant_id and a.ledger_account_id = m.ledger_account_id
   where m.tenant_id = $1 and m.entry_id is null and m.shown <> m.units
     and exists (select from settlement.bank_statement s where s.tenant_id = a.tenant_id and s.custody_account_id = a.id
                    and s.kind = 'statement' and s.complete and s.to_day >= ${MOVED_ON} + $2::int)
     and not exists (select from settlement.recon_break b where b.tenant_id = a.tenant_id and b.custody_account_id = a.id
                        and b.transfer_id = m.transfer_id)`;

/** Only accounts that have statements: where there are notifications alone, all of their entries are on none. */
const MISSING_ENTRIES = `
  select a.id as account, null::uuid as transfer_id, e.id as entry_id, a.asset, e.units - e.shown as units, e.booking_day as day,
         'It was notified for ' || ${inWords('e.booking_day')} || ', and no statement shows it.' as explanation
    from (select custody_account_id as id, max(to_day) as day from settlement.bank_statement
           where tenant_id = $1 and kind = 'statement' and complete group by custody_account_id) latest
    join settlement.custody_account a on a.tenant_id = $1 and a.id = latest.id
    join (select id, custody_account_id, units, shown, booking_day, state from settlement.statement_entry
           where tenant_id = $1 and bank_statement_id is null
           union all
          select i.id, i.custody_account_id, i.units, i.shown, i.booking_day, i.state from settlement.bank_statement s
            join settlement.statement_entry i on i.tenant_id = s.tenant_id and i.bank_statement_id = s.id
           where s.tenant_id = $1 and not s.complete) e on e.custody_account_id = a.id
   where e.state = 'matched' and e.shown <> e.units and e.booking_day + $2::int <= latest.day
     and not exists (select from settlement.recon_break b where b.tenant_id = $1 and b.kind = 'missing' and b.entry_id = e.id)`;

async function openMissingOf(tx: Tx, tenantId: Uuid, { days, at, rows }: { days: number; at: Millis; rows: string }): Promise<void> {
  const found = await tx.query<{
    account: Uuid;
    transferId: Uuid | null;
    entryId: Uuid | null;
    asset: string;
    units: bigint;
    day: LocalDate;
    explanation: string;
  }>(
    `select account, transfer_id as "transferId", entry_id as "entryId", asset, units, day, explanation from (${rows}) m order by day limit 1000`,
    [tenantId, days],
  );
  for (const row of found) {
    await tx.query(
      `insert into settlement.recon_break
         (tenant_id, id, kind, custody_account_id, transfer_id, entry_id, asset, units, day, explanation, state, opened_at)
       values ($1, $2, 'missing', $3, $4, $5, $6, $7, $8::date, $9, 'open', $10::timestamptz) on conflict do nothing`,
      [
        tenantId,
        newId(at),
        row.account,
        row.transferId,
        row.entryId,
        row.asset,
        row.units.toString(),
        row.day,
        row.explanation,
        instant(at),
      ],
    );
  }
}

/** Breaks of what has been shown close by themselves. */
export async function closeSettled(tx: Tx, tenantId: Uuid, at: Millis): Promise<void> {
  await tx.query(
    `update settlement.recon_break b set state = 'resolved', resolution = 'A statement shows it now.', resolved_at = $2::timestamptz
      where b.tenant_id = $1 and b.state = 'open' and b.kind = 'missing'
        and (exists (select from settlement.custody_movement m
                      join settlement.custody_account a on a.tenant_id = m.tenant_id and a.ledger_account_id = m.ledger_account_id
                      where m.tenant_id = b.tenant_id and m.transfer_id = b.transfer_id and a.id = b.custody_account_id and m.entry_id is not null)
             or exists (select from settlement.statement_entry e
                          join settlement.bank_statement s on s.tenant_id = e.tenant_id and s.id = e.bank_statement_id and s.complete
                         where e.tenant_id = b.tenant_id and e.id = b.entry_id))`,
    [tenantId, instant(at)],
  );
}

/** Breaks of entries that a statement which came late has made void: closed by whoever makes them so, lest somebody books them. */
export async function closeVoid(tx: Tx, tenantId: Uuid, entryIds: readonly Uuid[], at: Millis): Promise<void> {
  await closeOfEntries(tx, tenantId, { entryIds, at, resolution: 'The statement that was missing has come.' });
}

/** Breaks of entries that could be a repetition until statements have shown each. */
export async function closeExplained(tx: Tx, tenantId: Uuid, of: { entryIds: readonly Uuid[]; at: Millis }): Promise<void> {
  await closeOfEntries(tx, tenantId, { ...of, resolution: 'Statements show that it is another one.' });
}

export async function closeOfEntries(
  tx: Tx,
  tenantId: Uuid,
  { entryIds, at, resolution }: { entryIds: readonly Uuid[]; at: Millis; resolution: string },
): Promise<void> {
  if (entryIds.length === 0) return;
  await tx.query(
    `update settlement.recon_break set state = 'resolved', resolution = $4, resolved_at = $3::timestamptz
      where tenant_id = $1 and state = 'open' and kind = 'entry' and entry_id = any($2::uuid[])`,
    [tenantId, uuids(entryIds), instant(at), resolution],
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

/** What was thought to be explained is not. */
export async function reopenBreak(tx: Tx, tenantId: Uuid, id: Uuid): Promise<void> {
  await tx.query(
    `update settlement.recon_break set state = 'open', resolution = null, resolved_at = null where tenant_id = $1 and id = $2`,
    [tenantId, id],
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
