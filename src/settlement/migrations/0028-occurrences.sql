-- What an entry is recognised by when it is told again, though others may be alike: `identity` is made of its amount and day, `named` of
-- its amount and its keeper's reference. `marks` (end-to-end id, UETR and the like, each with a letter for its kind) tell apart what is
-- not the same.
alter table settlement.statement_entry
  add column identity bytea not null default '',
  add column named bytea,
  add column marks text[] not null default '{}',
  -- The notification or report that told of it last, or a statement that is still being compared with those that hold it.
  add column told_by uuid;

-- Entries of before: the origin of one with a keeper's reference was made as `named` is.
alter table settlement.statement_entry no force row level security;
update settlement.statement_entry e
   set identity = sha256(convert_to('["of","' || o.units::text || '","' || to_char(e.booking_day, 'YYYY-MM-DD') || '"]', 'UTF8')),
       named = case when o.lines > 1 or exists (
                      select from unnest(e.refs) as r (ref)
                       where sha256(convert_to('["named",' || to_json(r.ref)::text || ',"' || e.units::text || '"]', 'UTF8')) = e.origin)
                    then e.origin end
  from (select tenant_id, custody_account_id, origin, count(*) as lines, sum(units) as units from settlement.statement_entry
         where kind = 'entry' group by tenant_id, custody_account_id, origin) o
 where e.tenant_id = o.tenant_id and e.custody_account_id = o.custody_account_id and e.origin = o.origin and e.kind = 'entry';
alter table settlement.statement_entry force row level security;
create index statement_entry_identity on settlement.statement_entry (tenant_id, custody_account_id, identity);
create index statement_entry_named on settlement.statement_entry (tenant_id, custody_account_id, named) where named is not null;
create index statement_entry_stated on settlement.statement_entry (tenant_id, bank_statement_id);
select infra.grows('settlement.statement_entry', 'tenant_id', 'id', 'custody_account_id', 'key', 'state', 'origin', 'identity', 'named',
                   'bank_statement_id');
grant update (told_by) on settlement.statement_entry to rialto_app;

-- A report (camt.052) tells of entries during the day, as a notification does. Banks that call every statement the same are told
-- apart by day and number. `told_at` is when the custodian made it, which orders those of a day that have no number.
alter table settlement.bank_statement
  drop constraint bank_statement_kind_check,
  add constraint bank_statement_kind_check check (kind in ('statement', 'report', 'notification')),
  drop constraint bank_statement_check,
  add constraint bank_statement_balances check (not complete or kind <> 'statement' or (opening is not null and closing is not null)),
  drop constraint bank_statement_tenant_id_custody_account_id_kind_statement__key,
  add constraint bank_statement_name unique nulls not distinct (tenant_id, custody_account_id, kind, statement_id, to_day, number),
  add column told_at timestamptz(3),
  -- All that it tells is told by other statements as well, which reach further; its balances are not counted.
  add column covered boolean not null default false;
grant update (covered) on settlement.bank_statement to rialto_app;

-- What was notified and no statement shows is missing as well as what is on the ledger only.
alter table settlement.recon_break
  drop constraint recon_break_check,
  drop constraint recon_break_check1,
  drop constraint recon_break_tenant_id_entry_id_key,
  add constraint recon_break_about check (case kind when 'entry' then entry_id is not null and transfer_id is null
                                                    else (entry_id is null) <> (transfer_id is null) end),
  add constraint recon_break_entry unique (tenant_id, kind, entry_id);

-- Documents of a rail that could not be taken: tried again while that may help (`failing`), then kept beside (`set_aside`).
create table settlement.rail_document (
  tenant_id uuid not null,
  id uuid not null,
  rail_id text not null,
  -- As the rail has called it, and as it is kept in `refused`; null while it could not be moved there.
  name text not null,
  kept_as text,
  state text not null check (state in ('failing', 'set_aside', 'taken')),
  attempts integer not null,
  next_at timestamptz(3) not null,
  code text not null,
  detail text not null,
  failed_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, rail_id) references settlement.rail
);
-- A name may come again once the document of before is out of the way.
create unique index rail_document_standing on settlement.rail_document (tenant_id, rail_id, name)
  where state = 'failing' or (state = 'set_aside' and kept_as is null);
create index rail_document_by_rail on settlement.rail_document (tenant_id, rail_id, id);
select infra.protect('settlement.rail_document');
grant update (kept_as, state, attempts, next_at, code, detail, changed_at) on settlement.rail_document to rialto_app;
create policy operator on settlement.rail_document as restrictive to rialto_app using ((select infra.member_id()) is null);
