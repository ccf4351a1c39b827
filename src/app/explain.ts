import { Problem } from '../base/client.ts';
import { AppError } from '../base/error.ts';

/** An error for a person at a terminal: the sentence of an expected one, ours or the server's, the stack of a surprise. */
export function explain(error: unknown): string {
  if (error instanceof AppError || error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
