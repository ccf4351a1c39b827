import { codecOf, type Codec } from './codec.ts';
import type { InputOf, Operation, OutputOf } from './operation.ts';

/** An answer that is not a success: the problem document of the server (RFC 9457), or `network` when none came. */
export class ApiError extends Error {
  /** HTTP status, 0 when no answer came. */
  readonly status: number;
  /** Stable; decide by this one. */
  readonly code: string;
  readonly requestId: string | undefined;
  /** Fields of the input that do not fit. */
  readonly fields: readonly { place: string; pointer: string; detail: string }[];
  /** Seconds until another try makes sense, when the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(from: {
    status: number;
    code: string;
    detail: string;
    requestId?: string | undefined;
    fields?: ApiError['fields'] | undefined;
    retryAfterSeconds?: number | undefined;
    cause?: unknown;
  }) {
    super(from.detail, from.cause === undefined ? undefined : { cause: from.cause });
    this.name = 'ApiError';
    this.status = from.status;
    this.code = from.code;
    this.requestId = from.requestId;
    this.fields = from.fields ?? [];
    this.retryAfterSeconds = from.retryAfterSeconds;
  }
}

export type ClientOptions = {
  /** Where the API is, without a slash at the end; '' for the page's own host. */
  baseUrl: string;
  /** Access token or API key, asked for before each call that needs one. */
  token?: () => string | undefined | Promise<string | undefined>;
  /** For tests and for environments with a fetch of their own. */
  fetch?: typeof globalThis.fetch;
  timeoutMs?: number;
};

export type CallOptions = {
  /** Names the act; made anew for each call of an operation that needs one unless given. Give the same to repeat safely. */
  idempotencyKey?: string;
  /** The body of an operation that does not read JSON. */
  document?: string | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
};

/** Calls any operation of the API with the types of its contract. Errors: `ApiError`. */
export type Client = <T extends Operation>(operation: T, input: InputOf<T>, options?: CallOptions) => Promise<OutputOf<T>>;

const JSON_TYPE = 'application/json';

/** A client of the public API derived from the contracts; runs in browsers and on servers. */
export function createClient({ baseUrl, token, fetch = globalThis.fetch, timeoutMs = 30_000 }: ClientOptions): Client {
  const plans = new Map<Operation, Plan>();

  return async (operation, input, options = {}) => {
    let plan = plans.get(operation);
    if (!plan) plans.set(operation, (plan = planOf(operation)));
    const credential = operation.scope === 'public' ? undefined : await token?.();
    const call = requestOf(operation, plan, { input: input as object, options, credential });
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    const reply = await send(() => fetch(`${baseUrl}${call.path}`, { ...call.init, signal }), options.signal);
    if (!reply.ok) throw await refusal(reply);
    if (operation.produces !== JSON_TYPE) return (await reply.text()) as never;
    return plan.output.decode(await reply.json()) as never;
  };
}

/** The codecs of a contract, found once. */
type Plan = { params: Codec; query: Codec; body: Codec; output: Codec };

function planOf({ input, output }: Operation): Plan {
  return { params: codecOf(input.params), query: codecOf(input.query), body: codecOf(input.body), output: codecOf(output) };
}

type Fields = Record<string, unknown>;
type Call = { input: object; options: CallOptions; credential: string | undefined };

function requestOf(operation: Operation, plan: Plan, { input, options, credential }: Call): { path: string; init: RequestInit } {
  const part = (place: 'params' | 'query' | 'body') =>
    plan[place].encode(pick(input as Fields, Object.keys(operation.input[place].properties))) as Fields;
  const params = part('params');
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(
    Object.entries(part('query')).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const body = bodyOf(operation, () => part('body'), options.document);
  const key = options.idempotencyKey ?? (operation.idempotencyKey === 'required' ? crypto.randomUUID() : undefined);
  const headers = {
    ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
    ...(body !== undefined && { 'content-type': operation.consumes }),
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  return {
    path: search === '' ? path : `${path}?${search}`,
    init: { method: operation.method, headers, credentials: 'same-origin', ...(body !== undefined && { body }) },
  };
}

function bodyOf(operation: Operation, json: () => Fields, document: CallOptions['document']): string | Uint8Array<ArrayBuffer> | undefined {
  if (operation.method === 'GET') return undefined;
  if (operation.consumes !== JSON_TYPE) return document ?? '';
  return Object.keys(operation.input.body.properties).length > 0 ? JSON.stringify(json()) : undefined;
}

/** The fields of one place; what is undefined is not sent. */
function pick(input: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]));
}

/** A call that the caller broke off ends with the caller's own reason. */
async function send(ask: () => Promise<Response>, given: AbortSignal | undefined): Promise<Response> {
  try {
    return await ask();
  } catch (cause) {
    if (given?.aborted) throw given.reason;
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    const detail = late ? 'The server did not answer in time.' : 'The server cannot be reached.';
    throw new ApiError({ status: 0, code: late ? 'network.timed_out' : 'network.unreachable', detail, cause });
  }
}

async function refusal(reply: Response): Promise<ApiError> {
  const problem = (await reply.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    requestId?: string;
    errors?: ApiError['fields'];
  };
  const seconds = Number(reply.headers.get('retry-after') ?? NaN);
  return new ApiError({
    status: reply.status,
    // A proxy on the way answers in its own manner.
    code: problem.code ?? 'network.no_problem_document',
    detail: problem.detail ?? `The server answered ${reply.status}.`,
    requestId: problem.requestId ?? reply.headers.get('x-request-id') ?? undefined,
    fields: problem.errors,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}
