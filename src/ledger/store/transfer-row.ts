import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Balancing, Sums, Transfer, TransferKind } from '../transfer.ts';

/** The facts of `ledger.transfer t` under the names of `FactsRow`. */
export const FACT_COLUMNS = `t.seq, t.id, t.kind, t.debit_account_id as "debitAccountId",
  t.credit_account_id as "creditAccountId", t.asset, t.units, t.pending_id as "pendingId", t.timeout_ms as "timeoutMs",
  t.balancing, t.effective_on as "effectiveOn", t.reference, t.metadata, t.recorded_at as "recordedAt"`;

/** All columns of `ledger.transfer t` under the names of `TransferRow`. */
export const TRANSFER_COLUMNS = `${FACT_COLUMNS},
  t.debit_debits_posted as "dDp", t.debit_credits_posted as "dCp", t.debit_debits_pending as "dDh", t.debit_credits_pending as "dCh",
  t.credit_debits_posted as "cDp", t.credit_credits_posted as "cCp", t.credit_debits_pending as "cDh", t.credit_credits_pending as "cCh", t.limits`;

type SumColumns = Record<'dDp' | 'dCp' | 'dDh' | 'dCh' | 'cDp' | 'cCp' | 'cDh' | 'cCh', bigint>;

/** The facts of a row of `ledger.transfer` as they come from the driver. */
export type FactsRow = {
  seq: bigint;
  id: Uuid;
  kind: TransferKind;
  debitAccountId: Uuid;
  creditAccountId: Uuid;
  asset: string;
  units: bigint;
  pendingId: Uuid | null;
  timeoutMs: bigint | null;
  balancing: Balancing | null;
  effectiveOn: LocalDate | null;
  reference: string | null;
  metadata: Record<string, string> | null;
  recordedAt: Millis;
};

/** A row of `ledger.transfer` as it comes from the driver. */
export type TransferRow = SumColumns & FactsRow & { limits: number };

/** The row in the field's words. */
export function transferOf(row: TransferRow): Transfer {
  return {
    ...factsOf(row),
    debitAfter: sums(row.dDp, row.dCp, row.dDh, row.dCh),
    creditAfter: sums(row.cDp, row.cCp, row.cDh, row.cCh),
    limits: row.limits,
  };
}

/** The row's facts in the field's words, without the sums after it. */
export function factsOf(row: FactsRow): Omit<Transfer, 'debitAfter' | 'creditAfter' | 'limits'> {
  return {
    seq: row.seq,
    id: row.id,
    kind: row.kind,
    debitAccountId: row.debitAccountId,
    creditAccountId: row.creditAccountId,
    asset: row.asset,
    units: row.units,
    pendingId: row.pendingId ?? undefined,
    timeoutMs: row.timeoutMs === null ? undefined : Number(row.timeoutMs),
    balancing: row.balancing ?? undefined,
    effectiveOn: row.effectiveOn ?? undefined,
    reference: row.reference ?? undefined,
    metadata: row.metadata ?? undefined,
    recordedAt: row.recordedAt,
  };
}

function sums(debitsPosted: bigint, creditsPosted: bigint, debitsPending: bigint, creditsPending: bigint): Sums {
  return { debitsPosted, creditsPosted, debitsPending, creditsPending };
}
