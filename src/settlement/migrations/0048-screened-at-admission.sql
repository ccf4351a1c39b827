-- Participants are screened when they are admitted and before they are let in again; what that finds belongs to no run.
alter table settlement.rescreening_finding alter column rescreening_id drop not null;
