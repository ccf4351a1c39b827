import { AppError, type Kind } from '../../base/error.ts';

/** One field of the request that does not fit: where it is and what is expected. */
export type FieldProblem = { place: 'path' | 'query' | 'body'; pointer: string; detail: string };

/** What every answer that is not a success says (RFC 9457). `code` is stable, `detail` is for people. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  requestId: string;
  errors?: readonly FieldProblem[];
};

/** Input that does not fit its contract, with every field that was found wrong. */
export class InputError extends AppError {
  readonly fields: readonly FieldProblem[];

  constructor(code: string, message: string, fields: readonly FieldProblem[] = []) {
    super('invalid', code, message);
    this.name = 'InputError';
    this.fields = fields;
  }
}

/** A failure of HTTP itself whose status belongs to no kind of AppError (408, 414, 417, 426, 431). */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request does not fit',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'The request took too long to arrive',
  409: 'Conflict with the present state',
  413: 'Too large',
  414: 'The address is too long',
  415: 'Media type not supported',
  417: 'Expectation not supported',
  422: 'Cannot be done',
  426: 'Upgrade required',
  429: 'Too many requests',
  431: 'The headers are too large',
  502: 'Another system failed',
  503: 'Not available at the moment',
  504: 'Took too long',
};

const INTERNAL_TITLE = 'Internal error';
const INTERNAL_DETAIL = 'Something went wrong on our side. Tell us the request id if it happens again.';

/** The problem document of any failure. `unexpected` says that it was not foreseen: its cause belongs into the log, never into the answer. */
export function problemOf(
  failure: unknown,
  requestId: string,
): { problem: Problem; unexpected: boolean; error: AppError | HttpError | undefined } {
  const error = failure instanceof AppError || failure instanceof HttpError ? failure : fromFramework(failure);
  const status = error?.status ?? 500;
  const code = error?.code ?? 'internal';
  const problem: Problem = {
    type: `/docs#${code}`,
    title: TITLES[status] ?? INTERNAL_TITLE,
    status,
    code,
    detail: error?.message ?? INTERNAL_DETAIL,
    requestId,
    ...(error instanceof InputError && error.fields.length > 0 && { errors: error.fields }),
  };
  return { problem, unexpected: error === undefined, error };
}

/** What Fastify finds before any of our code runs. Its own texts quote the request, so ours are used. */
const FRAMEWORK: Readonly<Record<string, readonly [kind: Kind, code: string, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'request.too_large', 'The body is larger than this operation takes.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid', 'request.content_length', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['media_type', 'request.media_type', 'This media type is not supported here.'],
  FST_ERR_BAD_URL: ['invalid', 'request.bad_url', 'The address holds a broken percent escape.'],
};

const FRAMEWORK_HTTP: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  FST_ERR_MAX_PARAM_LENGTH: [414, 'request.url_too_long', 'A part of the address is too long.'],
};

function fromFramework(failure: unknown): AppError | HttpError | undefined {
  const { code, statusCode } = (typeof failure === 'object' && failure !== null ? failure : {}) as { code?: string; statusCode?: number };
  const known = FRAMEWORK[code ?? ''];
  if (known) return new AppError(...known);
  const http = FRAMEWORK_HTTP[code ?? ''];
  if (http) return new HttpError(...http);
  // The body broke off, or the framework refused it for a reason without a name of its own.
  const framework = code?.startsWith('FST_') || code === 'ECONNRESET' || code === 'ECONNABORTED';
  if (framework && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError('invalid', 'request.unreadable', 'The request could not be read.');
  }
  return undefined;
}

/** A problem as a whole HTTP/1.1 message, for sockets that have no reply yet (broken requests, refused upgrades). */
export function rawProblem(error: AppError | HttpError, requestId: string, headers: Readonly<Record<string, string>> = {}): string {
  const body = JSON.stringify(problemOf(error, requestId).problem);
  const fields = {
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${TITLES[error.status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`;
}
