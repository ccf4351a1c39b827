-- Heads are numbered from 1 and signed with a key that the database does not have. Those of before are neither.
alter table ledger.log_head add column number bigint, add column signature bytea;
alter table ledger.log_head add constraint log_head_signed check ((number is null) = (signature is null));
create unique index log_head_number on ledger.log_head (tenant_id, number) where number is not null;
