-- What names were screened against: the lists in force and the rules of matching, under one small number. Every decision
-- on a payment carries the number; null on those that were taken before there were sets.
create table settlement.screening_set (
  tenant_id uuid not null,
  id integer not null check (id > 0),
  hash bytea not null,
  lists jsonb not null,
  rules text not null,
  claimed_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, hash)
);
select infra.protect('settlement.screening_set');
create policy operator on settlement.screening_set as restrictive to rialto_app using ((select infra.member_id()) is null);

alter table settlement.payment add column screening_set integer;
alter table settlement.payment alter column screening_set set statistics 0;

-- Eight bytes for each entry of a version, by which a later version tells what it adds or changes; gone when no
-- re-screening can ask for them any more.
alter table settlement.screening_list_version add column entry_hashes bytea;
alter table settlement.screening_list_version alter column entry_hashes set storage external;
grant update (entry_hashes) on settlement.screening_list_version to rialto_app;

-- Where a list is fetched from, how often, what a good file must be like, and how the last try went.
create table settlement.list_source (
  tenant_id uuid not null,
  list_id text not null,
  url text not null,
  checksum_url text,
  sha256 text,
  format text,
  purpose text check (purpose in ('sanctions', 'pep')),
  interval_seconds integer not null check (interval_seconds >= 60),
  minimum_entries integer not null check (minimum_entries >= 1),
  largest_shrink_percent integer not null check (largest_shrink_percent between 0 and 100),
  set_by text not null,
  set_at timestamptz(3) not null,
  -- What the server said of the file that became `fetched_version`, asked with the next time.
  etag text,
  last_modified text,
  fetched_version text,
  next_at timestamptz(3) not null,
  tried_at timestamptz(3),
  outcome text check (outcome in ('loaded', 'unchanged', 'refused', 'unreachable')),
  code text,
  detail text,
  good_at timestamptz(3),
  failures integer not null default 0,
  primary key (tenant_id, list_id)
);
select infra.protect('settlement.list_source');
grant update, delete on settlement.list_source to rialto_app;
create policy operator on settlement.list_source as restrictive to rialto_app using ((select infra.member_id()) is null);

-- That a list could not be replaced, so that an older one is in force than people may believe; open until a good one is
-- loaded or somebody dismisses it.
create table settlement.screening_alert (
  tenant_id uuid not null,
  id uuid not null,
  list_id text not null,
  code text not null,
  detail text not null,
  source text not null,
  raised_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  times integer not null default 1,
  closed_at timestamptz(3),
  closing text check (closing in ('loaded', 'dismissed', 'source_removed')),
  closed_by text,
  comment text,
  primary key (tenant_id, id),
  check ((closed_at is null) = (closing is null))
);
create unique index screening_alert_open on settlement.screening_alert (tenant_id, list_id) where closed_at is null;
select infra.protect('settlement.screening_alert');
grant update (last_at, times, code, detail, source, closed_at, closing, closed_by, comment) on settlement.screening_alert to rialto_app;
create policy operator on settlement.screening_alert as restrictive to rialto_app using ((select infra.member_id()) is null);

-- Screening again what was screened against earlier lists: how far it has come, so that it goes on after a crash.
create table settlement.rescreening (
  tenant_id uuid not null,
  id uuid not null,
  from_set integer,
  to_set integer not null,
  -- Whether every entry was matched, and not only those that the lists added or changed.
  whole boolean not null,
  changed_entries integer not null,
  stage text not null check (stage in ('held', 'participants', 'open', 'settled', 'following', 'done')),
  after_seq bigint not null default 0,
  after_id uuid,
  scanned bigint not null default 0,
  found bigint not null default 0,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id, id),
  check ((stage = 'done') = (finished_at is not null))
);
create unique index rescreening_under_way on settlement.rescreening (tenant_id) where finished_at is null;
select infra.protect('settlement.rescreening');
grant update on settlement.rescreening to rialto_app;
create policy operator on settlement.rescreening as restrictive to rialto_app using ((select infra.member_id()) is null);

-- What screening again found: a match that the lists have now and had not when the name was screened, or one of a held
-- payment that they have no more.
create table settlement.rescreening_finding (
  tenant_id uuid not null,
  id uuid not null,
  rescreening_id uuid not null,
  -- What the subject was when it was found: a payment not yet final, one that waits for a decision, a final one, a bank.
  kind text not null check (kind in ('open', 'held', 'settled', 'participant')),
  subject_id uuid not null,
  party text not null check (party in ('debtor', 'creditor', 'participant')),
  change text not null check (change in ('new', 'gone')),
  purpose text not null check (purpose in ('sanctions', 'pep')),
  name text not null,
  list_id text not null,
  entry_id text not null,
  listed text not null,
  score double precision not null,
  explanation jsonb not null,
  found_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, rescreening_id, subject_id, party, list_id, entry_id, change)
);
create index rescreening_finding_subject on settlement.rescreening_finding (tenant_id, subject_id);
select infra.protect('settlement.rescreening_finding');
create policy operator on settlement.rescreening_finding as restrictive to rialto_app using ((select infra.member_id()) is null);

-- Search by the name of a party, filled behind the commits, since an index on the payments would cost each of them.
-- `name_key` is a hash of the words of a name: names that read the same share it.
create table settlement.party_word (
  tenant_id uuid not null,
  word text collate "C" not null,
  name_key bigint not null,
  primary key (tenant_id, word, name_key)
);
select infra.protect('settlement.party_word');
create policy operator on settlement.party_word as restrictive to rialto_app using ((select infra.member_id()) is null);

create table settlement.party_payment (
  tenant_id uuid not null,
  name_key bigint not null,
  payment_id uuid not null,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  primary key (tenant_id, name_key, payment_id)
);
select infra.protect('settlement.party_payment');
select infra.grows('settlement.party_payment', 'tenant_id', 'name_key', 'payment_id');
create policy member on settlement.party_payment as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()) or creditor_agent_id = (select infra.member_id()));

-- How far the search has been filled: payments up to an id while it is filled for the first time, then events.
create table settlement.party_search (
  tenant_id uuid not null,
  event_seq bigint not null,
  filled_to uuid,
  filled boolean not null,
  -- Payments received before this instant are in the search.
  covers_until timestamptz(3) not null,
  primary key (tenant_id)
);
select infra.protect('settlement.party_search');
grant update on settlement.party_search to rialto_app;
