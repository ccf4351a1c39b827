-- A payment that is dated ahead (its value date is after the UTC day on which it is taken) is never final before its day,
-- whichever way it goes and however its currency is cut off: an obligation waits outside every window, an entry of a queue in it.

-- Rows of before are told their days, by an owner who is bound by policies elsewhere.
alter table settlement.payment no force row level security;
alter table settlement.obligation no force row level security;
alter table settlement.netting_window no force row level security;
alter table settlement.queue_entry no force row level security;

-- Before this day no window takes the obligation; null when it was not dated ahead.
alter table settlement.obligation add column due date;
-- Few are, and of those few lie ahead: the sample of a growing table is enough to tell the planner so.
alter table settlement.obligation alter column due set statistics 20;
update settlement.obligation o set due = p.value_date
  from settlement.payment p
 where p.tenant_id = o.tenant_id and p.id = o.payment_id
   and p.value_date > (p.received_at at time zone 'UTC')::date and p.value_date >= (now() at time zone 'UTC')::date;
create index obligation_dated on settlement.obligation (tenant_id, due) where due is not null;

-- Of a window that was cut off: what is due later has left it. Its business day, or the day on which it was cut off by the calendar
-- of its group where that was earlier, as when people close a window in the evening that belongs to the next business day.
alter table settlement.netting_window add column value_day date;
update settlement.netting_window set value_day = business_day;

-- Before this day nobody lets the entry go; of one that is not dated ahead the day on which it began to wait.
alter table settlement.queue_entry add column due date;
update settlement.queue_entry set due = (entered_at at time zone 'UTC')::date;
update settlement.queue_entry e set due = p.value_date, expires_at = (p.value_date + 1)::timestamp at time zone 'UTC'
  from settlement.payment p
 where p.tenant_id = e.tenant_id and p.id = e.id and p.value_date > e.due;
alter table settlement.queue_entry force row level security;
alter table settlement.netting_window force row level security;
alter table settlement.obligation force row level security;
alter table settlement.payment force row level security;
alter table settlement.queue_entry alter column due set not null;
create index queue_entry_due on settlement.queue_entry (tenant_id, due);

-- Value dates hold in every group, so there is nothing to choose.
alter table settlement.window_group drop column value_dates;
