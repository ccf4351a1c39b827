-- Payments without cover may wait instead of being rejected, and payments may settle one by one, outside the windows.
-- A row of settlement.payment is still written once: `queued` says that it waits (what became of it is in
-- settlement.queue_exit), `settled` that it became final in the act that took it.
alter table settlement.payment drop constraint payment_decision_check;
alter table settlement.payment
  add constraint payment_decision_check check (decision in ('reserved', 'held', 'rejected', 'queued', 'settled'));
create index payment_queued on settlement.payment (tenant_id, id) where decision = 'queued';
create index payment_settled_at_the_door on settlement.payment (tenant_id, decided_at) where decision = 'settled';
alter table settlement.review drop constraint review_decision_check;
alter table settlement.review
  add constraint review_decision_check check (decision in ('reserved', 'rejected', 'queued', 'settled'));

-- How payments are routed: rules as data, one row a tenant; without one every payment goes into the window.
create table settlement.liquidity_policy (
  tenant_id uuid not null,
  policy jsonb not null,
  version integer not null,
  changed_by text not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id)
);
select infra.protect('settlement.liquidity_policy');
grant update on settlement.liquidity_policy to rialto_app;

-- Which way a payment was sent, and why. Speaks of what its debtor's bank has, so the other side never sees it.
create table settlement.payment_route (
  tenant_id uuid not null,
  payment_id uuid not null,
  debtor_agent_id uuid not null,
  route text not null check (route in ('instant', 'queue', 'window')),
  priority text not null check (priority in ('instant', 'urgent', 'normal')),
  rule text not null,
  reason text not null,
  primary key (tenant_id, payment_id)
);
select infra.protect('settlement.payment_route');
select infra.admit('settlement.payment_route', 'rialto_writer', 'select, insert');
create policy member on settlement.payment_route as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()));

-- Order of arrival in the queues. Acts without a transfer do not raise the book's sequence, so they need one of their own.
create sequence settlement.queue_position;
grant usage on sequence settlement.queue_position to rialto_writer;

-- What waits: bundles of legs that settle together or not at all. A payment has one leg and is known by its own id.
-- Rows are put in, moved and taken out only by acts on the book, one after the other.
create table settlement.queue_entry (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('payment', 'pvp')),
  -- Class, 0 the most urgent; within a class the lower position goes first.
  priority integer not null,
  position bigint not null,
  payers uuid[] not null,
  legs jsonb not null,
  entered_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (tenant_id, id)
);
create index queue_entry_in_order on settlement.queue_entry (tenant_id, priority, position);
select infra.protect('settlement.queue_entry');
select infra.admit('settlement.queue_entry', 'rialto_writer', 'select, insert, update, delete');
select infra.admit('settlement.queue_entry', 'rialto_relay', 'select');
create policy member on settlement.queue_entry as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) = any (payers));

-- What became of it: one row, final.
create table settlement.queue_exit (
  tenant_id uuid not null,
  entry_id uuid not null,
  kind text not null,
  outcome text not null check (outcome in ('settled', 'rejected')),
  reason_code text,
  reason_text text,
  -- The set it settled in.
  settlement_id uuid,
  transfer_id uuid,
  actor_name text not null,
  entered_at timestamptz(3) not null,
  decided_at timestamptz(3) not null,
  seq bigint not null,
  primary key (tenant_id, entry_id),
  check ((outcome = 'settled') = (settlement_id is not null))
);
create index queue_exit_by_settlement on settlement.queue_exit (tenant_id, settlement_id);
create index queue_exit_by_time on settlement.queue_exit (tenant_id, decided_at);
select infra.protect('settlement.queue_exit');
select infra.admit('settlement.queue_exit', 'rialto_writer', 'select, insert');

-- Bundles that settled at the same moment, in one act: `gross` and what was moved for it, by currency. The operator's.
create table settlement.queue_settlement (
  tenant_id uuid not null,
  id uuid not null,
  step text not null check (step in ('direct', 'bilateral', 'multilateral')),
  entries integer not null,
  totals jsonb not null,
  settled_at timestamptz(3) not null,
  seq bigint not null,
  primary key (tenant_id, id)
);
create index queue_settlement_by_time on settlement.queue_settlement (tenant_id, settled_at);
select infra.protect('settlement.queue_settlement');
select infra.admit('settlement.queue_settlement', 'rialto_writer', 'select, insert');
create policy operator on settlement.queue_settlement as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- A bank that is paid sees a payment once it is owed the money or has it; that one waits for money is its own bank's.
alter policy member on settlement.payment using (
  (select infra.member_id()) is null
  or debtor_agent_id = (select infra.member_id())
  or (
    creditor_agent_id = (select infra.member_id())
    and (
      decision in ('reserved', 'settled')
      or (
        decision in ('held', 'queued')
        and (
          exists (
            select from settlement.review r
             where r.tenant_id = payment.tenant_id and r.payment_id = payment.id and r.decision in ('reserved', 'settled')
          )
          or exists (
            select from settlement.queue_exit q
             where q.tenant_id = payment.tenant_id and q.entry_id = payment.id and q.outcome = 'settled'
          )
        )
      )
    )
  )
);
