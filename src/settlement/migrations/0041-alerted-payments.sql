-- What is missing of the parties is kept with payments that pass, too, so findings are no longer rare; the job that opens cases
-- looks for alerts alone. The condition is that of its query, word for word.
create index payment_alerted on settlement.payment (tenant_id, id)
  where findings is not null and decision not in ('held', 'rejected')
    and jsonb_path_exists(findings, '$.rules[*] ? (@.severity == "alert" || @.severity == "hold")');
drop index settlement.payment_with_findings;
