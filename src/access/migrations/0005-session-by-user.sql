-- Where a user has signed in lately is asked at each attempt to sign in, of sessions that have ended, too; see attempt.ts.
create index session_by_user_at on access.session (tenant_id, user_id, started_at);
