-- Mail that is due is read tenant by tenant, each from its eldest on: whoever has a hundred thousand that wait costs no more than
-- whoever has twenty.
create index mail_due_of on infra.mail (tenant_id, next_at, id) where state = 'pending';
drop index infra.mail_due;
