import { toWireId, type Uuid } from '../../base/id.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import type { FeePosting } from '../fee/invoice-store.ts';
import type { StatementEntry } from '../iso20022/write/statement.ts';
import type { FundingRow } from './store.ts';

/** One side of an exchange on a participant's account: below zero it paid. */
export type BookedLeg = { tradeId: Uuid; leg: number; units: bigint; settledAt: Millis; reference: string | null };

/** A fee or its credit note, as statements and notifications of the account show it. */
export function feeEntry({ transferId, units, reference, recordedAt }: FeePosting): StatementEntry {
  return {
    reference: transferId.replaceAll('-', ''),
    kind: 'fee',
    units,
    bookedAt: recordedAt,
    valueDate: dayOf(recordedAt),
    remittance: reference,
  };
}

/**
 * By what its banks call the trade, where they have said so, and as our own reference the trade's id with the number of the leg: a trade may
 * have several legs of one participant in one currency.
 */
export function exchangeEntry({ tradeId, leg, units, settledAt, reference }: BookedLeg): StatementEntry {
  return {
    reference: `${tradeId.replaceAll('-', '')}/${leg}`,
    kind: 'exchange',
    units,
    bookedAt: settledAt,
    valueDate: dayOf(settledAt),
    ...(reference !== null && { endToEndId: reference }),
    information: toWireId('fxt', tradeId),
  };
}

/** Money that came into custody or left it. */
export function fundingEntry(row: Omit<FundingRow, 'participantId' | 'asset'>): StatementEntry {
  return {
    reference: row.transferId.replaceAll('-', ''),
    kind: row.units > 0n ? 'funding' : 'defunding',
    units: row.units,
    bookedAt: row.recordedAt,
    valueDate: dayOf(row.recordedAt),
    remittance: row.reference,
  };
}
