import http2, { type ServerHttp2Session } from 'node:http2';
import { createContextValues } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AppError } from '../../base/error.ts';
import type { Health } from '../health/health.ts';
import { implement, originKey, type CallDeps, type CallOrigin } from './calls.ts';
import { descriptorOf, registryOf } from './descriptor.ts';
import { doorOf, type DoorOptions } from './door.ts';
import { healthOf } from './health.ts';
import { boundConnections } from '../http/connections.ts';
import type { PlaceBounds } from '../http/places.ts';
import { trustsOf } from '../http/proxies.ts';
import { endWhenIdle, USUAL_TIMES, type GrpcTimes } from './idle.ts';
import { reflectionOf } from './reflection.ts';
import { shapesOf, type ApiPlan, type Numbers } from './shapes.ts';
import { HEALTH_CHECK, REFLECTION } from './standard.ts';

export type GrpcOptions = CallDeps &
  Omit<DoorOptions, 'times'> & {
    plan: ApiPlan;
    numbers: Numbers;
    health: Health;
    /** Of one address, unless it is a trusted proxy's, and in all. */
    connections?: PlaceBounds;
    times?: Partial<GrpcTimes>;
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
/** A client of gRPC needs one. */
const USUAL_CONNECTIONS: PlaceBounds = { each: 500, all: 10_000 };

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
  const origins = new WeakMap<object, CallOrigin>();
  const adapter = connectNodeAdapter({
    connect: false,
    grpcWeb: false,
    readMaxBytes: MOST_BYTES,
    shutdownSignal: stop.signal,
    contextValues: (request) => createContextValues().set(originKey, origins.get(request)),
    routes(router) {
      for (const service of services) router.service(service, implement(options, api, service, stop.signal) as never);
      const files = [file, HEALTH_CHECK.file, ...REFLECTION.map((one) => one.file)];
      for (const one of REFLECTION) router.service(one.service, reflectionOf(files, one, options.keeper.limiter) as never);
      router.service(HEALTH_CHECK.service, healthOf(options.health, stop.signal) as never);
    },
  });
  const times = { ...USUAL_TIMES, ...options.times };
  const door = doorOf({ ...options, times }, api, origins);
  const sessions = new Set<ServerHttp2Session>();
  const server = http2.createServer({ settings: { maxConcurrentStreams: MOST_STREAMS } }, (request, response) => {
    void door(request, response).then((open) => open && adapter(request, response));
  });
  const { isFamiliar } = options.keeper.limiter;
  boundConnections(server, options.connections ?? USUAL_CONNECTIONS, { trusts: trustsOf(options.trustProxy), isFamiliar });
  server.on('session', (session) => {
    sessions.add(session);
    endWhenIdle(session, times);
    session.once('close', () => sessions.delete(session));
    // A peer that hangs up in the middle is no news.
    session.on('error', () => undefined);
  });
  let closed: Promise<void> | undefined;
  return { listen: (at) => listen(server, at), close: () => (closed ??= close(server, sessions, stop)) };
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
