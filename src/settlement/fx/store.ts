import { parseDecimal } from '../../base/decimal.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, integers, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { Leg } from '../gridlock/bundle.ts';
import type { BookedLeg } from '../participant/booked-entries.ts';
import type { FxRate } from './rate.ts';

/** A rate as it is kept. */
export type RateRow = FxRate & { rateText: string; loadedBy: string; loadedAt: Millis };

type FlatRate = Omit<RateRow, 'rate' | 'maxUnits'> & { maxUnits: bigint | null };

export async function insertRates(tx: Tx, tenantId: Uuid, rows: readonly Omit<RateRow, 'rate'>[]): Promise<void> {
  await tx.query(
    `insert into settlement.fx_rate (tenant_id, id, provider_id, source, from_asset, to_asset, rate, fee_bps, min_units, max_units, valid_from, valid_until, loaded_by, loaded_at)
     select $1, r.id, r.provider_id, r.source, r.from_asset, r.to_asset, r.rate, r.fee_bps, r.min_units, r.max_units, r.valid_from, r.valid_until, r.loaded_by, r.loaded_at
       from jsonb_to_recordset($2::jsonb) as r (id uuid, provider_id uuid, source text, from_asset text, to_asset text, rate text, fee_bps integer,
            min_units numeric, max_units numeric, valid_from timestamptz, valid_until timestamptz, loaded_by text, loaded_at timestamptz)`,
    [
      tenantId,
      JSON.stringify(
        rows.map((row) => ({
          id: row.id,
          provider_id: row.providerId,
          source: row.source,
          from_asset: row.fromAsset,
          to_asset: row.toAsset,
          rate: row.rateText,
          fee_bps: row.feeBps,
          min_units: row.minUnits.toString(),
          max_units: row.maxUnits?.toString() ?? null,
          valid_from: instant(row.validFrom),
          valid_until: instant(row.validUntil),
          loaded_by: row.loadedBy,
          loaded_at: instant(row.loadedAt),
        })),
      ),
    ],
  );
}

/** The rates that hold at an instant: of each provider, source and pair the one that was loaded last. */
export async function ratesInForce(tx: Tx, tenantId: Uuid, at: Millis): Promise<RateRow[]> {
  const rows = await tx.query<FlatRate>(
    `select distinct on (r.provider_id, r.source, r.from_asset, r.to_asset)
            r.id, r.provider_id as "providerId", r.source, r.from_asset as "fromAsset", r.to_asset as "toAsset", r.rate as "rateText", r.fee_bps as "feeBps",
            r.min_units as "minUnits", r.max_units as "maxUnits", r.valid_from as "validFrom", r.valid_until as "validUntil", r.loaded_by as "loadedBy",
            r.loaded_at as "loadedAt"
       from settlement.fx_rate r
      where r.tenant_id = $1 and r.valid_until > $2::timestamptz and r.valid_from <= $2::timestamptz
      order by r.provider_id, r.source, r.from_asset, r.to_asset, r.loaded_at desc, r.id desc`,
    [tenantId, instant(at)],
  );
  return rows.map(({ maxUnits, ...row }) => ({ ...row, rate: parseDecimal(row.rateText), ...(maxUnits !== null && { maxUnits }) }));
}

export type FxRole = 'fx_rounding' | 'fx_fees';

/** The operator's accounts of exchanges, by `role asset`. */
export async function fxAccounts(tx: Tx, tenantId: Uuid): Promise<Map<string, Uuid>> {
  const rows = await tx.query<{ asset: string; role: FxRole; account_id: Uuid }>(
    'select asset, role, account_id from settlement.fx_account where tenant_id = $1',
    [tenantId],
  );
  return new Map(rows.map((row) => [`${row.role} ${row.asset}`, row.account_id]));
}

/** Claims an account; true when nobody had claimed one of that role and currency. */
export async function claimFxAccount(tx: Tx, tenantId: Uuid, claim: { asset: string; role: FxRole; accountId: Uuid }): Promise<boolean> {
  const rows = await tx.query(
    'insert into settlement.fx_account (tenant_id, asset, role, account_id) values ($1, $2, $3, $4) on conflict do nothing returning asset',
    [tenantId, claim.asset, claim.role, claim.accountId],
  );
  return rows.length > 0;
}

/** A hop of a quote as it is kept: amounts as digits. */
export type HopRow = {
  rateId: Uuid;
  providerId: Uuid;
  source: string;
  fromAsset: string;
  toAsset: string;
  rate: string;
  paid: string;
  fee: string;
  received: string;
  given: string;
};

export type QuoteRow = {
  id: Uuid;
  participantId: Uuid;
  fromAsset: string;
  toAsset: string;
  payUnits: bigint;
  receiveUnits: bigint;
  hops: HopRow[];
  quotedAt: Millis;
  expiresAt: Millis;
};

export async function insertQuote(tx: Tx, tenantId: Uuid, row: QuoteRow): Promise<void> {
  await tx.query(
    `insert into settlement.fx_quote (tenant_id, id, participant_id, from_asset, to_asset, pay_units, receive_units, hops, quoted_at, expires_at)
     values ($1, $2, $3, $4, $5, $6::numeric, $7::numeric, $8::jsonb, $9::timestamptz, $10::timestamptz)`,
    [
      tenantId,
      row.id,
      row.participantId,
      row.fromAsset,
      row.toAsset,
      row.payUnits.toString(),
      row.receiveUnits.toString(),
      JSON.stringify(row.hops),
      instant(row.quotedAt),
      instant(row.expiresAt),
    ],
  );
}

export async function findQuote(tx: Tx, tenantId: Uuid, id: Uuid): Promise<QuoteRow | undefined> {
  const [row] = await tx.query<QuoteRow>(
    `select q.id, q.participant_id as "participantId", q.from_asset as "fromAsset", q.to_asset as "toAsset", q.pay_units as "payUnits",
            q.receive_units as "receiveUnits", q.hops, q.quoted_at as "quotedAt", q.expires_at as "expiresAt"
       from settlement.fx_quote q where q.tenant_id = $1 and q.id = $2`,
    [tenantId, id],
  );
  return row;
}

export type ProposalRow = {
  id: Uuid;
  proposerId: Uuid;
  counterpartyId: Uuid;
  giveAsset: string;
  giveUnits: bigint;
  getAsset: string;
  getUnits: bigint;
  reference: string;
  proposedBy: string;
  proposedAt: Millis;
  expiresAt: Millis;
};

export async function insertProposal(tx: Tx, tenantId: Uuid, row: ProposalRow): Promise<void> {
  await tx.query(
    `insert into settlement.fx_proposal (tenant_id, id, proposer_id, counterparty_id, give_asset, give_units, get_asset, get_units, reference, proposed_by, proposed_at, expires_at)
     values ($1, $2, $3, $4, $5, $6::numeric, $7, $8::numeric, $9, $10, $11::timestamptz, $12::timestamptz)`,
    [
      tenantId,
      row.id,
      row.proposerId,
      row.counterpartyId,
      row.giveAsset,
      row.giveUnits.toString(),
      row.getAsset,
      row.getUnits.toString(),
      row.reference,
      row.proposedBy,
      instant(row.proposedAt),
      instant(row.expiresAt),
    ],
  );
}

const PROPOSAL = `o.id, o.proposer_id as "proposerId", o.counterparty_id as "counterpartyId", o.give_asset as "giveAsset", o.give_units as "giveUnits",
  o.get_asset as "getAsset", o.get_units as "getUnits", o.reference, o.proposed_by as "proposedBy", o.proposed_at as "proposedAt", o.expires_at as "expiresAt"`;

export async function findProposal(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ProposalRow | undefined> {
  const [row] = await tx.query<ProposalRow>(`select ${PROPOSAL} from settlement.fx_proposal o where o.tenant_id = $1 and o.id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

/** A page of proposals, newest first. */
export async function pageOfProposals(tx: Tx, tenantId: Uuid, page: { limit: number; after?: Uuid }): Promise<ProposalRow[]> {
  return tx.query<ProposalRow>(
    `select ${PROPOSAL} from settlement.fx_proposal o where o.tenant_id = $1 and ($2::uuid is null or o.id < $2) order by o.id desc limit $3`,
    [tenantId, page.after ?? null, page.limit],
  );
}

/** What a quote or a proposal came to when it was decided. */
export type TradeDecision = 'settled' | 'queued' | 'declined';
export type TradeAct = {
  id: Uuid;
  kind: 'quote' | 'bilateral';
  decision: TradeDecision;
  payers: readonly Uuid[];
  legs: readonly Leg[];
  /** What its banks call it. */
  reference?: string;
  actorName: string;
};

/** Decisions on quotes and proposals; each is decided once. */
export const fxTradeRows: RowSet<TradeAct> = {
  name: 'settlement.fx_trade',
  keys: (trade) => [trade.id],
  async taken(tx, keys) {
    const rows = await tx.query<{ id: Uuid }>(
      'select t.id from settlement.fx_trade t where t.tenant_id = (select infra.tenant_id()) and t.id = any ($1::uuid[])',
      [uuids(keys)],
    );
    return new Set(rows.map((row) => row.id));
  },
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.fx_trade (tenant_id, id, kind, decision, payers, legs, actor_name, decided_at, seq, reference)
       select (select infra.tenant_id()), n.id, n.kind, n.decision, array(select p::uuid from jsonb_array_elements_text(n.payers) p), n.legs, n.actor_name,
              n.decided_at, n.seq, n.reference
         from (select unnest($1::uuid[]) as id, unnest($2::text[]) as kind, unnest($3::text[]) as decision, unnest($4::jsonb[]) as payers,
                      unnest($5::jsonb[]) as legs, unnest($6::text[]) as actor_name, unnest($7::timestamptz[]) as decided_at, unnest($8::bigint[]) as seq,
                      unnest($9::text[]) as reference) n`,
      [
        uuids(values.map((trade) => trade.id)),
        texts(values.map((trade) => trade.kind)),
        texts(values.map((trade) => trade.decision)),
        jsonbs(values.map((trade) => trade.payers)),
        jsonbs(values.map((trade) => trade.legs.map((leg) => ({ ...leg, units: leg.units.toString() })))),
        texts(values.map((trade) => trade.actorName)),
        instants(rows.map((row) => row.atMs)),
        integers(rows.map((row) => row.seq)),
        texts(values.map((trade) => trade.reference ?? null)),
      ],
    );
  },
};

/** A decided trade as it stands: when it waited in the queue, with what became of it there. */
export type TradeRow = Omit<TradeAct, 'payers'> & {
  decidedAt: Millis;
  exit?: { outcome: 'settled' | 'rejected'; reason: string | null; decidedAt: Millis };
};

type FlatTrade = {
  id: Uuid;
  kind: TradeAct['kind'];
  decision: TradeDecision;
  legs: { debtor: string; creditor: string; asset: string; units: string }[];
  reference: string | null;
  actorName: string;
  decidedAt: Millis;
  outcome: 'settled' | 'rejected' | null;
  reason: string | null;
  exitAt: Millis | null;
};

const TRADE = `
  select t.id, t.kind, t.decision, t.legs, t.reference, t.actor_name as "actorName", t.decided_at as "decidedAt", q.outcome, q.reason_text as reason, q.decided_at as "exitAt"
    from settlement.fx_trade t
    left join settlement.queue_exit q on q.tenant_id = t.tenant_id and q.entry_id = t.id and t.decision = 'queued'`;

function toTrade({ outcome, reason, exitAt, reference, ...row }: FlatTrade): TradeRow {
  return {
    ...row,
    legs: row.legs.map((leg) => ({ ...leg, units: BigInt(leg.units) })),
    ...(reference !== null && { reference }),
    ...(outcome !== null && { exit: { outcome, reason, decidedAt: exitAt! } }),
  };
}

export async function tradesById(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Map<Uuid, TradeRow>> {
  const rows = await tx.query<FlatTrade>(`${TRADE} where t.tenant_id = $1 and t.id = any ($2::uuid[])`, [tenantId, ids]);
  return new Map(rows.map((row) => [row.id, toTrade(row)]));
}

/**
 * Legs of trades that settled in a range of time, at once or out of the queue, in which a participant paid or was paid in one
 * currency; `units` below zero are what it paid.
 */
export async function settledLegsOf(
  tx: Tx,
  tenantId: Uuid,
  of: { participantId: Uuid; asset: string; fromMs: Millis; toMs: Millis },
): Promise<BookedLeg[]> {
  return tx.query(
    `select s.id as "tradeId", l.n::int as leg, case when l.leg ->> 'debtor' = $2 then -1 else 1 end * (l.leg ->> 'units')::numeric(38, 0) as units,
            s.at as "settledAt", coalesce(s.reference, p.reference) as reference
       from (select t.id, t.legs, t.payers, t.reference, t.decided_at as at from settlement.fx_trade t
              where t.tenant_id = $1 and t.decision = 'settled' and t.decided_at >= $4::timestamptz and t.decided_at < $5::timestamptz
             union all
             select t.id, t.legs, t.payers, t.reference, q.decided_at from settlement.queue_exit q
               join settlement.fx_trade t on t.tenant_id = q.tenant_id and t.id = q.entry_id and t.decision = 'queued'
              where q.tenant_id = $1 and q.outcome = 'settled' and q.decided_at >= $4::timestamptz and q.decided_at < $5::timestamptz) s
       left join settlement.fx_proposal p on p.tenant_id = $1 and p.id = s.id
      cross join lateral jsonb_array_elements(s.legs) with ordinality l (leg, n)
      where $2::uuid = any (s.payers) and l.leg ->> 'asset' = $3 and $2 in (l.leg ->> 'debtor', l.leg ->> 'creditor')`,
    [tenantId, of.participantId, of.asset, instant(of.fromMs), instant(of.toMs)],
  );
}

/** Decided trades on quotes, newest first. */
export async function pageOfQuoteTrades(tx: Tx, tenantId: Uuid, page: { limit: number; after?: Uuid }): Promise<TradeRow[]> {
  const rows = await tx.query<FlatTrade>(
    `${TRADE} where t.tenant_id = $1 and t.kind = 'quote' and ($2::uuid is null or t.id < $2) order by t.id desc limit $3`,
    [tenantId, page.after ?? null, page.limit],
  );
  return rows.map(toTrade);
}
