/**
 * Statements that answer with one number. Each is written so that what is hidden or missing is not counted as good: where
 * nothing bad may be found, seeing nothing at all answers -1.
 */

const SCHEMAS = `('access', 'infra', 'ledger', 'settlement')`;

/** How many of what is seen are bad, -1 when nothing is seen. */
function bad(condition: string, from: string): string {
  return `select case when count(*) = 0 then -1 else count(*) filter (where ${condition}) end from ${from}`;
}

/** The same for views that show other sessions only to those who may monitor. */
function monitored(count: string): string {
  return `select case when pg_has_role('pg_monitor', 'member') then (${count}) else -1 end`;
}

const OWN_CONSTRAINTS = `pg_constraint c join pg_namespace n on n.oid = c.connamespace where n.nspname in ${SCHEMAS}`;
const OWN_INDEXES = `pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${SCHEMAS}`;

/** Major version of the server. */
export const SERVER_VERSION = `select current_setting('server_version_num')::int / 10000`;
/** Schemas of the product that are there, of four. */
export const OWN_SCHEMAS = `select count(*) from pg_namespace where nspname in ${SCHEMAS}`;
/** 1 when the application's role is there and may do nothing beyond its work. */
export const MODEST_ROLE = `select count(*) from pg_roles where rolname = 'rialto_app' and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`;
/** 0 when the application's role owns nothing. */
export const OWNED_BY_ROLE = `select case when to_regrole('rialto_app') is null then -1 else (select count(*) from pg_class where relowner = to_regrole('rialto_app')) end`;
/** 0 when no rule lets anybody in over the network without a proof of who it is. */
export const TRUSTED = bad(`auth_method = 'trust' and type <> 'local'`, 'pg_hba_file_rules');
/** 0 when every index is valid. */
export const INVALID_INDEXES = bad('not i.indisvalid', OWN_INDEXES);
/** 0 when every constraint is validated. */
export const OPEN_CONSTRAINTS = bad('not c.convalidated', OWN_CONSTRAINTS);
/** 0 when every foreign key is validated. */
export const OPEN_FOREIGN_KEYS = bad('not c.convalidated', `${OWN_CONSTRAINTS} and c.contype = 'f'`);
/** 0 when every check constraint is validated. */
export const OPEN_CHECKS = bad('not c.convalidated', `${OWN_CONSTRAINTS} and c.contype = 'c'`);
/** 0 when no trigger is switched off. */
export const DISABLED_TRIGGERS = bad(`tgenabled = 'D'`, 'pg_trigger');
/** Columns that have a default. */
export const DEFAULTS = `select count(*) from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${SCHEMAS}`;
/** 0 when nobody is connected over the network in the clear. */
export const PLAIN_CONNECTIONS = monitored(
  'select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) where a.client_addr is not null and not s.ssl',
);
/** 1 when the server speaks TLS. */
export const SERVER_TLS = `select (current_setting('ssl') = 'on')::int`;
/** Standbys that follow. */
export const STREAMING = `select count(*) from pg_stat_replication where state = 'streaming'`;
/** 0 when no session has stayed idle in a transaction for a minute. */
export const IDLE_IN_TRANSACTION = monitored(
  `select count(*) from pg_stat_activity where state = 'idle in transaction' and now() - state_change > interval '1 minute'`,
);
/** 0 when no statement of a client has run for more than a minute. */
export const LONG_STATEMENTS = monitored(
  `select count(*) from pg_stat_activity where state = 'active' and backend_type = 'client backend' and now() - query_start > interval '60 seconds'`,
);
/** 0 when every sanctions list was fetched or loaded within the last day. */
export const STALE_SANCTIONS = bad(
  `coalesce(s.good_at, l.loaded_at) <= now() - interval '1 day'`,
  `settlement.screening_list l left join settlement.list_source s on s.tenant_id = l.tenant_id and s.list_id = l.id where l.purpose = 'sanctions'`,
);
/** 0 when every custodian bank has sent a statement within two days, and every rail has answered an instruction within a week. */
export const SILENT_CUSTODIANS = bad(
  `not exists (select 1 from settlement.bank_statement s where s.tenant_id = a.tenant_id and s.custody_account_id = a.id and s.received_at > now() - interval '2 days')`,
  'settlement.custody_account a',
);
export const SILENT_RAILS = bad(
  `not exists (select 1 from settlement.instruction i where i.tenant_id = r.tenant_id and i.rail_id = r.id and i.state in ('accepted', 'refused', 'confirmed') and i.changed_at > now() - interval '7 days')`,
  `settlement.rail r where r.state = 'open'`,
);
/** 0 when every source of a list has given a good file within two days. */
export const SILENT_PUBLISHERS = bad(`good_at is null or good_at <= now() - interval '2 days'`, 'settlement.list_source');
/** Milliseconds from which a statement is logged, -1 for never. */
export const SLOW_LOGGED_FROM = `select setting::int from pg_settings where name = 'log_min_duration_statement'`;
/** 1 when statistics of statements are collected. */
export const STATEMENT_STATISTICS = `select count(*) from pg_extension where extname = 'pg_stat_statements'`;
/** 0 when the ten most frequent statements take less than 50 ms on average. */
export const SLOW_FREQUENT = bad(
  'mean_exec_time >= 50',
  '(select mean_exec_time from pg_stat_statements order by calls desc limit 10) as frequent',
);
/** 0 when no statement that recurs takes more than a quarter of a second on average. */
export const SLOW_RECURRING = bad('mean_exec_time > 250', 'pg_stat_statements where calls > 100');
/** 0 when the application cannot change what the audit log holds. */
export const AUDIT_WRITABLE = `select (has_table_privilege('rialto_app', 'access.audit', 'update') or has_table_privilege('rialto_app', 'access.audit', 'delete'))::int`;
/** 0 when row-level security is forced on every table of a tenant. */
export const UNPROTECTED = bad(
  'not (c.relrowsecurity and c.relforcerowsecurity)',
  `pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped where c.relkind = 'r' and n.nspname in ${SCHEMAS}`,
);
/** Keys that sign access tokens and are younger than a year. */
export const FRESH_KEYS = `select count(*) from access.signing_key where active_from > now() - interval '1 year'`;
/** 0 when every password is kept as an argon2id hash. */
export const OTHER_HASHES = bad(`password_hash not like '$argon2id$%'`, 'access.user');
/** 0 when every user who may log in has a role. */
export const USERS_WITHOUT_ROLE = bad('cardinality(roles) = 0', 'access.user where disabled_at is null');
/** 1 when of API keys a hash is kept. */
export const KEY_HASHES = `select count(*) from pg_attribute where attrelid = to_regclass('access.api_key') and attname = 'hash'`;
/** 0 when the books hold no demonstration day. */
export const DEMONSTRATIONS = `select case when (select count(*) from access.tenant) = 0 then -1 else (select count(*) from settlement.demonstration) end`;
/** 1 when the operator has its tenant. */
export const OPERATORS = `select count(*) from access.tenant where operator`;
/** 1 when columns of personal data are registered as encrypted; none are yet. */
export const SEALED_COLUMNS = `select (to_regclass('infra.sealed_column') is not null)::int`;

/** How many of these tables are there. */
export function tablesThere(...names: readonly string[]): string {
  return `select ${names.map((name) => `(to_regclass('${name}') is not null)::int`).join(' + ')}`;
}
