-- A payment that brings money of another one back: the nth return of it. All of them together never bring back more than was
-- paid, which the number of the return guards: two at once cannot both be the next one.
create table settlement.payment_return (
  tenant_id uuid not null,
  payment_id uuid not null,
  original_id uuid not null,
  nth integer not null,
  return_id text not null,
  reason_code text not null,
  reason_text text,
  primary key (tenant_id, payment_id),
  unique (tenant_id, original_id, nth)
);
select infra.protect('settlement.payment_return');
select infra.admit('settlement.payment_return', 'rialto_writer', 'select, insert');
create policy member on settlement.payment_return as restrictive for select to rialto_app
  using ((select infra.member_id()) is null
    or exists (select from settlement.payment p where p.tenant_id = payment_return.tenant_id and p.id = payment_return.payment_id));

-- A bank that paid asks for its money back; the bank that got it answers by a day that the scheme's rules tell.
create table settlement.recall (
  tenant_id uuid not null,
  id uuid not null,
  payment_id uuid not null,
  requester_id uuid not null,
  responder_id uuid not null,
  -- How the asking bank calls its request, and the case that it opened.
  assignment_id text not null,
  cancellation_id text,
  case_id text,
  reason_code text not null,
  reason_text text,
  state text not null check (state in ('pending', 'accepted', 'refused')),
  asked_at timestamptz(3) not null,
  due_on date not null,
  answered_at timestamptz(3),
  answer_code text,
  answer_text text,
  primary key (tenant_id, id),
  check ((state = 'pending') = (answered_at is null))
);
create unique index recall_pending on settlement.recall (tenant_id, payment_id) where state = 'pending';
create index recall_by_payment on settlement.recall (tenant_id, payment_id);
create index recall_due on settlement.recall (tenant_id, due_on) where state = 'pending';
select infra.protect('settlement.recall');
grant update (state, answered_at, answer_code, answer_text) on settlement.recall to rialto_app;
create policy member on settlement.recall as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or requester_id = (select infra.member_id()) or responder_id = (select infra.member_id()));

-- Payments of which banks are still to be told, beside those that a window settled.
create table settlement.message_due (
  tenant_id uuid not null,
  owner_id uuid not null,
  payment_id uuid not null,
  what text not null check (what in ('rejected', 'settled')),
  noted_at timestamptz(3) not null,
  primary key (tenant_id, owner_id, payment_id, what)
);
create index message_due_in_order on settlement.message_due (tenant_id, owner_id, noted_at, payment_id);
select infra.protect('settlement.message_due');
grant delete on settlement.message_due to rialto_app;
create policy operator on settlement.message_due as restrictive for select to rialto_app using ((select infra.member_id()) is null);
