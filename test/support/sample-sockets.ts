import { once } from 'node:events';
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { sampleServer, SAMPLE_ACTOR, type SampleServer } from './sample-http.ts';
import { AppError } from '../../src/base/error.ts';
import type { Event } from '../../src/base/event.ts';
import { manualClock } from '../../src/base/time.ts';
import { createLog } from '../../src/infra/log/log.ts';
import { createMetrics } from '../../src/infra/metrics/metrics.ts';
import { createSocketGateway, type SocketGateway, type SocketOptions } from '../../src/infra/http/socket.ts';

/** What tokens of the sample live by. */
export const clock = manualClock();
const channels = [
  { name: 'payments', scope: 'sample:read', eventTypes: ['pay.made'] },
  { name: 'windows', scope: 'sample:read', eventTypes: (type: string) => type.startsWith('win.') },
  { name: 'secret', scope: 'secret:read', eventTypes: ['pay.made'] },
  {
    name: 'all',
    scope: 'sample:read',
    eventTypes: () => true,
    narrower: [{ scope: 'secret:read', eventTypes: (type: string) => type === 'pay.made' }],
  },
];

/** An event of the sample's tenant. */
export const eventOf = (seq: number, more: Partial<Event> = {}): Event => ({
  id: `e${seq}`,
  tenantId: SAMPLE_ACTOR.tenantId,
  seq,
  type: 'pay.made',
  version: 1,
  subject: 's',
  data: { seq },
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

type Message = { type: string; channel?: string; events?: Event[]; code?: string; afterSeq?: number };

/** `good`, `short` and `endless` are Anna for an hour, a moment and ever, `trusted` with a further scope; `other` is of another tenant. */
export async function authenticate(token: string) {
  const [name, memberId] = token.split(':');
  if (name !== 'good' && name !== 'other' && name !== 'short' && name !== 'trusted' && name !== 'endless')
    throw new AppError('unauthenticated', 'access.token_invalid', 'No.');
  const expiresAtMs = name === 'endless' ? Infinity : clock.now() + (name === 'short' ? 1 : 3_600_000);
  return {
    ...SAMPLE_ACTOR,
    ...(name === 'other' && { tenantId: 'another', id: 'x' }),
    ...(memberId && { memberId }),
    ...(name === 'trusted' && { scopes: new Set([...SAMPLE_ACTOR.scopes, 'secret:read']) }),
    expiresAtMs,
  };
}

/** A client that keeps what it gets and lets a test wait for it. */
class Client {
  readonly ws: WebSocket;
  readonly got: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => undefined;

  constructor(address: string, headers: Record<string, string>) {
    this.ws = new WebSocket(`${address.replace('http', 'ws')}/v1/stream`, { headers });
    this.closed = new Promise((resolve) => this.ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    this.ws.on('error', () => undefined);
    this.ws.on('message', (data: Buffer) => {
      this.got.push(JSON.parse(data.toString()) as Message);
      this.#wake();
    });
  }

  async until(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.got.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Sequence numbers received on a channel, in order. */
  seqs(channel = 'payments'): number[] {
    return this.got.filter((message) => message.channel === channel).flatMap(({ events = [] }) => events.map(({ seq }) => seq));
  }

  async untilSeq(seq: number, channel = 'payments'): Promise<void> {
    await this.until(({ channel: name, events }) => name === channel && (events ?? []).some((event) => event.seq === seq));
  }
}

/** The sample server with a socket gateway, as a test has started it. */
type Scene = {
  server: SampleServer;
  gateway: SocketGateway;
  address: string;
  /** What history has. */
  kept: Event[] | 'gap';
  /** What was refused and audited. */
  denied: unknown[];
  /** Runs before history is read. */
  onHistory: (afterSeq: number) => Promise<void> | void;
};

/** Sockets for the tests of one file; each is closed behind its test. */
export function useSockets() {
  const scene = {} as Scene;
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.ws.terminate();
    await scene.server.close();
  });
  const open = (headers: Record<string, string> = {}): Client => {
    const client = new Client(scene.address, headers);
    clients.push(client);
    return client;
  };
  return {
    scene,
    open,
    start: (options: Partial<SocketOptions> = {}) => start(scene, options),
    /** A client that has shown its token and follows a channel, or was refused it. */
    async follow(token = 'good', subscribe: object = { channel: 'payments' }): Promise<Client> {
      const client = open();
      await once(client.ws, 'open');
      client.send({ type: 'auth', token });
      client.send({ type: 'subscribe', ...subscribe });
      await client.until(({ type }) => type === 'subscribed' || type === 'error');
      return client;
    },
  };
}

async function start(scene: Scene, options: Partial<SocketOptions>): Promise<void> {
  Object.assign(scene, { kept: [], denied: [], onHistory: () => undefined });
  scene.gateway = createSocketGateway({
    channels,
    authenticate,
    async history(tenantId, afterSeq, limit) {
      await scene.onHistory(afterSeq);
      const { kept } = scene;
      return kept === 'gap' ? 'gap' : kept.filter((event) => event.tenantId === tenantId && event.seq > afterSeq).slice(0, limit);
    },
    onDenied: (who, channel, error) => scene.denied.push([who.actor?.id, channel, error.code]),
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
    clock,
    ...options,
  });
  scene.server = await sampleServer({ sockets: scene.gateway });
  scene.address = await scene.server.listen({ host: '127.0.0.1', port: 0 });
}
