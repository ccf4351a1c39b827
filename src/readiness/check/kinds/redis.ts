import Type, { type Static } from 'typebox';
import type { Measurement } from '../../run/result.ts';
import { isRefused, openRedis, type RedisClient, type Reply } from '../ask-redis.ts';
import type { Outcome, Probe, Target } from '../check.ts';
import { holdsPlain } from '../compare.ts';
import { defineKind, fields, judged, Op, TargetName, Text } from '../define.ts';
import { tcpOnLoopback } from '../loopback.ts';
import { redactNamed } from '../redact.ts';

const Demand = fields({ name: Text, op: Op, value: Type.Union([Type.String(), Type.Number()]), unit: Type.Optional(Text) });

const Params = fields({
  target: TargetName,
  /** A client that does not log in must be refused. */
  anonymousRefused: Type.Optional(Type.Boolean()),
  /** Values of CONFIG GET: `appendonly`, `maxmemory`. */
  config: Type.Optional(Type.Array(Demand, { maxItems: 50 })),
  /** Fields of INFO: `redis_version`, `role`, `rdb_last_bgsave_status`; `hit_ratio` is hits of all lookups. */
  info: Type.Optional(Type.Array(Demand, { maxItems: 50 })),
  /** Name of a primary that the sentinels at the target must have a quorum for. */
  quorumOf: Type.Optional(Text),
});
type Params = Static<typeof Params>;
type Findings = { problems: string[]; measurements: Measurement[] };

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(params.target);
  if (params.anonymousRefused) {
    const problem = await anonymousProblem(probe, target);
    if (problem || (!params.config && !params.info && !params.quorumOf))
      return judged({ problems: problem ? [problem] : [], seen: `${target.shown} refuses clients that do not log in.` });
  }
  const { client, login } = await openRedis(probe, target);
  try {
    if (login !== undefined) probe.note?.(`AUTH: ${wordsOf(login)}`);
    if (isRefused(login)) return { state: 'error', summary: `${target.shown} does not accept the login: ${login.refused}.` };
    const ping = await client.ask('PING');
    probe.note?.(`PING: ${wordsOf(ping)}`);
    if (ping !== 'PONG')
      return { state: 'fail', summary: `${target.shown} answers PING with ${isRefused(ping) ? ping.refused : JSON.stringify(ping)}.` };
    const found = [
      await configFindings(client, params, probe),
      await infoFindings(client, params, probe),
      await quorumFindings(client, params, probe),
    ];
    return judged({
      problems: found.flatMap(({ problems }) => problems),
      seen: `${target.shown} answers as demanded.`,
      measurements: found.flatMap(({ measurements }) => measurements),
    });
  } finally {
    client.close();
  }
}

/** Only the refusal that asks for a login counts; a server that refuses for another reason is not known to be closed. */
async function anonymousProblem(probe: Probe, target: Target): Promise<string | undefined> {
  const { client } = await openRedis(probe, target, true);
  try {
    const reply = await client.ask('PING');
    probe.note?.(`PING of a client that did not log in: ${wordsOf(reply)}`);
    if (isRefused(reply) && reply.refused.startsWith('NOAUTH')) return undefined;
    return isRefused(reply) ? `it refuses everybody: ${reply.refused}` : 'it answers clients that do not log in';
  } finally {
    client.close();
  }
}

async function configFindings(client: RedisClient, { config = [] }: Params, probe: Probe): Promise<Findings> {
  const found: (readonly [Static<typeof Demand>, string | undefined])[] = [];
  for (const demand of config) {
    const reply = await client.ask('CONFIG GET', demand.name);
    // Under the name of the setting, so that what is a password is masked as one.
    probe.note?.(Array.isArray(reply) ? `CONFIG GET ${redactedPairs(reply)}` : `CONFIG GET ${demand.name}: ${wordsOf(reply)}`);
    found.push([demand, Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined]);
  }
  return judge(found);
}

async function infoFindings(client: RedisClient, { info = [] }: Params, probe: Probe): Promise<Findings> {
  if (info.length === 0) return { problems: [], measurements: [] };
  const reply = await client.ask('INFO');
  probe.note?.(`INFO\n${wordsOf(reply)}`);
  const lines = typeof reply === 'string' ? reply.split('\r\n').map((line) => line.split(/:(.*)/s) as [string, string]) : [];
  const fields = new Map(lines);
  const [hits, misses] = [Number(fields.get('keyspace_hits')), Number(fields.get('keyspace_misses'))];
  if (hits + misses > 0) fields.set('hit_ratio', String(hits / (hits + misses)));
  return judge(info.map((demand) => [demand, fields.get(demand.name)] as const));
}

function judge(found: readonly (readonly [Static<typeof Demand>, string | undefined])[]): Findings {
  return {
    problems: found.flatMap(([{ name, op, value, unit = '' }, seen]) =>
      seen !== undefined && holdsPlain(seen, op, value, `${name} ${unit}`)
        ? []
        : [`${name} is ${seen ?? 'not given'}, demanded ${op} ${value}`],
    ),
    measurements: found.map(([{ name, op, value, unit }, seen]) => ({
      name,
      value: seen ?? 'not given',
      demanded: `${op} ${value}`,
      ...(unit && { unit }),
    })),
  };
}

async function quorumFindings(client: RedisClient, { quorumOf }: Params, probe: Probe): Promise<Findings> {
  if (quorumOf === undefined) return { problems: [], measurements: [] };
  const reply = await client.ask('SENTINEL CKQUORUM', quorumOf);
  const words = isRefused(reply) ? reply.refused : JSON.stringify(reply);
  probe.note?.(`SENTINEL CKQUORUM ${quorumOf}: ${words}`);
  const holds = typeof reply === 'string' && reply.startsWith('OK');
  return {
    problems: holds ? [] : [`there is no quorum for ${quorumOf}: ${words}`],
    measurements: [{ name: `quorum of ${quorumOf}`, value: words }],
  };
}

const wordsOf = (reply: Reply): string =>
  isRefused(reply) ? reply.refused : typeof reply === 'string' ? reply.replaceAll('\r\n', '\n') : JSON.stringify(reply);

function redactedPairs(list: readonly Reply[]): string {
  if (list.length === 0) return 'nothing of that name';
  return Array.from({ length: Math.ceil(list.length / 2) }, (_, at) => {
    const [name, value] = [list[2 * at]!, list[2 * at + 1] ?? null].map(wordsOf) as [string, string];
    return `${name}: ${redactNamed(name, value)}`;
  }).join('\n');
}

/** Answers every command in the same words. */
const onLoopback = (reply: string) => tcpOnLoopback((socket) => socket.on('data', () => socket.write(reply)), 'redis');

export const redis = defineKind({
  name: 'redis',
  summary: 'Redis answers, keeps its settings and figures within demands, and lets nobody in without a login.',
  params: Params,
  describe: ({ target, anonymousRefused, config = [], info = [] }) =>
    [
      target,
      ...(anonymousRefused ? ['no anonymous'] : []),
      ...[...config, ...info].map(({ name, op, value }) => `${name} ${op} ${value}`),
    ].join(', '),
  run,
  negative: [
    {
      name: 'a server that lets everybody in',
      async arrange() {
        const { url, end } = await onLoopback('+PONG\r\n');
        return { params: { target: url, anonymousRefused: true }, end };
      },
    },
    {
      name: 'a server without a limit of memory',
      async arrange() {
        const answers = ['+PONG\r\n', '*2\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n'];
        const { url, end } = await tcpOnLoopback((socket) => socket.on('data', () => socket.write(answers.shift() ?? '-ERR\r\n')), 'redis');
        return { params: { target: url, config: [{ name: 'maxmemory', op: '>' as const, value: 0 }] }, end };
      },
    },
  ],
});
