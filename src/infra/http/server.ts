import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, RetryLater } from '../../base/error.ts';
import type { Health } from '../health/health.ts';
import type { Log } from '../log/log.ts';
import type { MetricsRegistry } from '../metrics/metrics.ts';
import type { Trace } from '../trace/trace.ts';
import { readAssets } from './assets.ts';
import { addBuiltinRoutes, addConsole, addStreamRoute } from './builtin.ts';
import { callerOf, unsoundness, visitorOf } from './call.ts';
import { addContractRoute } from './contract-route.ts';
import { anonymous, chargeVisit, type Doorkeeper, type OnDenied } from './door.ts';
import { isHttps, requestIdOf, securityHeaders } from './headers.ts';
import { boundConnections } from './connections.ts';
import { createLimiter, type Limits, type Limiter, memoryLimits, usualLimits } from './limits.ts';
import { createMap } from './map.ts';
import { createObserver, type Observer } from './observe.ts';
import { openapi } from './openapi.ts';
import { HttpError, problemOf, rawProblem } from './problem.ts';
import type { PlaceBounds } from './places.ts';
import { trustsOf } from './proxies.ts';
import type { Route } from './route.ts';
import { STREAM_PATH, type SocketGateway } from './socket.ts';
import { createWatchdog } from './watchdog.ts';

export type HttpOptions = Omit<Doorkeeper, 'limiter'> & {
  routes: readonly Route[];
  /** Hears of every 401 and 403, for the audit log. */
  onDenied?: OnDenied;
  log: Log;
  metrics: MetricsRegistry;
  trace: Trace;
  health: Health;
  /** Shared with the other doors of the process; its own with `limits` otherwise. */
  limiter?: Limiter;
  limits?: Limits;
  /** Where people reach the deployment; https turns on Secure cookies and HSTS. */
  publicUrl?: string;
  /** Origins of pages on other hosts that may call the API from a browser. */
  corsOrigins?: readonly string[];
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; nobody's otherwise. */
  trustProxy?: readonly string[];
  /** The built console, if one is served. */
  consoleFolder?: string;
  sockets?: SocketGateway;
  version: string;
  timing?: Partial<Timing>;
  /** Of one address, unless it is a trusted proxy's, and in all. */
  connections?: PlaceBounds;
};

/** `drainMs`: between not being ready and closing the door. `closeMs`: what requests under way then still get. */
export type Timing = { headersMs: number; requestMs: number; handlerMs: number; keepAliveMs: number; drainMs: number; closeMs: number };

/** Above the database's 60 s, and above the 60 s after which balancers usually drop an idle connection. */
const USUAL_TIMING: Timing = { headersMs: 15_000, requestMs: 30_000, handlerMs: 65_000, keepAliveMs: 65_000, drainMs: 0, closeMs: 10_000 };

/** A quarter of all for one address: an office has many behind one, and load is made from one machine. */
const USUAL_CONNECTIONS: PlaceBounds = { each: 5_000, all: 20_000 };
const MAX_PARAM_LENGTH = 200;
const SWEEP_MS = 50;

export type HttpServer = {
  /** Opens the door and answers with its address. Errors: `start.port_in_use`, `start.port_forbidden`, `start.host_unknown`. */
  listen(at: { host: string; port: number }): Promise<string>;
  /** Not ready first, then no new callers, then what is under way is finished, within bounds. Safe to call twice. */
  close(): Promise<void>;
  /** The framework's own instance, for tests that send requests without a network. */
  app: FastifyInstance;
};

/** The server of a set of contracts: one source for routes, checks, limits, documents and metrics. */
export async function createHttp(options: HttpOptions): Promise<HttpServer> {
  const timing = { ...USUAL_TIMING, ...options.timing };
  const observer = createObserver(options);
  const { api: headers } = securityHeaders(options.publicUrl);
  const keeper = keeperOf(options);
  const fail = createFailure(options, observer);
  const watchdog = createWatchdog(timing.handlerMs, (...late) => void fail(...late));
  const begin = (request: FastifyRequest, reply: FastifyReply) => {
    observer.began(request, reply);
    watchdog.watch(request, reply);
    reply.headers(headers).header('x-request-id', request.id);
  };
  const app = Fastify({
    ...frame(timing, options, observer),
    frameworkErrors(error, request, reply) {
      begin(request as never, reply as never);
      void failVisitor(keeper, { request: request as never, reply: reply as never }, { error, fail });
    },
  });
  await addRoutes(app, options, { keeper, begin, fail });
  app.addHook('onClose', async () => {
    watchdog.stop();
    observer.close();
  });
  await app.ready();
  const { isFamiliar } = keeper.limiter;
  boundConnections(app.server, options.connections ?? USUAL_CONNECTIONS, { trusts: trustsOf(options.trustProxy), isFamiliar });
  if (options.sockets) serveUpgrades(app, options.sockets);
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => refuseExpectation(request, response, observer));
  return { app, listen: (at) => listen(app, at), close: once(() => close(app, options, timing)) };
}

type Steps = { keeper: Doorkeeper; begin: (request: FastifyRequest, reply: FastifyReply) => void; fail: Failure };

function keeperOf(options: HttpOptions): Doorkeeper {
  const { authenticate, recognises, sessionOf, limits = usualLimits } = options;
  const limiter = options.limiter ?? createLimiter({ store: memoryLimits(), limits });
  return { authenticate, limiter, ...(recognises && { recognises }), ...(sessionOf && { sessionOf }) };
}

async function addRoutes(app: FastifyInstance, options: HttpOptions, { keeper, begin, fail }: Steps): Promise<void> {
  const { routes, sockets, version, corsOrigins = [] } = options;
  const map = createMap(app);
  app.decorateRequest('actor', undefined);
  app.removeAllContentTypeParsers();
  // Bodies stay bytes until the operation is known to want them; `admit` has refused foreign media types by then.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    done(unsoundness(request));
  });
  app.addHook('onRequest', (request, reply, done) => chargeUncontracted(keeper, { request, reply, done }));
  if (corsOrigins.length > 0) await app.register(cors, corsOptions(corsOrigins));
  app.setErrorHandler((error, request, reply) => fail(request, reply, error));
  app.setNotFoundHandler((request, reply) => fail(request, reply, map.missing(request, reply)));

  const deps = { ...keeper, trace: options.trace, secure: isHttps(options.publicUrl) };
  for (const route of routes) addContractRoute(app, route, deps);
  const operations = routes.map(({ operation }) => operation);
  const document = () => openapi({ title: 'Rialto', version, operations, ...(sockets && { channels: sockets.channels }) });
  const { page } = securityHeaders(options.publicUrl);
  addBuiltinRoutes(app, { ...options, keeper, document, page });
  if (sockets) addStreamRoute(app, STREAM_PATH);
  if (options.consoleFolder) addConsole(app, await readAssets(options.consoleFolder), { page, isReserved: map.isReserved });
}

/** Broken addresses find no route, so nothing else has counted them. */
async function failVisitor(
  { limiter }: Doorkeeper,
  { request, reply }: Omit<Arrived, 'done'>,
  { error, fail }: { error: unknown; fail: Failure },
): Promise<void> {
  const failure = await chargeVisit(limiter, callerOf(request, reply)).then(
    () => error,
    (refused: unknown) => refused,
  );
  void fail(request, reply, failure);
}

type Arrived = { request: FastifyRequest; reply: FastifyReply; done: (error?: Error) => void };

/** Whatever no contract answers for is paid by the address that asks: pages, documents, addresses where nothing is. */
function chargeUncontracted({ limiter }: Doorkeeper, { request, reply, done }: Arrived): void {
  const { operation, visit = 'light' } = request.routeOptions.config ?? {};
  if (operation || visit === 'none') return done();
  chargeVisit(limiter, callerOf(request, reply), visit).then(() => done(), done);
}

/** What bounds a connection before any of our code runs. */
function frame(timing: Timing, options: HttpOptions, observer: Observer) {
  return {
    logger: false,
    genReqId: (raw: IncomingMessage) => requestIdOf(raw.headers),
    requestIdHeader: false as const,
    trustProxy: trustsOf(options.trustProxy),
    requestTimeout: timing.requestMs,
    keepAliveTimeout: timing.keepAliveMs,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    http: {
      headersTimeout: timing.headersMs,
      connectionsCheckingInterval: Math.min(5_000, timing.requestMs),
      // Node would answer a missing Host without a body; ours is a problem document like all others.
      requireHostHeader: false,
      // Without this, any Upgrade header (curl --http2 sends one) would leave HTTP.
      shouldUpgradeCallback: (request: IncomingMessage) => options.sockets !== undefined && isStreamUpgrade(request),
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => answerBrokenRequest(error, socket, observer),
  };
}

function isStreamUpgrade(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket' && request.url?.split('?', 1)[0] === STREAM_PATH;
}

function serveUpgrades(app: FastifyInstance, sockets: SocketGateway): void {
  app.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isStreamUpgrade(request)) sockets.handleUpgrade(request, socket, head);
    else
      socket.end(
        rawProblem(
          new HttpError(400, 'request.upgrade_refused', 'This address does not speak that protocol.'),
          requestIdOf(request.headers),
        ),
      );
  });
}

const BROKEN: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request.too_slow', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'request.headers_too_large', 'The headers are larger than 16 kB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'request.too_large', 'The chunk extensions are too large.'],
};

/** Bytes that are not HTTP, or come too slowly, get a problem document too before the connection ends. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, observer: Observer): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, message] = BROKEN[error.code ?? ''] ?? [400, 'request.malformed_http', 'This is not a well-formed HTTP request.'];
  observer.refused(status, code);
  socket.end(rawProblem(new HttpError(status, code, message), requestIdOf({})), () => socket.destroy());
}

/** Node handles `Expect: 100-continue` by itself and would answer any other without a body. */
function refuseExpectation(request: IncomingMessage, response: ServerResponse, observer: Observer): void {
  const requestId = requestIdOf(request.headers);
  const { problem } = problemOf(new HttpError(417, 'request.expectation', 'The only expectation that is met is 100-continue.'), requestId);
  observer.refused(problem.status, problem.code);
  response
    .writeHead(417, { 'content-type': 'application/problem+json', 'x-request-id': requestId, connection: 'close' })
    .end(JSON.stringify(problem));
}

function corsOptions(origins: readonly string[]) {
  return {
    origin: [...origins],
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-request-id', 'traceparent'],
    exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id', 'location', 'content-disposition'],
    maxAge: 600,
    strictPreflight: false,
  };
}

type Failure = (request: FastifyRequest, reply: FastifyReply, error: unknown) => FastifyReply;

/** The one way out for everything that is not a success: a problem document, a count, the cause in the log, a word to the audit. */
function createFailure({ onDenied, log }: HttpOptions, observer: Observer): Failure {
  return (request, reply, failure) => {
    const { problem, unexpected, error } = problemOf(failure, request.id);
    if (unexpected || problem.status >= 500) observer.failed(request, failure);
    observer.refused(problem.status, problem.code);
    if (onDenied && error instanceof AppError && (problem.status === 401 || problem.status === 403)) deny(request, error, onDenied, log);
    if (error instanceof RetryLater) reply.header('retry-after', String(error.retryAfterSeconds));
    if (hasLongUnreadBody(request)) reply.header('connection', 'close');
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

function deny(request: FastifyRequest, error: AppError, onDenied: OnDenied, log: Log): void {
  const { name = 'http.none' } = request.routeOptions.config ?? {};
  try {
    onDenied({ ...visitorOf(request), ...(request.actor && request.actor !== anonymous && { actor: request.actor }) }, { name }, error);
  } catch (cause) {
    log.error('a refusal could not be audited', { requestId: request.id, error: cause });
  }
}

/** A refused caller that goes on sending megabytes is not listened to; a short rest is read so that the connection can be kept. */
function hasLongUnreadBody({ raw, headers }: FastifyRequest): boolean {
  return !raw.complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 65_536);
}

async function listen(app: FastifyInstance, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const at = `Port ${port} on ${host}`;
    if (code === 'EADDRINUSE') {
      throw new AppError(
        'conflict',
        'start.port_in_use',
        `${at} is taken by another program. Stop it (ss -ltnp shows which) or set PORT to a free one.`,
        error,
      );
    }
    if (code === 'EACCES')
      throw new AppError('forbidden', 'start.port_forbidden', `${at} may not be opened by this user. Set PORT to one above 1023.`, error);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new AppError(
        'invalid',
        'start.host_unknown',
        `This machine has no address ${host}. Set HOST to one it has (127.0.0.1, 0.0.0.0).`,
        error,
      );
    }
    throw error;
  }
}

async function close(app: FastifyInstance, { health, sockets, log }: HttpOptions, timing: Timing): Promise<void> {
  health.stopping();
  if (timing.drainMs > 0) await new Promise((resolve) => setTimeout(resolve, timing.drainMs));
  const late = setTimeout(() => {
    log.warn('requests were still under way at the end of the time to stop', { closeMs: timing.closeMs });
    app.server.closeAllConnections();
  }, timing.closeMs);
  // A connection that was busy when the door closed is kept alive after its answer, and would be waited for until late.
  const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
  await Promise.all([app.close(), sockets?.close()]);
  clearInterval(sweep);
  clearTimeout(late);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
