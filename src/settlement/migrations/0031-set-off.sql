-- What participants owe each other beside payments, as two of them agree: one side brings it in, the other confirms it. No money
-- stands behind it; rounds of set-off make `open_units` less until nothing is left.
create table settlement.bilateral_obligation (
  tenant_id uuid not null,
  id uuid not null,
  debtor_id uuid not null,
  creditor_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units > 0),
  open_units numeric(38, 0) not null check (open_units >= 0 and open_units <= units),
  due_day date,
  -- How the two sides call it, as the number of an invoice.
  reference text not null,
  state text not null check (state in ('proposed', 'confirmed', 'disputed', 'withdrawn', 'discharged')),
  submitted_by text not null check (submitted_by in ('debtor', 'creditor')),
  submitted_at timestamptz(3) not null,
  -- Who answered for the other side: the bank itself, or the operator in its place.
  answered_by text check (answered_by in ('bank', 'operator')),
  answered_at timestamptz(3),
  -- Why it was disputed or withdrawn.
  reason text,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, id),
  check (debtor_id <> creditor_id),
  check ((state = 'discharged') = (open_units = 0)),
  check ((answered_by is null) = (answered_at is null)),
  check (state not in ('confirmed', 'disputed', 'discharged') or answered_by is not null)
);
-- The same invoice is not brought in twice, by either side; one that was withdrawn may be brought in anew.
create unique index bilateral_obligation_by_reference on settlement.bilateral_obligation (tenant_id, debtor_id, creditor_id, reference)
  where state <> 'withdrawn';
create index bilateral_obligation_open on settlement.bilateral_obligation (tenant_id, asset, id) where state = 'confirmed';
create index bilateral_obligation_by_debtor on settlement.bilateral_obligation (tenant_id, debtor_id, id);
create index bilateral_obligation_by_creditor on settlement.bilateral_obligation (tenant_id, creditor_id, id);
select infra.protect('settlement.bilateral_obligation');
grant update (open_units, state, answered_by, answered_at, reason, changed_at) on settlement.bilateral_obligation to rialto_app;
create policy member on settlement.bilateral_obligation as restrictive to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) in (debtor_id, creditor_id));

-- Rounds of set-off: `root` is over all obligations that took part and what was cleared of each.
create table settlement.set_off_round (
  tenant_id uuid not null,
  id uuid not null,
  number integer not null,
  asset text not null,
  ordering text not null check (ordering in ('amount', 'overdue_first')),
  day date not null,
  obligations integer not null check (obligations > 0),
  root bytea not null,
  ran_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, number)
);
select infra.protect('settlement.set_off_round');

-- Every obligation of a round in its published place, cleared or not: `units` is what was open before.
create table settlement.set_off_entry (
  tenant_id uuid not null,
  round_id uuid not null,
  position integer not null,
  obligation_id uuid not null,
  debtor_id uuid not null,
  creditor_id uuid not null,
  units numeric(38, 0) not null check (units > 0),
  due_day date,
  weight integer not null check (weight > 0),
  cleared numeric(38, 0) not null check (cleared >= 0 and cleared <= units),
  primary key (tenant_id, round_id, position)
);
create index set_off_entry_by_obligation on settlement.set_off_entry (tenant_id, obligation_id, round_id);
select infra.protect('settlement.set_off_entry');
create policy member on settlement.set_off_entry as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) in (debtor_id, creditor_id));

-- What each participant brought into a round, what was cleared on either side of it, and its number in the certificate.
create table settlement.set_off_participant (
  tenant_id uuid not null,
  round_id uuid not null,
  participant_id uuid not null,
  owes numeric(38, 0) not null,
  owed numeric(38, 0) not null,
  cleared numeric(38, 0) not null check (cleared >= 0 and cleared <= least(owes, owed)),
  potential bigint not null,
  primary key (tenant_id, round_id, participant_id)
);
select infra.protect('settlement.set_off_participant');
create policy member on settlement.set_off_participant as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- A bank sees the rounds that it had a part in.
create policy member on settlement.set_off_round as restrictive for select to rialto_app
  using ((select infra.member_id()) is null
    or exists (select from settlement.set_off_participant p where p.tenant_id = set_off_round.tenant_id and p.round_id = set_off_round.id));
