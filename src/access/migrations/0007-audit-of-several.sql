-- Acts of one commit that differ only in what they were done to share a row: `subject` is the first, `subjects` all of them, in
-- order; null where there is one. What they begin with is the same up to a part of a second of the time that their ids tell
-- (audit/gather.ts), so those that may name a subject lie side by side in the index, in the order of bytes.
alter table access.audit add column subjects text[];
alter table access.audit add constraint audit_subjects
  check (subjects is null or (cardinality(subjects) > 1 and subjects[1] = subject));
alter table access.audit alter column subjects set statistics 0;
create index audit_by_subjects on access.audit (subject collate "C") where subjects is not null;
grant insert (subjects) on access.audit to rialto_app, rialto_writer;

-- How the leaves under a head were made: 2 knows rows with several subjects. A process of an earlier version tells none, which is
-- refused, so it cannot chain such rows without their subjects while it still runs beside those of this one. The default is for the
-- heads of before alone: it is theirs without a rewrite.
alter table access.audit_head add column form smallint not null default 1;
alter table access.audit_head alter column form drop default;
