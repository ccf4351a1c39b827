import type { Actor } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import type { Clock, Millis } from '../base/time.ts';
import { KnownRefused } from '../infra/http/door.ts';
import type { Db } from '../infra/postgres/db.ts';
import { hashOf, judgeKey, keyGoodUntil, prefixOf } from './api-key.ts';
import { boundedMap } from './bounded-map.ts';
import type { KeyRing } from './key-ring.ts';
import type { KeySeals } from './key-seal.ts';
import type { KeyUse } from './key-use.ts';
import type { Revocations } from './revocations.ts';
import { findApiKeysByPrefix, type ApiKeyRow } from './store/api-key.ts';
import { actorOf, verifyToken } from './token.ts';

/** Someone who was let in: until when at most, and the version of its user or key at that time (see `concerns`). */
export type Admitted = Actor & { expiresAtMs: Millis; version: number };

type Deps = { db: Db; clock: Clock; issuer: string; keyRing: KeyRing; revocations: Revocations; keyUse: KeyUse; keySeals: KeySeals };

const REMEMBERED = 50_000;
/** A key is read again after so long, whatever happens. */
const KEY_REMEMBERED_MS = 60_000;
/** What opens nothing any more never opens anything again; how long it is remembered only bounds how often it is looked up. */
const REFUSED_REMEMBERED = 10_000;
const REFUSED_REMEMBERED_MS = 60_000;

export type Authenticator = {
  /**
   * Who stands behind a bearer credential: a user's access token or an API key. What was verified once is remembered by
   * its SHA-256 until it ends, and checked against revocations at each use; what was somebody's, or made here, and refused, for a minute.
   *
   * Errors, all 401 but the last: those of `verifyToken`, `access.token_revoked`, `access.key_unknown`, `access.key_expired`, `access.key_revoked`;
   * `access.unavailable` (503) when revocations cannot be asked for. What was somebody's credential is a `KnownRefused`.
   */
  authenticate(credential: string): Promise<Admitted>;
  /** Whether the credential let somebody in or was refused as somebody's here before, or was signed or sealed by us; found out without the database. */
  recognises(credential: string): Promise<boolean>;
};

/** The one judge of credentials, for all doors. */
export function authenticator(deps: Deps): Authenticator {
  const remembered = boundedMap<Admitted & { readAt: Millis }>(REMEMBERED);
  const refused = boundedMap<{ error: AppError; at: Millis }>(REFUSED_REMEMBERED);

  function refusalOf(id: string): AppError | undefined {
    const known = refused.get(id);
    return known && deps.clock.now() - known.at < REFUSED_REMEMBERED_MS ? known.error : undefined;
  }

  /** What has to be looked at again stays, since it is somebody's. */
  function recall(id: string): Admitted | undefined {
    const known = remembered.get(id);
    const now = deps.clock.now();
    return known && known.expiresAtMs > now && !isOutdated(known, now) ? known : undefined;
  }

  function isOutdated(known: Admitted & { readAt: Millis }, now: Millis): boolean {
    if (known.kind === 'key') return now - known.readAt > KEY_REMEMBERED_MS || deps.revocations.outdatesKey(known.id, known.version);
    return deps.revocations.endsToken({ userId: known.id, sessionId: known.sessionId!, version: known.version });
  }

  async function authenticate(credential: string): Promise<Admitted> {
    await deps.revocations.fresh();
    const hash = hashOf(credential);
    const id = hash.toString('base64');
    const known = recall(id);
    if (known?.kind === 'key') deps.keyUse.note(known);
    if (known) return known;
    const refusal = refusalOf(id);
    if (refusal) throw refusal;
    const prefix = prefixOf(credential);
    try {
      const admitted = prefix ? await admitKey(deps, prefix, hash) : await admitToken(deps, credential);
      remembered.set(id, { ...admitted, readAt: deps.clock.now() });
      return admitted;
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'unauthenticated') throw error;
      remembered.delete(id);
      // Of these nobody can make up as many as to crowd the others out.
      if (error instanceof KnownRefused || deps.keySeals.isOurs(credential)) refused.set(id, { error, at: deps.clock.now() });
      throw error;
    }
  }

  async function recognises(credential: string): Promise<boolean> {
    const id = hashOf(credential).toString('base64');
    if (remembered.get(id) || refusalOf(id)) return true;
    if (prefixOf(credential)) return deps.keySeals.isOurs(credential);
    return await admitToken(deps, credential).then(
      () => true,
      (error: unknown) => error instanceof KnownRefused,
    );
  }

  return { authenticate, recognises };
}

async function admitToken(deps: Deps, token: string): Promise<Admitted> {
  const claims = await verifyToken(token, deps.keyRing.find, { issuer: deps.issuer, now: deps.clock.now() });
  if (deps.revocations.endsToken(claims))
    throw new KnownRefused('access.token_revoked', 'This login was ended. Sign in again, or refresh the access token.', actorOf(claims));
  return { ...actorOf(claims), expiresAtMs: claims.expiresAt, version: claims.version };
}

async function admitKey(deps: Deps, prefix: string, hash: Buffer): Promise<Admitted> {
  const rows = await deps.db.read({ role: 'rialto_auth' }, (tx) => findApiKeysByPrefix(tx, prefix));
  const now = deps.clock.now();
  const judged = rows
    .map((row) => ({ row, state: stateOf(row) }))
    .map(({ row, state }) => ({ row, state, verdict: judgeKey(state, hash, now) }));
  const found = judged.find(({ verdict }) => verdict !== 'unknown');
  if (!found) throw new AppError('unauthenticated', 'access.key_unknown', 'There is no such API key.');
  const { row } = found;
  const actor = keyActor(row);
  if (found.verdict === 'revoked') throw new KnownRefused('access.key_revoked', 'This API key was revoked.', actor);
  if (found.verdict === 'expired')
    throw new KnownRefused('access.key_expired', 'This API key has expired, or was replaced by a new one.', actor);
  deps.keyUse.note(row);
  return { ...actor, expiresAtMs: keyGoodUntil(found.state, hash), version: row.version };
}

function keyActor(row: ApiKeyRow): Actor {
  const { id, name, tenantId, memberId } = row;
  return { kind: 'key', id, name, tenantId, ...(memberId && { memberId }), scopes: new Set(row.scopes) };
}

/** The part of a stored key that decides. */
function stateOf(row: ApiKeyRow): Parameters<typeof judgeKey>[0] {
  return {
    hash: row.hash,
    previousHash: row.previousHash ?? undefined,
    overlapUntil: row.overlapUntil ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
  };
}
