create schema readiness;

-- What is kept here speaks of the whole installation, so nobody who is bound to a member sees any of it.
create function readiness.keep(t regclass) returns void language plpgsql as $$
begin
  perform infra.protect(t);
  execute format('create policy operator on %s as restrictive to rialto_app using ((select infra.member_id()) is null)', t);
end
$$;
revoke all on function readiness.keep(regclass) from public;

create function readiness.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;

-- The log: runs, signatures, waivers, verdicts. `seq` counts all of a tenant's entries and is the order of the Merkle
-- tree; `index` counts those of one checklist. Both without gaps.
create table readiness.record (
  tenant_id uuid not null,
  seq integer not null check (seq >= 0),
  checklist text not null,
  index integer not null check (index >= 0),
  at text not null,
  kind text not null,
  -- Text and not jsonb: the leaf is a hash of exactly these characters.
  body text not null,
  leaf bytea not null check (length(leaf) = 32),
  primary key (tenant_id, checklist, index),
  unique (tenant_id, seq)
);
select readiness.keep('readiness.record');
select infra.admit('readiness.record', 'rialto_verify', 'select');
create trigger append_only before update or delete or truncate on readiness.record
  for each statement execute function readiness.refuse_change();

-- What checks saw, and the documents that results speak of, under the SHA-256 of their bytes.
create table readiness.evidence (
  tenant_id uuid not null,
  sha256 bytea not null check (length(sha256) = 32),
  media_type text not null check (length(media_type) <= 100),
  bytes bytea not null check (length(bytes) <= 33554432),
  at timestamptz(3) not null,
  primary key (tenant_id, sha256),
  check (sha256 = sha256(bytes))
);
select readiness.keep('readiness.evidence');
select infra.admit('readiness.evidence', 'rialto_verify', 'select');
create trigger append_only before update or delete or truncate on readiness.evidence
  for each statement execute function readiness.refuse_change();

-- Checklists that somebody uploaded, and bindings that somebody uploaded or confirmed; the product's own checklist comes
-- with the product and has a row only for such bindings. The documents themselves are evidence.
create table readiness.checklist (
  tenant_id uuid not null,
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
  source bytea,
  bindings bytea,
  version integer not null default 1,
  uploaded_by text not null,
  uploaded_at timestamptz(3) not null,
  primary key (tenant_id, name),
  foreign key (tenant_id, source) references readiness.evidence,
  foreign key (tenant_id, bindings) references readiness.evidence
);
select readiness.keep('readiness.checklist');
grant update (source, bindings, version, uploaded_by, uploaded_at) on readiness.checklist to rialto_app;

-- Runs as work: what waits, what runs, how far it is. What came of a run stands in the log.
create table readiness.run (
  tenant_id uuid not null,
  id uuid not null,
  checklist text not null,
  state text not null check (state in ('queued', 'running', 'finished', 'failed')),
  requested_by text not null,
  requested_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  done integer not null default 0,
  total integer not null default 0,
  -- The subject and the counts of a finished run, and where its results are.
  subject text,
  counts text,
  results bytea,
  error text,
  primary key (tenant_id, id),
  foreign key (tenant_id, results) references readiness.evidence
);
create index run_by_checklist on readiness.run (tenant_id, checklist, id);
create unique index run_open on readiness.run (tenant_id, checklist) where state in ('queued', 'running');
select readiness.keep('readiness.run');
grant update (state, started_at, finished_at, done, total, subject, counts, results, error) on readiness.run to rialto_app;

-- The installation's keys that sign on behalf of users, the private half encrypted with the master key. All are kept: what
-- they signed has to be verified for ever.
create table readiness.signing_key (
  tenant_id uuid not null,
  id text not null,
  public_key bytea not null,
  sealed_private bytea not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id)
);
select readiness.keep('readiness.signing_key');
create trigger append_only before update or delete or truncate on readiness.signing_key
  for each statement execute function readiness.refuse_change();

-- Which user may sign in which role of a checklist.
create table readiness.signing_role (
  tenant_id uuid not null,
  user_id uuid not null,
  role text not null check (length(role) between 1 and 80),
  named_by text not null,
  named_at timestamptz(3) not null,
  primary key (tenant_id, user_id, role)
);
select readiness.keep('readiness.signing_role');
grant delete on readiness.signing_role to rialto_app;

-- Waivers that somebody asked for; granting one is another person's signature in the log.
create table readiness.waiver_request (
  tenant_id uuid not null,
  id uuid not null,
  checklist text not null,
  line_id text not null,
  reason text not null,
  until timestamptz(3) not null,
  requested_by uuid not null,
  requested_name text not null,
  requested_at timestamptz(3) not null,
  state text not null default 'open' check (state in ('open', 'granted', 'refused')),
  decided_by text,
  decided_at timestamptz(3),
  primary key (tenant_id, id)
);
create index waiver_request_by_checklist on readiness.waiver_request (tenant_id, checklist, id);
select readiness.keep('readiness.waiver_request');
grant update (state, decided_by, decided_at) on readiness.waiver_request to rialto_app;
