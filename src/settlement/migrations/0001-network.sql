create schema settlement;

-- Banks. A participant is the `member` that users, keys and accounts may be bound to.
create table settlement.participant (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  bic text not null,
  lei text not null,
  state text not null check (state in ('active', 'suspended')),
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, bic),
  unique (tenant_id, lei)
);
select infra.protect('settlement.participant');
grant update (state) on settlement.participant to rialto_app;

create table settlement.participant_account (
  tenant_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  settlement_account_id uuid not null,
  reserve_account_id uuid not null,
  primary key (tenant_id, participant_id, asset),
  foreign key (tenant_id, participant_id) references settlement.participant
);
select infra.protect('settlement.participant_account');
create policy member on settlement.participant_account as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- The operator's own accounts: money in custody, and the account through which a window settles.
create table settlement.system_account (
  tenant_id uuid not null,
  asset text not null,
  role text not null check (role in ('custody', 'clearing')),
  account_id uuid not null,
  primary key (tenant_id, asset, role)
);
select infra.protect('settlement.system_account');

-- A payment as it was decided at the door; never changed. What became of a held one is in settlement.review; whether
-- it is clearing or settled follows from the window that its sequence falls into.
create table settlement.payment (
  tenant_id uuid not null,
  id uuid not null,
  uetr uuid not null,
  end_to_end_id text not null,
  channel text not null,
  decision text not null check (decision in ('reserved', 'held', 'rejected')),
  reason_code text,
  reason_text text,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  debtor json not null,
  creditor json not null,
  asset text not null,
  units numeric(38, 0) not null check (units > 0),
  value_date date not null,
  purpose text,
  remittance text,
  -- Of what a bank may send again: null when it named no UETR.
  order_hash bytea,
  received_at timestamptz(3) not null,
  decided_at timestamptz(3) not null,
  seq bigint,
  transfer_id uuid,
  screening jsonb,
  primary key (tenant_id, id),
  unique (tenant_id, uetr)
);
create index payment_by_debtor_agent on settlement.payment (debtor_agent_id, id);
create index payment_by_creditor_agent on settlement.payment (creditor_agent_id, id);
create index payment_by_end_to_end_id on settlement.payment (end_to_end_id);
create index payment_held on settlement.payment (tenant_id, id) where decision = 'held';
select infra.protect('settlement.payment');
select infra.grows('settlement.payment', 'tenant_id', 'id', 'uetr', 'end_to_end_id', 'debtor_agent_id', 'creditor_agent_id', 'decision');
select infra.admit('settlement.payment', 'rialto_writer', 'select, insert');
create policy member on settlement.payment as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()) or creditor_agent_id = (select infra.member_id()));

-- The decision on a held payment; one, final.
create table settlement.review (
  tenant_id uuid not null,
  payment_id uuid not null,
  decision text not null check (decision in ('reserved', 'rejected')),
  reason_code text,
  reason_text text,
  comment text not null,
  actor_name text not null,
  decided_at timestamptz(3) not null,
  seq bigint,
  transfer_id uuid,
  primary key (tenant_id, payment_id)
);
select infra.protect('settlement.review');
select infra.admit('settlement.review', 'rialto_writer', 'select, insert');

-- What a debtor's bank owes a creditor's bank; what netting reads. The leaf is hashed at acceptance.
create table settlement.obligation (
  tenant_id uuid not null,
  seq bigint not null,
  payment_id uuid not null,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units > 0),
  leaf bytea not null,
  primary key (tenant_id, seq)
);
select infra.protect('settlement.obligation');
select infra.grows('settlement.obligation', 'tenant_id', 'seq');
select infra.admit('settlement.obligation', 'rialto_writer', 'select, insert');
create policy member on settlement.obligation as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()) or creditor_agent_id = (select infra.member_id()));

-- A file that a bank sent, with the answer it got; the same message id with other content is refused.
create table settlement.message (
  tenant_id uuid not null,
  sender text not null,
  message_id text not null,
  content_hash bytea not null,
  received_at timestamptz(3) not null,
  answer text not null,
  primary key (tenant_id, sender, message_id)
);
select infra.protect('settlement.message');

-- Money that came into custody for a participant (above zero) or left it (below zero), with the ledger's transfer.
create table settlement.funding (
  tenant_id uuid not null,
  transfer_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units <> 0),
  reference text not null,
  recorded_at timestamptz(3) not null,
  primary key (tenant_id, transfer_id)
);
create index funding_by_participant on settlement.funding (tenant_id, participant_id, asset, recorded_at);
select infra.protect('settlement.funding');
create policy member on settlement.funding as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

create table settlement.netting_window (
  tenant_id uuid not null,
  id uuid not null,
  number integer not null,
  state text not null check (state in ('open', 'cut_off', 'netted', 'settled')),
  from_seq bigint not null,
  to_seq bigint,
  opened_at timestamptz(3) not null,
  cut_off_at timestamptz(3),
  netted_at timestamptz(3),
  settled_at timestamptz(3),
  payments integer not null default 0,
  input_root bytea,
  result_hash bytea,
  finality_seq bigint,
  transfers integer,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  check (to_seq >= from_seq),
  check ((state = 'open') = (to_seq is null)),
  check ((state = 'settled') = (finality_seq is not null))
);
create unique index netting_window_open on settlement.netting_window (tenant_id) where state = 'open';
create index netting_window_by_seq on settlement.netting_window (tenant_id, from_seq);
select infra.protect('settlement.netting_window');
grant update on settlement.netting_window to rialto_app;

create table settlement.window_currency (
  tenant_id uuid not null,
  window_id uuid not null,
  asset text not null,
  payments integer not null,
  participants integer not null,
  gross numeric(38, 0) not null,
  bilateral_net numeric(38, 0) not null,
  net numeric(38, 0) not null,
  primary key (tenant_id, window_id, asset),
  check (net <= bilateral_net and bilateral_net <= gross)
);
select infra.protect('settlement.window_currency');

create table settlement.position (
  tenant_id uuid not null,
  window_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  incoming numeric(38, 0) not null,
  outgoing numeric(38, 0) not null,
  net numeric(38, 0) not null,
  primary key (tenant_id, window_id, asset, participant_id),
  check (net = incoming - outgoing)
);
select infra.protect('settlement.position');
create policy member on settlement.position as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- The list in force, one row a list; `version` is the SHA-256 of the file and is stored with every decision.
create table settlement.screening_list (
  tenant_id uuid not null,
  id text not null,
  version text not null,
  entries integer not null,
  names integer not null,
  content text not null,
  loaded_at timestamptz(3) not null,
  primary key (tenant_id, id)
);
select infra.protect('settlement.screening_list');
grant update on settlement.screening_list to rialto_app;
