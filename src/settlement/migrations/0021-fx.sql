-- Foreign exchange. Rates are published by participants and never changed; a newer one of the same provider, source and pair
-- takes the place of the older.
create table settlement.fx_rate (
  tenant_id uuid not null,
  id uuid not null,
  provider_id uuid not null,
  source text not null,
  from_asset text not null,
  to_asset text not null,
  -- Whole units of `to_asset` for one whole unit of `from_asset`, as it was written.
  rate text not null,
  fee_bps integer not null check (fee_bps >= 0 and fee_bps < 10000),
  min_units numeric(38, 0) not null check (min_units > 0),
  max_units numeric(38, 0) check (max_units >= min_units),
  valid_from timestamptz(3) not null,
  valid_until timestamptz(3) not null check (valid_until > valid_from),
  loaded_by text not null,
  loaded_at timestamptz(3) not null,
  primary key (tenant_id, id),
  check (from_asset <> to_asset)
);
create index fx_rate_by_validity on settlement.fx_rate (tenant_id, valid_until);
select infra.protect('settlement.fx_rate');

-- The operator's accounts: units that rounding leaves over, and fees.
create table settlement.fx_account (
  tenant_id uuid not null,
  asset text not null,
  role text not null check (role in ('fx_rounding', 'fx_fees')),
  account_id uuid not null,
  primary key (tenant_id, asset, role)
);
select infra.protect('settlement.fx_account');

-- A firm price for one participant: these hops, this outcome, until it expires. Used at most once, see fx_trade.
create table settlement.fx_quote (
  tenant_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  from_asset text not null,
  to_asset text not null,
  pay_units numeric(38, 0) not null check (pay_units > 0),
  receive_units numeric(38, 0) not null check (receive_units > 0),
  hops jsonb not null,
  quoted_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (tenant_id, id)
);
create index fx_quote_by_participant on settlement.fx_quote (tenant_id, participant_id, id);
select infra.protect('settlement.fx_quote');
create policy member on settlement.fx_quote as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- Two banks that agree between themselves: one proposes, the other answers.
create table settlement.fx_proposal (
  tenant_id uuid not null,
  id uuid not null,
  proposer_id uuid not null,
  counterparty_id uuid not null,
  give_asset text not null,
  give_units numeric(38, 0) not null check (give_units > 0),
  get_asset text not null,
  get_units numeric(38, 0) not null check (get_units > 0),
  reference text not null,
  proposed_by text not null,
  proposed_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (tenant_id, id),
  check (give_asset <> get_asset),
  check (proposer_id <> counterparty_id)
);
select infra.protect('settlement.fx_proposal');
create policy member on settlement.fx_proposal as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) in (proposer_id, counterparty_id));

-- What became of a quote or a proposal, under the same id: its legs settled in one act, wait in the queue as one bundle, or
-- nothing came of it. Written once; what became of one that waits is in settlement.queue_exit.
create table settlement.fx_trade (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('quote', 'bilateral')),
  decision text not null check (decision in ('settled', 'queued', 'declined')),
  payers uuid[] not null,
  legs jsonb not null,
  actor_name text not null,
  decided_at timestamptz(3) not null,
  seq bigint not null,
  primary key (tenant_id, id)
);
select infra.protect('settlement.fx_trade');
select infra.admit('settlement.fx_trade', 'rialto_writer', 'select, insert');
create policy member on settlement.fx_trade as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) = any (payers));
