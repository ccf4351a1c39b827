-- Mail on its way to the server that takes it, written in the transaction of what caused it and kept for a month.
create table infra.mail (
  tenant_id uuid not null,
  id uuid not null,
  recipient text not null,
  subject text not null,
  plain text not null,
  html text not null,
  state text not null check (state in ('pending', 'sent', 'dead')),
  tries integer not null default 0,
  next_at timestamptz(3) not null,
  -- Why the last try failed, in the server's words.
  error text,
  created_at timestamptz(3) not null,
  sent_at timestamptz(3),
  primary key (tenant_id, id)
);
create index mail_due on infra.mail (next_at) where state = 'pending';
select infra.protect('infra.mail');
create policy operator on infra.mail as restrictive to rialto_app
  using ((select infra.member_id()) is null) with check ((select infra.member_id()) is null);
select infra.admit('infra.mail', 'rialto_relay', 'select, insert, update, delete');
