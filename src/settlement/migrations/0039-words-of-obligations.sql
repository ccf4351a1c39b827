-- Who did what to an obligation, and what each of its two banks says to it. The operator speaks for neither: what it brings in waits
-- for both.

-- Rows of before are told what is known of them, by an owner who is bound by policies elsewhere.
alter table settlement.bilateral_obligation no force row level security;

alter table settlement.bilateral_obligation
  -- Null where it was brought in before this was recorded: by the side that it was said of, or by the operator in its name.
  add column submitted_as text check (submitted_as in ('debtor', 'creditor', 'operator')),
  -- Yes, no, or nothing yet, by its own act.
  add column debtor_agrees boolean,
  add column creditor_agrees boolean,
  add column withdrawn_as text check (withdrawn_as in ('debtor', 'creditor', 'operator'));

-- Of rows of before only the answer of a bank itself is known to be its own. Whatever is still open is asked again of whoever may not
-- have spoken for itself.
update settlement.bilateral_obligation
   set debtor_agrees = case when submitted_by = 'creditor' and answered_by = 'bank' and state <> 'withdrawn' then state <> 'disputed' end,
       creditor_agrees = case when submitted_by = 'debtor' and answered_by = 'bank' and state <> 'withdrawn' then state <> 'disputed' end,
       state = case when state = 'confirmed' or (state = 'disputed' and answered_by = 'operator') then 'proposed' else state end;

alter table settlement.bilateral_obligation
  drop column submitted_by,
  drop column answered_by,
  drop column answered_at,
  -- Nothing is cleared that either of the two has not agreed to by its own act.
  add constraint bilateral_obligation_agreed_check check (
    state not in ('confirmed', 'discharged')
    or (debtor_agrees is true and creditor_agrees is true)
    or (state = 'discharged' and submitted_as is null)),
  add constraint bilateral_obligation_disputed_check check (
    (state = 'disputed') = (debtor_agrees is false or creditor_agrees is false) or state = 'withdrawn'),
  add constraint bilateral_obligation_withdrawn_check check (withdrawn_as is null or state = 'withdrawn');

alter table settlement.bilateral_obligation force row level security;
grant update (debtor_agrees, creditor_agrees, withdrawn_as) on settlement.bilateral_obligation to rialto_app;

-- Every act on an obligation, first to last, with the person or key that it was; what was done before is in the audit log only.
create table settlement.obligation_act (
  tenant_id uuid not null,
  obligation_id uuid not null,
  number integer not null check (number > 0),
  act text not null check (act in ('submit', 'confirm', 'dispute', 'withdraw')),
  done_as text not null check (done_as in ('debtor', 'creditor', 'operator')),
  actor_name text not null,
  reason text,
  done_at timestamptz(3) not null,
  primary key (tenant_id, obligation_id, number),
  foreign key (tenant_id, obligation_id) references settlement.bilateral_obligation,
  -- Nobody says yes or no for a bank.
  check (done_as <> 'operator' or act in ('submit', 'withdraw'))
);
select infra.protect('settlement.obligation_act');
create policy member on settlement.obligation_act as restrictive to rialto_app
  using ((select infra.member_id()) is null
    or exists (select from settlement.bilateral_obligation o where o.tenant_id = obligation_act.tenant_id and o.id = obligation_act.obligation_id));
