import type { Threshold } from '../../checklist/checklist.ts';
import {
  backup,
  cacheAnswers,
  drill,
  env,
  metricIs,
  natsClosed,
  natsIs,
  promqlIs,
  ready,
  redisClosed,
  redisIs,
  runs,
  sentinels,
  sqlIs,
  streams,
  type Proposals,
} from '../checks.ts';

/** Statements of the catalogue; each answers with one number. */
const INVALID_INDEXES = 'select count(*) from pg_index where not indisvalid';
const OPEN_CONSTRAINTS = 'select count(*) from pg_constraint where not convalidated';
const POWERFUL = `select count(*) from pg_roles where rolname = 'rialto_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`;
const OWNED = `select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'rialto_app'`;
const SCHEMAS = `select count(*) from pg_namespace where nspname in ('access', 'infra', 'ledger', 'settlement')`;
const CONSTRAINTS = 'select count(*) from pg_constraint where';
const TRUSTED = `select count(*) from pg_hba_file_rules where auth_method = 'trust' and type <> 'local'`;
const PLAIN = `select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) where a.client_addr is not null and not s.ssl`;
const STREAMING = `select count(*) from pg_stat_replication where state = 'streaming'`;
const IDLE_IN_TRANSACTION = `select count(*) from pg_stat_activity where state = 'idle in transaction' and now() - state_change > interval '1 minute'`;

const version = (wanted: number) => sqlIs(`select current_setting('server_version_num')::int / 10000`, '>=', wanted);

/** What is asked of database, queue and cache. */
export const STORAGE_PROPOSALS: Proposals = {
  P1: (facts) => [version(facts.version('postgres(?:ql)?') ?? 15)],
  P2: ({ text }) => {
    if (/password/.test(text)) return [env(['DATABASE_ADMIN_URL', 'DATABASE_URL'], { matches: '://[^:@/]*:[^@/]{16,}@' })];
    if (/authenticat/.test(text)) return [sqlIs(TRUSTED, '=', 0)];
    if (/database created|schema created/.test(text)) return [sqlIs(SCHEMAS, '>=', 4)];
    return [sqlIs(POWERFUL, '=', 0), sqlIs(OWNED, '=', 0)];
  },
  P3: ({ text }) => {
    if (/foreign key/.test(text))
      return [sqlIs(`${CONSTRAINTS} contype = 'f'`, '>', 0), sqlIs(`${CONSTRAINTS} contype = 'f' and not convalidated`, '=', 0)];
    if (/check constraint/.test(text))
      return [sqlIs(`${CONSTRAINTS} contype = 'c'`, '>', 0), sqlIs(`${CONSTRAINTS} contype = 'c' and not convalidated`, '=', 0)];
    if (/default/.test(text)) return [sqlIs('select count(*) from pg_attrdef', '>', 0)];
    if (/trigger/.test(text)) return [sqlIs(`select count(*) from pg_trigger where tgenabled = 'D'`, '=', 0)];
    if (/index/.test(text) && !/table/.test(text))
      return [sqlIs('select count(*) from pg_index where indisvalid', '>', 0), sqlIs(INVALID_INDEXES, '=', 0)];
    return [runs('migrate-plan'), sqlIs(INVALID_INDEXES, '=', 0), sqlIs(OPEN_CONSTRAINTS, '=', 0)];
  },
  P4: ({ text }) =>
    /leak/.test(text)
      ? [sqlIs(IDLE_IN_TRANSACTION, '=', 0), metricIs('rialto_database_connections_waiting', '=', 0)]
      : /timeout/.test(text)
        ? [sqlIs(`select setting::int from pg_settings where name = 'statement_timeout'`, '>', 0)]
        : [metricIs('rialto_database_connections', '>', 0), metricIs('rialto_database_connections_waiting', '=', 0)],
  P5: () => [sqlIs(PLAIN, '=', 0), sqlIs(`select (current_setting('ssl') = 'on')::int`, '=', 1)],
  P6: ({ text }) => (/fail|tested/.test(text) ? [sqlIs(STREAMING, '>=', 1), drill('failover', 90)] : [sqlIs(STREAMING, '>=', 1)]),
  P8: ({ text }) =>
    /slow/.test(text)
      ? [sqlIs(`select setting::int from pg_settings where name = 'log_min_duration_statement'`, '>=', 0)]
      : [sqlIs(`select count(*) from pg_extension where extname = 'pg_stat_statements'`, '>=', 1)],
  P9: () => [
    sqlIs(
      'select coalesce(max(mean_exec_time), 0) from (select mean_exec_time from pg_stat_statements order by calls desc limit 10) as frequent',
      '<',
      50,
    ),
  ],
  P10: () => [ready('database')],
  P11: () => [
    sqlIs(
      `select (has_table_privilege('rialto_app', 'access.audit', 'update') or has_table_privilege('rialto_app', 'access.audit', 'delete'))::int`,
      '=',
      0,
    ),
  ],
  P12: () => [runs('ledger-verify'), sqlIs(OPEN_CONSTRAINTS, '=', 0)],
  N1: (facts) => {
    if (/throughput/.test(facts.text))
      return [natsIs('varz', [{ at: '$.slow_consumers', op: '=', value: 0 }]), metricIs('rialto_bus_lag_events', '<', 10_000)];
    if (/jetstream/.test(facts.text)) return [natsIs('jsz', [{ at: '$.config.store_dir', op: 'exists' }])];
    const version = facts.versionText('nats');
    return version === undefined ? [natsIs('healthz')] : [natsIs('varz', [{ at: '$.version', op: '>=', value: version }])];
  },
  N2: () => [streams()],
  N3: ({ text }) =>
    /auth/.test(text)
      ? [natsClosed()]
      : /tls|cert/.test(text)
        ? [natsIs('varz', [{ at: '$.tls_required', op: '=', value: true }])]
        : [natsIs('jsz', [{ at: '$.meta_cluster.cluster_size', op: '>=', value: 3 }])],
  R1: (facts) => {
    const version = facts.versionText('redis');
    return [
      ...(/password/.test(facts.text) ? [redisClosed()] : []),
      ...(/aof|persist/.test(facts.text) ? [redisIs('config', { name: 'appendonly', op: '=', value: 'yes' })] : []),
      ...(/memory|limit/.test(facts.text) ? [redisIs('config', { name: 'maxmemory', op: '>', value: 0 })] : []),
      version === undefined ? cacheAnswers() : redisIs('info', { name: 'redis_version', op: '>=', value: version }),
    ];
  },
  R2: ({ text }) => (/sentinel/.test(text) ? [sentinels()] : [redisIs('info', { name: 'connected_slaves', op: '>=', value: 1 })]),
  R3: ({ text }) =>
    /backup/.test(text)
      ? [redisIs('info', { name: 'rdb_last_bgsave_status', op: '=', value: 'ok' }, { name: 'aof_last_write_status', op: '=', value: 'ok' })]
      : /hit/.test(text)
        ? [redisIs('info', { name: 'hit_ratio', op: '>=', value: 0.8 })]
        : [promqlIs('min(redis_up)', '=', 1)],
  B1: ({ text }) => (/nats|jetstream/.test(text) ? [backup('nats', 24)] : [backup('database', /hour/.test(text) ? 1 : 24)]),
  B2: ({ text, days }) => {
    const keepDays = days();
    return [
      backup('database', 24, {
        encrypted: /encrypt/.test(text),
        remote: /remote|s3|bucket|upload|off/.test(text),
        ...(keepDays !== undefined && { keepDays }),
      }),
    ];
  },
  B3: ({ text, limit }) => {
    const seconds = secondsOf(limit('h', 'min', 's', 'd'));
    if (seconds === undefined) return [drill('restore', 90)];
    return [drill('restore', 90, /rpo|point/.test(text) ? { maxRpoSeconds: seconds } : { maxRtoSeconds: seconds })];
  },
  B4: () => [drill('disaster', 365)],
};

function secondsOf(threshold: Threshold | undefined): number | undefined {
  if (!threshold) return undefined;
  return threshold.value * ({ h: 3_600, min: 60, d: 86_400 }[threshold.unit] ?? 1);
}
