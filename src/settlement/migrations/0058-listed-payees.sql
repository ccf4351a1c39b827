-- What waits for its rail is screened again when lists change, and leaves only when those in force name nobody that it is paid to.
-- `screening_set` is the number of the lists that its payee was screened against last; null for sweeps, and for what waited before this
-- was kept, which is screened once more. `hold_case_id` is the case that decides on it while a list names its payee; `suspended` is that
-- the suspension of its participant holds it. Both may.
alter table settlement.instruction
  add column screening_set integer,
  add column hold_case_id uuid,
  add column suspended boolean not null default false;
-- Rows of before are told, by an owner who is bound by policies elsewhere.
alter table settlement.instruction no force row level security;
update settlement.instruction set suspended = true where state = 'held';
alter table settlement.instruction force row level security;
alter table settlement.instruction
  add constraint instruction_hold_check check ((state = 'held') = (suspended or hold_case_id is not null));
grant update (screening_set, hold_case_id, suspended) on settlement.instruction to rialto_app;
create index instruction_unsent on settlement.instruction (tenant_id, id) where state in ('waiting', 'held');
create unique index instruction_of_case on settlement.instruction (tenant_id, hold_case_id) where hold_case_id is not null;

alter table settlement.rescreening_finding
  drop constraint rescreening_finding_kind_check,
  add constraint rescreening_finding_kind_check check (kind in ('open', 'held', 'settled', 'participant', 'instruction'));

alter table settlement.compliance_case
  add column instruction_id uuid,
  drop constraint compliance_case_kind_check,
  add constraint compliance_case_kind_check check (kind in ('payment', 'alert', 'rescreening', 'instruction')),
  add constraint compliance_case_instruction_check check ((kind = 'instruction') = (instruction_id is not null));
create index compliance_case_of_instruction on settlement.compliance_case (tenant_id, instruction_id) where instruction_id is not null;
