create schema access;

create table access.tenant (
  tenant_id uuid primary key,
  name text not null,
  operator boolean not null default false,
  created_at timestamptz(3) not null
);
create unique index tenant_operator on access.tenant (operator) where operator;
comment on index access.tenant_operator is 'global: there is one operator';
select infra.protect('access.tenant');
select infra.admit('access.tenant', 'rialto_auth', 'select');
select infra.admit('access.tenant', 'rialto_relay', 'select');
select infra.admit('access.tenant', 'rialto_verify', 'select');

create table access.user (
  tenant_id uuid not null references access.tenant,
  id uuid not null,
  email text not null check (email = lower(email)),
  name text not null,
  password_hash text not null,
  roles text[] not null,
  member_id uuid,
  -- Goes up with each change of roles, password or state; tokens of an earlier version are refused.
  version integer not null default 1,
  created_at timestamptz(3) not null,
  disabled_at timestamptz(3),
  primary key (tenant_id, id)
);
create unique index user_email on access.user (email);
comment on index access.user_email is 'global: a login names only an address and must lead to one user';
select infra.protect('access.user');
grant update (password_hash, roles, version, disabled_at) on access.user to rialto_app;
select infra.admit('access.user', 'rialto_auth', 'select');
create policy member on access.user as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()));

create table access.session (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  generation integer not null,
  rotated_at timestamptz(3) not null,
  started_at timestamptz(3) not null,
  ended_at timestamptz(3),
  end_reason text,
  remote_address text not null,
  user_agent text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references access.user
);
create index session_by_user on access.session (tenant_id, user_id) where ended_at is null;
select infra.protect('access.session');
grant update (generation, rotated_at, ended_at, end_reason) on access.session to rialto_app;
select infra.admit('access.session', 'rialto_auth', 'select');
select infra.admit('access.session', 'rialto_relay', 'select, delete');

create table access.refresh_token (
  tenant_id uuid not null,
  hash bytea not null,
  session_id uuid not null,
  generation integer not null,
  primary key (tenant_id, hash),
  foreign key (tenant_id, session_id) references access.session on delete cascade
);
create index refresh_token_by_hash on access.refresh_token (hash);
create index refresh_token_by_session on access.refresh_token (tenant_id, session_id);
select infra.protect('access.refresh_token');
select infra.admit('access.refresh_token', 'rialto_auth', 'select');

create table access.api_key (
  tenant_id uuid not null references access.tenant,
  id uuid not null,
  name text not null,
  prefix text not null,
  hash bytea not null,
  previous_hash bytea,
  overlap_until timestamptz(3),
  scopes text[] not null,
  member_id uuid,
  -- Goes up when the key is rotated or revoked; what was remembered of an earlier version is read again.
  version integer not null default 1,
  created_at timestamptz(3) not null,
  created_by text not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3),
  primary key (tenant_id, id)
);
create index api_key_by_prefix on access.api_key (prefix);
select infra.protect('access.api_key');
grant update (hash, previous_hash, overlap_until, revoked_at, version) on access.api_key to rialto_app;
select infra.admit('access.api_key', 'rialto_auth', 'select');
grant update (last_used_at) on access.api_key to rialto_auth;
create policy member on access.api_key as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()));

-- What every process must know within seconds; kept a little longer than any access token lives.
create table access.revocation (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('session', 'user', 'key')),
  subject_id uuid not null,
  -- Of the user or key after the change; what was let in by an earlier version is refused. 1 for a session.
  version integer not null,
  at timestamptz(3) not null,
  primary key (tenant_id, id)
);
create index revocation_by_time on access.revocation (at);
select infra.protect('access.revocation');
select infra.admit('access.revocation', 'rialto_auth', 'select');
select infra.admit('access.revocation', 'rialto_relay', 'select, delete');

create table access.signing_key (
  kid text primary key,
  public_jwk jsonb not null,
  sealed_private bytea not null,
  active_from timestamptz(3) not null
);
comment on table access.signing_key is 'tenantless: the product''s own keys, the private half encrypted with the master key';
alter table access.signing_key enable row level security;
alter table access.signing_key force row level security;
select infra.admit('access.signing_key', 'rialto_auth', 'select, insert, delete');

create table access.login_attempt (
  key text primary key,
  failures integer not null,
  last_at timestamptz(3) not null,
  locked_until timestamptz(3) not null
);
create index login_attempt_by_time on access.login_attempt (last_at);
comment on table access.login_attempt is 'tenantless: whoever fails to sign in has no tenant. Keys are hashes of e-mail addresses, or networks';
alter table access.login_attempt enable row level security;
alter table access.login_attempt force row level security;
select infra.admit('access.login_attempt', 'rialto_auth', 'select, insert, update, delete');

create table access.kept_answer (
  tenant_id uuid not null,
  actor_id uuid not null,
  key text not null,
  body_hash bytea not null,
  operation text not null,
  -- JSON; null only inside the transaction that claims the key.
  answer text,
  at timestamptz(3) not null,
  primary key (tenant_id, actor_id, key)
);
create index kept_answer_by_time on access.kept_answer using brin (at);
select infra.protect('access.kept_answer');
grant update (answer) on access.kept_answer to rialto_app;
select infra.admit('access.kept_answer', 'rialto_writer', 'select, insert');
select infra.admit('access.kept_answer', 'rialto_relay', 'select, delete');
select infra.grows('access.kept_answer', 'tenant_id', 'actor_id', 'key', 'at');
