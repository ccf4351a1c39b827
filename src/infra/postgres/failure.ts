import { AppError } from '../../base/error.ts';

/** What the driver throws: errors of the server carry SQLSTATE in `code`, errors of the socket a system code. */
type Failure = { code?: string; severity?: string; message?: string };

const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  // admin shutdown, crash shutdown, cannot connect now, idle session timeout, idle in transaction timeout
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '25P03',
]);
const LOST_TEXT = /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout expired)/;

/** Whether the connection, not the statement, failed. */
export function isConnectionLost(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as Failure;
  return LOST_CODES.has(code) || code.startsWith('08') || LOST_TEXT.test(message);
}

/** Whether the server rolled back only because of what others did at the same moment. */
export function isSerializationFailure(error: unknown): boolean {
  const { code } = (error ?? {}) as Failure;
  return code === '40001' || code === '40P01';
}

/** The SQLSTATE of an error of the server (`23505` unique violation, …), undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as Failure;
  return severity !== undefined && code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Errors of the server behind which nobody knows what it had done: of the connection, of the system, of the server itself, or at its end. */
const DOUBTFUL = /^(08|57P|58|F0|XX)/;

/**
 * Whether the server itself says that it did not do what it was asked. Of a commit nothing else may be taken for that: not an error
 * of the socket or of TLS that nobody has met yet, and no answer that the driver cannot read.
 */
export function isRefusal(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !isConnectionLost(error) && !DOUBTFUL.test(state);
}

/**
 * Names the failures of a connection that every caller may meet: `database.unavailable`, `database.timeout`,
 * `database.busy`, `database.contended`. Other errors (a broken constraint, say) pass as they are, for the module to name.
 */
export function named(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code, message } = (error ?? {}) as Failure;
  if (code === '53300' || message === 'timeout exceeded when trying to connect') {
    return new AppError('unavailable', 'database.busy', 'All connections to the database are busy. Nothing was changed; try again.', error);
  }
  if (code === '57014')
    return new AppError('timeout', 'database.timeout', 'The database took too long over this. Nothing was changed.', error);
  if (isSerializationFailure(error)) {
    return new AppError('unavailable', 'database.contended', 'Others keep changing the same data. Nothing was changed; try again.', error);
  }
  if (!isConnectionLost(error)) return error;
  return new AppError(
    'unavailable',
    'database.unavailable',
    'The database cannot be reached at the moment. Nothing was changed; try again.',
    error,
  );
}

/** The connection ended between sending `commit` and its answer. */
export function commitUnknown(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    'database.commit_unknown',
    'The connection to the database ended while the change was being made, so it may or may not have happened. Repeat it with the same Idempotency-Key.',
    cause,
  );
}
