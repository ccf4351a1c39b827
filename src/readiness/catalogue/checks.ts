import type { BoundCheck } from '../binding/binding.ts';
import type { Facts } from './facts.ts';
import { UNPROTECTED } from './statements.ts';

/** What a theme usually means for a line, as checks. */
export type Proposals = Readonly<Record<string, (facts: Facts) => readonly BoundCheck[]>>;

type Params = Readonly<Record<string, unknown>>;
type Op = '<' | '<=' | '>' | '>=' | '=' | '!=';
type Demand = { at: string; op: Op | 'contains' | 'matches' | 'exists' | 'absent'; value?: string | number | boolean };

const SMOKE = ['/v1/me', '/v1/participants', '/v1/windows', '/v1/payments', '/v1/settlement/overview'].map((path) => ({
  name: path,
  path,
  headers: { authorization: 'Bearer {{RIALTO_API_KEY}}' },
}));
/** Where services would listen that listen too widely. */
const SWEPT = ['1-1024', '3000-3010', 4222, 5432, 6379, '8000-8100', 8222, '9000-9200'];
/** Files of tests by what they prove; a module that is not there yet has none, and its checks fail. */
const SUITES = {
  ai: '^src/ai/',
  'api-keys': '^src/access/api-key',
  'auction-privacy': '^src/auction/privacy/',
  billing: '^src/billing/',
  console: '^test/e2e/console',
  'default-passwords': '^src/access/password',
  e2e: '^test/e2e/',
  'hostile-input': '^(src/infra/http/fuzz|src/settlement/hostile|test/e2e/bad-input)',
  integration: '[.]db[.]test[.]ts',
  isolation: '^(src/access/isolation|test/probe)',
  limits: '^src/infra/http/(limits|bank-rate)',
  'market-data': '^src/trading/market-data/',
  pool: '^src/infra/postgres/pool',
  reports: '^src/settlement/report/',
  roles: '^src/access/role',
  screening: '^src/settlement/screening/',
  secrets: '^src/(base/secret|infra/log/)',
  security: '^(src/access/|src/infra/http/fuzz|src/settlement/hostile|test/probe)',
  sessions: '^src/access/(session|login)',
  social: '^src/social/',
  sockets: '^src/infra/http/socket',
  tenants: '^(src/access/isolation|test/probe)',
  tokens: '^src/access/(token|signing-key)',
  trading: '^src/trading/',
  'trading-risk': '^src/trading/risk/',
};
/** Tests hold secrets that are none. */
const SAMPLES = ['[.]test[.]tsx?$', '^test/', '^bench/'];
const LOG = 'logs/rialto.log';

/** Evidence speaks of the commit that is judged, or it is none. */
const SAME_COMMIT = { commitFile: 'reports/commit' };

const check = (kind: string, params: Params): BoundCheck => ({
  kind,
  params: Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)),
});

/** An address of the application answers. */
export const answers = (path: string, more: Params = {}): BoundCheck => check('http', { target: 'app', path, ...more });
/** The application says that it is ready; with names, that these dependencies are well. */
export const ready = (...dependencies: string[]): BoundCheck =>
  answers('/health/ready', {
    json: [{ at: '$.status', op: '=', value: 'ready' }],
    ...(dependencies.length > 0 && { contains: dependencies.map((name) => `"name":${JSON.stringify(name)},"ok":true`) }),
  });
/** Headers of security as every page should have them, and what else is demanded. */
export const headers = (more: Params = {}): BoundCheck => check('headers', { target: 'app', path: '/health', ...more });
/** No foreign origin is let in. */
export const noForeignOrigins = (): BoundCheck => headers({ baseline: false, cors: {} });
/** Plain HTTP at the edge leads to https. */
export const redirects = (): BoundCheck => check('http', { target: 'edge_plain', path: '/', redirectsTo: 'https://' });
export const certificate = (days: number): BoundCheck => check('tls', { target: 'edge', minDaysLeft: days });
/** TLS 1.3 is spoken, and what is older than 1.2 refused. */
export const modernTls = (more: Params = {}): BoundCheck =>
  check('tls', { target: 'edge', accepts: ['TLSv1.3'], refuses: ['TLSv1', 'TLSv1.1'], ...more });
/** The database asks for a certificate of whoever connects. */
export const mutualTls = (): BoundCheck => check('tls', { target: 'database', startTls: 'postgres', clientCertificate: true });
export const resolves = (more: Params = {}): BoundCheck => check('dns', { target: 'edge', type: 'A', ...more });
export const socket = (more: Params = {}): BoundCheck => check('ws', { target: 'app', path: '/v1/stream', ...more });
export const grpc = (): BoundCheck => check('grpc_health', { target: 'grpc' });
export const port = (target: string): BoundCheck => check('tcp', { target });
/** From outside this target must not be reached, while the edge is. */
export const closedOutside = (target: string): BoundCheck => check('tcp', { target, state: 'closed', control: 'edge' });
/** From outside nothing is open but these ports. */
export const sweep = (open: readonly number[]): BoundCheck =>
  check('port_sweep', { host: 'edge', ports: SWEPT, mayBeOpen: open, mustBeOpen: [443] });
/** The first value of the first row. */
export const sqlIs = (query: string, op: Op, value: number | string): BoundCheck => check('sql', { target: 'database', query, op, value });
/** The same, asked as a role that sees rows of all tenants and all sessions. */
export const adminSqlIs = (query: string, op: Op, value: number | string): BoundCheck =>
  check('sql', { target: 'database_admin', query, op, value });
type RedisDemand = { name: string; op: Op; value: string | number };
/** No table of a tenant lacks forced row-level security. */
export const unprotected = (): BoundCheck => sqlIs(UNPROTECTED, '=', 0);
/** Values of CONFIG GET or fields of INFO. */
export const redisIs = (where: 'config' | 'info', ...demands: RedisDemand[]): BoundCheck =>
  check('redis', { target: 'redis', [where]: demands });
/** Redis lets nobody in without a password. */
export const redisClosed = (): BoundCheck => check('redis', { target: 'redis', anonymousRefused: true });
/** The sentinels have a quorum for the primary. */
export const sentinels = (): BoundCheck => check('redis', { target: 'sentinel', quorumOf: 'primary' });
export const cacheAnswers = (): BoundCheck => redisIs('info', { name: 'redis_version', op: '>=', value: '6' });
export const natsIs = (read: 'healthz' | 'varz' | 'jsz' | 'connz' | 'routez', values: readonly Demand[] = []): BoundCheck =>
  check('nats', { target: 'nats_monitor', read, ...(values.length > 0 && { values }) });
/** Streams are on disk and end at some age. */
export const streams = (): BoundCheck =>
  answers('/jsz?streams=true&config=true', {
    target: 'nats_monitor',
    json: [
      { at: '$.streams', op: '>=', value: 1 },
      { at: '$.account_details[*].stream_detail[*].config.storage', op: '=', value: 'file' },
      { at: '$.account_details[*].stream_detail[*].config.max_age', op: '>', value: 0 },
    ],
  });
/** NATS lets nobody in without a login. */
export const natsClosed = (): BoundCheck =>
  check('nats', {
    target: 'nats_monitor',
    read: 'varz',
    values: [{ at: '$.auth_required', op: '=', value: true }],
    anonymousRefusedAt: 'nats',
  });
export const promqlIs = (query: string, op: Op, value: number, more: Params = {}): BoundCheck =>
  check('promql', { target: 'prometheus', query, op, value, ...more });
/** So many hours back there is a sample for nearly every minute: a share of little is no share of all. */
export const watched = (hours: number): BoundCheck =>
  promqlIs(`min(count_over_time(up{job="rialto"}[${hours}h:1m]))`, '>=', Math.floor(hours * 60 * 0.95));
export const metricIs = (name: string, op: Op, value: number, more: Params = {}): BoundCheck =>
  check('metric', { target: 'metrics', name, op, value, ...more });
/** These metric families are exposed. */
export const families = (...wanted: string[]): BoundCheck => check('metric', { target: 'metrics', families: wanted });
export const file = (path: string, more: Params = {}): BoundCheck => check('file', { path, ...more });
/**
 * The application offers this operation: its description names the path, and whoever asks for it without a login is refused for that
 * alone (405 where it takes no GET); what only stands in a description is not found.
 */
export const offers = (path: string): BoundCheck =>
  check('scenario', {
    target: 'app',
    steps: [
      { name: 'served to nobody without a login', path, status: [401, 405] },
      { name: 'described', path: '/openapi.json', values: [{ at: `$.paths[${JSON.stringify(path)}]`, op: 'exists' }] },
    ],
  });
/** Prometheus has loaded an alert of this name. */
export const rule = (name: string): BoundCheck => check('http', { target: 'prometheus', path: '/api/v1/rules', contains: [`"${name}"`] });
export const compose = (): BoundCheck => check('file', { path: 'deploy/compose.yaml', values: [{ at: '$.services', op: 'exists' }] });
/** A reference that is written by a program: too long to be read as people's, and held to the code by tests. */
export const reference = (path: string): BoundCheck => file(path, { minBytes: 1_000, matches: ['^# '] });
export const document = (path: string, more: Params = {}): BoundCheck => check('document', { path, ...more });
export const env = (wanted: readonly string[], more: Params = {}): BoundCheck => check('env', { names: wanted, ...more });
/** No file of the repository holds a credential. */
export const noSecrets = (): BoundCheck => check('git', { noSecrets: true, exceptIn: SAMPLES });
/** These files never get into the repository. */
export const ignored = (...paths: string[]): BoundCheck => check('git', { ignores: paths });
/** What runs is what is committed, and tagged where that is asked for. */
export const commit = (tagged: boolean): BoundCheck => check('git', { clean: true, ...(tagged && { tagIsVersionOf: 'package.json' }) });
export const audit = (): BoundCheck => check('package_audit', { report: 'reports/audit.json', of: SAME_COMMIT });
/** Tests of the same commit pass: all, or those of a suite, told by the place of its files. */
export const junit = (suite?: keyof typeof SUITES): BoundCheck =>
  check('junit', {
    report: 'reports/junit.xml',
    of: { commitFile: 'reports/junit.commit' },
    maxSkipped: 0,
    ...(suite && { only: SUITES[suite], minTests: 1 }),
  });
export const coverage = (lines: number, suite?: string): BoundCheck =>
  check('coverage', {
    report: suite ? `reports/coverage/${suite}.json` : 'coverage/coverage-summary.json',
    of: SAME_COMMIT,
    min: { lines },
  });
export const mutation = (minScore: number): BoundCheck =>
  check('mutation', { report: 'reports/mutation/mutation.json', of: SAME_COMMIT, minScore });
export type LoadDemand = { name: string; rate?: number; users?: number; latencyMs?: number; percentile?: number | 'mean' };
/** A load test of the same commit: rate held, clients at once, latency. */
export const load = ({ name, rate, users, latencyMs, percentile = 95 }: LoadDemand): BoundCheck => {
  const latency = percentile === 'mean' ? '$.latencyMs.mean' : `$.latencyMs.p${percentile}`;
  return check('load_report', {
    report: `reports/load/${name}.json`,
    of: { commitAt: '$.commit' },
    demands: [
      ...(rate === undefined ? [] : [{ at: '$.ratePerS', op: '>=', value: rate }]),
      ...(users === undefined ? [] : [{ at: '$.clients', op: '>=', value: users }]),
      ...(latencyMs === undefined ? [] : [{ at: latency, op: '<', value: latencyMs, unit: 'ms' }]),
      { at: '$.errorRate', op: '<', value: 0.01 },
    ],
  });
};
type BackupDemand = { encrypted?: boolean; remote?: boolean; keepDays?: number };
/** The newest backup is young enough; pgBackRest's own account of it for the database, a folder for all else. */
export const backup = (of: string, hours: number, { encrypted, remote, keepDays }: BackupDemand = {}): BoundCheck =>
  check('backup_age', {
    ...(of === 'database' ? { pgbackrest: 'reports/pgbackrest.json' } : { folder: `backups/${of}` }),
    maxAgeHours: hours,
    ...(encrypted && { encrypted }),
    ...(remote && { minRepositories: 2 }),
    ...(keepDays !== undefined && { keepsDays: keepDays }),
  });

type DrillDemand = { maxRtoSeconds?: number; maxRpoSeconds?: number };
/** It was practised, on this major version, not too long ago. */
export const drill = (name: string, maxAgeDays: number, more: DrillDemand = {}): BoundCheck =>
  check('drill', { record: 'drills.yaml', drill: name, maxAgeDays, ...more });
/** The log has no errors. */
export const clean = (): BoundCheck => check('log_marker', { file: LOG, atMost: { matching: '"level":"?(error|fatal|50|60)', lines: 0 } });
/** The log holds nothing that looks like a credential. */
export const leaks = (): BoundCheck => check('log_marker', { file: LOG, noSecrets: true, minLines: 1 });
/** Lines of the log are JSON. */
export const jsonLogs = (): BoundCheck => check('log_marker', { file: LOG, jsonShare: 0.99, minLines: 1 });
/** What is written here arrives where logs are kept together. */
export const marker = (): BoundCheck => check('log_marker', { target: 'logs', marker: 'rialto', withinS: 60 });
export const traces = (): BoundCheck => check('http', { target: 'traces', path: '/' });
export const alerts = (): BoundCheck => check('http', { target: 'alertmanager', path: '/api/v2/status' });
export const protectedRoutes = (): BoundCheck => check('openapi_auth', { target: 'app' });
/** A reviewed command ends well. */
export const runs = (command: string, more: Params = {}): BoundCheck => check('command', { command, ...more });
/** No migration is waiting. */
export const migrated = (): BoundCheck => runs('migrate-plan', { contains: ['The schema is up to date.'] });
/** The main paths of the application, one after the other, with the credential of a reader. */
export const smoke = (): BoundCheck => check('scenario', { target: 'app', settings: ['RIALTO_API_KEY'], steps: SMOKE });
