-- Counts of e-mail addresses that nobody has, and of networks, are kept up to a number: the oldest are looked for every minute.
create index login_attempt_by_kind on access.login_attempt (split_part(key, '/', 1), last_at);
