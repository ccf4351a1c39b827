import type { IncomingHttpHeaders } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import type { Message } from '@bufbuild/protobuf';
import { createContextValues, type ConnectError, type HandlerContext } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Health } from '../health/health.ts';
import { requireKey } from '../http/call.ts';
import { admitCaller, type OnDenied, type Visitor } from '../http/door.ts';
import { requestIdOf } from '../http/headers.ts';
import { callerAddress, trustsOf, type Trusts } from '../http/proxies.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { admittedKey, implement, type Admitted, type CallDeps } from './calls.ts';
import { descriptorOf, registryOf } from './descriptor.ts';
import { reflect } from './reflection.ts';
import { shapesOf, type Api, type ApiPlan, type MethodPlan, type Numbers } from './shapes.ts';
import { HEALTH_CHECK, REFLECTION, SERVING } from './standard.ts';
import { statusOf } from './status.ts';

export type GrpcOptions = CallDeps & {
  plan: ApiPlan;
  numbers: Numbers;
  onDenied?: OnDenied;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; nobody's otherwise. */
  trustProxy?: readonly string[];
  health: Health;
  metrics: Metrics;
};

export type GrpcServer = {
  /** Opens the door and answers with the port. Errors: `start.port_in_use`, `start.port_forbidden`. */
  listen(at: { host: string; port: number }): Promise<number>;
  /** Ends streams, finishes calls under way within bounds, then hangs up. Safe to call twice. */
  close(): Promise<void>;
};

/** As the largest body of an operation that is served here. */
const MOST_BYTES = 4 << 20;
const CLOSE_MS = 5_000;
/** Calls of one connection at a time. */
const MOST_STREAMS = 200;

/**
 * gRPC beside HTTP: the same operations under the same checks. Who calls, how often and whether at all is decided before a
 * message is read, with the credential in the metadata `authorization`; a key in `idempotency-key` is what it is in HTTP.
 */
export function createGrpc(options: GrpcOptions): GrpcServer {
  const { api } = shapesOf(options.plan, options.numbers, { grow: false });
  const stop = new AbortController();
  const file = descriptorOf(api);
  const registry = registryOf(file);
  const services = api.services.map(({ name }) => registry.getService(`${api.package}.${name}`)!);
  const admitted = new WeakMap<object, Admitted>();
  const adapter = connectNodeAdapter({
    connect: false,
    grpcWeb: false,
    readMaxBytes: MOST_BYTES,
    shutdownSignal: stop.signal,
    contextValues: (request) => createContextValues().set(admittedKey, admitted.get(request)),
    routes(router) {
      for (const service of services) router.service(service, implement(options, api, service, stop.signal) as never);
      const files = [file, HEALTH_CHECK.file, ...REFLECTION.map((one) => one.file)];
      for (const one of REFLECTION) router.service(one.service, { serverReflectionInfo: reflection(reflect(files, one)) } as never);
      router.service(HEALTH_CHECK.service, healthOf(options.health, stop.signal) as never);
    },
  });
  const door = doorOf(options, api, admitted);
  const sessions = new Set<ServerHttp2Session>();
  const server = http2.createServer({ settings: { maxConcurrentStreams: MOST_STREAMS } }, (request, response) => {
    void door(request, response).then((open) => open && adapter(request, response));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    // A peer that hangs up in the middle is no news.
    session.on('error', () => undefined);
  });
  let closed: Promise<void> | undefined;
  return { listen: (at) => listen(server, at), close: () => (closed ??= close(server, sessions, stop)) };
}

type Door = (request: Http2ServerRequest, response: Http2ServerResponse) => Promise<boolean>;

/** Admits calls of operations; reflection and health are open to everyone. Answers refusals itself, without reading further. */
function doorOf({ keeper, onDenied, metrics, log, trustProxy }: GrpcOptions, api: Api, admitted: WeakMap<object, Admitted>): Door {
  const methods: ReadonlyMap<string, MethodPlan> = new Map<string, MethodPlan>(
    api.services.flatMap(({ name, methods: list }) => list.map((method) => [`/${api.package}.${name}/${method.name}`, method] as const)),
  );
  const calls = metrics.counter({
    name: 'rialto_grpc_calls_total',
    help: 'gRPC calls by method, and whether they were admitted',
    labels: ['method', 'admitted'],
  });
  const trusts = trustsOf(trustProxy);
  return async (request, response) => {
    const method = methods.get(request.url);
    if (!method) return true;
    const { operation } = method;
    const visitor = visitorOf(request, trusts);
    const told = new Headers();
    let known: Actor | undefined;
    try {
      const { authorization } = request.headers;
      const caller = { visitor, authorization, tell: (name: string, value: string) => told.set(name, value) };
      const actor = await admitCaller(keeper, operation, caller, (who) => (known = who));
      requireKey(operation, request.headers['idempotency-key']);
      admitted.set(request, { actor, visitor });
      calls.inc({ method: method.name, admitted: 'yes' });
      return true;
    } catch (error) {
      calls.inc({ method: method.name, admitted: 'no' });
      if (error instanceof AppError && (error.status === 401 || error.status === 403))
        onDenied?.({ ...visitor, ...(known && { actor: known }) }, operation, error);
      const { error: status, unexpected } = statusOf(error, visitor.requestId, told);
      if (unexpected) log.error('A gRPC call failed at the door', { method: method.name, requestId: visitor.requestId, error });
      refuse(request, response, status);
      return false;
    }
  };
}

function visitorOf({ headers, socket }: Http2ServerRequest, trusts: Trusts): Visitor {
  const requestId = requestIdOf(headers as IncomingHttpHeaders);
  return {
    requestId,
    remoteAddress: callerAddress(socket.remoteAddress, headers, trusts),
    userAgent: (headers['user-agent'] ?? '').slice(0, 256),
  };
}

/** An answer without a message: status and details travel in the first and only frame of headers. What else comes is thrown away. */
function refuse(request: Http2ServerRequest, response: Http2ServerResponse, status: ConnectError): void {
  request.resume();
  if (response.stream.destroyed) return;
  const headers = Object.fromEntries(setTrailerStatus(new Headers(), status));
  response.stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto', ...headers }, { endStream: true });
}

function reflection(answer: (question: Message) => Message) {
  return async function* (questions: AsyncIterable<Message>): AsyncGenerator<Message> {
    for await (const question of questions) yield answer(question);
  };
}

const WATCH_MS = 5_000;

/** The health of the whole process, whichever service is asked for. */
function healthOf(health: Health, stop: AbortSignal) {
  const now = async () => ({ status: stop.aborted || (await health.ready()).status !== 'ready' ? SERVING.notServing : SERVING.serving });
  return {
    check: now,
    async *watch(_: Message, { signal }: HandlerContext) {
      let last: number | undefined;
      while (!signal.aborted && !stop.aborted) {
        const { status } = await now();
        if (status !== last) yield { status };
        last = status;
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, WATCH_MS);
          for (const end of [signal, stop]) end.addEventListener('abort', () => (clearTimeout(timer), resolve(undefined)), { once: true });
        });
      }
    },
  };
}

function listen(server: http2.Http2Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, host, () => resolve((server.address() as { port: number }).port));
  });
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new AppError('conflict', 'start.port_in_use', `Port ${port} is in use. Stop what uses it, or set RIALTO_GRPC_PORT to another.`);
  if (error.code === 'EACCES')
    return new AppError(
      'forbidden',
      'start.port_forbidden',
      `Port ${port} needs rights that this user does not have. Set RIALTO_GRPC_PORT above 1023.`,
    );
  return error;
}

async function close(server: http2.Http2Server, sessions: Set<ServerHttp2Session>, stop: AbortController): Promise<void> {
  stop.abort();
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.close();
  const timer = setTimeout(() => sessions.forEach((session) => session.destroy()), CLOSE_MS);
  await ended;
  clearTimeout(timer);
}
