-- What a bank calls its exchange: of one that two banks agreed on the reference of the proposal, of one on a quote what it was accepted
-- with. Statements show it as the end-to-end id. Of proposals of before it stands with them.
alter table settlement.fx_trade add column reference text;
