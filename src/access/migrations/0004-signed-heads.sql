-- Heads are numbered from 1 and signed with a key that the database does not have. Those of before are neither.
alter table access.audit_head add column number bigint, add column signature bytea;
alter table access.audit_head add constraint audit_head_signed check ((number is null) = (signature is null));
create unique index audit_head_number on access.audit_head (tenant_id, number) where number is not null;
