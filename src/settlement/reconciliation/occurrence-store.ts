import { hash } from 'node:crypto';
import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { bools, bytes, dates, instant, jsonbs, jsonTexts, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { closeVoid } from './break-store.ts';
import { partOfEntry, type Told } from './lines.ts';
import type { Overlap } from './overlap.ts';
import type { Recognised } from './recognise.ts';
import { FEW_DAYS_APART, MOST_DAYS_APART, type Known } from './sides.ts';
import { tellingOf, type Family } from './tellings.ts';

/** The document that tells, and the statements that reach over the same days as it does. */
export type Teller = { id: Uuid; custodyAccountId: Uuid; kind: 'statement' | 'report' | 'notification'; stretch: readonly { id: Uuid }[] };

const hex = (digests: readonly (string | null)[]) => bytes(digests.map((digest) => (digest === null ? null : Buffer.from(digest, 'hex'))));

export const familyOf = ({ kind }: Pick<Teller, 'kind'>): Family => kind[0] as Family;

/**
 * Lines that those of a document may be or may sum up, less what it has told itself: of its entries, or with a mark of theirs. A
 * statement holds what no other does, so that only what is on none or on one that overlaps may be meant, or what has the same UETR;
 * a notification or report may mean whatever was told, and be a sum or a part of what none of its family has told.
 */
export async function knownOf(
  tx: Tx,
  tenantId: Uuid,
  { id, custodyAccountId, kind, stretch }: Teller,
  told: readonly Told[],
): Promise<Known[]> {
  const ids = (isNamed: boolean) => [...new Set(told.filter(({ named }) => (named !== null) === isNamed).map(({ identity }) => identity))];
  const days = told.map(({ bookingDay }) => bookingDay).sort();
  const marks = [...new Set(told.flatMap((one) => one.lines.flatMap((line) => line.marks)))];
  const rows = await tx.query<Omit<Known, 'origin' | 'identity' | 'named'> & { origin: Buffer; identity: Buffer; named: Buffer | null }>(
    `select e.id, e.origin, e.identity, e.named, e.booking_day as "bookingDay", e.units, e.marks, e.told_as as "toldAs", p.place,
            (e.state = 'break' and e.rule is not distinct from 'R5') as doubted
       from settlement.statement_entry e
       cross join lateral (select case when e.bank_statement_id is null then 'free'
                                       when e.bank_statement_id = any($8::uuid[]) then 'overlaps'
                                       when exists (select from settlement.bank_statement s
                                                     where s.tenant_id = $1 and s.id = e.bank_statement_id and not s.complete) then 'free'
                                       else 'held' end as place) p
      where e.tenant_id = $1 and e.custody_account_id = $2 and e.kind = 'entry' and e.state <> 'void'
        and (e.named = any($3::bytea[]) or e.identity = any($4::bytea[]) or (e.identity = any($5::bytea[]) and e.named is null)
             or (e.size = any($12::bytea[]) and (e.marks && $13::text[] or e.told_as && $14::text[]))
             or (e.bank_statement_id is null and e.marks && $13::text[])
             or ($10 and e.marks && $13::text[] and e.booking_day between $6::date - $16::int and $7::date + $16::int
                 and not exists (select from unnest(e.told_as) as t (telling) where starts_with(t.telling, $17))))
        and e.booking_day between $6::date - $11::int and $7::date + $11::int
        and e.told_by is distinct from $9 and e.bank_statement_id is distinct from $9
        and ($10 or p.place <> 'held' or e.marks && $15::text[])
      order by p.place = 'overlaps' desc, e.booking_day, e.id`,
    [
      tenantId,
      custodyAccountId,
      hex([...new Set(told.flatMap(({ named }) => named ?? []))]),
      hex(ids(false)),
      hex(ids(true)),
      days[0],
      days.at(-1),
      uuids(stretch.map((one) => one.id)),
      id,
      kind !== 'statement',
      MOST_DAYS_APART,
      hex([...new Set(told.flatMap((one) => [one.size, ...one.lines.map(({ size }) => size)]))]),
      texts(marks),
      texts([...new Set(told.map((one) => tellingOf(familyOf({ kind }), one)))]),
      texts(marks.filter(([of]) => of === 'u')),
      FEW_DAYS_APART,
      familyOf({ kind }),
    ],
  );
  return rows.map((row) => ({
    ...row,
    origin: row.origin.toString('hex'),
    identity: row.identity.toString('hex'),
    named: row.named?.toString('hex') ?? null,
  }));
}

/** Writes the lines that nobody has told of before, each with what it may be all the same; answers how many. */
export async function insertTold(
  tx: Tx,
  tenantId: Uuid,
  { id, custodyAccountId, kind }: Teller,
  { told, at }: { told: Recognised['fresh']; at: Millis },
): Promise<number> {
  const rows = told.flatMap(({ told: of, lines }) => {
    const isWhole = lines.length === of.lines.length;
    const whole = hash('sha256', newId(at));
    return lines.map(({ line, number, mayBe }) => {
      const origin = isWhole ? whole : hash('sha256', `${whole}/${number}`);
      const { identity, named } = isWhole ? of : partOfEntry(of, line);
      return { ...line, of, identity, named, origin, number, mayBe };
    });
  });
  if (rows.length === 0) return 0;
  await tx.query(
    `insert into settlement.statement_entry
       (tenant_id, id, custody_account_id, bank_statement_id, told_by, kind, key, origin, identity, named, size, told_as, may_be, units,
        booking_day, value_day, reversal, refs, marks, remittance, counterparty, sender, state, received_at)
     select $1, l.id, $2, $3, $4, 'entry', l.key, l.origin, l.identity, l.named, l.size, array[l.telling],
            (select coalesce(array_agg(m.id::uuid), '{}') from json_array_elements_text(l.may_be) as m (id)), l.units, l.booking_day,
            l.value_day, l.reversal,
            (select coalesce(array_agg(r.ref), '{}') from json_array_elements_text(l.refs) as r (ref)),
            (select coalesce(array_agg(m.mark), '{}') from json_array_elements_text(l.marks) as m (mark)), l.remittance, l.counterparty, l.sender, 'new',
            $5::timestamptz
       from (select unnest($6::uuid[]) as id, unnest($7::bytea[]) as key, unnest($8::bytea[]) as origin, unnest($9::bytea[]) as identity,
                    unnest($10::bytea[]) as named, unnest($11::numeric[]) as units, unnest($12::date[]) as booking_day,
                    unnest($13::date[]) as value_day, unnest($14::bool[]) as reversal, unnest($15::json[]) as refs, unnest($16::json[]) as marks,
                    unnest($17::text[]) as remittance, unnest($18::text[]) as counterparty, unnest($19::bytea[]) as size,
                    unnest($20::text[]) as telling, unnest($21::json[]) as may_be,
                    unnest($22::jsonb[]) as sender) as l`,
    [
      tenantId,
      custodyAccountId,
      kind === 'statement' ? id : null,
      kind === 'statement' ? null : id,
      instant(at),
      uuids(rows.map(() => newId(at))),
      bytes(rows.map(({ origin, number }) => hash('sha256', `${origin}/${number}`, 'buffer'))),
      hex(rows.map(({ origin }) => origin)),
      hex(rows.map(({ identity }) => identity)),
      hex(rows.map(({ named }) => named)),
      numerics(rows.map(({ units }) => units)),
      dates(rows.map(({ of }) => of.bookingDay)),
      dates(rows.map(({ valueDay }) => valueDay)),
      bools(rows.map(({ reversal }) => reversal)),
      jsonTexts(rows.map(({ refs }) => JSON.stringify(refs))),
      jsonTexts(rows.map(({ marks }) => JSON.stringify(marks))),
      texts(rows.map(({ remittance }) => remittance)),
      texts(rows.map(({ counterparty }) => counterparty)),
      hex(rows.map(({ size }) => size)),
      texts(rows.map(({ of }) => tellingOf(familyOf({ kind }), of))),
      jsonTexts(rows.map(({ mayBe }) => JSON.stringify(mayBe))),
      jsonbs(rows.map(({ sender }) => sender)),
    ],
  );
  return rows.length;
}

/**
 * Notes that a document tells of lines that were told before, and how. A statement holds those that no other held; of those that one
 * which overlaps holds it is only noted that this one tells them too, until all of it has been read.
 */
export async function noteTold(tx: Tx, tenantId: Uuid, { id, kind }: Teller, known: Recognised['known']): Promise<void> {
  for (const [isHeld, of] of Map.groupBy(known, ({ known: { place } }) => kind === 'statement' && place === 'free'))
    await tx.query(
      `update settlement.statement_entry e
          set ${isHeld ? 'bank_statement_id' : 'told_by'} = $2,
              told_as = case when l.telling = any(e.told_as) then e.told_as else e.told_as || l.telling end
         from (select unnest($3::uuid[]) as id, unnest($4::text[]) as telling) as l
        where e.tenant_id = $1 and e.id = l.id`,
      [tenantId, id, uuids(of.map((one) => one.known.id)), texts(of.map(({ telling }) => telling))],
    );
}

/** How much of a statement those tell that may overlap with it, and the other way round. */
export async function countOverlap(tx: Tx, tenantId: Uuid, { id, stretch }: Teller): Promise<Overlap> {
  const [row] = await tx.query<Overlap>(
    `select count(*) filter (where bank_statement_id = $2)::int as own,
            count(*) filter (where bank_statement_id <> $2)::int as others,
            count(*) filter (where bank_statement_id <> $2 and told_by = $2)::int as shared
       from settlement.statement_entry
      where tenant_id = $1 and kind = 'entry' and state <> 'void' and shown <> units and (bank_statement_id = $2 or bank_statement_id = any($3::uuid[]))`,
    [tenantId, id, uuids(stretch.map((one) => one.id))],
  );
  return row!;
}

/**
 * Gives what statements hold to one that tells all of it; what their balances held and nobody has explained is counted anew, and its
 * breaks close.
 */
export async function takeOverEntries(tx: Tx, tenantId: Uuid, { id, stretch }: Teller, at: Millis): Promise<void> {
  const rows = await tx.query<{ id: Uuid; state: string }>(
    `update settlement.statement_entry
        set bank_statement_id = $2, state = case when kind <> 'entry' and state <> 'matched' then 'void' else state end
      where tenant_id = $1 and bank_statement_id = any($3::uuid[]) returning id, state`,
    [tenantId, id, uuids(stretch.map((one) => one.id))],
  );
  await closeVoid(
    tx,
    tenantId,
    rows.filter(({ state }) => state === 'void').map((row) => row.id),
    at,
  );
}

/** What the entries come to that a statement holds. */
export async function sumHeld(tx: Tx, tenantId: Uuid, id: Uuid): Promise<bigint> {
  const [row] = await tx.query<{ sum: bigint | null }>(
    `select sum(units - shown) as sum from settlement.statement_entry
      where tenant_id = $1 and bank_statement_id = $2 and kind <> 'gap' and state <> 'void'`,
    [tenantId, id],
  );
  return row!.sum ?? 0n;
}
