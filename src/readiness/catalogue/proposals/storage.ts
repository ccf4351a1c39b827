import {
  backup,
  backupRestored,
  cacheAnswers,
  drill,
  metricIs,
  natsIs,
  promqlIs,
  ready,
  redisIs,
  sqlIs,
  type Proposals,
} from '../checks.ts';

/** Statements of the catalogue; each answers with one number. */
const INVALID_INDEXES = 'select count(*) from pg_index where not indisvalid';
const OPEN_CONSTRAINTS = 'select count(*) from pg_constraint where not convalidated';
const POWERFUL = `select count(*) from pg_roles where rolname = 'rialto_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`;
const OWNED = `select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'rialto_app'`;
const TRUSTED = `select count(*) from pg_hba_file_rules where auth_method = 'trust' and type <> 'local'`;
const PLAIN = `select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) where a.client_addr is not null and not s.ssl`;
const STREAMING = `select count(*) from pg_stat_replication where state = 'streaming'`;
const IDLE_IN_TRANSACTION = `select count(*) from pg_stat_activity where state = 'idle in transaction' and now() - state_change > interval '1 minute'`;

const version = (wanted: number) => sqlIs(`select current_setting('server_version_num')::int / 10000`, '>=', wanted);

/** What is asked of database, queue and cache. */
export const STORAGE_PROPOSALS: Proposals = {
  P1: (facts) => [version(facts.version('postgres(?:ql)?') ?? 15)],
  P2: ({ text }) => (/password|authenticat/.test(text) ? [sqlIs(TRUSTED, '=', 0)] : [sqlIs(POWERFUL, '=', 0), sqlIs(OWNED, '=', 0)]),
  P3: () => [sqlIs(INVALID_INDEXES, '=', 0), sqlIs(OPEN_CONSTRAINTS, '=', 0)],
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
  P12: () => [sqlIs('select count(*) from pg_constraint where not convalidated', '=', 0), ready('ledger')],
  N1: ({ text }) =>
    /throughput/.test(text)
      ? [natsIs('varz', [{ at: '$.slow_consumers', op: '=', value: 0 }]), metricIs('rialto_bus_lag_events', '<', 10_000)]
      : /jetstream|stream/.test(text)
        ? [natsIs('jsz', [{ at: '$.config', op: 'exists' }])]
        : [natsIs('varz', [{ at: '$.version', op: 'exists' }])],
  N2: () => [
    natsIs('streams', [
      { at: '$.storage', op: '=', value: 'file' },
      { at: '$.max_age', op: '>', value: 0 },
    ]),
  ],
  N3: ({ text }) =>
    /auth/.test(text)
      ? [natsIs('varz', [{ at: '$.auth_required', op: '=', value: true }])]
      : /tls|cert/.test(text)
        ? [natsIs('varz', [{ at: '$.tls_required', op: '=', value: true }])]
        : [natsIs('jsz', [{ at: '$.meta_cluster.cluster_size', op: '>=', value: 3 }])],
  R1: (facts) => [
    ...(/password/.test(facts.text) ? [redisIs('config', [{ at: '$.requirepass', op: 'exists' }])] : []),
    ...(/aof|persist/.test(facts.text) ? [redisIs('config', [{ at: '$.appendonly', op: '=', value: 'yes' }])] : []),
    ...(/memory|limit/.test(facts.text) ? [redisIs('config', [{ at: '$.maxmemory', op: '>', value: 0 }])] : []),
    ...(facts.version('redis') ? [redisIs('info', [{ at: '$.redis_version', op: '>=', value: String(facts.version('redis')) }])] : []),
    cacheAnswers(),
  ],
  R2: ({ text }) => [
    redisIs('info', [{ at: '$.connected_slaves', op: '>=', value: 1 }]),
    ...(/sentinel/.test(text) ? [drill('cache failover', 90)] : []),
  ],
  R3: ({ text }) =>
    /backup/.test(text)
      ? [redisIs('info', [{ at: '$.rdb_last_bgsave_status', op: '=', value: 'ok' }])]
      : /hit/.test(text)
        ? [
            promqlIs(
              'sum(rate(redis_keyspace_hits_total[5m])) / (sum(rate(redis_keyspace_hits_total[5m])) + sum(rate(redis_keyspace_misses_total[5m])))',
              '>=',
              0.8,
            ),
          ]
        : [promqlIs('min(redis_up)', '=', 1)],
  B1: ({ text }) => (/nats|jetstream/.test(text) ? [backup('nats', 24)] : [backup('database', /hour/.test(text) ? 1 : 24)]),
  B2: ({ text, days }) => [
    backup('database', 24, { encrypted: /encrypt/.test(text), remote: /remote|s3|bucket|upload|off/.test(text), keepDays: days() }),
  ],
  B3: () => [backupRestored()],
  B4: () => [drill('disaster', 365)],
};
