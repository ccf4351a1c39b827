import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type WindowState = 'open' | 'cut_off' | 'netted' | 'settled';

export type WindowRow = {
  id: Uuid;
  number: number;
  state: WindowState;
  fromSeq: bigint;
  toSeq?: bigint;
  openedAt: Millis;
  cutOffAt?: Millis;
  nettedAt?: Millis;
  settledAt?: Millis;
  payments: number;
  inputRoot?: Buffer;
  resultHash?: Buffer;
  finalitySeq?: bigint;
  transfers?: number;
  currencies: CurrencyRow[];
};

export type CurrencyRow = { asset: string; payments: number; participants: number; gross: bigint; bilateralNet: bigint; net: bigint };

export type PositionRow = { participantId: Uuid; asset: string; incoming: bigint; outgoing: bigint; net: bigint };

type Flat = {
  id: Uuid;
  number: number;
  state: WindowState;
  from_seq: bigint;
  to_seq: bigint | null;
  opened_at: Millis;
  cut_off_at: Millis | null;
  netted_at: Millis | null;
  settled_at: Millis | null;
  payments: number;
  input_root: Buffer | null;
  result_hash: Buffer | null;
  finality_seq: bigint | null;
  transfers: number | null;
  currencies: [string, number, number, string, string, string][];
};

/** Amounts leave as text inside JSON, which would otherwise make them floats. */
const SELECT = `
  select w.id, w.number, w.state, w.from_seq, w.to_seq, w.opened_at, w.cut_off_at, w.netted_at, w.settled_at, w.payments,
         w.input_root, w.result_hash, w.finality_seq, w.transfers,
         coalesce((select jsonb_agg(jsonb_build_array(c.asset, c.payments, c.participants, c.gross::text, c.bilateral_net::text, c.net::text) order by c.asset)
                     from settlement.window_currency c where c.tenant_id = w.tenant_id and c.window_id = w.id), '[]') as currencies
    from settlement.netting_window w`;

function toRow(flat: Flat): WindowRow {
  return {
    id: flat.id,
    number: flat.number,
    state: flat.state,
    fromSeq: flat.from_seq,
    toSeq: flat.to_seq ?? undefined,
    openedAt: flat.opened_at,
    cutOffAt: flat.cut_off_at ?? undefined,
    nettedAt: flat.netted_at ?? undefined,
    settledAt: flat.settled_at ?? undefined,
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
export async function pageOfWindows(tx: Tx, tenantId: Uuid, page: { limit: number; after?: Uuid }): Promise<WindowRow[]> {
  const rows = await tx.query<Flat>(
    `${SELECT} where w.tenant_id = $1
        and ($2::uuid is null or w.number < (select l.number from settlement.netting_window l where l.tenant_id = $1 and l.id = $2))
      order by w.number desc limit $3`,
    [tenantId, page.after ?? null, page.limit],
  );
  return rows.map(toRow);
}

/** The window that takes payments now, without a lock. */
export async function findOpenWindow(tx: Tx, tenantId: Uuid): Promise<{ id: Uuid; number: number; fromSeq: bigint } | undefined> {
  const [row] = await tx.query<{ id: Uuid; number: number; from_seq: bigint }>(
    `select id, number, from_seq from settlement.netting_window where tenant_id = $1 and state = 'open'`,
    [tenantId],
  );
  return row && { id: row.id, number: row.number, fromSeq: row.from_seq };
}

/** Locks a window until the transaction ends, so that only one cut-off goes on at a time. False when it is no longer open. */
export async function lockIfOpen(tx: Tx, tenantId: Uuid, id: Uuid): Promise<boolean> {
  const rows = await tx.query(`select id from settlement.netting_window where tenant_id = $1 and id = $2 and state = 'open' for update`, [
    tenantId,
    id,
  ]);
  return rows.length > 0;
}

export async function windowNumbered(tx: Tx, tenantId: Uuid, number: number): Promise<WindowRow | undefined> {
  const [row] = await tx.query<Flat>(`${SELECT} where w.tenant_id = $1 and w.number = $2`, [tenantId, number]);
  return row && toRow(row);
}

/** Opens the first window of a tenant; does nothing when it has one. */
export async function openFirstWindow(tx: Tx, tenantId: Uuid, id: Uuid, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.netting_window (tenant_id, id, number, state, from_seq, opened_at)
     values ($1, $2, 1, 'open', 0, $3::timestamptz) on conflict do nothing`,
    [tenantId, id, instant(at)],
  );
}

/** Fixes the input of the open window at `toSeq` and opens the next one behind it. */
export async function cutOffWindow(
  tx: Tx,
  tenantId: Uuid,
  cut: { id: Uuid; number: number; toSeq: bigint; at: Millis; nextId: Uuid },
): Promise<void> {
  const at = instant(cut.at);
  await tx.query(
    `update settlement.netting_window set state = 'cut_off', to_seq = $3, cut_off_at = $4::timestamptz where tenant_id = $1 and id = $2`,
    [tenantId, cut.id, cut.toSeq, at],
  );
  await tx.query(
    `insert into settlement.netting_window (tenant_id, id, number, state, from_seq, opened_at) values ($1, $2, $3, 'open', $4, $5::timestamptz)`,
    [tenantId, cut.nextId, cut.number + 1, cut.toSeq, at],
  );
}

export async function hasObligations(tx: Tx, tenantId: Uuid, fromSeq: bigint, toSeq: bigint): Promise<boolean> {
  const [row] = await tx.query<{ any: boolean }>(
    'select exists (select from settlement.obligation where tenant_id = $1 and seq > $2 and seq <= $3) as any',
    [tenantId, fromSeq, toSeq],
  );
  return row!.any;
}

export type ObligationRow = { seq: bigint; debtor: Uuid; creditor: Uuid; asset: string; units: bigint; leaf: Buffer };

/** Obligations of a window in order of sequence, some at a time. */
export async function obligationsBehind(
  tx: Tx,
  tenantId: Uuid,
  range: { afterSeq: bigint; toSeq: bigint; limit: number },
): Promise<ObligationRow[]> {
  return tx.query<ObligationRow>(
    `select seq, debtor_agent_id as debtor, creditor_agent_id as creditor, asset, units, leaf
       from settlement.obligation where tenant_id = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
    [tenantId, range.afterSeq, range.toSeq, range.limit],
  );
}

/** Publishes the root of the input, which must happen before any result is known. False when it is published already. */
export async function publishInput(tx: Tx, tenantId: Uuid, id: Uuid, input: { payments: number; root: Buffer }): Promise<boolean> {
  const rows = await tx.query(
    'update settlement.netting_window set payments = $3, input_root = $4 where tenant_id = $1 and id = $2 and input_root is null returning id',
    [tenantId, id, input.payments, input.root],
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
  const { currencies, positions } = result;
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
  return true;
}

/** False when another process has settled the window already. Locks the row until the transaction ends. */
export async function claimForSettlement(tx: Tx, tenantId: Uuid, id: Uuid): Promise<boolean> {
  const rows = await tx.query(`select id from settlement.netting_window where tenant_id = $1 and id = $2 and state = 'netted' for update`, [
    tenantId,
    id,
  ]);
  return rows.length > 0;
}

export async function recordFinality(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  finality: { seq: bigint; at: Millis; transfers: number },
): Promise<void> {
  await tx.query(
    `update settlement.netting_window set state = 'settled', settled_at = $3::timestamptz, finality_seq = $4, transfers = $5 where tenant_id = $1 and id = $2`,
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

/** Windows that were cut off and not carried to the end, oldest first: what a crash left behind. */
export async function unfinishedWindows(tx: Tx, tenantId: Uuid): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>(
    `select id from settlement.netting_window where tenant_id = $1 and state in ('cut_off', 'netted') order by number`,
    [tenantId],
  );
  return rows.map((row) => row.id);
}
