import { createHash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { isUuid, newId, toWireId } from '../../base/id.ts';
import type { InputOf, Operation } from '../../base/operation.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { moved, type CaseMove } from './case.ts';
import { evidenceOf, insertEvidence, insertLink, insertStep } from './case-parts-store.ts';
import { findCase, lockCase, updateCase, type CaseRow } from './case-store.ts';
import { movedEvent, viewOfCase, type CaseView } from './case-view.ts';
import {
  addEvidence as evidenceContract,
  assignCase as assignContract,
  commentCase as commentContract,
  holdCase as holdContract,
  linkCase as linkContract,
} from './contract.ts';
import { mediaTypeOf, MOST_FILES } from './evidence.ts';
import { requireOperator } from './operator.ts';

export const caseNotFound = () => new AppError('not_found', 'settlement.case_not_found', 'There is no such case.');

/** What a change does to a case: words for the history, and what it writes. */
type Change = {
  step: string;
  text: string;
  move?: CaseMove;
  row?: Partial<Pick<CaseRow, 'assigneeId' | 'assigneeName' | 'proposal' | 'outcome' | 'closedByName' | 'closedAt'>>;
  detail?: object;
  /** What else comes of it, behind all that is written of the case; answers with what is told. */
  follow?(tx: Tx): Promise<EventDraft[]>;
};

/**
 * One change of a case in a transaction: the case is locked, the move looked up in the table, the step added, the world told.
 * Errors: `settlement.case_not_found`, `settlement.case_closed`, `settlement.case_move`.
 */
export async function changeCase<T extends Operation>(
  deps: SettlementDeps,
  ctx: Ctx,
  { operation, id }: { operation: T; id: string },
  work: (tx: Tx, row: CaseRow) => Promise<Change> | Change,
): Promise<CaseView> {
  requireOperator(ctx);
  const answer = await deps.access.command(ctx, operation, async (tx) => {
    const row = await lockCase(tx, ctx.tenantId, id);
    if (!row) throw caseNotFound();
    if (row.state === 'closed') throw new AppError('conflict', 'settlement.case_closed', 'The case is closed.');
    const { step, text, move, row: changed = {}, detail, follow } = await work(tx, row);
    const at = deps.clock.now();
    const next = { ...row, ...changed, state: move ? stateAfter(row, move) : row.state };
    if (move) await updateCase(tx, ctx.tenantId, next);
    const { id: actorId, name: actorName } = ctx.actor;
    await insertStep(tx, ctx.tenantId, { id: newId(at), caseId: id, step, text, actorId, actorName, at, ...(detail && { detail }) });
    if (move) deps.metrics.caseMoved(row.kind, move);
    const followed = (await follow?.(tx)) ?? [];
    const events = [...(move ? [movedEvent(ctx.tenantId, next, move, at)] : []), ...followed];
    return { answer: viewOfCase(next) as never, subject: toWireId('case', id), events, detail: { step, ...detail } };
  });
  return answer as CaseView;
}

/** Errors: `settlement.case_move`. */
export function stateAfter({ state }: Pick<CaseRow, 'state'>, move: CaseMove): CaseRow['state'] {
  const next = moved(state, move);
  if (next) return next;
  const words = `${move.replace('_', ' ')} is not possible while the case is ${state.replace('_', ' ')}`;
  throw new AppError('conflict', 'settlement.case_move', `${words[0]!.toUpperCase()}${words.slice(1)}.`);
}

/** Errors: `settlement.assignee_invalid`, those of `changeCase`. */
export function assignCase(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof assignContract>): Promise<CaseView> {
  const { to, person } = input;
  if ((to === 'person') !== (person !== undefined)) {
    throw new AppError('invalid', 'settlement.assignee_invalid', '`person` is given with `to: person`, and only then.');
  }
  const whom = to === 'me' ? { id: ctx.actor.id, name: ctx.actor.name } : person;
  return changeCase(deps, ctx, { operation: assignContract, id: input.id }, () => ({
    step: whom ? 'assigned' : 'unassigned',
    text: whom ? `Given to ${whom.name}.` : 'Given back to all.',
    move: whom ? 'assign' : 'unassign',
    row: { assigneeId: whom?.id ?? null, assigneeName: whom?.name ?? null },
  }));
}

export function commentCase(deps: SettlementDeps, ctx: Ctx, { id, text }: InputOf<typeof commentContract>): Promise<CaseView> {
  return changeCase(deps, ctx, { operation: commentContract, id }, () => ({ step: 'commented', text }));
}

export function holdCase(deps: SettlementDeps, ctx: Ctx, { id, move, text }: InputOf<typeof holdContract>): Promise<CaseView> {
  return changeCase(deps, ctx, { operation: holdContract, id }, () => ({ step: move === 'wait' ? 'waiting' : 'resumed', text, move }));
}

/** Links something to a case; a payment or case by its id in wire form. Errors: `settlement.link_invalid`. */
export function linkCase(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof linkContract>): Promise<CaseView> {
  const { id, kind, subject, label = subject } = input;
  return changeCase(deps, ctx, { operation: linkContract, id }, async (tx, row) => {
    if (!(await exists(tx, ctx, kind, subject, row))) {
      throw new AppError('unprocessable', 'settlement.link_invalid', `There is no ${kind} ${subject} to link, or it is the case itself.`);
    }
    await insertLink(tx, ctx.tenantId, id, { kind, subject, label, linkedBy: ctx.actor.name, linkedAt: deps.clock.now() });
    return { step: 'linked', text: `Linked ${kind} ${label}.`, detail: { kind, subject } };
  });
}

async function exists(tx: Tx, { tenantId }: Ctx, kind: 'payment' | 'party' | 'case', subject: string, row: CaseRow): Promise<boolean> {
  if (kind === 'party') return true;
  const [, prefix, hex] = /^([a-z]+)_([0-9a-f]{32})$/.exec(subject) ?? [];
  if (prefix !== (kind === 'payment' ? 'pay' : 'case') || !hex) return false;
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  if (!isUuid(id) || (kind === 'case' && id === row.id)) return false;
  if (kind === 'case') return (await findCase(tx, tenantId, id)) !== undefined;
  return (await tx.query('select id from settlement.payment where tenant_id = $1 and id = $2', [tenantId, id])).length > 0;
}

/**
 * Keeps a file with a case, known by the SHA-256 of its content; the same file again changes nothing.
 * Errors: `settlement.evidence_empty`, `settlement.evidence_too_large`, `settlement.evidence_type`, `settlement.evidence_too_many`.
 */
export async function addEvidence(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, name, note }: InputOf<typeof evidenceContract>,
  { document }: Pick<RequestExtras, 'document'>,
): Promise<CaseView> {
  const mediaType = mediaTypeOf(document);
  const sha256 = createHash('sha256').update(document).digest();
  return changeCase(deps, ctx, { operation: evidenceContract, id }, async (tx) => {
    if ((await evidenceOf(tx, ctx.tenantId, id)).length >= MOST_FILES) {
      throw new AppError('unprocessable', 'settlement.evidence_too_many', `A case has at most ${MOST_FILES} files.`);
    }
    const at = deps.clock.now();
    const row = {
      id: newId(at),
      name,
      mediaType,
      bytes: document.length,
      sha256,
      note: note ?? null,
      addedBy: ctx.actor.name,
      addedAt: at,
    };
    const isNew = await insertEvidence(tx, ctx.tenantId, id, row, document);
    const hash = sha256.toString('hex');
    return { step: 'evidence', text: isNew ? `Added ${name}.` : `${name} is with the case already.`, detail: { sha256: hash, mediaType } };
  });
}
