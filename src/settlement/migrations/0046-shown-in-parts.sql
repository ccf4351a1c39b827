-- What statements show of a movement, or of a line that was told as a sum, in parts; or what people have found never to come. What is
-- shown wholly stands open no more, and is known all the same when it is told again.
alter table settlement.statement_entry
  add column shown numeric(38, 0) not null default 0,
  add constraint statement_entry_shown check (shown = 0 or (sign(shown) = sign(units) and abs(shown) <= abs(units)));
alter table settlement.custody_movement
  add column shown numeric(38, 0) not null default 0,
  add constraint custody_movement_shown check (shown = 0 or (sign(shown) = sign(units) and abs(shown) <= abs(units))),
  drop constraint custody_movement_kind_check,
  add constraint custody_movement_kind_check
    check (kind in ('mint', 'approved_mint', 'direct', 'payout', 'sweep', 'income', 'write_off', 'reversal'));
grant update (shown) on settlement.statement_entry to rialto_app;
grant update (shown) on settlement.custody_movement to rialto_app;
