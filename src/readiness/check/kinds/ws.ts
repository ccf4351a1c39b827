import { WebSocket, WebSocketServer } from 'ws';
import Type, { type Static } from 'typebox';
import { guardedLookup } from '../allow.ts';
import { authorityOf, bearerOf, below, roundMs } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, judged, Positive, TargetName, Text, UrlPath } from '../define.ts';
import { httpOnLoopback, listen } from '../loopback.ts';
import { createServer, type IncomingMessage } from 'node:http';
import type { Measurement } from '../../run/result.ts';

const Params = fields({
  target: TargetName,
  path: Type.Optional(UrlPath),
  origin: Type.Optional(Text),
  /** Name of a setting whose value is sent as bearer token in the handshake. */
  bearerFrom: Type.Optional(Text),
  subprotocol: Type.Optional(Text),
  /** What is sent first, such as a subscription. */
  send: Type.Optional(Text),
  pongWithinMs: Type.Optional(Positive),
  messageWithinMs: Type.Optional(Positive),
  messageContains: Type.Optional(Text),
  /**
   * The handshake must be refused with one of these statuses, for example with a strange origin: and the one that comes without
   * that origin must be accepted, or else everybody is refused.
   */
  refusedWith: Type.Optional(Type.Array(Type.Integer({ minimum: 400, maximum: 599 }), { minItems: 1 })),
  /** What may come in instead of what is refused; the target's own origin and no login unless told. */
  letsIn: Type.Optional(fields({ origin: Type.Optional(Text), bearerFrom: Type.Optional(Text), subprotocol: Type.Optional(Text) })),
});
type Params = Static<typeof Params>;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  return params.refusedWith ? refusal(params, params.refusedWith, probe) : opening(params, probe);
}

async function opening(params: Params, probe: Probe): Promise<Outcome> {
  const { shown } = probe.target(params.target);
  return withSocket(params, probe, async (socket) => {
    const start = performance.now();
    // From the very beginning, as the first message may come together with the handshake.
    const message = heard(socket, 'message');
    const handshake = await handshakeOf(socket, probe);
    const ms = roundMs(performance.now() - start);
    if (handshake !== 101) return { state: 'fail', summary: `${shown} answered the handshake with ${handshake}.` };
    const measured = await talk(params, socket, message, probe);
    return judged({
      problems: measured.problems,
      seen: `${shown} opened in ${ms} ms.`,
      measurements: [{ name: 'handshake', value: ms, unit: 'ms' }, ...measured.measurements],
    });
  });
}

/** A refusal says something only where somebody else is let in. */
async function refusal(params: Params, statuses: readonly number[], probe: Probe): Promise<Outcome> {
  const { shown, url } = probe.target(params.target);
  const ask = (more: Params): Promise<number> => withSocket(more, probe, (socket) => handshakeOf(socket, probe));
  const handshake = await ask(params);
  if (handshake === 101 || !statuses.includes(handshake))
    return { state: 'fail', summary: `the handshake ended with ${handshake}, demanded ${statuses.join(' or ')}.` };
  const { origin: _, ...without } = params;
  const own = `${url.protocol.replace('ws', 'http')}//${url.host}`;
  for (const control of params.letsIn ? [params.letsIn] : [{ origin: own }, {}]) {
    probe.note?.(`the control: ${control.origin === undefined ? 'no origin' : `origin ${control.origin}`}`);
    if ((await ask({ ...without, ...control })) === 101)
      return { state: 'pass', summary: `${shown} refuses the handshake with ${handshake}, and lets the control in.` };
  }
  return { state: 'fail', summary: `${shown} refuses the control, too: with ${handshake} it may refuse everybody.` };
}

async function withSocket<T>(params: Params, probe: Probe, use: (socket: WebSocket) => Promise<T>): Promise<T> {
  const socket = await open(params, probe);
  const stop = (): void => socket.terminate();
  probe.signal.addEventListener('abort', stop, { once: true });
  try {
    return await use(socket);
  } finally {
    probe.signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}

async function open(params: Params, probe: Probe): Promise<WebSocket> {
  const target = probe.target(params.target);
  const url = below(target, params.path ?? '');
  url.protocol = url.protocol.replace('http', 'ws');
  const ca = await authorityOf(probe, target);
  const options = {
    lookup: probe.lookup ?? guardedLookup(undefined),
    maxPayload: 1 << 20,
    ...(ca !== undefined && { ca }),
    ...(params.origin !== undefined && { origin: params.origin }),
    headers: bearerOf(probe, params.bearerFrom),
  };
  return new WebSocket(url, params.subprotocol === undefined ? [] : [params.subprotocol], options);
}

/** The status that the handshake ended with: 101, or what refused it. Throws when there is no answer. */
function handshakeOf(socket: WebSocket, probe: Probe): Promise<number> {
  socket.once('upgrade', (reply) => probe.note?.(headOf(reply)));
  socket.once('unexpected-response', (_, reply) => probe.note?.(headOf(reply)));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, reply) => resolve(reply.statusCode ?? 0));
    socket.on('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  });
}

const headOf = ({ statusCode, headers }: IncomingMessage): string =>
  [`handshake: ${statusCode}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)].join('\n');

type Heard = Promise<{ text: string; at: number } | undefined>;

async function talk(
  params: Params,
  socket: WebSocket,
  message: Heard,
  probe: Probe,
): Promise<{ problems: string[]; measurements: Measurement[] }> {
  const { send, pongWithinMs, messageWithinMs, messageContains } = params;
  const wantsMessage = messageWithinMs !== undefined || messageContains !== undefined;
  const within = messageWithinMs ?? 5_000;
  const start = performance.now();
  const pong = pongWithinMs === undefined ? undefined : inTime(heard(socket, 'pong'), pongWithinMs, start);
  if (send !== undefined) socket.send(send);
  if (pong) socket.ping();
  const gotMessage = wantsMessage ? await inTime(message, within, start) : undefined;
  const gotPong = await pong;
  if (wantsMessage)
    probe.note?.(gotMessage ? `first message after ${gotMessage.ms} ms: ${gotMessage.text}` : `no message within ${within} ms`);
  if (pong) probe.note?.(gotPong ? `pong after ${gotPong.ms} ms` : `no pong within ${pongWithinMs} ms`);
  return {
    problems: [
      ...(wantsMessage && !gotMessage ? [`no message came within ${within} ms`] : []),
      ...(gotMessage && messageContains !== undefined && !gotMessage.text.includes(messageContains)
        ? [`the first message does not contain ${JSON.stringify(messageContains)}`]
        : []),
      ...(pong && !gotPong ? [`no pong came within ${pongWithinMs} ms`] : []),
    ],
    measurements: [
      ...(gotMessage ? [{ name: 'first message', value: gotMessage.ms, unit: 'ms', demanded: `<= ${within} ms` }] : []),
      ...(gotPong ? [{ name: 'pong', value: gotPong.ms, unit: 'ms', demanded: `<= ${pongWithinMs} ms` }] : []),
    ],
  };
}

/** The first event of a kind, with its time; undefined when the connection ends before. */
function heard(socket: WebSocket, event: 'message' | 'pong'): Heard {
  return new Promise((resolve) => {
    socket.once(event, (data: Buffer) => resolve({ text: data.toString(), at: performance.now() }));
    socket.once('close', () => resolve(undefined));
  });
}

/** What was heard, when it came in time after the start. */
async function inTime(waiting: Heard, withinMs: number, start: number): Promise<{ text: string; ms: number } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, withinMs, undefined);
  });
  const got = await Promise.race([waiting, late]);
  clearTimeout(timer);
  // Where this process is busy, what came late may be seen before the end of the time is.
  if (!got || got.at - start > withinMs) return undefined;
  return { text: got.text, ms: roundMs(Math.max(0, got.at - start)) };
}

export const ws = defineKind({
  name: 'ws',
  summary: 'A WebSocket opens, answers pings and sends its first message in time, or refuses who must not come in.',
  params: Params,
  describe: ({ target, path = '', refusedWith }) => `${target}${path}${refusedWith ? ' refuses' : ''}`,
  run,
  timeoutMs: ({ messageWithinMs = 0, pongWithinMs = 0 }) => 5_000 + Math.max(messageWithinMs, pongWithinMs),
  unheld: [
    {
      names: ['send', 'pongWithinMs', 'messageWithinMs', 'messageContains'],
      when: ({ refusedWith }) => refusedWith !== undefined,
      where: 'where the handshake has to be refused',
    },
    { names: ['letsIn'], when: ({ refusedWith }) => refusedWith === undefined, where: 'without refusedWith' },
  ],
  negative: [
    {
      name: 'a server that knows no WebSocket',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(404).end());
        return { params: { target: url.replace('http', 'ws'), path: '/ws' }, end };
      },
    },
    {
      name: 'a socket that opens and stays silent',
      async arrange() {
        const server = createServer();
        const sockets = new WebSocketServer({ server });
        const { url, end } = await listen(server, 'ws');
        return { params: { target: url, messageWithinMs: 50 }, end: async () => (sockets.close(), end()) };
      },
    },
    {
      name: 'a server that refuses everybody',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(401).end());
        return { params: { target: url.replace('http', 'ws'), origin: 'https://stranger.invalid', refusedWith: [401, 403] }, end };
      },
    },
    {
      name: 'a server that lets every origin in',
      async arrange() {
        const server = createServer();
        const sockets = new WebSocketServer({ server });
        const { url, end } = await listen(server, 'ws');
        const params = { target: url, origin: 'https://stranger.invalid', refusedWith: [401, 403] };
        return { params, end: async () => (sockets.close(), end()) };
      },
    },
  ],
});
