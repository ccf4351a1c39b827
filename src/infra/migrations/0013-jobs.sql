-- pg-boss makes and upgrades its own tables in here (src/infra/jobs), as rialto_owner.
create schema jobs;
