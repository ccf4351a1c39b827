-- What a bank's messages are held to beyond the rules of the network, and who may send them for it beside the bank itself.
alter table settlement.participant
  add column message_usage text not null default 'network' check (message_usage in ('network', 'cbpr')),
  add column message_agents text[] not null default '{}';
grant update (message_usage, message_agents) on settlement.participant to rialto_app;
