import { AppError } from '../base/error.ts';

/** An error for a person at a terminal: the sentence of an expected one, the stack of a surprise. */
export function explain(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
