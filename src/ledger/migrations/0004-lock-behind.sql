-- Locks a book for a batch that was evaluated on top of another while that one was being written, and whose statements and
-- commit are on their way already. `writer` is the transaction of that other batch: the book must be as it left it, or
-- everything behind this is refused. And the batch must not be dated further ahead of the server's clock than `leeway`.
create function ledger.lock_book(tenant uuid, writer xid, seq_before bigint, version_before bigint, dated timestamptz, leeway interval)
returns table (seq bigint, version bigint, recorded_at timestamptz) language plpgsql as $$
declare
  head record;
begin
  select b.seq, b.version, b.recorded_at, b.xmin as writer into head from ledger.book b where b.tenant_id = tenant for update;
  if (head.writer, head.seq, head.version) is distinct from (lock_book.writer, seq_before, version_before) then
    raise exception 'the book is not as the batch before left it' using errcode = 'RL001';
  end if;
  if dated > greatest(head.recorded_at, clock_timestamp() + leeway) then
    raise exception 'the batch is dated ahead of the clock' using errcode = 'RL001';
  end if;
  return query select head.seq, head.version, head.recorded_at;
end
$$;
