import { AppError } from '../../base/error.ts';

/** What the network says when nobody answers: refused, no way there, no such name, or no answer in time. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'ETIMEOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
  'ESERVFAIL',
  'EREFUSED',
  'EPIPE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** What TLS says of a certificate that it does not accept: what the server behind it would have answered is not known. */
const CERTIFICATE =
  /^(?:CERT_|CRL_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_(?:GET|VERIFY)_|HOSTNAME_MISMATCH$|INVALID_(?:CA|PURPOSE)$)/;

/** What a thrown value means for a check. Only what the network itself says is `unreachable`; everything else is `error`. */
export function failureOf(thrown: unknown): { state: 'error' | 'unreachable'; summary: string } {
  const refusal = appErrorIn(thrown);
  if (refusal) return { state: 'error', summary: refusal.message };
  const certificate = codeOf(thrown, (code) => CERTIFICATE.test(code));
  if (certificate)
    return {
      state: 'error',
      summary: `The server's certificate is not accepted, and nothing was asked: ${textOf(thrown)} (${certificate}).`,
    };
  const code = unreachableCode(thrown);
  if (code) return { state: 'unreachable', summary: `No answer: ${textOf(thrown)} (${code}).` };
  return { state: 'error', summary: `The check itself failed: ${textOf(thrown)}.` };
}

/** The code by which a thrown value says that something could not be reached; looks into causes. */
export const unreachableCode = (thrown: unknown): string | undefined => codeOf(thrown, (code) => UNREACHABLE.has(code));

function codeOf(thrown: unknown, isMeant: (code: string) => boolean): string | undefined {
  return chain(thrown)
    .map((error) => (error as { code?: unknown }).code)
    .find((code): code is string => typeof code === 'string' && isMeant(code));
}

function appErrorIn(thrown: unknown): AppError | undefined {
  return chain(thrown).find((error) => error instanceof AppError);
}

/** The value with everything that it names as its cause, at most so deep. */
function chain(thrown: unknown, depth = 0): unknown[] {
  if (typeof thrown !== 'object' || thrown === null || depth > 5) return [];
  try {
    const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
    const inner = [cause, ...(Array.isArray(errors) ? errors.slice(0, 5) : [])];
    return [thrown, ...inner.flatMap((error) => chain(error, depth + 1))];
  } catch {
    return [];
  }
}

function textOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return `it threw ${typeof thrown}`;
    const inner = thrown instanceof AggregateError && thrown.message === '' ? (thrown.errors[0] as unknown) : thrown;
    const text = inner instanceof Error ? inner.message : '';
    return (text || thrown.name).slice(0, 500);
  } catch {
    return 'it threw something that cannot be read';
  }
}
