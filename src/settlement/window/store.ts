import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type WindowState = 'open' | 'cut_off' | 'netted' | 'settled';

export type WindowRow = {
  id: Uuid;
  number: number;
  groupId: string;
  state: WindowState;
  fromSeq: bigint;
  toSeq?: bigint;
  openedAt: Millis;
  cutOffAt?: Millis;
  nettedAt?: Millis;
  settledAt?: Millis;
  /** Of an open window: when it is planned to be cut off, of which business day that is the cut-off, and when it will be. */
  planned?: Plan;
  dueAt?: Millis;
  businessDay?: LocalDate;
  inputPublishedAt?: Millis;
  /** What the independent verifier found of it. */
  verified?: { at: Millis; ok: boolean; findings: string[] };
  /** Why it could not be settled so far. */
  blocked?: { participantId?: Uuid; reason: string };
  payments: number;
  inputRoot?: Buffer;
  resultHash?: Buffer;
  finalitySeq?: bigint;
  transfers?: number;
  currencies: CurrencyRow[];
};

/** The cut-off that a schedule has for a window. `last`: the last one of its business day. */
export type Plan = { at: Millis; day: LocalDate; last: boolean };

export type CurrencyRow = { asset: string; payments: number; participants: number; gross: bigint; bilateralNet: bigint; net: bigint };

export type PositionRow = { participantId: Uuid; asset: string; incoming: bigint; outgoing: bigint; net: bigint };

type Flat = {
  id: Uuid;
  number: number;
  group_id: string;
  state: WindowState;
  from_seq: bigint;
  to_seq: bigint | null;
  opened_at: Millis;
  cut_off_at: Millis | null;
  netted_at: Millis | null;
  settled_at: Millis | null;
  planned_at: Millis | null;
  planned_day: LocalDate | null;
  planned_last: boolean;
  due_at: Millis | null;
  business_day: LocalDate | null;
  input_published_at: Millis | null;
  blocked_participant_id: Uuid | null;
  blocked_reason: string | null;
  verified_at: Millis | null;
  verified_ok: boolean | null;
  findings: string[] | null;
  payments: number;
  input_root: Buffer | null;
  result_hash: Buffer | null;
  finality_seq: bigint | null;
  transfers: number | null;
  currencies: [string, number, number, string, string, string][];
};

/** Amounts leave as text inside JSON, which would otherwise make them floats. */
const SELECT = `
  select w.id, w.number, w.group_id, w.state, w.from_seq, w.to_seq, w.opened_at, w.cut_off_at, w.netted_at, w.settled_at,
         w.planned_at, w.planned_day::text as planned_day, w.planned_last, w.due_at, w.business_day::text as business_day,
         w.input_published_at, w.blocked_participant_id, w.blocked_reason,
         w.verified_at, w.verified_ok, w.findings, w.payments, w.input_root, w.result_hash, w.finality_seq, w.transfers,
         coalesce((select jsonb_agg(jsonb_build_array(c.asset, c.payments, c.participants, c.gross::text, c.bilateral_net::text, c.net::text) order by c.asset)
                     from settlement.window_currency c where c.tenant_id = w.tenant_id and c.window_id = w.id), '[]') as currencies
    from settlement.netting_window w`;

function toRow(flat: Flat): WindowRow {
  return {
    id: flat.id,
    number: flat.number,
    groupId: flat.group_id,
    state: flat.state,
    fromSeq: flat.from_seq,
    toSeq: flat.to_seq ?? undefined,
    openedAt: flat.opened_at,
    cutOffAt: flat.cut_off_at ?? undefined,
    nettedAt: flat.netted_at ?? undefined,
    settledAt: flat.settled_at ?? undefined,
    ...(flat.planned_at !== null && { planned: { at: flat.planned_at, day: flat.planned_day!, last: flat.planned_last } }),
    dueAt: flat.due_at ?? undefined,
    businessDay: flat.business_day ?? undefined,
    inputPublishedAt: flat.input_published_at ?? undefined,
    ...(flat.blocked_reason !== null && {
      blocked: { participantId: flat.blocked_participant_id ?? undefined, reason: flat.blocked_reason },
    }),
    ...(flat.verified_at !== null && { verified: { at: flat.verified_at, ok: flat.verified_ok!, findings: flat.findings ?? [] } }),
    payments: flat.payments,
    inputRoot: flat.input_root ?? undefined,
    resultHash: flat.result_hash ?? undefined,
    finalitySeq: flat.finality_seq ?? undefined,
    transfers: flat.transfers ?? undefined,
    currencies: flat.currencies.map(([asset, payments, participants, gross, bilateralNet, net]) => ({
      asset,
      payments,
      participants,
      gross: BigInt(gross),
      bilateralNet: BigInt(bilateralNet),
      net: BigInt(net),
    })),
  };
}

export async function findWindow(tx: Tx, tenantId: Uuid, id: Uuid): Promise<WindowRow | undefined> {
  const [row] = await tx.query<Flat>(`${SELECT} where w.tenant_id = $1 and w.id = $2`, [tenantId, id]);
  return row && toRow(row);
}

/** Newest first, behind the window `after`. */
export async function pageOfWindows(tx: Tx, tenantId: Uuid, page: { limit: number; after?: Uuid; groupId?: string }): Promise<WindowRow[]> {
  const rows = await tx.query<Flat>(
    `${SELECT} where w.tenant_id = $1
        and ($2::uuid is null or w.number < (select l.number from settlement.netting_window l where l.tenant_id = $1 and l.id = $2))
        and ($4::text is null or w.group_id = $4)
      order by w.number desc limit $3`,
    [tenantId, page.after ?? null, page.limit, page.groupId ?? null],
  );
  return rows.map(toRow);
}

/** The window of a group that takes payments now, without a lock. */
export async function findOpenWindow(tx: Tx, tenantId: Uuid, groupId: string): Promise<WindowRow | undefined> {
  const [row] = await tx.query<Flat>(`${SELECT} where w.tenant_id = $1 and w.group_id = $2 and w.state = 'open'`, [tenantId, groupId]);
  return row && toRow(row);
}

/** The windows of all groups that take payments now. */
export async function openWindows(tx: Tx, tenantId: Uuid): Promise<WindowRow[]> {
  const rows = await tx.query<Flat>(`${SELECT} where w.tenant_id = $1 and w.state = 'open' order by w.group_id`, [tenantId]);
  return rows.map(toRow);
}

/** Locks a window until the transaction ends, so that only one cut-off goes on at a time. False when it is no longer open. */
export async function lockIfOpen(tx: Tx, tenantId: Uuid, id: Uuid): Promise<boolean> {
  const rows = await tx.query(`select id from settlement.netting_window where tenant_id = $1 and id = $2 and state = 'open' for update`, [
    tenantId,
    id,
  ]);
  return rows.length > 0;
}

/** The window of a group before the one with this number. */
export async function windowBefore(
  tx: Tx,
  tenantId: Uuid,
  { groupId, number }: { groupId: string; number: number },
): Promise<WindowRow | undefined> {
  const [row] = await tx.query<Flat>(
    `${SELECT} where w.tenant_id = $1 and w.group_id = $2 and w.number < $3 order by w.number desc limit 1`,
    [tenantId, groupId, number],
  );
  return row && toRow(row);
}

/** A window to open. Numbers count through all groups; who opens one holds the book's lock, or opens the first. */
export type Opening = { id: Uuid; groupId: string; fromSeq: bigint; at: Millis; planned?: Plan | undefined };

/** Opens a window; does nothing when its group has an open one. */
export async function openWindow(tx: Tx, tenantId: Uuid, { id, groupId, fromSeq, at, planned }: Opening): Promise<void> {
  await tx.query(
    `insert into settlement.netting_window (tenant_id, id, number, group_id, state, from_seq, opened_at, planned_at, planned_day, planned_last, due_at)
     select $1, $2, coalesce(max(number), 0) + 1, $3, 'open', $4, $5::timestamptz, $6::timestamptz, $7::date, $8, $6::timestamptz
       from settlement.netting_window where tenant_id = $1
     on conflict do nothing`,
    [tenantId, id, groupId, fromSeq, instant(at), planned ? instant(planned.at) : null, planned?.day ?? null, planned?.last ?? false],
  );
}

/** Plans the cut-off of an open window anew; what an extension had put off no longer is. */
export async function planWindow(tx: Tx, tenantId: Uuid, id: Uuid, planned: Plan | undefined): Promise<void> {
  const at = planned ? instant(planned.at) : null;
  await tx.query(
    `update settlement.netting_window set planned_at = $3::timestamptz, planned_day = $4::date, planned_last = $5, due_at = $3::timestamptz
      where tenant_id = $1 and id = $2 and state = 'open'`,
    [tenantId, id, at, planned?.day ?? null, planned?.last ?? false],
  );
}

/** Fixes where the open window ends. Its currencies go on in the next one, see `membership-store`. */
export async function cutOffWindow(
  tx: Tx,
  tenantId: Uuid,
  cut: { id: Uuid; toSeq: bigint; at: Millis; businessDay: LocalDate; valueDay: LocalDate; last: boolean },
): Promise<void> {
  await tx.query(
    `update settlement.netting_window set state = 'cut_off', to_seq = $3, cut_off_at = $4::timestamptz, business_day = $5::date, value_day = $6::date,
       planned_last = $7
      where tenant_id = $1 and id = $2`,
    [tenantId, cut.id, cut.toSeq, instant(cut.at), cut.businessDay, cut.valueDay, cut.last],
  );
}

/** Publishes the root of the input, which must happen before any result is known. False when it is published already. */
export async function publishInput(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  input: { payments: number; root: Buffer; at: Millis },
): Promise<boolean> {
  const rows = await tx.query(
    `update settlement.netting_window set payments = $3, input_root = $4, input_published_at = $5::timestamptz
      where tenant_id = $1 and id = $2 and input_root is null returning id`,
    [tenantId, id, input.payments, input.root, instant(input.at)],
  );
  return rows.length > 0;
}

/** False when another process has netted the window already. */
export async function recordNetting(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  result: { at: Millis; resultHash: Buffer; currencies: readonly CurrencyRow[]; positions: readonly PositionRow[] },
): Promise<boolean> {
  const moved = await tx.query(
    `update settlement.netting_window set state = 'netted', netted_at = $3::timestamptz, result_hash = $4
      where tenant_id = $1 and id = $2 and state = 'cut_off' returning id`,
    [tenantId, id, instant(result.at), result.resultHash],
  );
  if (moved.length === 0) return false;
  await insertResult(tx, tenantId, id, result);
  return true;
}

/** What a window came to; there must be no earlier result. */
export async function insertResult(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  { currencies, positions }: { currencies: readonly CurrencyRow[]; positions: readonly PositionRow[] },
): Promise<void> {
  await tx.query(
    `insert into settlement.window_currency (tenant_id, window_id, asset, payments, participants, gross, bilateral_net, net)
     select $1, $2, * from unnest($3::text[], $4::int[], $5::int[], $6::numeric[], $7::numeric[], $8::numeric[])`,
    [
      tenantId,
      id,
      currencies.map((c) => c.asset),
      currencies.map((c) => c.payments),
      currencies.map((c) => c.participants),
      currencies.map((c) => c.gross),
      currencies.map((c) => c.bilateralNet),
      currencies.map((c) => c.net),
    ],
  );
  await tx.query(
    `insert into settlement.position (tenant_id, window_id, participant_id, asset, incoming, outgoing, net)
     select $1, $2, * from unnest($3::uuid[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[])`,
    [
      tenantId,
      id,
      positions.map((p) => p.participantId),
      positions.map((p) => p.asset),
      positions.map((p) => p.incoming),
      positions.map((p) => p.outgoing),
      positions.map((p) => p.net),
    ],
  );
}

/** Locks a netted window until the transaction ends. False when it is settled already, or its result is no longer this one. */
export async function claimNetted(tx: Tx, tenantId: Uuid, id: Uuid, resultHash: Buffer): Promise<boolean> {
  const rows = await tx.query(
    `select id from settlement.netting_window where tenant_id = $1 and id = $2 and state = 'netted' and result_hash = $3 for update`,
    [tenantId, id, resultHash],
  );
  return rows.length > 0;
}

export async function recordFinality(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  finality: { seq: bigint; at: Millis; transfers: number },
): Promise<void> {
  await tx.query(
    `update settlement.netting_window
        set state = 'settled', settled_at = $3::timestamptz, finality_seq = $4, transfers = $5, blocked_participant_id = null, blocked_reason = null
      where tenant_id = $1 and id = $2`,
    [tenantId, id, instant(finality.at), finality.seq, finality.transfers],
  );
}

export async function positionsOf(tx: Tx, tenantId: Uuid, id: Uuid): Promise<(PositionRow & { bic: string; name: string })[]> {
  return tx.query(
    `select p.participant_id as "participantId", p.asset, p.incoming, p.outgoing, p.net, m.bic, m.name
       from settlement.position p join settlement.participant m on m.tenant_id = p.tenant_id and m.id = p.participant_id
      where p.tenant_id = $1 and p.window_id = $2 order by p.asset, p.net, p.participant_id`,
    [tenantId, id],
  );
}

/** Windows that were cut off and not carried as far as they go by themselves, oldest first: what a crash left behind. */
export async function unfinishedWindows(tx: Tx, tenantId: Uuid): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>(
    `select w.id from settlement.netting_window w
       join settlement.window_group g on g.tenant_id = w.tenant_id and g.id = w.group_id
      where w.tenant_id = $1 and w.state in ('cut_off', 'netted') and (w.state = 'cut_off' or g.settles = 'at_once') order by w.number`,
    [tenantId],
  );
  return rows.map((row) => row.id);
}

/** Notes why a netted window cannot be settled; the next settlement takes the note away. */
export async function noteBlocked(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  blocked: { participantId?: Uuid | undefined; reason: string },
): Promise<void> {
  await tx.query(
    `update settlement.netting_window set blocked_participant_id = $3, blocked_reason = $4 where tenant_id = $1 and id = $2 and state = 'netted'`,
    [tenantId, id, blocked.participantId ?? null, blocked.reason],
  );
}

/** What the independent verifier found of a window. */
export async function noteVerified(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  verified: { at: Millis; ok: boolean; findings: readonly string[] },
): Promise<void> {
  await tx.query(
    `update settlement.netting_window set verified_at = $3::timestamptz, verified_ok = $4, findings = $5::jsonb where tenant_id = $1 and id = $2`,
    [tenantId, id, instant(verified.at), verified.ok, JSON.stringify(verified.findings)],
  );
}

/** How many windows with payments were verified and hold, how many do not, and whether the last one with payments was looked at. */
export async function verifiedWindows(tx: Tx, tenantId: Uuid): Promise<{ sound: number; unsound: number; lastIsVerified: boolean }> {
  const [row] = await tx.query<{ sound: number; unsound: number; lastIsVerified: boolean }>(
    `select count(*) filter (where payments > 0 and verified_ok)::int as sound, count(*) filter (where not verified_ok)::int as unsound,
      coalesce((select last.verified_at is not null from settlement.netting_window last
        where last.tenant_id = $1 and last.state = 'settled' and last.payments > 0 order by last.number desc limit 1), true) as "lastIsVerified"
    from settlement.netting_window where tenant_id = $1`,
    [tenantId],
  );
  return row!;
}

/** Settled windows that the verifier has not looked at, oldest first. */
export async function unverifiedWindows(tx: Tx, tenantId: Uuid, limit: number): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>(
    `select id from settlement.netting_window where tenant_id = $1 and state = 'settled' and verified_at is null order by number limit $2`,
    [tenantId, limit],
  );
  return rows.map((row) => row.id);
}
