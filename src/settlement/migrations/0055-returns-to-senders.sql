-- Money that came into custody from somebody who is no participant goes back by an instruction of a kind of its own. `break_id` is what
-- it answers and what opens again when it is not paid; `return_of` is what the bank is told of the entry; `original_uetr` is the name
-- that both payments have in common, by which a statement may show it.
alter table settlement.instruction
  add column break_id uuid,
  add column return_of jsonb,
  add column original_uetr uuid,
  drop constraint instruction_kind_check,
  add constraint instruction_kind_check check (kind in ('payout', 'sweep', 'income', 'return')),
  drop constraint instruction_income_check,
  add constraint instruction_income_check
    check ((kind = 'income') = (income_source is not null) and (kind in ('income', 'return')) = (proposal_id is not null)),
  add constraint instruction_return_check
    check ((kind = 'return') = (break_id is not null) and (kind = 'return') = (return_of is not null)
           and (kind = 'return' or original_uetr is null)),
  add foreign key (tenant_id, break_id) references settlement.recon_break;
-- Nothing is returned twice, unless the first one was not paid.
create unique index instruction_returned on settlement.instruction (tenant_id, break_id)
  where break_id is not null and state not in ('refused', 'cancelled');
create index instruction_by_break on settlement.instruction (tenant_id, break_id, id) where break_id is not null;
create index instruction_by_original on settlement.instruction (tenant_id, original_uetr) where original_uetr is not null;

-- Where the money stands while it is on its way back: owed to its sender, and neither a token nor the operator's.
alter table settlement.system_account
  drop constraint system_account_role_check,
  add constraint system_account_role_check check (role in ('custody', 'clearing', 'suspense'));

alter table settlement.custody_movement
  drop constraint custody_movement_kind_check,
  add constraint custody_movement_kind_check
    check (kind in ('mint', 'approved_mint', 'direct', 'payout', 'sweep', 'income', 'return', 'unexpected', 'write_off', 'reversal'));
-- Nor is an entry both minted or written off and returned.
drop index settlement.custody_movement_minted;
create unique index custody_movement_minted on settlement.custody_movement (tenant_id, entry_id)
  where kind in ('mint', 'write_off', 'unexpected');

-- From where money came, as far as the custodian says: `{ name, number, agentBic }`.
alter table settlement.statement_entry add column sender jsonb;
