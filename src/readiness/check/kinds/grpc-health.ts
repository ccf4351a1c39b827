import { connect as connectHttp2, createServer, type ClientHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import Type, { type Static } from 'typebox';
import { decoded } from '../allow.ts';
import { authorityOf, hostAndPort } from '../ask-http.ts';
import type { Outcome, Probe, Target } from '../check.ts';
import { connect } from '../connect.ts';
import { defineKind, fields, oneOf, TargetName, Text } from '../define.ts';
import { listen } from '../loopback.ts';

/** States of `grpc.health.v1.HealthCheckResponse.ServingStatus`, by number. */
const STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
/** The answer fits in one; a server that goes on and on is no health service. */
const MOST_CHUNKS = 64;
const PATH = '/grpc.health.v1.Health/Check';

const Params = fields({
  /** `grpc://host:port` in the clear, `grpcs://` over TLS; http and https mean the same. */
  target: TargetName,
  /** Name of a service; the whole server unless told. */
  service: Type.Optional(Text),
  state: Type.Optional(oneOf(...STATES)),
});
type Params = Static<typeof Params>;

/** What a call ended with: the state in the answer, or the status of gRPC that refused it. */
type Called = { httpStatus: number; grpcStatus: number; message: string; state?: string };

async function run({ target: name, service = '', state = 'SERVING' }: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(name);
  const session = await openSession(probe, target);
  try {
    const called = await call(session, service, probe.signal);
    const found =
      called.state ??
      `refused with status ${called.grpcStatus}${called.message ? ` (${called.message})` : ''} over HTTP ${called.httpStatus}`;
    const { httpStatus, grpcStatus, message } = called;
    probe.note?.(
      `${PATH} of ${target.shown} for ${service || 'the server'}: HTTP ${httpStatus}, grpc-status ${grpcStatus}${message && ` (${message})`}, state ${called.state ?? 'none'}`,
    );
    const what = `${target.shown}${service ? ` ${service}` : ''}`;
    return called.state === state
      ? { state: 'pass', summary: `${what} is ${found}.`, measurements: [{ name: 'state', value: found, demanded: state }] }
      : {
          state: 'fail',
          summary: `${what} is ${found}, demanded ${state}.`,
          measurements: [{ name: 'state', value: found, demanded: state }],
        };
  } finally {
    session.destroy();
  }
}

async function openSession(probe: Probe, target: Target): Promise<ClientHttp2Session> {
  const place = hostAndPort(target);
  const raw = await connect(probe, place);
  const secure = /^(grpcs|https):$/.test(target.url.protocol);
  const ca = await authorityOf(probe, target);
  const names = { ...(isIP(place.host) === 0 && { servername: place.host }), ...(ca !== undefined && { ca }) };
  const socket = secure ? connectTls({ socket: raw, ALPNProtocols: ['h2'], ...names }) : raw;
  const session = connectHttp2(`${secure ? 'https' : 'http'}://${target.url.host}`, { createConnection: () => socket });
  // Told to whoever waits for the call; without a listener it would end the process.
  session.on('error', () => {});
  return session;
}

function call(session: ClientHttp2Session, service: string, signal: AbortSignal): Promise<Called> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers', 'user-agent': 'rialto-readiness' },
      { signal },
    );
    const chunks: Buffer[] = [];
    const seen: Record<string, unknown> = {};
    session.once('error', reject);
    stream.once('error', reject);
    stream.on('response', (headers) => Object.assign(seen, headers));
    stream.on('trailers', (trailers) => Object.assign(seen, trailers));
    stream.on('data', (chunk: Buffer) => {
      if (chunks.push(chunk) > MOST_CHUNKS) stream.destroy(new Error('the answer is too long'));
    });
    stream.once('end', () => {
      const state = stateIn(Buffer.concat(chunks));
      const grpcStatus = Number(seen['grpc-status'] ?? -1);
      const message = typeof seen['grpc-message'] === 'string' ? decoded(seen['grpc-message']).slice(0, 200) : '';
      resolve({ httpStatus: Number(seen[':status'] ?? 0), grpcStatus, message, ...(grpcStatus === 0 && state !== undefined && { state }) });
    });
    stream.end(framed(requestOf(service)));
  });
}

/** A message of gRPC as it is sent: not compressed, its length, itself. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `HealthCheckRequest`: field 1, the name. */
function requestOf(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

/** The state in a framed `HealthCheckResponse` (field 1; 0 when it is left out); undefined when it is not one. */
function stateIn(bytes: Buffer): string | undefined {
  if (bytes.length < 5 || bytes[0] !== 0 || bytes.readUInt32BE(1) !== bytes.length - 5) return undefined;
  if (bytes.length === 5) return STATES[0];
  return bytes[5] === 0x08 && bytes.length === 7 ? STATES[bytes[6]!] : undefined;
}

async function onLoopback(state: number) {
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(framed(Buffer.from([0x08, state])));
  });
  return listen(server as never, 'grpc');
}

export const grpcHealth = defineKind({
  name: 'grpc_health',
  summary: 'A server or service of gRPC says by the standard health protocol that it serves.',
  params: Params,
  describe: ({ target, service = 'the server', state = 'SERVING' }) => `${service} at ${target} is ${state}`,
  run,
  negative: [
    {
      name: 'a service that does not serve',
      async arrange() {
        const { url, end } = await onLoopback(2);
        return { params: { target: url, service: 'payments' }, end };
      },
    },
  ],
});
