-- Where an obligation is follows from its moves: in the range that it fell into before the first of them, in the window that it
-- joined by the last, and else in none. The database now holds that, by what each move leaves: a range of the book's sequence, or a
-- window that the obligation had joined, each once. So no obligation is in two windows, and none that is held or waits is in any.

-- Rows of before are told their ranges, by an owner who is bound by policies elsewhere.
alter table settlement.carried_obligation no force row level security;
alter table settlement.window_span no force row level security;
alter table settlement.netting_window no force row level security;

alter table settlement.window_span add unique (tenant_id, asset, from_seq, window_id);

alter table settlement.carried_obligation
  -- Where the range begins that the obligation left by its first move; later moves leave windows that it had joined.
  add column range_from bigint,
  add column had_joined_id uuid generated always as (case when step > 1 then left_window_id end) stored;

update settlement.carried_obligation c
   set range_from = (
     select s.from_seq from settlement.window_span s
      where s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq < c.seq order by s.from_seq desc limit 1)
 where c.step = 1;

-- What was held in an open window and released while it was open is in it again.
delete from settlement.carried_obligation c
 using settlement.window_span s
 where c.step = 1 and c.why = 'hold' and not c.held and not c.returned and c.joined_window_id is null
   and s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq = c.range_from and s.to_seq is null;

-- A currency that was given to another group took its range along and not what had left it by being held. It left the window that
-- holds its range, as long as nothing of that one was published.
update settlement.carried_obligation c set left_window_id = s.window_id
  from settlement.window_span s join settlement.netting_window w on w.tenant_id = s.tenant_id and w.id = s.window_id and not w.input_fixed
 where c.step = 1 and c.left_window_id <> s.window_id
   and s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq = c.range_from;

-- What a window has published all the same is in that window, and waits for no other; a payment that is held stays held.
delete from settlement.carried_obligation c
 using settlement.window_span s
 where c.step = 1 and c.left_window_id <> s.window_id and c.joined_window_id is null and not c.returned
   and s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq = c.range_from;

-- What is in two windows that were published, or was rejected and is in one, stays as it was told; `window/places.ts` tells it.
update settlement.carried_obligation c set range_from = null
  from settlement.window_span s
 where c.step = 1 and c.left_window_id <> s.window_id
   and s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq = c.range_from;

alter table settlement.netting_window force row level security;
alter table settlement.window_span force row level security;
alter table settlement.carried_obligation force row level security;

alter table settlement.carried_obligation
  add constraint carried_obligation_range_check check (range_from < seq and (step = 1 or range_from is null)),
  -- Not asked of rows of before, see above; of them it keeps whoever would move such an obligation once more.
  add constraint carried_obligation_left_check check (step > 1 or range_from is not null) not valid,
  -- A range that is open may be given to another window, and what has left it has left that one then.
  add constraint carried_obligation_range_fkey foreign key (tenant_id, asset, range_from, left_window_id)
    references settlement.window_span (tenant_id, asset, from_seq, window_id) on update cascade,
  add constraint carried_obligation_had_joined_fkey foreign key (tenant_id, seq, had_joined_id)
    references settlement.carried_obligation (tenant_id, seq, joined_window_id);

-- Where no such row is, as in a new installation, it holds for all.
do $$
begin
  alter table settlement.carried_obligation validate constraint carried_obligation_left_check;
exception when check_violation then null;
end $$;

-- A hold that ends while the range is open comes to nothing: the obligation has never left.
select infra.admit('settlement.carried_obligation', 'rialto_writer', 'select, insert, update, delete');
