import { themesOf } from '../theme.ts';

/** The database, the message queue and the cache. */
export const DATABASE = themesOf('Database', 'Database Administrator', [
  [
    'P1',
    'B',
    'Database server is there, of the right version, and answers',
    'postgresql installed|postgresql running|database server|database installed|mongodb version|mongodb instance|postgresql instance|database version|database provisioned|database instance|database setup|postgresql database|accessible application servers database|mysql|timescaledb|instance provisioned|postgresql|database engine|mysql version|server answers',
  ],
  [
    'P2',
    'B',
    'Databases, roles and rights: least privilege, authentication',
    'database user|database created|application user|admin user created|database role|user created permission|authentication enabled database|least privilege database|grant|db user|database permission|strong password admin user|superuser|database grants|role privileges|owns nothing|read only role',
  ],
  [
    'P3',
    'A+',
    'Schema is complete: migrations, tables, keys, indexes, constraints',
    'migration|migrations applied|database migration|run migration|schema|table created|tables|collections created|index|indexes created performance|indexes created|indices|index verified|foreign key|check constraint|default value|trigger|schema change|schema verified|production schema|initialized schema|database schema|database initialized|constraint|constraints validated|schema version|schema drift|ddl',
  ],
  [
    'P4',
    'A+',
    'Connection pools and time limits of connections; none leaks',
    'connection pool|connection pooling|connection pooling working|pool settings|pool size|pgbouncer|connection timeout|connection leak|max connections|pooling|statement timeout|no connection leaks|idle transaction|connections waiting|pool exhausted|connections pooled',
  ],
  [
    'P5',
    'B',
    'Connections to the database are encrypted',
    'database tls|database ssl|ssl tls enabled database|network encryption tls|encrypted connection database|sslmode|database connections encrypted|plaintext database',
  ],
  [
    'P6',
    'B',
    'Replicas follow, and one takes over',
    'replication|replication setup|replica|replica set|read replica|standby|replica set failover|database cluster|database failover|read replicas scaling|streaming replication|database ha|high availability database|takes over|taking over|replica lag|primary standby|promote',
  ],
  [
    'P7',
    'D+',
    'The volumes of the database are encrypted',
    'encryption at rest|database encryption|storage encryption|volume encryption|disk encryption|encrypted at rest|volumes encrypted|luks|encrypted disk',
    {},
    'Security Lead',
  ],
  [
    'P8',
    'B',
    'The database is watched, slow statements are logged',
    'slow query|slow query logging|database monitoring|monitoring database|monitoring mongodb|monitoring queries|query monitoring|pg_stat_statements|database performance tracking|slow statements|statement statistics|query log|long running queries|statements logged',
  ],
  [
    'P9',
    'B',
    'Statements are fast and use their indexes',
    'query performance|query optimization|slow queries optimize|database performance|database optimization|index optimization|query plan|query tested|optimize queries|database performance verified|fast statements|explain|frequent statements|query latency|statements indexes',
  ],
  [
    'P10',
    'B',
    'Everything that needs the database reaches it',
    'database connectivity|database connection|database connections verified|database accessible|connect database|connection successful services|database connections stable|database connections working|services connect database|connection string',
  ],
  [
    'P11',
    'A+',
    'Changes in the database are recorded for auditors',
    'database audit|audit logging database|audit logging enabled database|audit logging mongodb|pgaudit|audit log compliance database|append only table|immutable audit table|tamper evident',
  ],
  [
    'P12',
    'A+',
    'Data is migrated, seeded, valid and whole',
    'data migration|seed|seeded|initial data|data validation|data integrity|migration scripts|historical data|integrity|data corruption|data loss|test migration|data verification|existing data|verify integrity|invariants|orphan rows|row counts|consistent data|backfill|data moved|data valid',
  ],
]);

/** The message queue. */
export const QUEUE = themesOf('Message queue', 'DevOps Lead', [
  [
    'N1',
    'B',
    'The message queue runs, is configured and watched',
    'message queue|nats|nats server|jetstream|jetstream enabled|nats running|nats connection|nats throughput|queue system|broker queue|kafka|rabbitmq|monitoring endpoint queue|queue configuration|basic config nats|async processing|configuration file validated nats|broker|consumer lag|dead letter',
  ],
  [
    'N2',
    'A+',
    'Streams exist and keep messages as long as they must',
    'stream configured|streams|retention queue|retention policies nats|stream retention|consumer durable|nats retention|topic retention|message retention|stream storage|bounded age',
  ],
  [
    'N3',
    'B',
    'The queue is a cluster, asks who connects, and encrypts',
    'nats cluster|cluster mode|queue authentication|nats authentication|nats tls|tls certificates nats|cluster config nats|authentication config nats|authentication enabled nats|cluster config|broker cluster|broker authentication|broker tls',
  ],
]);

/** The cache. */
export const CACHE = themesOf('Cache', 'DevOps Lead', [
  [
    'R1',
    'B',
    'Redis runs with password, memory limit and persistence',
    'redis|redis installed|redis running|redis server|redis instance|redis cache|aof|aof persistence|memory limits redis|redis port|port accessible redis|cache layer|redis version|caching layer|cache server|memcached|valkey|cache password',
  ],
  [
    'R2',
    'B',
    'The cache survives the loss of a machine',
    'redis sentinel|sentinel|redis cluster|cache high availability|cache ha|production cache ha|redis failover|cache replica|cache takes over',
  ],
  [
    'R3',
    'B',
    'The cache is backed up, watched, warm and effective',
    'cache monitoring|redis monitoring|redis backup|cache backup|cache warming|cache hit|hit rate|cache hit rates|redis persistence backup|backup strategy redis|monitoring configured cache|evictions|last save|cache effectiveness',
  ],
]);
