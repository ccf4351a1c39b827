import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { MOVEMENT_COLUMNS, type MovementRow } from '../custody/movement-store.ts';
import { closeOfEntries } from './break-store.ts';
import type { EntryRow } from './entry-store.ts';
import { MOST_DAYS_APART } from './sides.ts';

/**
 * Whether the line `e` may still be `k`. Each booking is on one statement, and a document tells nothing twice: two that statements
 * hold, or that one document has told, are two, unless both have one UETR.
 */
const MAY_BE = `
  k.state <> 'void' and k.told_by is distinct from coalesce(e.told_by, e.id)
  and (e.bank_statement_id is null or k.bank_statement_id is null
       or exists (select from unnest(k.marks) as m (mark) where m.mark like 'u:%' and m.mark = any(e.marks)))`;

/** Which of these lines may be repetitions of others, and of which day the first of those is. */
export async function doubtsOf(tx: Tx, tenantId: Uuid, entries: readonly EntryRow[]): Promise<Map<Uuid, LocalDate>> {
  const ids = entries.filter(({ mayBe }) => mayBe.length > 0).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: Uuid; day: LocalDate }>(
    `select e.id, min(k.booking_day) as day
       from settlement.statement_entry e
       join settlement.statement_entry k on k.tenant_id = e.tenant_id and k.id = any(e.may_be) and ${MAY_BE}
      where e.tenant_id = $1 and e.id = any($2::uuid[]) group by e.id`,
    [tenantId, uuids(ids)],
  );
  return new Map(rows.map(({ id, day }) => [id, day]));
}

/** Lines that could be repetitions are looked at again when statements show both them and what they could be. */
export async function releaseDoubted(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query(
    `update settlement.statement_entry set state = 'new'
      where tenant_id = $1 and id in (
        select e.id from settlement.statement_entry e
         where e.tenant_id = $1 and e.state = 'break' and e.rule = 'R5'
           and not exists (select from settlement.statement_entry k where k.tenant_id = e.tenant_id and k.id = any(e.may_be) and ${MAY_BE})
         for update skip locked)`,
    [tenantId],
  );
}

/**
 * What was notified, could be a repetition, and is on no statement of so many days later, while what it could be is on one: it was
 * told twice and booked once. Told by a statement after all, it is looked at as new.
 */
export async function voidRepeated(tx: Tx, tenantId: Uuid, { days, at }: { days: number; at: Millis }): Promise<void> {
  const rows = await tx.query<{ id: Uuid }>(
    `update settlement.statement_entry e set state = 'void'
      where e.tenant_id = $1 and e.state = 'break' and e.rule = 'R5' and e.bank_statement_id is null
        and exists (select from settlement.bank_statement s where s.tenant_id = e.tenant_id and s.custody_account_id = e.custody_account_id
                       and s.kind = 'statement' and s.complete and s.to_day >= e.booking_day + $2::int)
        and exists (select from settlement.statement_entry k
                      join settlement.bank_statement h on h.tenant_id = k.tenant_id and h.id = k.bank_statement_id and h.complete
                     where k.tenant_id = e.tenant_id and k.id = any(e.may_be) and k.state <> 'void')
      returning e.id`,
    [tenantId, days],
  );
  await closeOfEntries(tx, tenantId, {
    entryIds: rows.map(({ id }) => id),
    at,
    resolution: 'It was told twice, and statements show it once.',
  });
}

/** Movements that lines show which a line may tell once more: those that raised doubt, and for one on a statement what is on none. */
export async function movementsToldBefore(
  tx: Tx,
  tenantId: Uuid,
  { entryId, ledgerAccountId, limit }: { entryId: Uuid; ledgerAccountId: Uuid; limit: number },
): Promise<(MovementRow & { ofLine: bigint })[]> {
  return tx.query<MovementRow & { ofLine: bigint }>(
    `select ${MOVEMENT_COLUMNS},
            (select l.shown from settlement.statement_entry l where l.tenant_id = $1 and l.id = entry_id) as "ofLine"
       from settlement.custody_movement
      where tenant_id = $1 and ledger_account_id = $3 and entry_id in (
        select k.id from settlement.statement_entry e
          join settlement.statement_entry k on k.tenant_id = e.tenant_id and k.custody_account_id = e.custody_account_id
         where e.tenant_id = $1 and e.id = $2 and e.kind = 'entry' and k.kind = 'entry' and k.state = 'matched' and k.shown <> k.units
           and (k.id = any(e.may_be) or (e.bank_statement_id is not null and k.bank_statement_id is null
                                         and k.booking_day between e.booking_day - $5::int and e.booking_day + $5::int)))
      order by recorded_at, transfer_id limit $4`,
    [tenantId, entryId, ledgerAccountId, limit, MOST_DAYS_APART],
  );
}

/**
 * Takes a line for others that were told before, in the eyes of a person: they are known as it was told, and take its place on the
 * statement that holds it. False where that cannot be, since statements hold both, or they do not come to it.
 */
export async function mergeRepeated(
  tx: Tx,
  tenantId: Uuid,
  { entryId, told, units }: { entryId: Uuid; told: readonly Uuid[]; units: bigint },
): Promise<boolean> {
  const rows = await tx.query<{ units: bigint }>(
    `update settlement.statement_entry k
        set bank_statement_id = coalesce(k.bank_statement_id, e.bank_statement_id),
            told_as = array(select distinct t.telling from unnest(k.told_as || e.told_as) as t (telling))
       from settlement.statement_entry e
      where e.tenant_id = $1 and e.id = $2 and e.kind = 'entry' and k.tenant_id = $1 and k.id = any($3::uuid[])
        and k.custody_account_id = e.custody_account_id and k.kind = 'entry' and k.state = 'matched' and k.id <> e.id and k.shown = 0
        and (k.bank_statement_id is null or e.bank_statement_id is null)
      returning k.units`,
    [tenantId, entryId, uuids(told)],
  );
  return rows.length === told.length && rows.reduce((sum, row) => sum + row.units, 0n) === units;
}
