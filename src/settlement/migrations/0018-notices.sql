-- How each user wants to be told by mail. Nobody's but the user's own; a user without a row has the usual.
create table settlement.notification_preference (
  tenant_id uuid not null,
  user_id uuid not null,
  member_id uuid,
  kinds text[] not null,
  delivery text not null check (delivery in ('at_once', 'daily')),
  daily_at text not null,
  zone text not null,
  quiet_from text,
  quiet_to text,
  updated_at timestamptz(3) not null,
  primary key (tenant_id, user_id),
  check ((quiet_from is null) = (quiet_to is null))
);
select infra.protect('settlement.notification_preference');
grant update on settlement.notification_preference to rialto_app;
create policy member on settlement.notification_preference as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()))
  with check ((select infra.member_id()) is null or member_id = (select infra.member_id()));

-- What a user is to be told, from the event to the mail. The id is derived from both, so an event that comes twice is told once.
create table settlement.notice (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  kind text not null,
  title text not null,
  detail text not null,
  path text not null,
  at timestamptz(3) not null,
  due_at timestamptz(3) not null,
  -- When it was put into a mail, or dropped since the user is gone.
  done_at timestamptz(3),
  primary key (tenant_id, id)
);
create index notice_due on settlement.notice (due_at) where done_at is null;
create index notice_of_user on settlement.notice (tenant_id, user_id, done_at);
select infra.protect('settlement.notice');
create policy operator on settlement.notice as restrictive to rialto_app
  using ((select infra.member_id()) is null) with check ((select infra.member_id()) is null);
select infra.admit('settlement.notice', 'rialto_relay', 'select, update, delete');
