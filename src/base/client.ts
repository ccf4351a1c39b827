import type { StaticEncode } from 'typebox';
import type { Operation } from './operation.ts';

/** What a caller sends, in wire form: path, query and body fields in one object. */
export type WireInput<T extends Operation> = StaticEncode<T['input']['params']> &
  StaticEncode<T['input']['query']> &
  StaticEncode<T['input']['body']>;

/** What the server answers, in wire form: ids with prefix, money as digits, instants as ISO text. */
export type WireOutput<T extends Operation> = StaticEncode<T['output']>;

/** A bare document for operations that do not take JSON. */
export type WireDocument = Blob | string | Uint8Array<ArrayBuffer>;

/** One field that does not fit: where (a JSON pointer) and why. */
export type FieldProblem = { pointer: string; detail: string };

type ProblemFields = {
  status: number;
  code: string;
  message: string;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  fields?: readonly FieldProblem[] | undefined;
  cause?: unknown;
};

/** An answer that is no success, from its problem+json (RFC 9457); status 0 when the server was not reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Fields of the request that do not fit, when that is why. */
  readonly fields: readonly FieldProblem[];

  constructor(fields: ProblemFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'Problem';
    this.status = fields.status;
    this.code = fields.code;
    this.requestId = fields.requestId;
    this.retryAfterMs = fields.retryAfterMs;
    this.fields = fields.fields ?? [];
  }
}

type Fields = Record<string, unknown>;

function pick(schema: { properties?: object }, input: Fields): Fields {
  const keys = Object.keys(schema.properties ?? {}).filter((key) => input[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, input[key]]));
}

/** The request that an operation's contract and an input come to; `document` is the body where the contract takes no JSON. */
export function requestOf(
  operation: Operation,
  input: Fields,
  extras: { token?: string | undefined; key?: string | undefined; document?: WireDocument | undefined } = {},
): { url: string; method: string; headers: Record<string, string>; body: WireDocument | undefined } {
  const params = pick(operation.input.params, input);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams(
    Object.entries(pick(operation.input.query, input)).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const fields = pick(operation.input.body, input);
  const hasFields = Object.keys(operation.input.body.properties ?? {}).length > 0;
  const body = extras.document ?? (hasFields ? JSON.stringify(fields) : undefined);
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = operation.consumes;
  if (extras.token) headers.authorization = `Bearer ${extras.token}`;
  if (extras.key && operation.idempotencyKey !== 'none') headers['idempotency-key'] = extras.key;
  return { url: query.size > 0 ? `${path}?${query.toString()}` : path, method: operation.method, headers, body };
}

type ProblemDocument = { code: string; title: string; detail: string; requestId: string; errors: FieldProblem[] };

async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('retry-after'));
  const shown: unknown = await response.json().catch(() => undefined);
  const said = (typeof shown === 'object' && shown !== null ? shown : {}) as Partial<ProblemDocument>;
  return new Problem({
    status: response.status,
    // A proxy on the way answers in its own manner.
    code: said.code ?? 'network.no_problem_document',
    message: said.detail ?? said.title ?? `The server answered ${response.status}.`,
    requestId: said.requestId ?? response.headers.get('x-request-id') ?? undefined,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
    fields: said.errors,
  });
}

export type SendOptions = {
  /** Where the API is, without a slash at the end; the page's own host unless told. */
  baseUrl?: string | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** For tests. */
  fetch?: typeof globalThis.fetch;
};

const TIMEOUT_MS = 60_000;

/**
 * Sends one request and answers with the wire form; runs in browsers and on servers. Throws `Problem`, with the codes
 * `network.unreachable` and `network.timed_out` when no answer came; a call that the caller broke off ends with its reason.
 */
export async function send<T extends Operation>(
  operation: T,
  request: ReturnType<typeof requestOf>,
  options: SendOptions = {},
): Promise<WireOutput<T>> {
  const isJson = operation.produces === 'application/json';
  return (await ask(request, options, async (response) => (isJson ? response.json() : response.text()))) as WireOutput<T>;
}

/** The same for an answer that is a file. */
export async function sendForFile(request: ReturnType<typeof requestOf>, options: SendOptions = {}): Promise<Blob> {
  return ask(request, options, (response) => response.blob());
}

async function ask<A>(
  request: ReturnType<typeof requestOf>,
  { baseUrl = '', signal, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch }: SendOptions,
  read: (response: Response) => Promise<A>,
): Promise<A> {
  const { url, body, ...init } = request;
  const late = AbortSignal.timeout(timeoutMs);
  const until = signal ? AbortSignal.any([signal, late]) : late;
  const exchange = async () => {
    const response = await fetch(`${baseUrl}${url}`, { ...init, body: body ?? null, credentials: 'same-origin', signal: until });
    if (!response.ok) throw await problemOf(response);
    return read(response);
  };
  return exchange().catch((error: unknown) => {
    if (signal?.aborted) throw signal.reason;
    throw error instanceof Problem ? error : unanswered(late.aborted, error);
  });
}

function unanswered(isLate: boolean, cause: unknown): Problem {
  const message = isLate ? 'The server did not answer in time.' : 'The server cannot be reached. Check the connection and try again.';
  return new Problem({ status: 0, code: isLate ? 'network.timed_out' : 'network.unreachable', message, cause });
}
