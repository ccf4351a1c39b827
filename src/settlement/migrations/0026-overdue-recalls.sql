-- A recall that nobody has answered by its day is told of once.
alter table settlement.recall add column overdue_told_at timestamptz(3);
-- What is late already when this begins is listed as such, and no news.
update settlement.recall set overdue_told_at = now() where state = 'pending' and due_on < (now() at time zone 'utc')::date;
create index recall_untold on settlement.recall (tenant_id, due_on) where state = 'pending' and overdue_told_at is null;
drop index settlement.recall_due;
grant update (overdue_told_at) on settlement.recall to rialto_app;
