import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { AppError, type Kind } from '../../base/error.ts';
import { InputError, problemOf } from '../http/problem.ts';
import { DETAILS } from './standard.ts';

/** What each kind of failure is called in gRPC (google/rpc/code.proto). */
const CODES: Readonly<Record<Kind, Code>> = {
  invalid: Code.InvalidArgument,
  unauthenticated: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  not_found: Code.NotFound,
  method: Code.Unimplemented,
  conflict: Code.FailedPrecondition,
  too_large: Code.OutOfRange,
  media_type: Code.InvalidArgument,
  unprocessable: Code.FailedPrecondition,
  limit: Code.ResourceExhausted,
  upstream: Code.Unavailable,
  unavailable: Code.Unavailable,
  timeout: Code.DeadlineExceeded,
};

/**
 * A failure as a google.rpc.Status: our code as the reason of an ErrorInfo, fields that do not fit as a BadRequest, and when to
 * come again as a RetryInfo. `told` is what the answer's metadata says already. What was not foreseen says nothing of its cause.
 */
export function statusOf(failure: unknown, requestId: string, told = new Headers()): { error: ConnectError; unexpected: boolean } {
  // What the library itself refuses, as a message that is too large, says so in its own words.
  if (failure instanceof ConnectError) return { error: failure, unexpected: false };
  const { problem, unexpected, error } = problemOf(failure, requestId);
  const code = error instanceof AppError ? CODES[error.kind] : Code.Internal;
  const status = new ConnectError(problem.detail, code, told);
  status.metadata.set('x-request-id', requestId);
  const add = (desc: (typeof DETAILS)[keyof typeof DETAILS], value: JsonValue) =>
    void status.details.push({ desc, value: fromJson(desc, value) as never });
  add(DETAILS.errorInfo, { reason: problem.code, domain: 'rialto', metadata: { requestId } });
  if (error instanceof InputError && error.fields.length > 0) {
    const fieldViolations = error.fields.map(({ pointer, detail }) => ({
      field: pointer.slice(1).replaceAll('/', '.'),
      description: detail,
    }));
    add(DETAILS.badRequest, { fieldViolations });
  }
  const seconds = told.get('retry-after');
  if (seconds !== null) add(DETAILS.retryInfo, { retryDelay: { seconds } });
  return { error: status, unexpected };
}
