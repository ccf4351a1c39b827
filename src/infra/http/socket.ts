import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Event } from '../../base/event.ts';
import { type Clock, systemClock } from '../../base/time.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Visitor } from './door.ts';
import { requestIdOf } from './headers.ts';
import { groupOf, placesOf, type Places } from './places.ts';
import { rawProblem } from './problem.ts';
import { callerAddress, trustsOf, type Trusts } from './proxies.ts';
import { SocketClient, type ClientDeps } from './socket-client.ts';
import { SocketFeed } from './socket-feed.ts';
import type { ChannelInfo } from './socket-protocol.ts';

export type { ChannelInfo } from './socket-protocol.ts';

/** Where sockets are opened. */
export const STREAM_PATH = '/v1/stream';

export type SocketOptions = {
  channels: readonly ChannelInfo[];
  /** As for HTTP, and until when the credential holds. */
  authenticate(token: string, visitor: Visitor): Promise<Actor & { expiresAtMs: number }>;
  /** A tenant's events after a sequence number, in order, at most `limit`; `gap` when they are no longer all kept. */
  history(tenantId: string, afterSeq: number, limit: number): Promise<readonly Event[] | 'gap'>;
  /** Counts an upgrade against its address; refuses by an error of the kind `limit`. */
  visit?(visitor: Visitor): Promise<void>;
  /** Whether somebody known has called from an address: places of strangers are not taken from those. */
  isFamiliar?(address: string): boolean;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; nobody's otherwise. */
  trustProxy?: readonly string[];
  /** Origins of pages, besides those of the address itself, whose sockets are let in. */
  origins?: readonly string[];
  /** Hears of refused credentials, channels and pages of strange origins, for the audit log. Must not throw. */
  onDenied?(who: Visitor & { actor?: Actor }, channel: string | undefined, error: AppError): void;
  log: Log;
  metrics: Metrics;
  clock?: Clock;
  bounds?: Partial<SocketBounds>;
};

/**
 * `bufferBytes` is what may wait for one client that does not read. Of all `connections` those that have not said who they are get
 * a quarter, an address `strangers` of them and its network four times as many; at familiar addresses, and at proxies that are trusted
 * and speak for nobody else, they get an eighth each besides. One actor gets a quarter at most, so that nobody takes the places of all others.
 */
export type SocketBounds = {
  authMs: number;
  heartbeatMs: number;
  messageBytes: number;
  bufferBytes: number;
  connections: number;
  strangers: number;
  historyPage: number;
  pendingEvents: number;
  messagesPerMinute: number;
};

const USUAL_BOUNDS: SocketBounds = {
  authMs: 5_000,
  heartbeatMs: 30_000,
  messageBytes: 16_384,
  bufferBytes: 1 << 20,
  connections: 10_000,
  strangers: 100,
  historyPage: 500,
  pendingEvents: 1_000,
  messagesPerMinute: 120,
};

/** The live side of the API: events of a tenant to whoever may see them. */
export type SocketGateway = {
  channels: readonly ChannelInfo[];
  handleUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Every event of every tenant, as the bus gives it: in order per tenant, perhaps more than once. */
  publish(event: Event): void;
  /** Whether any socket is open that events could be for. */
  isListening(): boolean;
  /** Ends the connections of revoked sessions, keys or users; answers with their number. */
  revoke(isRevoked: (actor: Actor) => boolean): number;
  /** Tells everyone to go elsewhere (1001) and waits for them, two seconds at most. */
  close(): Promise<void>;
};

const CLOSE_MS = 2_000;
/** Of all connections, for all strangers and for each actor. */
const PART = 1 / 4;

type State = {
  server: WebSocketServer;
  clients: Map<WebSocket, SocketClient>;
  feeds: Map<string, SocketFeed>;
  strangers: Places;
  perActor: Map<string, number>;
  bounds: SocketBounds;
  stopping: boolean;
};

/** The WebSocket gateway of one process. */
export function createSocketGateway(options: SocketOptions): SocketGateway {
  const bounds = { ...USUAL_BOUNDS, ...options.bounds };
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: bounds.messageBytes, clientTracking: false });
  const strangers = placesOf({ each: bounds.strangers, all: Math.ceil(bounds.connections * PART) });
  const state: State = { server, clients: new Map(), feeds: new Map(), strangers, perActor: new Map(), bounds, stopping: false };
  const { metrics } = options;
  metrics.gauge({ name: 'rialto_socket_connections', help: 'Open WebSocket connections', read: () => state.clients.size });
  const ends = metrics.counter({ name: 'rialto_socket_closed_total', help: 'Ended WebSocket connections, by reason', labels: ['reason'] });
  const refusals = metrics.counter({ name: 'rialto_socket_refused_total', help: 'Refused WebSocket upgrades, by code', labels: ['code'] });
  const deps = clientDeps(options, state);
  const trusts = trustsOf(options.trustProxy);
  const groups = { trusts, isFamiliar: options.isFamiliar ?? (() => false) };
  const heartbeat = setInterval(() => state.clients.forEach((client) => client.heartbeat()), bounds.heartbeatMs).unref();

  async function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const visitor = visitorOf(request, socket, trusts);
    // Nobody else listens to the socket while it is decided.
    const broken = () => socket.destroy();
    socket.on('error', broken);
    const full = await refusalOfVisit(visitor, options);
    socket.off('error', broken);
    const refused = full ?? refusalOf(request, visitor, { state, options });
    const giveBack = refused ? undefined : state.strangers.take(visitor.remoteAddress, groupOf(visitor.remoteAddress, groups));
    if (!giveBack) {
      const { code } = refused ?? tooManyStrangers;
      refusals.inc({ code });
      return void socket.end(rawProblem(refused ?? tooManyStrangers, visitor.requestId));
    }
    // Until the handshake is done; what `ws` itself refuses is closed, too.
    socket.once('close', giveBack);
    server.handleUpgrade(request, socket, head, (ws) => {
      open({ ws, socket, visitor, giveBack }, state, { deps, ended: (reason) => ends.inc({ reason }) });
    });
  }

  return {
    channels: options.channels,
    handleUpgrade(request, socket, head) {
      void upgrade(request, socket, head);
    },
    publish: (event) => state.feeds.get(event.tenantId)?.publish(event),
    isListening: () => state.feeds.size > 0,
    revoke(isRevoked) {
      const gone = [...state.clients.values()].filter(({ actor }) => actor !== undefined && isRevoked(actor));
      for (const client of gone) client.end('socket.revoked');
      return gone.length;
    },
    async close() {
      state.stopping = true;
      clearInterval(heartbeat);
      await endAll(state);
    },
  };
}

function clientDeps(options: SocketOptions, state: State): ClientDeps {
  const { log, clock = systemClock } = options;
  const failed = (error: unknown) => log.error('a live connection failed', { error });
  return {
    channels: new Map(options.channels.map((channel) => [channel.name, channel])),
    authenticate: options.authenticate,
    history: options.history,
    joined(client) {
      const { tenantId } = client.actor!;
      let feed = state.feeds.get(tenantId);
      if (!feed) state.feeds.set(tenantId, (feed = new SocketFeed(tenantId, { history: options.history, failed })));
      feed.clients.add(client);
    },
    denied: (who, channel, error) => options.onDenied?.(who, channel, error),
    failed,
    now: () => clock.now(),
    limits: state.bounds,
  };
}

function visitorOf({ headers }: IncomingMessage, { remoteAddress }: Socket, trusts: Trusts): Visitor {
  return {
    requestId: requestIdOf(headers),
    remoteAddress: callerAddress(remoteAddress, headers, trusts),
    userAgent: (headers['user-agent'] ?? '').slice(0, 256),
  };
}

/** `giveBack` the place of a stranger. */
type Arrival = { ws: WebSocket; socket: Socket; visitor: Visitor; giveBack: () => void };

function open(
  { ws, socket, visitor, giveBack }: Arrival,
  state: State,
  { deps, ended }: { deps: ClientDeps; ended: (reason: string) => void },
): void {
  const joined = (client: SocketClient) => {
    giveBack();
    const { id } = client.actor!;
    const own = (state.perActor.get(id) ?? 0) + 1;
    state.perActor.set(id, own);
    if (own > state.bounds.connections * PART) client.end('socket.too_many_connections');
    deps.joined(client);
  };
  const client = new SocketClient(ws, socket, visitor, { ...deps, joined });
  state.clients.set(ws, client);
  // Too large a message, broken UTF-8, a broken frame: ws closes by itself, with the code that the protocol gives it.
  ws.on('error', () => undefined);
  ws.on('close', (code) => {
    giveBack();
    state.clients.delete(ws);
    leave(client, state);
    ended(client.reason ?? (code === 1000 || code === 1001 || code === 1005 ? 'left' : 'broken'));
  });
}

function leave(client: SocketClient, { feeds, perActor }: State): void {
  if (!client.actor) return;
  const { id, tenantId } = client.actor;
  const own = (perActor.get(id) ?? 1) - 1;
  if (own > 0) perActor.set(id, own);
  else perActor.delete(id);
  const feed = feeds.get(tenantId);
  if (!feed) return;
  feed.clients.delete(client);
  if (feed.clients.size === 0) feeds.delete(tenantId);
}

async function refusalOfVisit(visitor: Visitor, { visit, log }: SocketOptions): Promise<AppError | undefined> {
  try {
    await visit?.(visitor);
  } catch (error) {
    if (error instanceof AppError) return error;
    // Limits that cannot be counted keep nobody out.
    log.warn('a connection could not be counted', { error });
  }
  return undefined;
}

const tooManyStrangers = new AppError(
  'limit',
  'socket.too_many_strangers',
  'Too many connections of this address, or of all, have not logged in.',
);

/** Why a handshake is refused, before any WebSocket is spoken. */
function refusalOf(
  request: IncomingMessage,
  visitor: Visitor,
  { state, options }: { state: State; options: SocketOptions },
): AppError | undefined {
  if (state.stopping) return new AppError('unavailable', 'server.stopping', 'The process is stopping; connect again.');
  if (!isAllowedOrigin(request, options.origins ?? [])) {
    const error = new AppError('forbidden', 'socket.origin_refused', 'Pages of this origin may not open sockets here.');
    options.onDenied?.(visitor, undefined, error);
    return error;
  }
  if (state.clients.size >= state.bounds.connections)
    return new AppError('unavailable', 'socket.full', 'All connections are taken; try again later.');
  return undefined;
}

/** Browsers name the page's origin and cannot be made to lie about it; programs name none and carry no cookies. */
function isAllowedOrigin({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  const { origin } = headers;
  if (origin === undefined) return true;
  return origins.includes(origin) || (headers.host !== undefined && URL.parse(origin)?.host === headers.host.toLowerCase());
}

async function endAll({ clients }: State): Promise<void> {
  if (clients.size === 0) return;
  const left = [...clients.keys()].map((ws) => new Promise<void>((resolve) => ws.once('close', () => resolve())));
  for (const client of clients.values()) client.end('server.stopping');
  const late = setTimeout(() => [...clients.keys()].forEach((ws) => ws.terminate()), CLOSE_MS);
  await Promise.all(left);
  clearTimeout(late);
}
