-- How instructions reach a custodian bank. `epoch` counts those who have taken the rail over: only the last of them may write.
create table settlement.rail (
  tenant_id uuid not null,
  id text not null,
  kind text not null check (kind in ('iso20022_file', 'http')),
  name text not null,
  -- The bank that it reaches: instructions about custody accounts there go by it.
  servicer_bic text not null,
  url text,
  -- After this time of day in the zone nothing is sent until the next business day of the currency; null for around the clock.
  cut_off text,
  zone text not null,
  -- What is sent over http is signed with the private key; only the master key opens it.
  public_key text not null,
  sealed_key bytea not null,
  state text not null check (state in ('open', 'paused')),
  epoch bigint not null default 0,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  check ((kind = 'http') = (url is not null))
);
select infra.protect('settlement.rail');
grant update (state, epoch) on settlement.rail to rialto_app;
create policy operator on settlement.rail as restrictive to rialto_app using ((select infra.member_id()) is null);

-- Money that is to leave custody, or to go from one custody account to another. `transfer_id` is what holds it on the ledger
-- until the rail has answered.
create table settlement.instruction (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('payout', 'sweep')),
  rail_id text not null,
  participant_id uuid,
  asset text not null,
  units numeric(38, 0) not null check (units > 0),
  reference text not null,
  from_account_id uuid not null,
  from_ledger_id uuid not null,
  to_ledger_id uuid,
  debtor jsonb not null,
  creditor jsonb not null,
  uetr uuid not null,
  transfer_id uuid not null,
  state text not null check (state in ('waiting', 'sending', 'unknown', 'accepted', 'refused', 'confirmed', 'cancelled')),
  -- How often it was handed to the rail, and how often asked for since.
  attempts integer not null default 0,
  asked integer not null default 0,
  -- When it is to be sent or asked for next.
  next_at timestamptz(3) not null,
  reason text,
  rail_reference text,
  requested_by text not null,
  requested_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, uetr),
  foreign key (tenant_id, rail_id) references settlement.rail,
  check ((kind = 'payout') = (participant_id is not null)),
  check ((kind = 'sweep') = (to_ledger_id is not null))
);
create index instruction_due on settlement.instruction (tenant_id, rail_id, next_at) where state in ('waiting', 'sending', 'unknown');
create index instruction_by_participant on settlement.instruction (tenant_id, participant_id, id);
select infra.protect('settlement.instruction');
grant update (state, attempts, asked, next_at, reason, rail_reference, changed_at) on settlement.instruction to rialto_app;
create policy member on settlement.instruction as restrictive to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- What became of it, move by move.
create table settlement.instruction_move (
  tenant_id uuid not null,
  instruction_id uuid not null,
  number integer not null,
  from_state text not null,
  to_state text not null,
  detail text not null,
  at timestamptz(3) not null,
  primary key (tenant_id, instruction_id, number),
  foreign key (tenant_id, instruction_id) references settlement.instruction
);
select infra.protect('settlement.instruction_move');
create policy operator on settlement.instruction_move as restrictive for select to rialto_app using ((select infra.member_id()) is null);
