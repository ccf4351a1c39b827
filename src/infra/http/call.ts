import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Operation } from '../../base/operation.ts';
import { admitCaller, type Caller, type Doorkeeper, type Visitor } from './door.ts';
import { readCookies } from './headers.ts';
import { parseJson } from './json.ts';
import { charsetOf, essenceOf, namesOf } from './media-type.ts';
import { HttpError, InputError } from './problem.ts';
import { plainAddress } from './proxies.ts';
import type { RequestExtras } from './route.ts';

/** What is known of a visitor from the connection and its headers. */
export function visitorOf(request: FastifyRequest): Visitor {
  const { id: requestId, headers } = request;
  return { requestId, remoteAddress: addressOf(request), userAgent: (headers['user-agent'] ?? '').slice(0, 256) };
}

/** The caller's address; behind proxies that are trusted, the one that they tell. */
export function addressOf(request: FastifyRequest): string {
  return plainAddress(request.ip);
}

/** A request on its way in. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  return {
    visitor: visitorOf(request),
    authorization: request.headers.authorization,
    cookies: request.headers.cookie,
    tell: (name, value) => void reply.header(name, value),
  };
}

/**
 * Everything that is decided before a body is read: who calls, how often they may, whether they may at all. A stranger
 * can make us neither read a megabyte nor verify signatures without end.
 */
export async function admit(keeper: Doorkeeper, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await admitCaller(keeper, operation, callerOf(request, reply), (actor) => (request.actor = actor));
  requireMediaType(operation, request);
  requireKey(operation, request.headers['idempotency-key']);
}

/** Refuses a body of a kind that the operation does not read, before a byte of it is read. */
function requireMediaType(operation: Operation, request: FastifyRequest): void {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': chunked, 'content-encoding': coding } = request.headers;
  const hasBody = chunked !== undefined || (length !== undefined && length !== '0');
  if (!hasBody || operation.method === 'GET') return;
  if (!namesOf(operation).includes(essenceOf(type))) {
    const kinds = [operation.consumes, ...(operation.alsoConsumes ?? [])].join(' or ');
    throw new AppError('media_type', 'request.media_type', `Send the body as ${kinds} and say so in Content-Type.`);
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

  get charset(): string | undefined {
    return charsetOf(this.#request.headers['content-type']);
  }

  get remoteAddress(): string {
    return addressOf(this.#request);
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
  // RFC 9112 §3.2: the next one on the way might go by the other.
  if (namesTwice(request.raw.rawHeaders, 'host')) return new InputError('request.host_twice', 'A request must name its Host once.');
  if (request.url.length <= MAX_URL) return undefined;
  return new HttpError(414, 'request.url_too_long', `The address is longer than ${MAX_URL} characters.`);
}

function namesTwice(rawHeaders: readonly string[], header: string): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === header.length && name.toLowerCase() === header) count += 1;
  }
  return count > 1;
}

const MAX_URL = 8_192;
