-- Every ISO 20022 message that came in, as it came: its bytes (zstd) beside their SHA-256, who sent it, what became of it.
alter table settlement.message
  add column id uuid,
  add column participant_id uuid,
  add column kind text,
  add column content bytea,
  add column length integer,
  add column transactions integer,
  -- Null as long as the message is being taken.
  add column outcome text check (outcome in ('accepted', 'partly', 'refused')),
  add column answer_kind text,
  -- What was wrong and where: [{ code, path, text, rule }], the first of many.
  add column refusals jsonb;
alter table settlement.message alter column content set storage external;

-- Messages of before are given ids that tell when they came, and the bank that their sender's BIC names.
alter table settlement.message no force row level security;
alter table settlement.participant no force row level security;
update settlement.message m
   set id = (lpad(to_hex((extract(epoch from m.received_at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
             || '8' || substr(md5(random()::text), 1, 15))::uuid,
       participant_id = (select p.id from settlement.participant p where p.tenant_id = m.tenant_id and p.bic = m.sender),
       kind = 'pacs.008',
       outcome = case when m.answer <> '' then 'accepted' end,
       answer_kind = case when m.answer <> '' then 'pacs.002' end;
alter table settlement.participant force row level security;
alter table settlement.message force row level security;
alter table settlement.message alter column id set not null, alter column kind set not null;
create unique index message_by_id on settlement.message (tenant_id, id);
create index message_by_participant on settlement.message (tenant_id, participant_id, id);
grant update (answer, answer_kind, outcome, refusals) on settlement.message to rialto_app;
select infra.admit('settlement.message', 'rialto_writer', 'select, insert, update');
create policy member on settlement.message as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- How a payment came in by a message: the nth transaction of it, and how its sender calls it.
create table settlement.payment_origin (
  tenant_id uuid not null,
  payment_id uuid not null,
  message_id uuid not null,
  nth integer not null,
  kind text not null,
  instruction_id text,
  transaction_id text,
  primary key (tenant_id, payment_id)
);
create index payment_origin_by_message on settlement.payment_origin (tenant_id, message_id, nth);
select infra.protect('settlement.payment_origin');
select infra.grows('settlement.payment_origin', 'tenant_id', 'payment_id', 'message_id');
select infra.admit('settlement.payment_origin', 'rialto_writer', 'select, insert');
create policy member on settlement.payment_origin as restrictive for select to rialto_app
  using ((select infra.member_id()) is null
    or exists (select from settlement.payment p where p.tenant_id = payment_origin.tenant_id and p.id = payment_origin.payment_id));

-- What a bank wants to be sent, and how far it has fetched. The operator's own box has the id of nobody.
create table settlement.mailbox (
  tenant_id uuid not null,
  owner_id uuid not null,
  kinds text[] not null,
  last_seq bigint not null default 0,
  fetched_seq bigint not null default 0 check (fetched_seq <= last_seq),
  fetched_at timestamptz(3),
  -- The last day for which statements were made.
  statement_day date,
  primary key (tenant_id, owner_id)
);
select infra.protect('settlement.mailbox');
grant update on settlement.mailbox to rialto_app;
create policy member on settlement.mailbox as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or owner_id = (select infra.member_id()));

-- Messages for a bank, numbered without a gap in the order in which they were made. Never changed, never deleted.
create table settlement.outgoing_message (
  tenant_id uuid not null,
  owner_id uuid not null,
  seq bigint not null,
  id uuid not null,
  message_id text not null,
  kind text not null,
  -- What it is about: a payment, a window, a day.
  subject text not null,
  made_at timestamptz(3) not null,
  content_hash bytea not null,
  length integer not null,
  content bytea not null,
  primary key (tenant_id, owner_id, seq),
  unique (tenant_id, id),
  unique (tenant_id, owner_id, message_id)
);
alter table settlement.outgoing_message alter column content set storage external;
select infra.protect('settlement.outgoing_message');
create policy member on settlement.outgoing_message as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or owner_id = (select infra.member_id()));

-- How far the messages of a settled window have been made for a bank.
create table settlement.message_run (
  tenant_id uuid not null,
  window_id uuid not null,
  owner_id uuid not null,
  kinds text[] not null,
  after_seq bigint not null,
  begun_at timestamptz(3) not null,
  done_at timestamptz(3),
  primary key (tenant_id, window_id, owner_id)
);
create index message_run_open on settlement.message_run (tenant_id, begun_at) where done_at is null;
select infra.protect('settlement.message_run');
grant update (after_seq, done_at) on settlement.message_run to rialto_app;
create policy operator on settlement.message_run as restrictive for select to rialto_app using ((select infra.member_id()) is null);
