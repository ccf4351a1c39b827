import { AppError } from '../../base/error.ts';

/** The sequence that the page before ended with. Errors: `request.cursor_invalid`. */
export function cursorSeq(after: string | undefined): bigint | undefined {
  if (after === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,17})$/.test(after)) return BigInt(after);
  throw new AppError('invalid', 'request.cursor_invalid', '`after` is not the `next` of an earlier page.');
}
