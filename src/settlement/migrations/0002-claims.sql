-- A file's message id is claimed before anything of the file is taken; until its answer is known the answer is empty.
grant update (answer) on settlement.message to rialto_app;

-- Windows that are not at their end are few among many, and are looked for every few seconds; so are those of one day.
create index netting_window_unfinished on settlement.netting_window (tenant_id, number) where state in ('cut_off', 'netted');
create index netting_window_settled on settlement.netting_window (tenant_id, settled_at);
