import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Operation } from '../../base/operation.ts';
import { bearerOf, readCookies } from './headers.ts';
import { parseJson } from './json.ts';
import type { Limiter, Payer } from './limits.ts';
import { HttpError, InputError } from './problem.ts';
import type { RequestExtras } from './route.ts';

/** Who stands at the door, before it is known who it is. */
export type Visitor = { requestId: string; remoteAddress: string; userAgent: string };

/**
 * Turns a bearer credential (access token or API key) into an actor. Errors: `unauthenticated` with a code of the access
 * module; anything else is a failure of ours.
 */
export type Authenticate = (token: string, visitor: Visitor) => Promise<Actor>;

/** Hears of every refusal with 401 or 403, for the audit log. `actor` is absent when nobody is known. Must not throw. */
export type OnDenied = (who: Visitor & { actor?: Actor }, operation: Operation, error: AppError) => void;

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Acts in public operations, where nobody has to say who they are. */
export const anonymous: Actor = { kind: 'anonymous', id: NOBODY, name: 'anonymous', tenantId: NOBODY, scopes: new Set() };

/** What is known of a visitor from the connection and its headers. */
export function visitorOf(request: FastifyRequest): Visitor {
  return { requestId: request.id, remoteAddress: request.ip, userAgent: (request.headers['user-agent'] ?? '').slice(0, 256) };
}

/** Who admits callers: whether they are whom they say, and how often they may call. */
export type Doorkeeper = { authenticate: Authenticate; limiter: Limiter };

/** A call on its way in, whatever it came by. `tell` sets a header (or a piece of metadata) of the answer. */
export type Caller = { visitor: Visitor; authorization: string | undefined; tell(name: string, value: string): void };

/**
 * Everything that is decided before a body is read: who calls, how often they may, whether they may at all. A stranger
 * can make us neither read a megabyte nor verify signatures without end.
 */
export async function admit(keeper: Doorkeeper, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { authorization } = request.headers;
  const tell = (name: string, value: string) => void reply.header(name, value);
  await admitCaller(keeper, operation, { visitor: visitorOf(request), authorization, tell }, (actor) => (request.actor = actor));
  requireMediaType(operation, request);
  requireKey(operation, request.headers['idempotency-key']);
}

/**
 * Who calls, when they may call the operation now; `known` hears who it is before that is decided.
 * Errors: `request.credential_missing`, `request.credential_malformed`, those of `Authenticate`, `request.too_many`,
 * `request.scope_missing`.
 */
export async function admitCaller(
  keeper: Doorkeeper,
  operation: Operation,
  caller: Caller,
  known: (actor: Actor) => void = () => {},
): Promise<Actor> {
  const actor = operation.scope === 'public' ? anonymous : await identify(keeper, caller);
  known(actor);
  await charge(keeper.limiter, payerOf(actor, operation, caller.visitor), operation, caller);
  requireScope(actor, operation);
  return actor;
}

/**
 * Who pays for a call. A bank pays with its own rate for all that its programs ask and for all that its people change; what
 * people read on their screens counts for themselves alone.
 */
function payerOf(actor: Actor, { method }: Operation, { remoteAddress }: Visitor): Payer {
  if (actor === anonymous) return { address: remoteAddress };
  const { id: actorId, tenantId, memberId } = actor;
  const paysAsMember = memberId !== undefined && !(actor.kind === 'user' && method === 'GET');
  return { actorId, tenantId, ...(paysAsMember && { memberId }) };
}

async function identify({ authenticate, limiter }: Doorkeeper, caller: Caller): Promise<Actor> {
  const { visitor, authorization } = caller;
  const token = bearerOf(authorization);
  if (token === undefined)
    throw unauthenticated(caller, 'request.credential_missing', 'Log in, or send an API key: Authorization: Bearer …');
  if (token === null)
    throw unauthenticated(caller, 'request.credential_malformed', 'The Authorization header must read: Bearer, a space, the credential.');
  const wait = limiter.mustWait(visitor.remoteAddress);
  if (wait > 0) throw tooMany(caller, wait, 'Too many refused credentials came from this address.');
  try {
    return await authenticate(token, visitor);
  } catch (error) {
    if (error instanceof AppError && error.kind === 'unauthenticated') {
      limiter.failed(visitor.remoteAddress);
      caller.tell('www-authenticate', 'Bearer error="invalid_token"');
    }
    throw error;
  }
}

function unauthenticated(caller: Caller, code: string, message: string): AppError {
  caller.tell('www-authenticate', 'Bearer');
  return new AppError('unauthenticated', code, message);
}

async function charge(limiter: Limiter, payer: Payer, operation: Operation, caller: Caller): Promise<void> {
  const { policy, state, refusedBy } = await limiter.take(payer, operation.cost);
  caller.tell('ratelimit-policy', policy);
  caller.tell('ratelimit', state);
  if (refusedBy) throw tooMany(caller, refusedBy.retryAfterSeconds, `The limit per ${refusedBy.name} is used up.`);
}

function tooMany(caller: Caller, seconds: number, message: string): AppError {
  caller.tell('retry-after', String(seconds));
  return new AppError('limit', 'request.too_many', `${message} Try again in ${seconds} s.`);
}

function requireScope(actor: Actor, operation: Operation): void {
  const { scope } = operation;
  if (scope === 'public' || scope === 'authenticated' || actor.scopes.has(scope)) return;
  throw new AppError('forbidden', 'request.scope_missing', `This needs the scope ${scope}, which your role or key does not have.`);
}

/** Refuses a body of a kind that the operation does not read, before a byte of it is read. */
function requireMediaType(operation: Operation, request: FastifyRequest): void {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': chunked, 'content-encoding': coding } = request.headers;
  const hasBody = chunked !== undefined || (length !== undefined && length !== '0');
  if (!hasBody || operation.method === 'GET') return;
  const essence = (type ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (essence !== operation.consumes) {
    throw new AppError('media_type', 'request.media_type', `Send the body as ${operation.consumes} and say so in Content-Type.`);
  }
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new AppError('media_type', 'request.content_encoding', 'Send the body without Content-Encoding.');
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Errors: `request.key_missing`, `request.key_invalid`. */
export function requireKey(operation: Operation, key: unknown): void {
  if (operation.idempotencyKey === 'none') return;
  if (key === undefined) {
    if (operation.idempotencyKey === 'optional') return;
    throw new InputError('request.key_missing', 'Send an Idempotency-Key, so that a repetition cannot act twice.');
  }
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new InputError('request.key_invalid', 'Idempotency-Key must be 1 to 200 visible ASCII characters.');
  }
}

/** The context of an admitted request; the hash covers what was asked (method, address) and every byte that was sent. */
export function ctxOf(operation: Operation, request: FastifyRequest): Ctx {
  const actor = request.actor!;
  const key = operation.idempotencyKey === 'none' ? undefined : request.headers['idempotency-key'];
  return {
    actor,
    tenantId: actor.tenantId,
    ...(actor.memberId !== undefined && { memberId: actor.memberId }),
    requestId: request.id,
    ...(typeof key === 'string' && { idempotency: { key, bodyHash: hashOf(request) } }),
  };
}

function hashOf(request: FastifyRequest): string {
  const head = `${request.method} ${request.url}\n`;
  const body = bodyOf(request);
  return body.length === 0 ? hash('sha256', head) : hash('sha256', Buffer.concat([Buffer.from(head), body]));
}

/** The body as it came. */
function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : EMPTY;
}

const EMPTY = Buffer.alloc(0);

/** The JSON of the body; nothing sent counts as an object without fields. */
export function jsonOf(request: FastifyRequest): unknown {
  const body = bodyOf(request);
  return body.length === 0 ? {} : parseJson(body);
}

/** Cookies and bytes for the few handlers that look at them; cookies are read when asked for. */
export class Extras implements RequestExtras {
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest) {
    this.#request = request;
  }

  get cookies(): Readonly<Record<string, string>> {
    return readCookies(this.#request.headers.cookie);
  }

  get document(): Uint8Array {
    return bodyOf(this.#request);
  }

  get remoteAddress(): string {
    return this.#request.ip;
  }

  get userAgent(): string {
    return visitorOf(this.#request).userAgent;
  }

  get range(): string | undefined {
    return this.#request.headers.range;
  }
}

/** What HTTP itself demands of a request, whatever it asks; undefined when all is well. */
export function unsoundness(request: FastifyRequest): InputError | HttpError | undefined {
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
    return new InputError('request.host_missing', 'An HTTP/1.1 request must name its Host.');
  }
  if (request.url.length <= MAX_URL) return undefined;
  return new HttpError(414, 'request.url_too_long', `The address is longer than ${MAX_URL} characters.`);
}

const MAX_URL = 8_192;
