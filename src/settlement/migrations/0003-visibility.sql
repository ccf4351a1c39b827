-- What a bank may see of payments to it: those that are reserved. That one is held for compliance, was refused for want of
-- money or rejected after review is between its own bank and the operator.
alter policy member on settlement.payment using (
  (select infra.member_id()) is null
  or debtor_agent_id = (select infra.member_id())
  or (
    creditor_agent_id = (select infra.member_id())
    and (
      decision = 'reserved'
      or (
        decision = 'held'
        and exists (
          select from settlement.review r
           where r.tenant_id = payment.tenant_id and r.payment_id = payment.id and r.decision = 'reserved'
        )
      )
    )
  )
);

-- What a window came to in a currency is the operator's: with few participants in it, a bank that takes its own share off
-- the total is left with its counterparties'.
create policy member on settlement.window_currency as restrictive for select to rialto_app
  using ((select infra.member_id()) is null);
