const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method: 405,
  conflict: 409,
  too_large: 413,
  media_type: 415,
  unprocessable: 422,
  limit: 429,
  upstream: 502,
  unavailable: 503,
  timeout: 504,
} as const;

/** What went wrong, as far as the caller needs to know; decides the HTTP status. */
export type Kind = keyof typeof STATUS;

/** An expected failure. `code` and `message` are for the caller; `internal` never leaves the process. */
export class AppError extends Error {
  readonly kind: Kind;
  readonly code: string;
  readonly internal: unknown;

  constructor(kind: Kind, code: string, message: string, internal?: unknown) {
    super(message);
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.internal = internal;
  }

  get status(): number {
    return STATUS[this.kind];
  }
}

/** A limit that passes by itself; `retryAfterSeconds` becomes the header `Retry-After`. */
export class RetryLater extends AppError {
  readonly retryAfterSeconds: number;

  constructor(code: string, message: string, retryAfterSeconds: number) {
    super('limit', code, message);
    this.name = 'RetryLater';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The kind that belongs to an HTTP status, for failures that the framework finds first. */
export function kindOf(status: number): Kind | undefined {
  return (Object.keys(STATUS) as Kind[]).find((kind) => STATUS[kind] === status);
}
