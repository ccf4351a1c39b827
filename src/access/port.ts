import type { Ctx } from '../base/context.ts';
import type { EventDraft } from '../base/event.ts';
import type { Uuid } from '../base/id.ts';
import type { Operation, OutputOf } from '../base/operation.ts';
import type { Millis } from '../base/time.ts';
import type { RowSet, Tx } from '../infra/postgres/db.ts';

/**
 * What the audit log shall say of an act. Entries of one transaction that differ only in their subject, and have no detail,
 * share a row. `detail` is JSON and never holds a secret.
 */
export type AuditEntry = {
  tenantId: Uuid;
  actorKind: string;
  actorId: Uuid;
  actorName: string;
  action: string;
  subject: string;
  requestId: string;
  outcome: string;
  detail: object;
};

/** The answer kept for an `Idempotency-Key`: `answer` is built when the row is written, since it may tell the sequence. */
export type KeptAnswer = {
  tenantId: Uuid;
  actorId: Uuid;
  key: string;
  bodyHash: string;
  operation: string;
  answer: (seq: bigint, atMs: number) => object;
};

/** What a command's work hands back; events, audit row and kept answer are then written in the same transaction. */
export type Done<T> = { answer: T; subject: string; events?: readonly EventDraft[]; detail?: object };

/** A user who can log in, and what it may see. */
export type Recipient = { id: Uuid; email: string; name: string; memberId?: Uuid; scopes: ReadonlySet<string> };

/** What other modules may ask of access. */
export type AccessPort = {
  /**
   * One act of an ordinary (not hot) operation: claims the idempotency key, runs `work`, appends events and the audit
   * row, keeps the answer and commits, or does none of it. A repeated key answers as the first time, without `work`.
   * Errors: `request.key_reused` when the key was sent before with other content.
   */
  command<T extends Operation>(ctx: Ctx, operation: T, work: (tx: Tx) => Promise<Done<OutputOf<T>>>): Promise<OutputOf<T>>;
  /** The encoded answer kept for the context's key, undefined when the key is new. Errors: `request.key_reused`. */
  keptAnswer(ctx: Ctx, operation: Operation, keySuffix?: string): Promise<object | undefined>;
  /** The audit entry of an act, for hot acts that hand it to the ledger. */
  auditEntry(ctx: Ctx, operation: Operation, act: { subject: string; outcome?: string; detail?: object }): AuditEntry;
  rows: { audit: RowSet<AuditEntry>; keptAnswer: RowSet<KeptAnswer> };
  /** The context of background work in a tenant; its name shows in the audit log. */
  systemCtx(name: string, tenantId: Uuid): Ctx;
  /** Ids of all tenants, for jobs that visit each. */
  tenantIds(): Promise<Uuid[]>;
  /** The users of a tenant that are not disabled, for whoever tells them something. */
  recipients(tenantId: Uuid): Promise<Recipient[]>;
  /**
   * When the caller last proved its password again (`access.step_up`), for acts that count as a signature; undefined when
   * that was never or is five minutes ago, when its session has ended, and for everyone but users.
   */
  steppedUpAt(ctx: Ctx): Promise<Millis | undefined>;
  /** The operator's tenant; undefined before the first start has made it. */
  operatorId(): Promise<Uuid | undefined>;
};
