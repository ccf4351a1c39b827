import { hash } from 'node:crypto';
import { toBinary, type DescMethod, type DescService, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextKey, type HandlerContext } from '@connectrpc/connect';
import { codecOf } from '../../base/codec.ts';
import type { Actor, Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Operation } from '../../base/operation.ts';
import type { Doorkeeper, Visitor } from '../http/door.ts';
import { bearerOf } from '../http/headers.ts';
import { readerOf } from '../http/input.ts';
import { Reply, type Route } from '../http/route.ts';
import type { Log } from '../log/log.ts';
import { converterOf } from './convert.ts';
import type { Api, MethodPlan } from './shapes.ts';
import { statusOf } from './status.ts';

/** Sends messages of a streamed method, in wire form, until `signal` ends it. */
export type Streamer = (ctx: Ctx, input: never, signal: AbortSignal) => AsyncIterable<object>;

export type CallDeps = {
  routes: readonly Route[];
  /** What answers the streamed methods, by their names. */
  streams: Readonly<Record<string, Streamer>>;
  keeper: Doorkeeper;
  log: Log;
  /** How soon a stream ends whose credential has expired or was revoked. */
  lookEveryMs?: number;
};

/** Where a call comes from, as the door found it; `actor` for operations. */
export type CallOrigin = { visitor: Visitor; actor?: Actor };

export const originKey = createContextKey(undefined as CallOrigin | undefined, { description: 'where a call comes from' });

/** Who was let in at the door. */
type Admitted = Required<CallOrigin>;

function admittedIn({ values }: HandlerContext): Admitted {
  const origin = values.get(originKey);
  if (!origin?.actor) throw new Error('a call came past the door');
  return origin as Admitted;
}

type Implementation = Record<string, (message: Message, context: HandlerContext) => unknown>;

/** What answers each method of a service. Throws when something of it is missing: that is an error of assembly. */
export function implement(options: CallDeps, api: Api, service: DescService, stop: AbortSignal): Implementation {
  const plans = api.services.find(({ name }) => name === service.name)!.methods;
  return Object.fromEntries(
    service.methods.map((method) => {
      const plan = plans.find(({ name }) => name === method.name)!;
      const call = plan.streamed ? streamed(options, api, { method, plan }, stop) : unary(options, api, { method, plan });
      return [method.localName, call];
    }),
  );
}

type Bound = { method: DescMethod; plan: MethodPlan };

/** One question, one answer: the route of the operation, as HTTP would call it. */
function unary(options: CallDeps, api: Api, bound: Bound) {
  const { plan, method } = bound;
  const route = options.routes.find(({ operation }) => operation === plan.operation);
  if (!route) throw new Error(`nothing here performs ${plan.operation.name}`);
  const { fromWire } = converterOf(api);
  const read = readerFor(api, bound);
  const output = codecOf(plan.operation.output);
  return async (message: Message, context: HandlerContext): Promise<Message> => {
    const { actor, visitor } = admittedIn(context);
    try {
      const ctx = ctxOf(plan.operation, { actor, visitor, key: context.requestHeader.get('idempotency-key'), method, message });
      const extras = { cookies: {}, document: new Uint8Array(), remoteAddress: visitor.remoteAddress, userAgent: visitor.userAgent };
      const result = await route.handle(ctx, read(message) as never, extras);
      context.responseHeader.set('x-request-id', visitor.requestId);
      return fromWire(method.output, output.encode(result instanceof Reply ? result.output : result) as object);
    } catch (error) {
      throw failed(options, error, { method, visitor });
    }
  };
}

function streamed(options: CallDeps, api: Api, bound: Bound, stop: AbortSignal) {
  const { plan, method } = bound;
  const stream = options.streams[plan.name];
  if (!stream) throw new Error(`nothing here streams ${plan.name}`);
  const { fromWire } = converterOf(api);
  const read = readerFor(api, bound);
  return async function* (message: Message, context: HandlerContext): AsyncGenerator<Message> {
    const { actor, visitor } = admittedIn(context);
    const watch = watchCredential(options, context.requestHeader.get('authorization'), visitor);
    const signal = AbortSignal.any([context.signal, stop, watch.ended]);
    try {
      const ctx = ctxOf(plan.operation, { actor, visitor, key: null, method, message });
      for await (const wire of stream(ctx, read(message) as never, signal)) yield fromWire(method.output, wire);
      signal.throwIfAborted();
    } catch (error) {
      if (watch.ended.aborted) throw failed(options, watch.ended.reason, { method, visitor });
      if (signal.aborted) throw new ConnectError('The server is stopping, or you have hung up.', Code.Unavailable);
      throw failed(options, error, { method, visitor });
    } finally {
      watch.stop();
    }
  };
}

const LOOK_EVERY_MS = 15_000;

function watchCredential(
  { keeper, lookEveryMs = LOOK_EVERY_MS }: CallDeps,
  authorization: string | null,
  visitor: Visitor,
): { ended: AbortSignal; stop(): void } {
  const ended = new AbortController();
  const token = bearerOf(authorization ?? undefined) ?? '';
  const timer = setInterval(() => {
    keeper.authenticate(token, visitor).catch((error: unknown) => {
      if (error instanceof AppError && error.kind === 'unauthenticated') ended.abort(error);
    });
  }, lookEveryMs);
  return { ended: ended.signal, stop: () => clearInterval(timer) };
}

/** The checked and decoded input of an operation, from its three places. Errors: `request.invalid`. */
function readerFor(api: Api, { plan: { operation }, method }: Bound): (message: Message) => object {
  const { toWire } = converterOf(api);
  const { params, query, body } = operation.input;
  const places = (
    [
      ['path', params],
      ['query', query],
      ['body', body],
    ] as const
  ).map(([place, schema]) => {
    const read = readerOf(place, schema);
    const names = Object.keys(schema.properties);
    return (wire: Record<string, unknown>) =>
      read(Object.fromEntries(names.filter((name) => name in wire).map((name) => [name, wire[name]])));
  });
  return (message) => {
    const wire = toWire(method.input, message);
    return Object.assign({}, ...places.map((read) => read(wire))) as object;
  };
}

type Call = Admitted & { key: string | null; method: DescMethod; message: Message };

function ctxOf(operation: Operation, { actor, visitor, key, method, message }: Call): Ctx {
  const content = Buffer.concat([Buffer.from(`grpc ${method.parent.typeName}/${method.name}\n`), toBinary(method.input, message)]);
  return {
    actor,
    tenantId: actor.tenantId,
    ...(actor.memberId !== undefined && { memberId: actor.memberId }),
    requestId: visitor.requestId,
    ...(key !== null && operation.idempotencyKey !== 'none' && { idempotency: { key, bodyHash: hash('sha256', content) } }),
  };
}

function failed({ log }: CallDeps, failure: unknown, { method, visitor }: { method: DescMethod; visitor: Visitor }): ConnectError {
  const { error, unexpected } = statusOf(failure, visitor.requestId);
  if (unexpected) log.error('A gRPC call failed', { method: method.name, requestId: visitor.requestId, error: failure });
  return error;
}
