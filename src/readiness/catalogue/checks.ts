import type { BoundCheck } from '../binding/binding.ts';
import type { Facts } from './facts.ts';

/** What a theme usually means for a line, as checks. */
export type Proposals = Readonly<Record<string, (facts: Facts) => readonly BoundCheck[]>>;

type Params = Readonly<Record<string, unknown>>;
type Op = '<' | '<=' | '>' | '>=' | '=' | '!=';
type Demand = { at: string; op: Op | 'contains' | 'matches' | 'exists' | 'absent'; value?: string | number | boolean };
type HeaderDemand = { name: string; equals?: string; contains?: string; matches?: string; absent?: boolean };

const check = (kind: string, params: Params): BoundCheck => ({
  kind,
  params: Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)),
});

/** An address of the application answers. */
export const answers = (path: string, more: Params = {}): BoundCheck => check('http', { target: 'app', path, ...more });
/** The application says that it is ready; with a name, that this dependency is well. */
export const ready = (...dependencies: string[]): BoundCheck =>
  check('health', { target: 'app', ...(dependencies.length > 0 && { dependencies }) });
export const headers = (demands: readonly HeaderDemand[], more: Params = {}): BoundCheck =>
  check('headers', { target: 'app', headers: demands, ...more });
/** Plain HTTP at the edge leads to https. */
export const redirects = (): BoundCheck => check('http', { target: 'edge_plain', path: '/', redirectsTo: 'https://' });
export const certificate = (days: number): BoundCheck => check('tls', { target: 'edge', minDays: days });
export const tlsOnly = (): BoundCheck => check('tls', { target: 'edge', minVersion: 'TLSv1.3' });
export const names = (target: string): BoundCheck => check('dns', { name: target });
export const socket = (): BoundCheck => check('ws', { target: 'socket' });
export const grpc = (): BoundCheck => check('grpc_health', { target: 'grpc' });
export const port = (target: string): BoundCheck => check('tcp', { target });
/** From outside nothing but these ports is open. */
export const sweep = (open: readonly number[]): BoundCheck => check('port_sweep', { host: 'edge', open });
/** The first value of the first row. */
export const sqlIs = (query: string, op: Op, value: number | string): BoundCheck => check('sql', { target: 'database', query, op, value });
export const redisIs = (about: string, values: readonly Demand[]): BoundCheck => check('redis', { target: 'redis', about, values });
export const cacheAnswers = (): BoundCheck => check('redis', { target: 'redis' });
export const natsIs = (about: string, values: readonly Demand[]): BoundCheck => check('nats', { target: 'nats_monitor', about, values });
export const promqlIs = (query: string, op: Op, value: number): BoundCheck => check('promql', { target: 'prometheus', query, op, value });
export const metricIs = (metric: string, op: Op, value: number): BoundCheck => check('metric', { target: 'metrics', metric, op, value });
/** These metric families are exposed. */
export const families = (...wanted: string[]): BoundCheck => check('metric', { target: 'metrics', families: wanted });
export const file = (path: string, more: Params = {}): BoundCheck => check('file', { path, ...more });
export const compose = (): BoundCheck => check('file', { path: 'deploy/compose.yaml', values: [{ at: '$.services', op: 'exists' }] });
export const document = (path: string, more: Params = {}): BoundCheck => check('document', { path, ...more });
export const env = (wanted: readonly string[], more: Params = {}): BoundCheck => check('env', { names: wanted, ...more });
export const noSecrets = (): BoundCheck => check('git', { secrets: true });
export const commit = (tagged: boolean): BoundCheck => check('git', { clean: true, ...(tagged && { tagged: true }) });
export const audit = (): BoundCheck => check('package_audit', {});
export const junit = (suite?: string): BoundCheck => check('junit', { path: suite ? `reports/junit/${suite}.xml` : 'reports/junit.xml' });
export const coverage = (share: number, suite?: string): BoundCheck =>
  check('coverage', { path: suite ? `reports/coverage/${suite}.json` : 'coverage/coverage-summary.json', min: share });
export const mutation = (score: number): BoundCheck => check('mutation', { path: 'reports/mutation/mutation.json', min: score });
export type LoadDemand = { name: string; rate?: number; users?: number; latencyMs?: number; percentile?: number | 'mean' };
export const load = ({ name, ...more }: LoadDemand): BoundCheck => check('load_report', { path: `reports/load/${name}.json`, ...more });
export const backup = (of: string, hours: number, more: Params = {}): BoundCheck =>
  check('backup_age', { of, maxAgeHours: hours, ...more });
export const backupRestored = (): BoundCheck => check('drill', { name: 'restore', maxAgeDays: 90 });
export const drill = (name: string, maxAgeDays: number): BoundCheck => check('drill', { name, maxAgeDays });
export const leaks = (): BoundCheck => check('log_marker', { absent: true });
export const jsonLogs = (): BoundCheck => check('log_marker', { json: true });
export const marker = (): BoundCheck => check('log_marker', { target: 'logs' });
export const traces = (): BoundCheck => check('http', { target: 'traces', path: '/' });
export const alerts = (): BoundCheck => check('http', { target: 'alertmanager', path: '/api/v2/status' });
export const protectedRoutes = (): BoundCheck => check('openapi_auth', { target: 'app' });
export const runs = (name: string): BoundCheck => check('command', { name });
export type Step = { name: string; method?: string; path: string; login?: boolean };
export const journey = (steps: readonly Step[]): BoundCheck => check('scenario', { target: 'app', steps });
