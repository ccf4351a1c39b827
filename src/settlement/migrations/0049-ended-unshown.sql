-- Money on the ledger that no statement has shown and that two people have written off or booked back, under each reference that it has.
-- Should as much come under that after all, it is no second payment until people say so: `entry_id` is the first line that told of it.
create table settlement.ended_unshown (
  tenant_id uuid not null,
  break_id uuid not null,
  reference text not null,
  ledger_account_id uuid not null,
  units numeric(38, 0) not null check (units > 0),
  day date not null,
  entry_id uuid,
  primary key (tenant_id, break_id, reference)
);
create index ended_unshown_open on settlement.ended_unshown (tenant_id, ledger_account_id, reference) where entry_id is null;
-- What was ended before this table was, and has not come since.
alter table settlement.recon_break no force row level security;
alter table settlement.custody_account no force row level security;
alter table settlement.custody_movement no force row level security;
alter table settlement.statement_entry no force row level security;
insert into settlement.ended_unshown (tenant_id, break_id, reference, ledger_account_id, units, day)
select b.tenant_id, b.id, m.reference, a.ledger_account_id, b.units, b.day
  from settlement.recon_break b
  join settlement.custody_account a on a.tenant_id = b.tenant_id and a.id = b.custody_account_id
  join settlement.custody_movement m
    on m.tenant_id = b.tenant_id and m.ledger_account_id = a.ledger_account_id and m.transfer_id = b.transfer_id
   and m.entry_id is null and m.shown = m.units
 where b.kind = 'missing' and b.state = 'resolved' and b.units > 0
 union
select b.tenant_id, b.id, m.reference, a.ledger_account_id, b.units, b.day
  from settlement.recon_break b
  join settlement.custody_account a on a.tenant_id = b.tenant_id and a.id = b.custody_account_id
  join settlement.statement_entry e
    on e.tenant_id = b.tenant_id and e.id = b.entry_id and e.shown = e.units and e.bank_statement_id is null
  join settlement.custody_movement m on m.tenant_id = b.tenant_id and m.entry_id = e.id
 where b.kind = 'missing' and b.state = 'resolved' and b.units > 0;
alter table settlement.statement_entry force row level security;
alter table settlement.custody_movement force row level security;
alter table settlement.custody_account force row level security;
alter table settlement.recon_break force row level security;
select infra.protect('settlement.ended_unshown');
grant update (entry_id) on settlement.ended_unshown to rialto_app;
create policy operator on settlement.ended_unshown as restrictive to rialto_app using ((select infra.member_id()) is null);
