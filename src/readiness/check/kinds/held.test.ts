import { describe, expect, test } from 'vitest';
import { builtInChecks } from '../built-in.ts';
import { bareProbe } from '../loopback.ts';
import { runCheck } from '../run-check.ts';
import { GOOD } from '../../../../test/support/held-checks.ts';

/** What of each kind's parameters says only how or where it looks, and demands nothing. */
const HOW: Readonly<Record<string, readonly string[]>> = {
  http: ['method', 'headers', 'samples', 'percentile', 'follow'],
  headers: ['baseline'],
  tcp: ['control'],
  tls: ['serverName', 'trusted'],
  ws: ['path', 'origin', 'subprotocol', 'send'],
  grpc_health: ['service'],
  openapi_auth: ['public'],
  sql: ['unit', 'timeoutMs', 'op'],
  nats: ['target'],
  promql: ['unit', 'stepS', 'reduce', 'noData'],
  metric: ['of', 'unit', 'overS', 'as', 'op'],
  log_marker: ['target', 'lines', 'withinS'],
  port_sweep: ['mayBeSilent'],
  git: ['exceptIn'],
  process: ['overS', 'maxGrowthMBPerHour'],
};

/** Of everything else that may be left out, something that cannot hold where the kind passes; by mode where it is not the same. */
const IMPOSSIBLE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  http: {
    path: '/nowhere?status=404',
    bearerFrom: 'UNSET',
    status: [418],
    contains: ['never'],
    notContains: ['status'],
    matches: ['^never$'],
    json: [{ at: '$.status', op: '=', value: 'down' }],
    answerHeaders: [{ name: 'x-never' }],
    maxMs: 1e-9,
    redirectsTo: 'https://never.invalid',
    minBytes: 1e9,
  },
  headers: { path: '/nowhere', status: [418], demands: [{ name: 'x-never' }], hstsDays: 1e6, cors: { allowed: ['https://a.example'] } },
  tcp: { state: { open: 'closed', closed: 'open' }, maxMs: 1e-9 },
  tls: {
    ca: 'missing.pem',
    minDaysLeft: 1e9,
    names: ['never.example'],
    accepts: ['TLSv1.1'],
    refuses: ['TLSv1.3'],
    grade: 'A+',
    clientCertificate: { trusted: true, untrusted: true },
    knownClient: { certificate: 'missing.pem', key: 'missing.pem' },
    startTls: 'postgres',
  },
  dns: { includes: ['192.0.2.9'], equals: ['192.0.2.9'], contains: 'never', resolvers: ['dns://192.0.2.9'] },
  ws: {
    bearerFrom: 'UNSET',
    pongWithinMs: 1e-9,
    messageWithinMs: 1e-9,
    messageContains: 'never',
    refusedWith: [404],
    control: { bearerFrom: 'UNSET' },
  },
  grpc_health: { state: 'SERVING' },
  port_sweep: { mayBeOpen: [1], mustBeOpen: [1] },
  scenario: { settings: ['UNSET'] },
  openapi_auth: { documentPath: '/nowhere', documentFile: 'missing.json', minOperations: 1e6, status: [499] },
  sql: { value: 'never', every: true, rows: { op: '>', value: 1e6 } },
  redis: {
    anonymousRefused: { answers: true },
    config: [{ name: 'never', op: '=', value: 'x' }],
    info: [{ name: 'never', op: '=', value: 'x' }],
    quorumOf: 'never',
  },
  nats: { read: 'jsz', values: [{ at: '$.never', op: 'exists' }], anonymousRefusedAt: 'nats://127.0.0.1:1' },
  promql: { maxAgeS: 0.1, overS: 1e6, minSamples: 1e6, minSeries: 1e6 },
  metric: {
    path: '/nowhere',
    bearerFrom: 'UNSET',
    families: ['never_*'],
    name: 'never',
    labels: { never: 'x' },
    per: { name: 'never' },
    value: 1e9,
  },
  log_marker: {
    file: { file: 'missing.log', served: 'missing.log' },
    path: '/nowhere',
    marker: 'never',
    minLines: 1e6,
    maxAgeHours: 1e-9,
    jsonShare: 1,
    noSecrets: true,
    absent: ['fine'],
    atMost: { matching: 'fine', lines: 0 },
  },
  file: {
    is: { file: 'folder', folder: 'absent', absent: 'file' },
    mode: '0000',
    owner: 'nobody-such',
    minBytes: 1e9,
    maxBytes: 0,
    maxAgeHours: 1e-9,
    contains: ['never'],
    notContains: ['a'],
    matches: ['^never$'],
    notMatches: ['a'],
    values: [{ at: '$.a', op: '=', value: 2 }],
  },
  env: {
    absent: { set: true },
    equals: 'never',
    oneOf: ['never'],
    notOneOf: ['7'],
    matches: '^never$',
    minLength: 1e6,
    minBytes: 1e6,
    minEntropyBits: 1e6,
    min: 1e9,
    max: -1,
    different: true,
  },
  document: { headings: ['Never'], contains: ['never'], minWords: 1e6, maxAgeDays: 1e-9, links: true, placeholders: false },
  git: { clean: true, tagIsVersionOf: 'package.json', ignores: ['a.txt'], tracks: ['never'], noSecrets: true },
  process: { pidFile: 'missing.pid', commandContains: 'never', minCount: 1e6, minUptimeS: 1e9, maxMemoryMB: 1e-9 },
  command: { exits: [3], contains: ['never'], notContains: ['out'], matches: ['^never$'], silent: true, timeoutS: 0.001 },
  backup_age: {
    folder: { folder: 'missing', pgbackrest: 'missing' },
    match: '^never$',
    pgbackrest: 'missing.json',
    stanza: 'never',
    keepsDays: 1e6,
    minCount: 1e6,
    minBytes: 1e9,
    encrypted: true,
    minRepositories: 1e6,
  },
  drill: { sameMajorAs: 'package.json', maxRtoSeconds: 1e-9, maxRpoSeconds: 1e-9 },
  junit: { minTests: 1e6, maxSkipped: 0, only: '^never$' },
  mutation: { minMutants: 1e6 },
  package_audit: { max: { moderate: 0 } },
};

/** What is tried of a parameter in one mode; undefined where it is what makes the mode. */
function triedOf(value: unknown, modes: readonly string[], mode: string): unknown {
  const byMode = typeof value === 'object' && value !== null && Object.keys(value).every((key) => modes.includes(key));
  return byMode ? (value as Record<string, unknown>)[mode] : value;
}

const { kinds } = builtInChecks();
const modes = kinds.flatMap((kind) => Object.keys(GOOD[kind.name] ?? {}).map((mode) => [kind.name, mode, kind] as const));

describe('every parameter that may be left out', () => {
  test.each(kinds.map((kind) => [kind.name, kind] as const))(
    'of %s is a demand that is tried, or says how it looks',
    (name, { params }) => {
      const { properties, required = [] } = params as unknown as { properties: Record<string, unknown>; required?: readonly string[] };
      const optional = Object.keys(properties).filter((each) => !required.includes(each));
      expect([...(HOW[name] ?? []), ...Object.keys(IMPOSSIBLE[name] ?? {})].toSorted()).toEqual(optional.toSorted());
      expect(Object.keys(GOOD[name] ?? {})).not.toEqual([]);
    },
  );

  test.each(kinds.map((kind) => [kind.name, kind] as const))(
    'of %s is one that there is where it is said not to be looked at',
    (_, kind) => {
      const { properties } = kind.params as unknown as { properties: Record<string, unknown> };
      for (const { names } of kind.unheld ?? []) for (const name of names) expect(Object.keys(properties)).toContain(name);
    },
  );
});

test('every demand on a step of a scenario is held', async () => {
  const kind = kinds.find(({ name }) => name === 'scenario')!;
  const { params } = await GOOD['scenario']!['journey']!();
  const [step] = params['steps'] as object[];
  const demands = {
    status: [418],
    contains: ['never'],
    values: [{ at: '$.never', op: 'exists' }],
    capture: { never: '$.never' },
    maxMs: 1e-9,
  };
  const properties = (kind.params as unknown as { properties: { steps: { items: { properties: object } } } }).properties.steps.items
    .properties;
  expect([...Object.keys(demands), 'name', 'path', 'method', 'headers', 'json', 'tries'].toSorted()).toEqual(
    Object.keys(properties).toSorted(),
  );
  for (const [name, value] of Object.entries(demands)) {
    const { result } = await runCheck(kind, { ...params, steps: [{ ...step, [name]: value }] }, bareProbe());
    expect(`${name} ${result.state}`).toBe(`${name} fail`);
  }
});

test.each([
  ['http', { json: [{ at: '$.status', op: 'exists', value: 'ok' }] }, 'takes no value'],
  ['http', { json: [{ at: '$.status', op: '=' }] }, 'names no value'],
  ['http', { answerHeaders: [{ name: 'x-a', absent: true, equals: 'b' }] }, 'both that it is absent'],
  ['http', { percentile: 95 }, 'percentile is not looked at with one sample'],
])('of %s a demand that contradicts itself is refused: %j', async (name, more, why) => {
  const { params } = await GOOD[name]!['plain']!();
  const { result } = await runCheck(
    kinds.find((kind) => kind.name === name)!,
    { ...params, ...more },
    bareProbe(),
  );
  expect(`${result.state}: ${result.summary}`).toMatch(/^error: /);
  expect(result.summary).toContain(why);
});

describe('where it passes', () => {
  test.each(modes)('%s (%s) holds each demand, or is refused with it', async (name, mode, kind) => {
    const { params, probe } = await GOOD[name]![mode]!();
    const asked = async (more: object) => (await runCheck(kind, { ...params, ...more }, bareProbe(probe))).result;
    expect(await asked({})).toMatchObject({ state: 'pass' });
    const passed: string[] = [];
    for (const [parameter, value] of Object.entries(IMPOSSIBLE[name] ?? {})) {
      const tried = triedOf(value, Object.keys(GOOD[name]!), mode);
      if (tried !== undefined && (await asked({ [parameter]: tried })).state === 'pass') passed.push(parameter);
    }
    expect(passed).toEqual([]);
  });
});
