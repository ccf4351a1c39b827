-- When the user of a session last proved the password again; see step-up.ts for how long that counts.
alter table access.session add column stepped_up_at timestamptz(3);
grant update (stepped_up_at) on access.session to rialto_app;
