import type { OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { BreakRow } from './break-store.ts';
import type { assignBreak } from './break-contract.ts';
import type { listStatementEntries, listStatements } from './contract.ts';
import type { EntryRow } from './entry-store.ts';
import type { StatementRow } from './statement-store.ts';

const DAY_MS = 86_400_000;

/**
 * What a break comes to: above zero, the custodian has more than is explained. Of what is missing the movement is kept, and a movement
 * into custody that no statement shows is money that the custodian does not have.
 */
export const openUnits = ({ kind, units }: Pick<BreakRow, 'kind' | 'units'>): bigint => (kind === 'missing' ? -units : units);

/** A break as people see it. */
export function viewOfBreak(row: BreakRow, now: Millis): OutputOf<typeof assignBreak> {
  const { id, kind, custodyAccountId, asset, day, explanation, state, assignee, resolution, openedAt, resolvedAt } = row;
  return {
    id,
    kind,
    custodyAccountId,
    asset,
    units: openUnits(row),
    day,
    explanation,
    state,
    openedAt,
    ageDays: Math.max(0, Math.floor(((resolvedAt ?? now) - openedAt) / DAY_MS)),
    ...(assignee !== null && { assignee }),
    ...(resolution !== null && { resolution }),
    ...(resolvedAt !== null && { resolvedAt }),
  };
}

type Entry = OutputOf<typeof listStatementEntries>['items'][number];

export function viewOfEntry(row: EntryRow, asset: string): Entry {
  const { id, custodyAccountId, kind, units, bookingDay, reversal, refs, remittance, counterparty, sender, state, rule, explanation } = row;
  return {
    id,
    custodyAccountId,
    kind,
    asset,
    units,
    bookingDay,
    reversal,
    refs,
    state: state as Entry['state'],
    ...(remittance !== null && { remittance }),
    ...(counterparty !== null && { counterparty }),
    ...(sender !== null && { sender }),
    ...(rule !== null && { rule }),
    ...(explanation !== null && { explanation }),
  };
}

export function viewOfStatement(row: StatementRow, asset: string): OutputOf<typeof listStatements>['items'][number] {
  const { id, custodyAccountId, kind, statementId, toDay, opening, closing, entries, complete, covered, receivedAt, receivedBy } = row;
  return {
    id,
    custodyAccountId,
    asset,
    kind,
    statementId,
    day: toDay,
    entries,
    complete,
    covered,
    receivedAt,
    receivedBy,
    ...(opening !== null && { opening }),
    ...(closing !== null && { closing }),
  };
}
