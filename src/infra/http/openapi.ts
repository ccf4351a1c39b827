import type { TObject, TSchema } from 'typebox';
import { namesOf } from './media-type.ts';
import type { Operation } from '../../base/operation.ts';
import { COMMON_CODES } from './codes.ts';
import type { ChannelInfo } from './socket-protocol.ts';

type Json = Record<string, unknown>;

/** One call in the document. `x-` fields are ours: the error codes, the cost to the rate limiter. */
export type OpenApiCall = {
  operationId: string;
  tags: string[];
  summary: string;
  security: Json[];
  parameters: (Json & { name: string; in: string; required: boolean; description?: string; schema: Json })[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json; example?: unknown }> };
  responses: Record<string, Json>;
  'x-cost': Operation['cost'];
  'x-errors': string[];
};

/** The parts of an OpenAPI 3.1 document that we make. */
export type OpenApi = {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, OpenApiCall>>;
  components: Json;
  'x-channels'?: Json[];
  /** Codes that any operation may answer with, and what they mean. */
  'x-common-errors': Readonly<Record<string, string>>;
};

export type OpenApiSource = { title: string; version: string; operations: readonly Operation[]; channels?: readonly ChannelInfo[] };

/** The OpenAPI 3.1 document of a set of contracts; nothing about a single operation is written by hand. */
export function openapi({ title, version, operations, channels }: OpenApiSource): OpenApi {
  const paths: OpenApi['paths'] = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method.toLowerCase()] = callOf(operation);
  const tags = [...new Set(operations.map(tagOf))].toSorted();
  return {
    openapi: '3.1.0',
    info: { title, version, description: DESCRIPTION },
    tags: tags.map((name) => ({ name, description: `Operations of the module ${name}` })),
    paths,
    components: COMPONENTS,
    'x-common-errors': COMMON_CODES,
    ...(channels && {
      'x-channels': channels.map(({ name, scope, eventTypes }) => ({ name, scope, ...(Array.isArray(eventTypes) && { eventTypes }) })),
    }),
  };
}

const DESCRIPTION = [
  'Every answer that is not a success is `application/problem+json` with a stable `code` and the request id.',
  'Amounts are strings of whole minor units, times are ISO 8601 in UTC, ids carry a prefix that names what they are.',
  'Commands that have the header `Idempotency-Key` among their parameters take one: the same key with the same request gets the same answer, however often it is sent. The others, above all those whose answer holds a secret, which nobody keeps, do their work each time, and a key does nothing there.',
].join(' ');

/** `ledger.open_account` belongs to `ledger`. */
function tagOf({ name }: Operation): string {
  return name.split('.', 1)[0]!;
}

function callOf(operation: Operation): OpenApiCall {
  const { name, summary, scope, cost, errors } = operation;
  const body = bodyOf(operation);
  return {
    operationId: name,
    tags: [tagOf(operation)],
    summary,
    security: scope === 'public' ? [] : [{ bearer: scope === 'authenticated' ? [] : [scope] }],
    parameters: parametersOf(operation),
    ...(body && { requestBody: body }),
    responses: responsesOf(operation),
    'x-cost': cost,
    'x-errors': [...errors],
  };
}

function parametersOf({ input, idempotencyKey, example }: Operation): OpenApiCall['parameters'] {
  const fields = (place: 'path' | 'query', part: TObject, examples: object | undefined) =>
    Object.entries(part.properties).map(([field, schema]) => {
      const plain = plainSchema(schema);
      const value = (examples as Json | undefined)?.[field];
      return {
        name: field,
        in: place,
        required: place === 'path' || (part.required ?? []).includes(field),
        ...(typeof plain['description'] === 'string' && { description: plain['description'] }),
        schema: plain,
        ...(value !== undefined && { example: value }),
      };
    });
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: idempotencyKey === 'required',
    description: 'Names this act: 1 to 200 visible ASCII characters. Sent again with the same request, it gets the same answer.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
  };
  return [
    ...fields('path', input.params, example?.params),
    ...fields('query', input.query, example?.query),
    ...(idempotencyKey === 'none' ? [] : [key]),
  ];
}

function bodyOf({ method, consumes, alsoConsumes, input, example }: Operation): OpenApiCall['requestBody'] {
  if (method === 'GET') return undefined;
  if (consumes !== 'application/json') {
    const media = { schema: { type: 'string' }, ...(example?.document !== undefined && { example: example.document }) };
    return {
      required: true,
      content: Object.fromEntries(namesOf({ consumes, ...(alsoConsumes && { alsoConsumes }) }).map((name) => [name, media])),
    };
  }
  if (Object.keys(input.body.properties).length === 0) return undefined;
  const media = { schema: plainSchema(input.body), ...(example?.body && { example: example.body }) };
  return { required: (input.body.required ?? []).length > 0, content: { [consumes]: media } };
}

function responsesOf(operation: Operation): Record<string, Json> {
  const { status, output, produces, scope, errors } = operation;
  const schema = produces === 'application/json' ? plainSchema(output) : { type: 'string' };
  const hasInput = [operation.input.params, operation.input.query, operation.input.body].some(
    (part) => Object.keys(part.properties).length > 0,
  );
  const described = errors.length > 0 ? `Also, by code: ${errors.join(', ')}.` : 'Any other failure.';
  return {
    [status]: { description: 'Done', headers: RATE_HEADERS, content: { [produces]: { schema } } },
    ...((hasInput || operation.method !== 'GET') && { 400: problemRef('Invalid') }),
    ...(scope !== 'public' && { 401: problemRef('Unauthenticated') }),
    ...(scope !== 'public' && scope !== 'authenticated' && { 403: problemRef('Forbidden') }),
    429: problemRef('TooMany'),
    default: { description: described, content: PROBLEM_CONTENT },
  };
}

/** A TypeBox schema is JSON Schema already; a copy leaves what only the code needs (codecs, kinds) behind. */
function plainSchema(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}

function problemRef(name: string): Json {
  return { $ref: `#/components/responses/${name}` };
}

const RATE_HEADERS = {
  RateLimit: { $ref: '#/components/headers/RateLimit' },
  'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
};

const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'What went wrong (RFC 9457)',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    code: { type: 'string', description: 'Stable; decide by this one', examples: ['request.invalid'] },
    detail: { type: 'string', description: 'For people; may change' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      description: 'The fields that do not fit, at most five',
      items: {
        type: 'object',
        required: ['place', 'pointer', 'detail'],
        properties: {
          place: { enum: ['path', 'query', 'body'] },
          pointer: { type: 'string', description: 'JSON pointer' },
          detail: { type: 'string' },
        },
      },
    },
  },
};

const COMPONENTS: Json = {
  schemas: { Problem: PROBLEM_SCHEMA },
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An access token from a login, or an API key' } },
  headers: {
    RateLimit: {
      description: 'What is left of each limit (`r`) and the seconds until all of it is back (`t`)',
      schema: { type: 'string', examples: ['"actor";r=5999;t=1'] },
    },
    RateLimitPolicy: {
      description: 'Units (`q`) a window in seconds (`w`)',
      schema: { type: 'string', examples: ['"actor";q=6000;w=60'] },
    },
    RequestId: { description: "The caller's X-Request-Id, or a new one", schema: { type: 'string' } },
    RetryAfter: { description: 'Seconds until the call fits', schema: { type: 'integer' } },
  },
  responses: {
    Invalid: {
      description: 'The request does not fit the contract: `request.invalid`, `request.malformed_json`, `request.key_missing`, …',
      content: PROBLEM_CONTENT,
    },
    Unauthenticated: { description: 'No credential, or one that is refused', content: PROBLEM_CONTENT },
    Forbidden: { description: 'The scope is missing: `request.scope_missing`', content: PROBLEM_CONTENT },
    TooMany: {
      description: 'A rate limit is used up: `request.too_many`',
      headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
      content: PROBLEM_CONTENT,
    },
  },
};
