import type { Millis } from '../base/time.ts';

const DAY = 86_400_000;

/** How long after a rotation the token before it still counts as the same client asking twice, not as a thief. */
export const GRACE_MS = 10_000;
/** A session that is not used for so long is over. */
export const IDLE_MS = 14 * DAY;
/** However it is used, a session ends so long after the login. */
export const SESSION_MS = 30 * DAY;

/**
 * A login and all refresh tokens that came of it. Only tokens of `generation` are current; each refresh makes the next.
 */
export type Session = { generation: number; rotatedAt: Millis; startedAt: Millis; endedAt?: Millis | undefined };

/** What presenting a refresh token leads to; `generation` is that of the token to issue. */
export type Exchange = { result: 'rotated' | 'again'; generation: number } | { result: 'reused' | 'expired' | 'ended' };

/** The moment at which a session ends if nothing happens any more. */
export function sessionExpiry(session: Pick<Session, 'rotatedAt' | 'startedAt'>): Millis {
  return Math.min(session.rotatedAt + IDLE_MS, session.startedAt + SESSION_MS);
}

/**
 * Refresh token rotation with reuse detection (RFC 9700 §4.14.2), as a function of values.
 *
 * The current token rotates the session. The one just before it, within the grace, is a second tab or a lost answer:
 * it gets another token of the current generation, and whichever of the two is used next outdates the other. Any older
 * token is proof that two parties hold the session: `reused`, and the caller ends it for both.
 */
export function exchange(session: Session, tokenGeneration: number, now: Millis): Exchange {
  if (session.endedAt !== undefined) return { result: 'ended' };
  if (now >= sessionExpiry(session)) return { result: 'expired' };
  if (tokenGeneration === session.generation) return { result: 'rotated', generation: session.generation + 1 };
  const inGrace = tokenGeneration === session.generation - 1 && now - session.rotatedAt <= GRACE_MS;
  return inGrace ? { result: 'again', generation: session.generation } : { result: 'reused' };
}
