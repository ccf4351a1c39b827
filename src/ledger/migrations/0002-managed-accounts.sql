-- The module that manages an account, whose acts alone move and close it; null for one that people opened through the API.
-- Given when it is opened and never changed, as all that an account is.
alter table ledger.account add column managed_by text check (managed_by ~ '^[a-z]{1,32}$');

-- Until now settlement was the only module that opened accounts. What people opened stands in the audit log, written in the
-- same transaction; every other account is settlement's.
do $$
begin
  if to_regclass('access.audit') is null then
    return;
  end if;
  alter table ledger.account no force row level security;
  alter table ledger.account disable trigger facts;
  alter table access.audit no force row level security;
  update ledger.account a set managed_by = 'settlement'
  where not exists (
    select from access.audit l
    where l.subject = 'acc_' || replace(a.id::text, '-', '') and l.tenant_id = a.tenant_id and l.action = 'ledger.open_account'
  );
  alter table access.audit force row level security;
  alter table ledger.account enable trigger facts;
  alter table ledger.account force row level security;
end
$$;
