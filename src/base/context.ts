import type { Uuid } from './id.ts';

/** Who acts. A member-bound actor (a bank's user or key) sees and does only what concerns its member. */
export type Actor = {
  /** `anonymous` acts in public operations only and has no tenant, no scopes. */
  kind: 'user' | 'key' | 'system' | 'anonymous';
  id: Uuid;
  /** Shown in the audit log: an e-mail address, a key's name, a job's name. */
  name: string;
  tenantId: Uuid;
  memberId?: Uuid;
  scopes: ReadonlySet<string>;
  /** The login that a user's token came from; ends with it. */
  sessionId?: Uuid;
};

/** One request on its way through the house. Background work makes one for its system actor. */
export type Ctx = {
  actor: Actor;
  tenantId: Uuid;
  memberId?: Uuid;
  requestId: string;
  /** The caller's `Idempotency-Key` and a SHA-256 (hex) of what it sent, when it sent a key. */
  idempotency?: { key: string; bodyHash: string };
};
