import type { Ctx } from '../base/context.ts';
import { codecOf, type Codec } from '../base/codec.ts';
import { AppError } from '../base/error.ts';
import type { Operation, OutputOf } from '../base/operation.ts';
import type { Clock } from '../base/time.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db, Tx } from '../infra/postgres/db.ts';
import type { AccessPort, AuditEntry, Done } from './port.ts';
import { insertAudit } from './store/audit.ts';
import { claimKey, findKept, keepAnswer, type KeptRow } from './store/kept-answer.ts';

type Deps = { db: Db; outbox: Outbox; clock: Clock };

const NO_DETAIL = Object.freeze({});

/** The audit entry of an act that succeeded, unless told otherwise. */
export function auditEntry(ctx: Ctx, operation: Operation, act: { subject: string; outcome?: string; detail?: object }): AuditEntry {
  return {
    tenantId: ctx.tenantId,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    actorName: ctx.actor.name,
    action: operation.name,
    subject: act.subject,
    requestId: ctx.requestId,
    outcome: act.outcome ?? 'done',
    detail: act.detail ?? NO_DETAIL,
  };
}

const codecs = new WeakMap<Operation, Codec>();

function codecFor(operation: Operation): Codec {
  const known = codecs.get(operation);
  if (known) return known;
  const made = codecOf(operation.output);
  codecs.set(operation, made);
  return made;
}

/** The implementation of `AccessPort.command`; see there. */
export function commandOf(deps: Deps): AccessPort['command'] {
  return async (ctx, operation, work) =>
    await deps.db.write({ tenantId: ctx.tenantId, ...(ctx.memberId && { memberId: ctx.memberId }) }, async (tx) => {
      const kept = await claim(deps, tx, ctx, operation);
      if (kept) return codecFor(operation).decode(kept) as OutputOf<typeof operation>;
      const done = await work(tx);
      await record(deps, tx, { ctx, operation, done });
      return done.answer;
    });
}

/** Takes the context's key, or answers with what was kept under it. */
async function claim(deps: Deps, tx: Tx, ctx: Ctx, operation: Operation): Promise<object | undefined> {
  if (!ctx.idempotency) return undefined;
  const { key, bodyHash } = ctx.idempotency;
  const ref = { tenantId: ctx.tenantId, actorId: ctx.actor.id, key };
  const taken = await claimKey(tx, { ...ref, bodyHash, operation: operation.name, at: deps.clock.now() });
  if (taken) return undefined;
  return answerOf(await findKept(tx, ref), operation, bodyHash);
}

async function record(deps: Deps, tx: Tx, act: { ctx: Ctx; operation: Operation; done: Done<unknown> }): Promise<void> {
  const { ctx, operation, done } = act;
  if (ctx.idempotency) {
    const ref = { tenantId: ctx.tenantId, actorId: ctx.actor.id, key: ctx.idempotency.key };
    await keepAnswer(tx, ref, codecFor(operation).encode(done.answer) as object);
  }
  const entry = auditEntry(ctx, operation, { subject: done.subject, ...(done.detail && { detail: done.detail }) });
  await insertAudit(tx, [{ atMs: deps.clock.now(), value: entry }]);
  if (done.events?.length) await deps.outbox.append(tx, done.events);
}

/** The implementation of `AccessPort.keptAnswer`; see there. */
export function keptAnswerOf(deps: Pick<Deps, 'db'>): AccessPort['keptAnswer'] {
  return async (ctx, operation, keySuffix = '') => {
    if (!ctx.idempotency) return undefined;
    const { key, bodyHash } = ctx.idempotency;
    const ref = { tenantId: ctx.tenantId, actorId: ctx.actor.id, key: `${key}${keySuffix}` };
    const row = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => findKept(tx, ref));
    return answerOf(row, operation, bodyHash);
  };
}

function answerOf(row: KeptRow | undefined, operation: Operation, bodyHash: string): object | undefined {
  if (!row || row.answer === null) return undefined;
  if (row.operation !== operation.name || row.bodyHash.toString('hex') !== bodyHash) {
    throw new AppError(
      'conflict',
      'request.key_reused',
      'This Idempotency-Key was sent before with another request. Use a new key for a new request.',
    );
  }
  return JSON.parse(row.answer) as object;
}
