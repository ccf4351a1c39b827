-- Breaks of entries that statements which came late have made void: they are closed together with the entry from now on.
alter table settlement.recon_break no force row level security;
alter table settlement.statement_entry no force row level security;
update settlement.recon_break b
   set state = 'resolved', resolution = 'The statement that was missing has come.', resolved_at = date_trunc('milliseconds', now())
  from settlement.statement_entry e
 where e.tenant_id = b.tenant_id and e.id = b.entry_id and e.state = 'void' and b.kind = 'entry' and b.state = 'open';
alter table settlement.statement_entry force row level security;
alter table settlement.recon_break force row level security;

-- Lines are recognised by their payment as well as by their entry. `size` is made of the amount of a line, `told_as` is how documents
-- of each family have told it, `may_be` what it may be a repetition of: until statements show both it becomes no money by itself.
alter table settlement.statement_entry
  add column size bytea not null default '',
  add column told_as text[] not null default '{}',
  add column may_be uuid[] not null default '{}';

alter table settlement.statement_entry no force row level security;
alter table settlement.bank_statement no force row level security;
update settlement.statement_entry e
   set size = sha256(convert_to('["size","' || e.units::text || '"]', 'UTF8')),
       marks = array(select distinct m.mark from (
                 select unnest(e.marks) as mark
                 union all select 'r:' || upper(replace(r.ref, ' ', '')) from unnest(e.refs) as r (ref) where r.ref ~* '^RF ?[0-9]{2}') m),
       told_as = array(select distinct left(s.kind, 1) || '/' || o.units::text || '/' || to_char(e.booking_day, 'YYYY-MM-DD') || '/'
                              || coalesce(encode(e.named, 'hex'), '')
                         from settlement.bank_statement s where s.tenant_id = e.tenant_id and s.id in (e.bank_statement_id, e.told_by))
  from (select tenant_id, custody_account_id, origin, sum(units) as units from settlement.statement_entry
         where kind = 'entry' group by tenant_id, custody_account_id, origin) o
 where e.tenant_id = o.tenant_id and e.custody_account_id = o.custody_account_id and e.origin = o.origin and e.kind = 'entry';
alter table settlement.bank_statement force row level security;
alter table settlement.statement_entry force row level security;
create index statement_entry_size on settlement.statement_entry (tenant_id, custody_account_id, size, booking_day);
create index statement_entry_doubted on settlement.statement_entry (tenant_id, custody_account_id) where state = 'break' and rule = 'R5';
select infra.grows('settlement.statement_entry', 'tenant_id', 'id', 'custody_account_id', 'key', 'state', 'origin', 'identity', 'named',
                   'size', 'bank_statement_id');
grant update (told_as) on settlement.statement_entry to rialto_app;

-- SHA-256 of a document that could not be taken: what comes under its name before it is known to be out of the way is another one if
-- it is not the same, and the first one has been replaced.
alter table settlement.rail_document
  add column digest bytea,
  drop constraint rail_document_state_check,
  add constraint rail_document_state_check check (state in ('failing', 'set_aside', 'replaced', 'taken'));
grant update (digest) on settlement.rail_document to rialto_app;
