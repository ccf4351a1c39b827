import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../base/context.ts';
import type { Operation } from '../../base/operation.ts';
import { parseTraceparent, type Trace } from '../trace/trace.ts';
import { admit, ctxOf, Extras, jsonOf } from './call.ts';
import type { Doorkeeper, Entrance } from './door.ts';
import { writeCookie } from './headers.ts';
import { readerOf, writerOf } from './input.ts';
import { refuseUnsafe } from './json.ts';
import { Reply, type Route } from './route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request is admitted. */
    actor: Actor | undefined;
  }
  interface FastifyContextConfig {
    /** What the route is called in metrics and logs. */
    name?: string;
    /** The contract it serves, if it serves one. */
    operation?: Operation;
    /** What a visit costs where there is no contract; `light` unless told, `none` where the limits are not for it. */
    visit?: Entrance['cost'] | 'none';
  }
}

export type RouteDeps = Doorkeeper & {
  trace: Trace;
  /** Cookies are marked Secure. */
  secure: boolean;
};

/** Puts one contract on the server: admission, checked and decoded input, the handler, the encoded answer. */
export function addContractRoute(app: FastifyInstance, { operation, handle }: Route, deps: RouteDeps): void {
  const read = inputReader(operation);
  const write = operation.produces === JSON_TYPE ? writerOf(operation.name, operation.output) : undefined;
  const produces = operation.produces === JSON_TYPE ? JSON_UTF8 : operation.produces;
  const { trace } = deps;

  async function run(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const input = read(request);
    const result = await handle(ctxOf(operation, request), input as never, new Extras(request));
    const output = result instanceof Reply ? result.output : result;
    const sent = write ? write(output) : output;
    reply.code(operation.status);
    reply.header('content-type', produces);
    // After the contract's media type, which a file may tell more exactly.
    if (result instanceof Reply) applyExtras(reply, result.extras, deps.secure);
    return reply.send(sent);
  }

  app.route({
    method: operation.method,
    url: operation.path.replaceAll(':', '::').replace(/\{(\w+)\}/g, ':$1'),
    bodyLimit: operation.bodyLimit,
    config: { name: operation.name, operation },
    onRequest: (request, reply) => admit(deps, operation, request, reply),
    handler: trace.enabled
      ? (request, reply) => {
          const parent = parseTraceparent(header(request, 'traceparent'));
          const attributes = { 'http.request.method': operation.method, 'http.route': operation.path };
          return trace.serve(operation.name, attributes, { ...(parent && { parent }), work: () => run(request, reply) });
        }
      : run,
  });
}

const JSON_TYPE = 'application/json';
const JSON_UTF8 = 'application/json; charset=utf-8';

/** Fields of path, query and body in one object. Errors at start: a contract that names a field in two places. */
function inputReader(operation: Operation): (request: FastifyRequest) => object {
  const { params, query, body } = operation.input;
  const names = [params, query, body].flatMap((part) => Object.keys(part.properties));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`The contract ${operation.name} names the field ${twice} in two places`);
  const [readParams, readQuery, readBody] = [readerOf('path', params), readerOf('query', query), readerOf('body', body)];
  const readsJson = operation.method !== 'GET' && operation.consumes === JSON_TYPE;

  return (request) => {
    // A decoded escape can bring anything; JSON is looked at where it is parsed.
    if (request.url.includes('%')) {
      refuseUnsafe('path', request.params);
      refuseUnsafe('query', request.query);
    }
    return { ...readParams(request.params), ...readQuery(request.query), ...(readsJson && readBody(jsonOf(request))) };
  };
}

function applyExtras(reply: FastifyReply, extras: Reply<unknown>['extras'], secure: boolean): void {
  if (extras.status !== undefined) reply.code(extras.status);
  if (extras.headers) reply.headers(extras.headers);
  for (const cookie of extras.cookies ?? []) reply.header('set-cookie', writeCookie(cookie, secure));
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
