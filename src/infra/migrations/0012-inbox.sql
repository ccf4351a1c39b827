-- Which events a consumer has taken. The row commits with what the consumer did, so a second delivery finds it.
create table infra.inbox (
  tenant_id uuid not null,
  consumer text not null,
  event_id uuid not null,
  at timestamptz(3) not null default now(),
  primary key (tenant_id, consumer, event_id)
);
create index inbox_at on infra.inbox using brin (at);
select infra.protect('infra.inbox');
select infra.admit('infra.inbox', 'rialto_writer', 'select, insert');
select infra.admit('infra.inbox', 'rialto_relay', 'select, insert, delete');
