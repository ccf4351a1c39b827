-- How much of each kind a list in force holds, of which files it was put together and how it ends: by them a newer file that lost a
-- part is told from a shorter list. Null for lists from before, of which entries and names are counted only.
alter table settlement.screening_list add column extent jsonb;
