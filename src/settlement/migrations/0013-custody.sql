-- Accounts of the operator at custodian banks, each with the ledger account that mirrors it. The first one of an asset
-- takes over the custody account that funding has used from the beginning.
create table settlement.custody_account (
  tenant_id uuid not null,
  id uuid not null,
  asset text not null,
  name text not null,
  -- As the custodian's statements name it: an IBAN or another number, without spaces.
  number text not null,
  servicer_bic text not null,
  ledger_account_id uuid not null,
  opened_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, number, asset),
  unique (tenant_id, ledger_account_id)
);
select infra.protect('settlement.custody_account');
create policy operator on settlement.custody_account as restrictive to rialto_app using ((select infra.member_id()) is null);

-- Whether one person alone may fund and defund; a tenant without a row may until it has a custody account.
create table settlement.custody_policy (
  tenant_id uuid not null,
  direct_funding text not null check (direct_funding in ('until_connected', 'allowed', 'denied')),
  changed_at timestamptz(3) not null,
  primary key (tenant_id)
);
select infra.protect('settlement.custody_policy');
grant update on settlement.custody_policy to rialto_app;

-- Every change of money in custody on the ledger: above zero it came in, below zero it went out. `entry_id` is the entry of
-- the custodian's statement that shows it, once there is one.
create table settlement.custody_movement (
  tenant_id uuid not null,
  transfer_id uuid not null,
  ledger_account_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units <> 0),
  kind text not null check (kind in ('mint', 'approved_mint', 'direct', 'payout', 'sweep', 'write_off')),
  participant_id uuid,
  reference text not null,
  instruction_id uuid,
  proposal_id uuid,
  entry_id uuid,
  recorded_at timestamptz(3) not null,
  primary key (tenant_id, transfer_id, ledger_account_id)
);
-- No entry is minted against twice, no approval executed twice, no instruction booked twice.
create unique index custody_movement_minted on settlement.custody_movement (tenant_id, entry_id) where kind in ('mint', 'write_off');
create unique index custody_movement_approved on settlement.custody_movement (tenant_id, proposal_id) where kind = 'approved_mint';
create unique index custody_movement_instructed on settlement.custody_movement (tenant_id, instruction_id, ledger_account_id)
  where instruction_id is not null;
create index custody_movement_by_entry on settlement.custody_movement (tenant_id, entry_id) where entry_id is not null;
create index custody_movement_open on settlement.custody_movement (tenant_id, ledger_account_id, reference) where entry_id is null;
-- What was funded before this table was.
alter table settlement.funding no force row level security;
alter table settlement.system_account no force row level security;
insert into settlement.custody_movement (tenant_id, transfer_id, ledger_account_id, asset, units, kind, participant_id, reference, recorded_at)
select f.tenant_id, f.transfer_id, s.account_id, f.asset, f.units, 'direct', f.participant_id, f.reference, f.recorded_at
  from settlement.funding f
  join settlement.system_account s on s.tenant_id = f.tenant_id and s.asset = f.asset and s.role = 'custody';
alter table settlement.system_account force row level security;
alter table settlement.funding force row level security;
select infra.protect('settlement.custody_movement');
grant update (entry_id) on settlement.custody_movement to rialto_app;
create policy operator on settlement.custody_movement as restrictive to rialto_app using ((select infra.member_id()) is null);

-- What one person wants done that takes two: proposed by one, decided by another, void after a while.
create table settlement.proposal (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  data jsonb not null,
  subject text not null,
  reason text not null,
  proposed_by_id uuid not null,
  proposed_by text not null,
  proposed_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  decision text check (decision in ('approved', 'rejected')),
  decided_by_id uuid,
  decided_by text,
  decided_at timestamptz(3),
  comment text,
  primary key (tenant_id, id),
  check (decided_by_id <> proposed_by_id or decision = 'rejected')
);
create index proposal_open on settlement.proposal (tenant_id, id) where decision is null;
select infra.protect('settlement.proposal');
grant update (decision, decided_by_id, decided_by, decided_at, comment) on settlement.proposal to rialto_app;
create policy operator on settlement.proposal as restrictive to rialto_app using ((select infra.member_id()) is null);

-- Where a participant's money is paid out to, and nowhere else.
create table settlement.payout_account (
  tenant_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  holder text not null,
  number text not null,
  agent_bic text not null,
  set_at timestamptz(3) not null,
  primary key (tenant_id, participant_id, asset)
);
select infra.protect('settlement.payout_account');
grant update on settlement.payout_account to rialto_app;
create policy member on settlement.payout_account as restrictive to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- Money that a participant has announced; what comes in under the reference has to be exactly that much.
create table settlement.funding_expectation (
  tenant_id uuid not null,
  id uuid not null,
  participant_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units > 0),
  reference text not null,
  expected_on date not null,
  created_at timestamptz(3) not null,
  created_by text not null,
  -- The entry that met it, or the moment it was withdrawn; open while neither is.
  entry_id uuid,
  withdrawn_at timestamptz(3),
  primary key (tenant_id, id),
  unique (tenant_id, reference),
  check (entry_id is null or withdrawn_at is null)
);
select infra.protect('settlement.funding_expectation');
grant update (entry_id, withdrawn_at) on settlement.funding_expectation to rialto_app;
create policy member on settlement.funding_expectation as restrictive to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- What custodians have said. A statement (camt.053) has balances, a notification (camt.054) has none.
create table settlement.bank_statement (
  tenant_id uuid not null,
  id uuid not null,
  custody_account_id uuid not null,
  kind text not null check (kind in ('statement', 'notification')),
  statement_id text not null,
  number bigint,
  to_day date not null,
  opening numeric(38, 0),
  closing numeric(38, 0),
  entries integer not null,
  -- False while pages are missing; only a complete statement tells a balance.
  complete boolean not null,
  received_at timestamptz(3) not null,
  received_by text not null,
  primary key (tenant_id, id),
  unique (tenant_id, custody_account_id, kind, statement_id),
  foreign key (tenant_id, custody_account_id) references settlement.custody_account,
  check (not complete or kind = 'notification' or (opening is not null and closing is not null))
);
create index bank_statement_latest on settlement.bank_statement (tenant_id, custody_account_id, to_day, number);
select infra.protect('settlement.bank_statement');
grant update (entries, complete, opening, closing) on settlement.bank_statement to rialto_app;
create policy operator on settlement.bank_statement as restrictive to rialto_app using ((select infra.member_id()) is null);

-- A statement's pages, by the hash of the document that brought each.
create table settlement.statement_page (
  tenant_id uuid not null,
  bank_statement_id uuid not null,
  page integer not null,
  last boolean not null,
  content_hash bytea not null,
  entries integer not null,
  primary key (tenant_id, bank_statement_id, page),
  foreign key (tenant_id, bank_statement_id) references settlement.bank_statement
);
select infra.protect('settlement.statement_page');
create policy operator on settlement.statement_page as restrictive to rialto_app using ((select infra.member_id()) is null);

-- One line of what custodians have said: an entry, or one payment of an entry that lists several. `gap` is what lies between the
-- closing balance of a statement and the opening balance of the next, `sum` what a statement in pages does not add up by.
create table settlement.statement_entry (
  tenant_id uuid not null,
  id uuid not null,
  custody_account_id uuid not null,
  -- The statement whose balances hold it; null while only a notification or an incomplete statement has told of it.
  bank_statement_id uuid,
  kind text not null check (kind in ('entry', 'gap', 'sum')),
  -- Names it among all that this account's custodian says, so that saying it again changes nothing.
  key bytea not null,
  units numeric(38, 0) not null check (units <> 0),
  booking_day date not null,
  value_day date,
  reversal boolean not null default false,
  refs text[] not null,
  remittance text,
  counterparty text,
  state text not null check (state in ('new', 'matched', 'break', 'void')),
  rule text,
  explanation text,
  received_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, custody_account_id, key),
  foreign key (tenant_id, custody_account_id) references settlement.custody_account
);
create index statement_entry_new on settlement.statement_entry (tenant_id, id) where state = 'new';
create index statement_entry_open on settlement.statement_entry (tenant_id, custody_account_id) where state in ('new', 'break');
create index statement_entry_told on settlement.statement_entry (tenant_id, custody_account_id) where bank_statement_id is null;
select infra.protect('settlement.statement_entry');
select infra.grows('settlement.statement_entry', 'tenant_id', 'id', 'custody_account_id', 'key', 'state');
grant update (bank_statement_id, units, state, rule, explanation) on settlement.statement_entry to rialto_app;
create policy operator on settlement.statement_entry as restrictive to rialto_app using ((select infra.member_id()) is null);

-- A publication of reserves: `file` is what everyone may see, as canonical JSON; `hash` is that of the file.
create table settlement.reserve_proof (
  tenant_id uuid not null,
  id uuid not null,
  number integer not null,
  published_at timestamptz(3) not null,
  file text not null,
  hash bytea not null,
  primary key (tenant_id, id),
  unique (tenant_id, number)
);
select infra.protect('settlement.reserve_proof');

-- Leaves of its sum trees. Each balance stands in several leaves, so that what lies beside one tells no balance.
create table settlement.reserve_leaf (
  tenant_id uuid not null,
  proof_id uuid not null,
  asset text not null,
  position integer not null,
  participant_id uuid not null,
  salt bytea not null,
  units numeric(38, 0) not null check (units >= 0),
  primary key (tenant_id, proof_id, asset, position),
  foreign key (tenant_id, proof_id) references settlement.reserve_proof
);
select infra.protect('settlement.reserve_leaf');
create policy operator on settlement.reserve_leaf as restrictive to rialto_app using ((select infra.member_id()) is null);
