import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { bools, instants, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet } from '../../infra/postgres/db.ts';
import type { CaseOutcome } from './case.ts';

/** How a case ends with the act that decides on its payment. */
export type CaseClosing = {
  caseId: Uuid;
  outcome: CaseOutcome;
  text: string;
  actorId: Uuid;
  actorName: string;
  /** The proposal that is confirmed, which must be the one that stands; absent where one person decides. */
  proposalId?: Uuid;
  /**
   * Whether the case must stand in this way, open and with this proposal or none. A payment that is decided outside its case may
   * have no case yet, or one in which a second person is waited for: it ends all the same, since there is nothing left to decide.
   */
  strict: boolean;
};

/** Which case an act ends, and what is told of it. */
export type CaseEnd = Pick<CaseClosing, 'caseId' | 'proposalId' | 'strict'> & { told: (outcome: CaseOutcome) => EventDraft[] };

/**
 * Closes cases in the act that releases or rejects their payments. Errors: `settlement.case_changed` when the case was closed
 * or another proposal made since it was read; the act is then not done.
 */
export const caseClosings: RowSet<CaseClosing> = {
  name: 'settlement.case_closing',
  keys: ({ caseId }) => [caseId],
  taken: async () => new Set(),
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    const closed = await tx.query<{ id: Uuid }>(
      `update settlement.compliance_case c
          set state = 'closed', outcome = x.outcome, closed_by_name = x.actor_name, closed_at = x.at
         from (select unnest($1::uuid[]) as id, unnest($2::text[]) as outcome, unnest($3::text[]) as actor_name, unnest($4::timestamptz[]) as at,
                      unnest($5::text[]) as proposal, unnest($6::boolean[]) as strict) x
        where c.tenant_id = (select infra.tenant_id()) and c.id = x.id and c.state <> 'closed'
          and (not x.strict or x.proposal is not distinct from (c.proposal ->> 'id'))
      returning c.id`,
      [
        uuids(values.map((one) => one.caseId)),
        texts(values.map((one) => one.outcome)),
        texts(values.map((one) => one.actorName)),
        instants(rows.map((row) => row.atMs)),
        texts(values.map((one) => one.proposalId ?? null)),
        bools(values.map((one) => one.strict)),
      ],
    );
    const done = new Set(closed.map(({ id }) => id));
    if (values.some((one) => one.strict && !done.has(one.caseId))) {
      throw new AppError('conflict', 'settlement.case_changed', 'The case was changed meanwhile. Look at it again.');
    }
    const kept = rows.filter((row) => done.has(row.value.caseId));
    await tx.query(
      `insert into settlement.case_step (tenant_id, case_id, id, step, text, actor_id, actor_name, at)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::uuid[]),
         unnest($6::text[]), unnest($7::timestamptz[])`,
      [
        uuids(kept.map((row) => row.value.caseId)),
        uuids(kept.map(() => newId())),
        texts(kept.map((row) => row.value.outcome)),
        texts(kept.map((row) => row.value.text)),
        uuids(kept.map((row) => row.value.actorId)),
        texts(kept.map((row) => row.value.actorName)),
        instants(kept.map((row) => row.atMs)),
      ],
    );
  },
};
