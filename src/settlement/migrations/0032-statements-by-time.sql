-- Reports list what became final in the order in which it did: windows of all groups, money that came and went, fees.
create index netting_window_by_finality on settlement.netting_window (tenant_id, settled_at, finality_seq, number) where state = 'settled';
create index funding_by_time on settlement.funding (tenant_id, recorded_at);
create index fee_posting_by_time on settlement.fee_posting (tenant_id, recorded_at);
