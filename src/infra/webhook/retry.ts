import type { Millis } from '../../base/time.ts';

/** How long a message is tried, and when an endpoint is given up. */
export type WebhookRetry = {
  /** Attempts in all; then the message is dead. */
  attempts: number;
  firstMs: number;
  /** Each pause is so many times the one before, until `maxMs`. */
  factor: number;
  maxMs: number;
  /** Pauses are up to so much longer or shorter, as a part of 1, so that what failed together does not come back together. */
  jitter: number;
  /** An endpoint that has only failed for so long is disabled. */
  disableAfterMs: number;
};

const HOUR = 3_600_000;

/** 14 attempts: after 10 s, 30 s, 90 s … 6 h, then every 12 h, three days in all. */
export const WEBHOOK_RETRY: WebhookRetry = {
  attempts: 14,
  firstMs: 10_000,
  factor: 3,
  maxMs: 12 * HOUR,
  jitter: 0.2,
  disableAfterMs: 72 * HOUR,
};

/** What came of one attempt: an answer with its status, or none and why. */
export type Outcome = { status: number | null; error: string | null; retryAfterMs: number | null };

/** What is to be done with a message after an attempt. `gone` tells that the endpoint wants nothing any more (410). */
export type Verdict = { state: 'delivered' } | { state: 'pending'; nextAt: Millis } | { state: 'dead' };

/** Whether the target took the message. A redirect is not followed and counts as a refusal. */
export function isTaken({ status }: Outcome): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** The pause after the nth try (from 1); `random` is uniform in [0, 1). A target may ask for a longer one (Retry-After). */
export function pauseAfter(policy: WebhookRetry, tries: number, random: number, askedMs: number | null = null): number {
  const usual = Math.min(policy.maxMs, policy.firstMs * policy.factor ** (tries - 1));
  const jittered = usual * (1 + policy.jitter * (2 * random - 1));
  return Math.round(Math.max(jittered, Math.min(askedMs ?? 0, policy.maxMs)));
}

/** Decides on a message after its nth try. */
export function judge(outcome: Outcome, at: { tries: number; now: Millis; random: number }, policy: WebhookRetry): Verdict {
  if (isTaken(outcome)) return { state: 'delivered' };
  if (at.tries >= policy.attempts) return { state: 'dead' };
  return { state: 'pending', nextAt: at.now + pauseAfter(policy, at.tries, at.random, outcome.retryAfterMs) };
}
