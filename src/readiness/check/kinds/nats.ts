import Type, { type Static } from 'typebox';
import type { Measurement } from '../../run/result.ts';
import { askHttp, hostAndPort, jsonOf } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { demandsOn } from '../compare.ts';
import { connect } from '../connect.ts';
import { defineKind, fields, judged, oneOf, TargetName, ValueDemand } from '../define.ts';
import { httpOnLoopback, tcpOnLoopback } from '../loopback.ts';

const Params = fields({
  /** The monitoring address, such as `http://nats:8222`. */
  target: Type.Optional(TargetName),
  /** What is read there; `healthz` unless told. */
  read: Type.Optional(oneOf('healthz', 'varz', 'jsz', 'connz', 'routez')),
  values: Type.Optional(Type.Array(ValueDemand, { maxItems: 50 })),
  /** The address of clients, such as `nats://nats:4222`, which must refuse a client without a login. */
  anonymousRefusedAt: Type.Optional(TargetName),
});
type Params = Static<typeof Params>;
const MOST_CHARACTERS = 256 << 10;

type Findings = { problems: readonly string[]; measurements: readonly Measurement[] };

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const { target, anonymousRefusedAt } = params;
  if (target === undefined && anonymousRefusedAt === undefined)
    return { state: 'error', summary: 'The check names neither target nor anonymousRefusedAt.' };
  const monitored: Findings = target === undefined ? { problems: [], measurements: [] } : await monitorFindings(target, params, probe);
  const open = anonymousRefusedAt === undefined ? [] : await anonymousProblems(anonymousRefusedAt, probe);
  return judged({
    problems: [...monitored.problems, ...open],
    seen: [
      ...(target === undefined ? [] : [`${target} is as demanded`]),
      ...(anonymousRefusedAt === undefined ? [] : [`${anonymousRefusedAt} refuses clients without a login`]),
    ]
      .join('; ')
      .concat('.'),
    measurements: monitored.measurements,
  });
}

async function monitorFindings(name: string, { read = 'healthz', values = [] }: Params, probe: Probe): Promise<Findings> {
  const answer = await askHttp(probe, probe.target(name), { path: `/${read}` });
  const parsed = jsonOf(answer);
  const status = answer.status === 200 ? [] : [`${answer.shown} answered ${answer.status}`];
  if ('problem' in parsed) return { problems: [...status, parsed.problem], measurements: [] };
  // Every answer of the monitor names its server; any other page may be anybody's.
  const healthy: ValueDemand[] = read === 'healthz' ? [{ at: '$.status', op: '=', value: 'ok' }] : [{ at: '$.server_id', op: 'exists' }];
  const found = demandsOn(parsed.value, [...healthy, ...values]);
  return { problems: [...status, ...found.problems], measurements: found.measurements };
}

/** Connects as a client without a login and waits for the answer to PING, as the protocol of clients has it. */
async function anonymousProblems(name: string, probe: Probe): Promise<string[]> {
  const target = probe.target(name);
  const socket = await connect(probe, hostAndPort(target));
  try {
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
      socket.on('data', (chunk: Buffer) => {
        const before = text;
        text += chunk.toString('utf8');
        if (before === '' && text.startsWith('INFO'))
          socket.write('CONNECT {"verbose":false,"pedantic":false,"name":"rialto-readiness"}\r\nPING\r\n');
        if (/^(PONG|-ERR)/m.test(text) || text.length > MOST_CHARACTERS) resolve(text);
      });
    });
    probe.note?.(`${target.shown}, to a client without a login:\n${said.slice(0, 8_192)}`);
    if (/^-ERR '?Authorization/im.test(said) || /^-ERR .*(authentication|secure connection)/im.test(said)) return [];
    // Where TLS is required, the server drops a client that speaks in the clear.
    if (/^INFO .*"tls_required":true/m.test(said) && /"auth_required":true/.test(said) && !/^PONG/m.test(said)) return [];
    return [
      /^PONG/m.test(said) ? `${target.shown} lets clients in without a login` : `${target.shown} does not refuse for want of a login`,
    ];
  } finally {
    socket.destroy();
  }
}

export const nats = defineKind({
  name: 'nats',
  summary: 'NATS is healthy by its monitor, with the demanded settings, and lets nobody in without a login.',
  params: Params,
  describe: ({ target, read = 'healthz', anonymousRefusedAt }) =>
    [...(target ? [`${target}/${read}`] : []), ...(anonymousRefusedAt ? [`no anonymous at ${anonymousRefusedAt}`] : [])].join(', '),
  run,
  unheld: [{ names: ['read', 'values'], when: ({ target }) => target === undefined, where: 'without target, the address of the monitor' }],
  negative: [
    {
      name: 'a server that is not healthy',
      async arrange() {
        const { url, end } = await httpOnLoopback(
          (_, reply) => void reply.writeHead(503).end('{"status":"unavailable","error":"JetStream"}'),
        );
        return { params: { target: url }, end };
      },
    },
    {
      name: 'a server that lets everybody in',
      async arrange() {
        const { url, end } = await tcpOnLoopback((socket) => {
          socket.write('INFO {"server_id":"fixture"}\r\n');
          socket.on('data', () => socket.write('PONG\r\n'));
        }, 'nats');
        return { params: { anonymousRefusedAt: url }, end };
      },
    },
  ],
});
