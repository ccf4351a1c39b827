-- Statements list the exchanges of a day.
create index fx_trade_by_time on settlement.fx_trade (tenant_id, decided_at);
