create table infra.consumer_position (
  consumer text not null,
  lane integer not null,
  position bigint not null,
  seen_at timestamptz(3) not null default now(),
  primary key (consumer, lane)
);
comment on table infra.consumer_position is 'tenantless: how far each consumer of the installation has come in infra.event, for each lane';
grant select, insert, update, delete on infra.consumer_position to rialto_relay;

-- Events that a consumer could not take, with the reason, for a person to look at.
create table infra.dead_letter (
  tenant_id uuid not null,
  consumer text not null,
  event_id uuid not null,
  attempts integer not null,
  reason text not null,
  event json not null,
  at timestamptz(3) not null default now(),
  primary key (tenant_id, consumer, event_id)
);
select infra.protect('infra.dead_letter');
revoke insert on infra.dead_letter from rialto_app;
select infra.admit('infra.dead_letter', 'rialto_relay', 'select, insert, update, delete');
