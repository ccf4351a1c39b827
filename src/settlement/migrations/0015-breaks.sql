-- Which entry a line is of, however its custodian tells it: as one line here, payment by payment there.
alter table settlement.statement_entry add column origin bytea not null default '';
create index statement_entry_origin on settlement.statement_entry (tenant_id, custody_account_id, origin);

-- What custodian and ledger do not agree on, until people have worked it out: an entry that nothing explains, or a movement that
-- statements do not show though they should.
create table settlement.recon_break (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('entry', 'missing')),
  custody_account_id uuid not null,
  entry_id uuid,
  transfer_id uuid,
  asset text not null,
  units numeric(38, 0) not null check (units <> 0),
  day date not null,
  explanation text not null,
  state text not null check (state in ('open', 'resolved')),
  assignee text,
  resolution text,
  opened_at timestamptz(3) not null,
  resolved_at timestamptz(3),
  primary key (tenant_id, id),
  unique (tenant_id, entry_id),
  unique (tenant_id, custody_account_id, transfer_id),
  check ((kind = 'entry') = (entry_id is not null)),
  check ((kind = 'missing') = (transfer_id is not null)),
  check ((state = 'resolved') = (resolved_at is not null))
);
create index recon_break_open on settlement.recon_break (tenant_id, id) where state = 'open';
select infra.protect('settlement.recon_break');
grant update (units, explanation, state, assignee, resolution, resolved_at) on settlement.recon_break to rialto_app;
create policy operator on settlement.recon_break as restrictive to rialto_app using ((select infra.member_id()) is null);

create table settlement.break_note (
  tenant_id uuid not null,
  break_id uuid not null,
  number integer not null,
  by text not null,
  text text not null,
  at timestamptz(3) not null,
  primary key (tenant_id, break_id, number),
  foreign key (tenant_id, break_id) references settlement.recon_break
);
select infra.protect('settlement.break_note');
create policy operator on settlement.break_note as restrictive to rialto_app using ((select infra.member_id()) is null);
