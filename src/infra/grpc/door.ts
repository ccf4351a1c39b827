import type { IncomingHttpHeaders } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { ConnectError } from '@connectrpc/connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Operation } from '../../base/operation.ts';
import { requireKey } from '../http/call.ts';
import { admitCaller, chargeVisit, type Caller, type Doorkeeper, type OnDenied, type Visitor } from '../http/door.ts';
import { requestIdOf } from '../http/headers.ts';
import { callerAddress, trustsOf, type Trusts } from '../http/proxies.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { CallOrigin } from './calls.ts';
import { groupOf, placesOf, type PlaceBounds, type PlaceGroup, type Places } from '../http/places.ts';
import { boundMessage, type GrpcTimes } from './idle.ts';
import type { Api } from './shapes.ts';
import { HEALTH_CHECK, REFLECTION, type Standard } from './standard.ts';
import { statusOf } from './status.ts';

export type DoorOptions = {
  keeper: Doorkeeper;
  onDenied?: OnDenied;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; nobody's otherwise. */
  trustProxy?: readonly string[];
  /** Streams without a login: of health, and as many of reflection; familiar addresses and trusted proxies have half as many besides. */
  strangers?: PlaceBounds;
  times: GrpcTimes;
  metrics: Metrics;
  log: Log;
};

/** Whether a request goes on to what answers it. A refusal was answered, without reading further. */
export type Door = (request: Http2ServerRequest, response: Http2ServerResponse) => Promise<boolean>;

/** A balancer watches by a stream or two; an office of developers asks for descriptions by a few. */
const USUAL_STRANGERS: PlaceBounds = { each: 20, all: 1_000 };

/** What is asked for: an operation, or something that is open to everybody, with what it costs and how many there may be. */
type Target = { name: string; operation?: Operation; isFree?: boolean; places?: Places };

/**
 * Admits calls: those of operations as at any door, everything else (reflection, methods that do not exist) as a visit. Only
 * health is free, and its streams are counted; `origins` tells what answers a call where it comes from.
 */
export function doorOf(options: DoorOptions, api: Api, origins: WeakMap<object, CallOrigin>): Door {
  const { keeper, onDenied, metrics, log } = options;
  const targets = targetsOf(api, options.strangers ?? USUAL_STRANGERS);
  const trusts = trustsOf(options.trustProxy);
  const { isFamiliar } = keeper.limiter;
  const calls = metrics.counter({
    name: 'rialto_grpc_calls_total',
    help: 'gRPC calls by method, and whether they were admitted',
    labels: ['method', 'admitted'],
  });
  return async (request, response) => {
    // What answers calls looks at no query either; with one, an operation would be called past the door.
    const target = targets.get(request.url.split('?', 1)[0]!) ?? NOWHERE;
    const visitor = visitorOf(request, trusts);
    const told = new Headers();
    let known: Actor | undefined;
    try {
      const { authorization } = request.headers;
      const caller = { visitor, authorization, tell: (name: string, value: string) => told.set(name, value) };
      const actor = await admit(keeper, target, caller, (who) => (known = who));
      if (target.operation) requireKey(target.operation, request.headers['idempotency-key']);
      if (target.operation) boundMessage(request, response, options.times);
      if (target.places) takePlace(target.places, visitor.remoteAddress, groupOf(visitor.remoteAddress, { trusts, isFamiliar }), response);
      origins.set(request, { visitor, ...(actor && { actor }) });
      calls.inc({ method: target.name, admitted: 'yes' });
      return true;
    } catch (error) {
      calls.inc({ method: target.name, admitted: 'no' });
      if (target.operation && error instanceof AppError && (error.status === 401 || error.status === 403))
        onDenied?.({ ...visitor, ...(known && { actor: known }) }, target.operation, error);
      const { error: status, unexpected } = statusOf(error, visitor.requestId, told);
      if (unexpected) log.error('A gRPC call failed at the door', { method: target.name, requestId: visitor.requestId, error });
      refuse(request, response, status);
      return false;
    }
  };
}

const NOWHERE: Target = { name: 'none' };

function targetsOf(api: Api, strangers: PlaceBounds): ReadonlyMap<string, Target> {
  const operations = api.services.flatMap(({ name, methods }) =>
    methods.map((method): [string, Target] => [`/${api.package}.${name}/${method.name}`, method]),
  );
  const [watches, questions] = [placesOf(strangers), placesOf(strangers)];
  const open = (standard: Standard, name: string, target: Omit<Target, 'name'>): [string, Target][] =>
    standard.service.methods
      .filter((method) => method.name === name)
      .map((method) => [`/${standard.service.typeName}/${method.name}`, { name: method.name, ...target }]);
  return new Map<string, Target>([
    ...operations,
    ...open(HEALTH_CHECK, 'Check', { isFree: true }),
    ...open(HEALTH_CHECK, 'Watch', { isFree: true, places: watches }),
    ...REFLECTION.flatMap((one) => open(one, 'ServerReflectionInfo', { places: questions })),
  ]);
}

async function admit(
  keeper: Doorkeeper,
  { operation, isFree }: Target,
  caller: Caller,
  known: (actor: Actor) => void,
): Promise<Actor | undefined> {
  if (operation) return await admitCaller(keeper, operation, caller, known);
  if (!isFree) await chargeVisit(keeper.limiter, caller);
  return undefined;
}

/** Held until the stream is over, however it ends. */
function takePlace(places: Places, address: string, group: PlaceGroup, { stream }: Http2ServerResponse): void {
  if (stream.closed || stream.destroyed) return;
  const giveBack = places.take(address, group);
  if (!giveBack)
    throw new AppError(
      'limit',
      'request.too_many',
      'This address has too many of these streams open, or all have. Close one, or try again later.',
    );
  stream.once('close', giveBack);
}

function visitorOf({ headers, socket }: Http2ServerRequest, trusts: Trusts): Visitor {
  return {
    requestId: requestIdOf(headers as IncomingHttpHeaders),
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
