/** How often and with what pauses a failing consumer is tried. */
export type RetryPolicy = { attempts: number; firstMs: number; maxMs: number };

/** Eight tries over about 13 seconds. */
export const RETRY: RetryPolicy = { attempts: 8, firstMs: 100, maxMs: 10_000 };

/** The pause after the nth failed attempt (from 1): doubles until `maxMs`. */
export function pauseMs(policy: RetryPolicy, attempt: number): number {
  return Math.min(policy.firstMs * 2 ** (attempt - 1), policy.maxMs);
}

/** What is kept of a failure: its name and message, never its insides. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 2_000);
}
