import type { BoundCheck } from '../../binding/binding.ts';
import { toFill } from './fill.ts';
import * as statements from './statements.ts';
import { pathOf, type System, type SystemFacts } from './system.ts';

type Params = Readonly<Record<string, unknown>>;
type Propose = (facts: SystemFacts, system: System) => readonly BoundCheck[];

const check = (kind: string, params: Params): BoundCheck => ({
  kind,
  params: Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)),
});

const HTTP = /^https?:/;
const HTTPS = /^https:/;
const POSTGRES = /^postgres(ql)?:/;
const WELL = /health|ready|live|status|ping/i;

const sql = ({ target }: SystemFacts, query: string, op: string, value: unknown): BoundCheck =>
  check('sql', { target: target(POSTGRES, 'the database'), query, op, value });
const promql = ({ target }: SystemFacts, query: string, op: string, value: unknown): BoundCheck =>
  check('promql', { target: target(/^$/, 'Prometheus'), query, op, value });
const redis = ({ target }: SystemFacts, params: Params): BoundCheck => check('redis', { target: target(/^rediss?:/, 'Redis'), ...params });
const nats = ({ target }: SystemFacts, params: Params): BoundCheck =>
  check('nats', { target: target(/^$/, 'the monitoring of NATS'), ...params });
const demand = (at: string, op: string, value: unknown): Params => ({ values: [{ at, op, value }] });

/** What the commands of a line ask over HTTP, as checks that it answers: the checklist says itself what is asked. */
export function askedOverHttp({ asked, target }: SystemFacts): BoundCheck[] {
  const wanted = new Map(asked.filter(({ address }) => HTTP.test(address)).map((one) => [`${one.address}${one.path ?? '/'}`, one]));
  return [...wanted.values()].slice(0, 10).map(({ address, path = '/' }) => check('http', { target: target(HTTP, 'it', address), path }));
}

const numberOr = (value: number | undefined, what: string): unknown => value ?? toFill(what);

/** Days or hours of which a line speaks, in hours. */
function hoursIn({ text, limit }: SystemFacts): number | undefined {
  const at = limit('h', 'd', 'min');
  if (at) return at.value * ({ d: 24, min: 1 / 60 }[at.unit] ?? 1);
  if (/hourly|every hour/.test(text)) return 1;
  return /daily|nightly|every (day|night)/.test(text) ? 24 : undefined;
}

const report = (kind: string, what: string, params: Params = {}): BoundCheck =>
  check(kind, {
    report: toFill(`the path of the report of ${what}`),
    of: { commitFile: toFill('the path of the file that names the commit of the report') },
    ...params,
  });

const written: Propose = ({ files }) => [
  check('document', { path: files.find((path) => path.endsWith('.md')) ?? toFill('the path of the document') }),
];

const drill =
  (name: string, more: (facts: SystemFacts) => Params = () => ({})): Propose =>
  (facts) => [
    check('drill', {
      record: toFill('the path of the file in which drills are noted'),
      drill: name,
      maxAgeDays: numberOr(facts.days(), 'how many days old the last drill may be'),
      ...more(facts),
    }),
  ];

const loaded: Propose = ({ line }) => {
  const demands = line.thresholds.filter(({ unit }) => ['ms', 's', '1/s', 'tps', 'ops/s', 'users', 'connections'].includes(unit));
  const told = demands.map(({ op, value, unit, text }) => ({
    at: toFill(`where the report has the value of "${text}", like $.p95`),
    op,
    value,
    unit,
  }));
  const unknown = [
    { at: toFill('where the report has the value, like $.p95'), op: toFill('how it compares, like <'), value: toFill('what is demanded') },
  ];
  return [
    check('load_report', {
      report: toFill('the path of the report of the load test'),
      of: { commitAt: toFill('where the report has its commit, like $.commit') },
      demands: told.length > 0 ? told : unknown,
    }),
  ];
};

/** Settings that a line names, or that a person has to name. */
const env = ({ settings }: SystemFacts, what: string, more: Params = {}): BoundCheck =>
  check('env', { names: settings.length > 0 ? [...new Set(settings)] : [toFill(what)], ...more });

/**
 * What a theme means for a system of which only its checklist and its targets are known: the words and numbers of the line, what
 * standards and well-known servers have in common, and nothing of Rialto. What the line does not tell is left to a person.
 */
export const SYSTEM_PROPOSALS: Readonly<Record<string, Propose>> = {
  S1: (facts, system) => {
    const path = pathOf(facts, WELL, system, 'the path at which it tells that it is well');
    return [check('http', { target: facts.target(HTTP, 'the service'), path })];
  },
  S3: ({ target }) => [check('grpc_health', { target: target(/^grpcs?:/, 'the service over gRPC') })],
  S4: (facts, system) => [
    check('ws', { target: facts.target(/^(wss?|https?):/, 'the service'), path: pathOf(facts, /./, system, 'the path of its WebSocket') }),
  ],
  S5: ({ ports, target }) =>
    ports.length > 0
      ? ports.map((port) => check('tcp', { target: target(/^$/, `what listens on port ${port}`) }))
      : [check('tcp', { target: target(/^$/, 'what listens') })],
  S7: (facts, system) => [
    check('http', {
      target: facts.target(HTTP, 'the page'),
      path: pathOf(facts, /./, system, 'the path of the page'),
      contains: ['<html'],
    }),
  ],
  T1: ({ target, days }) => [
    check('tls', { target: target(HTTPS, 'what has the certificate'), minDaysLeft: numberOr(days(), 'how many days it has to be valid') }),
  ],
  T2: ({ text, target }) =>
    /redirect|enforce/.test(text)
      ? [check('http', { target: target(/^http:/, 'plain HTTP'), path: '/', redirectsTo: 'https://' })]
      : [
          check('tls', {
            target: target(HTTPS, 'what is encrypted'),
            ...(/1\.3/.test(text) && { accepts: ['TLSv1.3'] }),
            refuses: ['TLSv1', 'TLSv1.1'],
          }),
        ],
  W2: ({ text, target }) => [
    check('headers', { target: target(HTTP, 'the service'), path: '/', ...(/cors|origin/.test(text) && { baseline: false, cors: {} }) }),
  ],
  K1: (facts) => [env(facts, 'the names of the secrets', { minLength: 32 })],
  K3: ({ text }) => [check('git', { noSecrets: true, ...(/\.env/.test(text) && { ignores: ['.env'] }) })],
  C1: (facts) => [env(facts, 'the names of the settings')],
  C3: (facts) => [env(facts, 'the name of the setting', { oneOf: [toFill('the value of production')] })],
  C4: (facts) => [env(facts, 'the name of the switch', { oneOf: [toFill('how it has to stand')] })],
  P1: (facts) => {
    if (!/postgres/.test(facts.text)) return [check('tcp', { target: facts.target(/^(mysql|mongodb|postgres(ql)?):/, 'the database') })];
    const version = facts.version('postgres(?:ql)?');
    return [version === undefined ? sql(facts, 'select 1', '=', 1) : sql(facts, statements.SERVER_VERSION, '>=', version)];
  },
  P3: (facts) => {
    const { text } = facts;
    const table = /table ["'“`](\w+)|["'“`](\w+)["'”`] table/.exec(text);
    if (table) return [sql(facts, statements.tableThere(table[1] ?? table[2]!), '=', 1)];
    if (/index/.test(text)) return [sql(facts, statements.INVALID_INDEXES, '=', 0)];
    if (/constraint|foreign key/.test(text)) return [sql(facts, statements.OPEN_CONSTRAINTS, '=', 0)];
    // What a schema has to hold is known to nobody else; a line that only sounds like one is for a person.
    return [];
  },
  P5: (facts) => [sql(facts, statements.PLAIN_CONNECTIONS, '=', 0)],
  P6: (facts) => [sql(facts, statements.STREAMING, '>=', 1)],
  P10: (facts) => [sql(facts, 'select 1', '=', 1)],
  R1: (facts) => {
    const { text, versionText } = facts;
    const version = versionText('redis');
    const config = [
      ...(/aof|persist/.test(text) ? [{ name: 'appendonly', op: '=', value: 'yes' }] : []),
      ...(/memory/.test(text) ? [{ name: 'maxmemory', op: '>', value: 0 }] : []),
    ];
    const asked = {
      ...(/password|auth/.test(text) && { anonymousRefused: true }),
      ...(config.length > 0 && { config }),
      ...(version !== undefined && { info: [{ name: 'redis_version', op: '>=', value: version }] }),
    };
    return [redis(facts, Object.keys(asked).length > 0 ? asked : { info: [{ name: 'uptime_in_seconds', op: '>', value: 0 }] })];
  },
  R2: (facts) => [
    /sentinel/.test(facts.text)
      ? redis(facts, { quorumOf: toFill('the name under which the sentinels know the primary') })
      : redis(facts, { info: [{ name: 'connected_slaves', op: '>=', value: 1 }] }),
  ],
  N1: (facts) => {
    const version = facts.versionText('nats');
    if (/jetstream/.test(facts.text)) return [nats(facts, { read: 'jsz', ...demand('$.config.store_dir', 'exists', undefined) })];
    return [nats(facts, version === undefined ? { read: 'healthz' } : { read: 'varz', ...demand('$.version', '>=', version) })];
  },
  N3: (facts) => {
    if (/auth/.test(facts.text)) return [nats(facts, { read: 'varz', ...demand('$.auth_required', '=', true) })];
    if (/tls|cert/.test(facts.text)) return [nats(facts, { read: 'varz', ...demand('$.tls_required', '=', true) })];
    return [nats(facts, { read: 'jsz', ...demand('$.meta_cluster.cluster_size', '>=', toFill('how many servers')) })];
  },
  B1: (facts) => [
    check('backup_age', {
      folder: toFill('the folder of the backups'),
      maxAgeHours: numberOr(hoursIn(facts), 'how many hours old the newest may be'),
    }),
  ],
  B2: (facts) => {
    const [encrypted, remote] = [
      /encrypt/.test(facts.text),
      /remote|off-?site|elsewhere|bucket|\bs3\b|another (site|region)/.test(facts.text),
    ];
    // A folder does not tell these two.
    const where =
      encrypted || remote
        ? { pgbackrest: toFill('the path of what pgbackrest info --output=json told') }
        : { folder: toFill('the folder of the backups') };
    const maxAgeHours = numberOr(hoursIn(facts), 'how many hours old the newest may be');
    return [
      check('backup_age', {
        ...where,
        maxAgeHours,
        keepsDays: facts.days(),
        ...(encrypted && { encrypted }),
        ...(remote && { minRepositories: 2 }),
      }),
    ];
  },
  B3: drill('restore', ({ limit }) => {
    const at = limit('min', 's');
    return at ? { maxRtoSeconds: at.value * (at.unit === 'min' ? 60 : 1) } : {};
  }),
  B4: drill('disaster'),
  Q8: drill('rollback'),
  O1: (facts, system) => [
    check('http', {
      target: facts.target(HTTP, 'what tells the metrics'),
      path: pathOf(facts, /metric|prometheus/, system, 'the path of the metrics'),
    }),
  ],
  O2: (facts) => [promql(facts, 'min(up)', '=', 1)],
  O11: (facts) => [promql(facts, 'min(up)', '=', 1)],
  H1: (facts) => {
    const { text, limit } = facts;
    if (/ram|memory/.test(text)) {
      const size = limit('GB', 'GiB')?.value;
      // What the kernel keeps for itself is not told as memory.
      return [promql(facts, 'min(node_memory_MemTotal_bytes)', '>=', numberOr(size && size * 0.95e9, 'how many bytes of memory'))];
    }
    const cores = limit('count', 'core', 'vcpu')?.value;
    if (!/cpu|core/.test(text)) return [];
    return [promql(facts, 'min(count by (instance) (node_cpu_seconds_total{mode="idle"}))', '>=', numberOr(cores, 'how many processors'))];
  },
  H2: (facts) => (/ntp|time sync|chrony|clock/.test(facts.text) ? [promql(facts, 'min(node_timex_sync_status)', '=', 1)] : []),
  H4: ({ ports }) => [
    check('port_sweep', {
      host: toFill('the name of the target, seen from outside'),
      ports: [toFill('which ports to try, like 1-1024')],
      mayBeOpen: ports.length > 0 ? [...new Set(ports)] : [toFill('which ports may be open')],
    }),
  ],
  H12: ({ target }) => [check('dns', { target: target(HTTP, 'what the name leads to'), type: 'A' })],
  L4: (facts) => {
    const share = numberOr(facts.limit('%')?.value, 'how many percent at most');
    if (/memory/.test(facts.text))
      return [promql(facts, '100 * max(1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)', '<', share)];
    if (/disk/.test(facts.text))
      return [promql(facts, '100 * max(1 - node_filesystem_avail_bytes / node_filesystem_size_bytes)', '<', share)];
    return [promql(facts, '100 * max(1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))', '<', share)];
  },
  L1: loaded,
  L2: loaded,
  Q6: loaded,
  Q1: (facts) => {
    const share = facts.limit('%')?.value;
    return share === undefined && !/cover/.test(facts.text)
      ? [report('junit', 'the tests', { maxSkipped: 0 })]
      : [report('coverage', 'the coverage', { min: { lines: numberOr(share, 'how many percent') } })];
  },
  Q2: ({ limit }) => [report('mutation', 'the mutation tests', { minScore: numberOr(limit('%')?.value, 'how many percent') })],
  Q3: () => [check('command', { command: toFill('the name of a command under commands in readiness.yaml') })],
  Q4: () => [report('package_audit', 'the audit of packages')],
  Q5: () => [report('junit', 'the tests', { maxSkipped: 0, only: toFill('which files of tests'), minTests: 1 })],
  X1: written,
  X2: written,
  X3: written,
  Y3: () => [check('git', { clean: true })],
  Y4: drill('rollback'),
};
