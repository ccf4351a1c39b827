-- What a list said of an entry when it was found (null for what was found before), and whether the same match was told before of the
-- entry as it was then: what people decided of that holds no longer.
alter table settlement.rescreening_finding
  add column entry_digest text,
  add column entry_changed boolean not null default false,
  drop constraint rescreening_finding_tenant_id_rescreening_id_subject_id_par_key;
-- A bank is found by each name and identifier for itself: what is decided of one says nothing of another.
create unique index rescreening_finding_once on settlement.rescreening_finding
  (tenant_id, rescreening_id, subject_id, party, list_id, entry_id, change, coalesce(entry_digest, ''), (case when kind = 'participant' then name else '' end));
