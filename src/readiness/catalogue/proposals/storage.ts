import type { Threshold } from '../../checklist/checklist.ts';
import {
  ready,
  sqlIs,
  adminSqlIs,
  redisIs,
  redisClosed,
  sentinels,
  cacheAnswers,
  natsIs,
  streams,
  natsClosed,
  promqlIs,
  metricIs,
  env,
  junit,
  backup,
  drill,
  runs,
  migrated,
  type Proposals,
} from '../checks.ts';
import {
  SERVER_VERSION,
  OWN_SCHEMAS,
  MODEST_ROLE,
  OWNED_BY_ROLE,
  TRUSTED,
  INVALID_INDEXES,
  OPEN_CONSTRAINTS,
  OPEN_FOREIGN_KEYS,
  OPEN_CHECKS,
  DISABLED_TRIGGERS,
  DEFAULTS,
  PLAIN_CONNECTIONS,
  SERVER_TLS,
  STREAMING,
  IDLE_IN_TRANSACTION,
  LONG_STATEMENTS,
  SLOW_LOGGED_FROM,
  STATEMENT_STATISTICS,
  SLOW_FREQUENT,
  SLOW_RECURRING,
  AUDIT_WRITABLE,
  OPERATORS,
  tablesThere,
} from '../statements.ts';

/** What is asked of database, queue and cache. */
export const STORAGE_PROPOSALS: Proposals = {
  P1: (facts) => [sqlIs(SERVER_VERSION, '>=', facts.version('postgres(?:ql)?') ?? 15)],
  P2: ({ text }) => {
    if (/password/.test(text)) return [env(['DATABASE_ADMIN_URL', 'DATABASE_URL'], { matches: '://[^:@/]*:[^@/]{16,}@' })];
    if (/authenticat/.test(text)) return [adminSqlIs(TRUSTED, '=', 0)];
    if (/database created|schema created/.test(text)) return [sqlIs(OWN_SCHEMAS, '>=', 4)];
    return [sqlIs(MODEST_ROLE, '=', 1), sqlIs(OWNED_BY_ROLE, '=', 0)];
  },
  P3: ({ text }) => {
    if (/foreign key/.test(text)) return [sqlIs(OPEN_FOREIGN_KEYS, '=', 0)];
    if (/check constraint/.test(text)) return [sqlIs(OPEN_CHECKS, '=', 0)];
    if (/default/.test(text)) return [sqlIs(DEFAULTS, '>', 0)];
    if (/trigger/.test(text)) return [sqlIs(DISABLED_TRIGGERS, '=', 0)];
    if (/index/.test(text) && !/table/.test(text)) return [sqlIs(INVALID_INDEXES, '=', 0)];
    const table = /table ["'“`](\w+)|["'“`](\w+)["'”`] table/.exec(text);
    if (table) return [sqlIs(tablesThere(table[1] ?? table[2]!), '=', 1)];
    return [migrated(), sqlIs(INVALID_INDEXES, '=', 0), sqlIs(OPEN_CONSTRAINTS, '=', 0)];
  },
  P4: ({ text }) => {
    if (/timeout|statements end/.test(text)) return [junit('pool'), adminSqlIs(LONG_STATEMENTS, '=', 0)];
    if (/leak/.test(text)) return [adminSqlIs(IDLE_IN_TRANSACTION, '=', 0), metricIs('rialto_database_connections_waiting', '=', 0)];
    return [metricIs('rialto_database_connections', '>', 0), metricIs('rialto_database_connections_waiting', '=', 0)];
  },
  P5: () => [adminSqlIs(PLAIN_CONNECTIONS, '=', 0), sqlIs(SERVER_TLS, '=', 1)],
  P6: ({ text }) => [
    adminSqlIs(STREAMING, '>=', /\b(3|three) nodes/.test(text) ? 2 : 1),
    ...(/fail|tested/.test(text) ? [drill('failover', 90)] : []),
  ],
  P8: ({ text }) => (/slow/.test(text) ? [sqlIs(SLOW_LOGGED_FROM, '>=', 0)] : [sqlIs(STATEMENT_STATISTICS, '>=', 1)]),
  P9: ({ text }) => [adminSqlIs(/slow|optimi/.test(text) ? SLOW_RECURRING : SLOW_FREQUENT, '=', 0)],
  P10: () => [ready('database')],
  P11: () => [sqlIs(AUDIT_WRITABLE, '=', 0)],
  P12: ({ text }) => (/seed/.test(text) ? [adminSqlIs(OPERATORS, '=', 1)] : [runs('ledger-verify'), sqlIs(OPEN_CONSTRAINTS, '=', 0)]),
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
