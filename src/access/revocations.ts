import type { Actor } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import type { Uuid } from '../base/id.ts';
import type { Clock, Millis } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import { selectRevocationsSince, type Revocation } from './store/revocation.ts';
import { TOKEN_MS } from './token.ts';

/** A revocation is remembered for two lives of a token, which leaves room for clocks that differ. */
export const REMEMBER_MS = 2 * TOKEN_MS;
/** How often a process asks what others have revoked, at most. */
export const ASK_MS = 2_000;
/** Without an answer for so long nobody is let in: a revocation is known everywhere within this time, or nothing works. */
const MUST_ASK_MS = 5_000;

export type { Revocation };

/** Whether a revocation ends what this actor was let in by; `version` is that of its user or key at that time. */
export function concerns(revocation: Revocation, actor: Actor & { version: number }): boolean {
  if (revocation.kind === 'session') return actor.kind === 'user' && actor.sessionId === revocation.subjectId;
  return actor.kind === revocation.kind && actor.id === revocation.subjectId && actor.version < revocation.version;
}

export type Revocations = {
  /** Waits until what others have revoked is known well enough; usually not at all. Errors: `access.unavailable`. */
  fresh(): Promise<void> | undefined;
  /** Whether a user's token was revoked. */
  endsToken(token: { userId: Uuid; sessionId: Uuid; version: number }): boolean;
  /** Whether a key was rotated or revoked after it was read at this version. */
  outdatesKey(id: Uuid, version: number): boolean;
  /** Tells this process at once, after the commit. */
  learn(revocation: Revocation): void;
  /** Called for each revocation once, as soon as this process knows it. */
  onRevoked(listener: (revocation: Revocation) => void): void;
  ask(): Promise<void>;
};

/** What is revoked, as this process knows it: its own revocations at once, those of others by asking the table. */
export function createRevocations(deps: { db: Db; clock: Clock; now?: () => number }): Revocations {
  const { db, clock, now = () => performance.now() } = deps;
  const known = new Map<string, { version: number; until: Millis }>();
  const listeners: ((revocation: Revocation) => void)[] = [];
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;

  function learn(revocation: Revocation): void {
    const id = `${revocation.kind}/${revocation.subjectId}`;
    const entry = known.get(id);
    const news = !entry || entry.version < revocation.version;
    known.set(id, { version: Math.max(entry?.version ?? 0, revocation.version), until: clock.now() + REMEMBER_MS });
    if (news) for (const listener of listeners) listener(revocation);
  }

  async function askNow(): Promise<void> {
    const begun = now();
    const found = await db.read({ role: 'rialto_auth' }, (tx) => selectRevocationsSince(tx, clock.now() - REMEMBER_MS));
    for (const revocation of found) learn(revocation);
    for (const [id, entry] of known) if (entry.until < clock.now()) known.delete(id);
    askedAt = begun;
  }

  function ask(): Promise<void> {
    return (asking ??= askNow().finally(() => (asking = undefined)));
  }

  function fresh(): Promise<void> | undefined {
    const age = now() - askedAt;
    if (age <= ASK_MS) return undefined;
    const answer = ask();
    if (age > MUST_ASK_MS) return answer.catch(unavailable);
    answer.catch(() => {});
    return undefined;
  }

  return {
    fresh,
    learn,
    ask,
    endsToken: ({ userId, sessionId, version }) =>
      known.has(`session/${sessionId}`) || version < (known.get(`user/${userId}`)?.version ?? 0),
    outdatesKey: (id, version) => version < (known.get(`key/${id}`)?.version ?? 0),
    onRevoked: (listener) => void listeners.push(listener),
  };
}

function unavailable(cause: unknown): never {
  throw new AppError(
    'unavailable',
    'access.unavailable',
    'Whether this login still stands cannot be asked at the moment. Try again.',
    cause,
  );
}
