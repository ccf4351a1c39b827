import type { Ctx } from '../../base/context.ts';
import { fromWireId, isUuid, toWireId, type Uuid } from '../../base/id.ts';
import { EMPTY_ROOT } from '../../base/merkle.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE } from '../../base/page.ts';
import type { auditHead, listAudit as contract } from './contract.ts';
import type { AccessDeps } from '../deps.ts';
import { cursorInvalid } from '../page.ts';
import { findAuditHead, selectAudit, type AuditPlace, type ListedAuditRow } from '../store/audit.ts';

type Output = OutputOf<typeof contract>;
/** Rows of a page that tells all subjects of each: some hundred are a megabyte where every row stands for as many as it can. */
const MOST_WITH_SUBJECTS = 100;
type ActorKind = Output['items'][number]['actor']['kind'];

/** The caller's tenant's log, newest first. Errors: `request.cursor_invalid`. */
export async function listAudit(deps: Pick<AccessDeps, 'db'>, ctx: Ctx, input: InputOf<typeof contract>): Promise<Output> {
  const allSubjects = input.subjects === 'all';
  const asked = input.limit ?? DEFAULT_PAGE;
  const limit = allSubjects ? Math.min(asked, MOST_WITH_SUBJECTS) : asked;
  const { actor, action, subject, outcome, from, to } = input;
  const actorId = actor === undefined ? undefined : idOfActor(actor);
  const rows = await deps.db.read({ tenantId: ctx.tenantId, ...(ctx.memberId && { memberId: ctx.memberId }) }, (tx) =>
    selectAudit(tx, {
      ...(actorId ? { actorId } : { actorName: actor }),
      action,
      subject,
      outcome,
      from,
      to,
      before: input.after === undefined ? undefined : placeOf(input.after),
      allSubjects,
      limit: limit + 1,
    }),
  );
  const items = rows.slice(0, limit).map(view);
  const last = rows[limit - 1];
  return rows.length > limit && last ? { items, next: `${last.xid}-${last.id}` } : { items };
}

/** How far the caller's tenant's log is chained, and its root. */
export async function readAuditHead(deps: Pick<AccessDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof auditHead>> {
  const head = await deps.db.read({ tenantId: ctx.tenantId }, findAuditHead);
  if (!head) return { size: 0, root: Buffer.from(EMPTY_ROOT).toString('hex') };
  return { size: Number(head.size), root: head.root.toString('hex'), at: head.at };
}

function idOfActor(text: string): Uuid | undefined {
  if (/^(usr|key)_[0-9a-f]{32}$/.test(text)) return fromWireId(text);
  return isUuid(text) ? text : undefined;
}

function placeOf(cursor: string): AuditPlace {
  const [, xid, id] = /^(\d{1,18})-(.+)$/.exec(cursor) ?? [];
  if (!xid || !id || !isUuid(id)) throw cursorInvalid();
  return { xid: BigInt(xid), id };
}

const prefixes: Record<string, string> = { user: 'usr', key: 'key' };

function view(row: ListedAuditRow): Output['items'][number] {
  const prefix = prefixes[row.actorKind];
  return {
    id: row.id,
    at: row.at,
    actor: { kind: row.actorKind as ActorKind, id: prefix ? toWireId(prefix, row.actorId) : row.actorId, name: row.actorName },
    action: row.action,
    subject: row.subject,
    ...(row.subjectCount !== null && { subjectCount: row.subjectCount }),
    ...(row.subjects !== null && { subjects: [...row.subjects] }),
    outcome: row.outcome,
    requestId: row.requestId,
    detail: row.detail as Record<string, unknown>,
  };
}
