-- Instructions of a participant that is not active wait for two people. `cleared` is that these have let it go while the participant
-- still was not; it holds until the participant is suspended anew.
alter table settlement.instruction
  drop constraint instruction_state_check,
  add constraint instruction_state_check
    check (state in ('waiting', 'held', 'sending', 'unknown', 'accepted', 'refused', 'confirmed', 'cancelled')),
  add column cleared boolean not null default false;
grant update (cleared) on settlement.instruction to rialto_app;
