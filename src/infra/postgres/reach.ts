import { AppError } from '../../base/error.ts';
import { isConnectionLost, sqlState } from './failure.ts';

/** SQLSTATE classes of a server that lets nobody in: who, which database, how many, whether it may. */
const REFUSALS = /^(08|28|3D|53|57P|42501)/;
const TLS_CODES = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_|EPROTO)/;
const TLS_TEXT = /\b(SSL|SASL|TLS)\b/;

/** What stands between us and the database, in the words of whoever said it; undefined when the failure is another one. */
export function obstacleOf(failure: unknown): string | undefined {
  if (failure instanceof AppError)
    return failure.code === 'database.unavailable' && failure.internal ? obstacleOf(failure.internal) : undefined;
  if (!(failure instanceof Error)) return undefined;
  const { code = '' } = failure as NodeJS.ErrnoException;
  const isServers = sqlState(failure) !== undefined && REFUSALS.test(code);
  if (!isServers && !isConnectionLost(failure) && !TLS_CODES.test(code) && !TLS_TEXT.test(failure.message)) return undefined;
  // A name with several addresses fails with an error for each and no words of its own.
  const said = failure instanceof AggregateError ? failure.errors.map((error: Error) => error.message).join(', ') : failure.message;
  const hint = said.includes('does not support SSL') ? ' (sslmode=disable in the URL does without TLS)' : '';
  return `${said || code}${hint}`;
}

/** The failure of a first connection as a sentence that names the setting; other failures as they are. */
export function unreachable(setting: 'DATABASE_URL' | 'DATABASE_ADMIN_URL', failure: unknown): unknown {
  const why = obstacleOf(failure);
  if (why === undefined) return failure;
  return new AppError('unavailable', 'database.unreachable', `The database of ${setting} cannot be reached: ${why}`, failure);
}
