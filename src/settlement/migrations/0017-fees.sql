-- What participants pay for the service: prices as data, by currency, for everyone (participant of zeros) or for one. A version
-- is never changed; the one whose day has come last is in force.
create table settlement.fee_schedule (
  tenant_id uuid not null,
  id uuid not null,
  asset text not null,
  participant_id uuid not null,
  version integer not null,
  name text not null,
  valid_from date not null,
  content jsonb not null,
  created_by text not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, asset, participant_id, version)
);
select infra.protect('settlement.fee_schedule');
create policy member on settlement.fee_schedule as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id in ((select infra.member_id()), '00000000-0000-0000-0000-000000000000'));

-- Up to which sequence of the book what became final has been counted, and up to which month invoices are closed.
create table settlement.fee_cursor (
  tenant_id uuid not null,
  seq bigint not null,
  closed_month text,
  counted_at timestamptz(3) not null,
  primary key (tenant_id)
);
select infra.protect('settlement.fee_cursor');
grant update on settlement.fee_cursor to rialto_app;

-- What was used, by day and item of a schedule; `units` is the fee where each payment has its own (a share of its value), and
-- zero where the price depends on how many come together.
create table settlement.fee_usage (
  tenant_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  day date not null,
  schedule_id uuid not null,
  item text not null,
  count bigint not null,
  value numeric(38, 0) not null,
  units numeric(38, 0) not null,
  primary key (tenant_id, participant_id, asset, day, schedule_id, item)
);
select infra.protect('settlement.fee_usage');
grant update on settlement.fee_usage to rialto_app;
create policy member on settlement.fee_usage as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- Where fees go on the ledger: income by currency (participant of zeros), receivables by participant and currency.
create table settlement.fee_account (
  tenant_id uuid not null,
  asset text not null,
  participant_id uuid not null,
  account_id uuid not null,
  primary key (tenant_id, asset, participant_id)
);
select infra.protect('settlement.fee_account');
create policy operator on settlement.fee_account as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- The next number of each series and year. Taken in the transaction that writes the document, so no number is ever missing.
create table settlement.invoice_number (
  tenant_id uuid not null,
  series text not null,
  next integer not null,
  primary key (tenant_id, series)
);
select infra.protect('settlement.invoice_number');
grant update on settlement.invoice_number to rialto_app;

-- Invoices and, against one, credit notes. `open` is what is still owed of an invoice; the rest was paid or credited.
create table settlement.invoice (
  tenant_id uuid not null,
  id uuid not null,
  number text not null,
  kind text not null check (kind in ('invoice', 'credit_note')),
  participant_id uuid not null,
  asset text not null,
  month text not null check (month ~ '^\d{4}-\d{2}$'),
  total numeric(38, 0) not null check (total > 0),
  open numeric(38, 0) not null check (open >= 0),
  credited numeric(38, 0) not null default 0,
  credits_id uuid,
  reason text,
  issued_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  check (open + credited <= total),
  check ((kind = 'credit_note') = (credits_id is not null))
);
create unique index invoice_once on settlement.invoice (tenant_id, participant_id, asset, month) where kind = 'invoice';
create index invoice_open on settlement.invoice (tenant_id, id) where open > 0;
select infra.protect('settlement.invoice');
grant update (open, credited) on settlement.invoice to rialto_app;
create policy member on settlement.invoice as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

create table settlement.invoice_line (
  tenant_id uuid not null,
  invoice_id uuid not null,
  participant_id uuid not null,
  place integer not null,
  item text not null,
  text text not null,
  count bigint not null,
  value numeric(38, 0) not null,
  units numeric(38, 0) not null,
  primary key (tenant_id, invoice_id, place)
);
select infra.protect('settlement.invoice_line');
create policy member on settlement.invoice_line as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- Months that were looked at, those in which nothing was to pay included: nobody is billed twice for one.
create table settlement.fee_bill (
  tenant_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  month text not null,
  invoice_id uuid,
  primary key (tenant_id, participant_id, asset, month)
);
select infra.protect('settlement.fee_bill');
create policy operator on settlement.fee_bill as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- What moved on a participant's settlement account for fees: below zero it paid, above zero it got back. For its statement.
create table settlement.fee_posting (
  tenant_id uuid not null,
  transfer_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units <> 0),
  invoice_id uuid not null,
  reference text not null,
  recorded_at timestamptz(3) not null,
  primary key (tenant_id, transfer_id)
);
create index fee_posting_by_participant on settlement.fee_posting (tenant_id, participant_id, asset, recorded_at);
select infra.protect('settlement.fee_posting');
create policy member on settlement.fee_posting as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));
