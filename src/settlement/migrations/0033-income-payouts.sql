-- What the operator has earned leaves custody by an instruction of its own kind: `income_source` tells which income account it is
-- paid from, `proposal_id` the approval of two people that it carries out.
alter table settlement.instruction
  add column income_source text check (income_source in ('fees', 'exchange_fees', 'exchange_rounding')),
  add column proposal_id uuid,
  drop constraint instruction_kind_check,
  add constraint instruction_kind_check check (kind in ('payout', 'sweep', 'income')),
  add constraint instruction_income_check check ((kind = 'income') = (income_source is not null) and (kind = 'income') = (proposal_id is not null));
-- No approval is carried out twice.
create unique index instruction_approved on settlement.instruction (tenant_id, proposal_id) where proposal_id is not null;

alter table settlement.custody_movement
  drop constraint custody_movement_kind_check,
  add constraint custody_movement_kind_check check (kind in ('mint', 'approved_mint', 'direct', 'payout', 'sweep', 'income', 'write_off'));
