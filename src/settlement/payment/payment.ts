import type { StaticDecode } from 'typebox';
import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { TransferCode } from '../../ledger/port.ts';
import type { Findings } from '../compliance/findings.ts';
import type { Route } from '../liquidity/route.ts';
import type { Payment as PaymentSchema, PaymentDetail as DetailSchema, PaymentOrder as OrderSchema } from './contract.ts';

export type PaymentOrder = StaticDecode<typeof OrderSchema>;
export type PaymentView = StaticDecode<typeof PaymentSchema>;
export type PaymentDetailView = StaticDecode<typeof DetailSchema>;
export type Hit = PaymentDetailView['screening']['hits'][number];

/** A match that an exception in force sets aside. */
export type ClearedHit = NonNullable<PaymentDetailView['screening']['cleared']>[number];

/** What was found when the names were screened. `set` is the number under which the lists and rules stand that it was against. */
export type ScreeningResult = {
  set: number;
  listVersion?: string;
  /** Matches on lists of sanctions: they hold the payment. */
  hits: Hit[];
  /** Matches on lists of politically exposed persons: they hold nothing. */
  notices?: Hit[];
  cleared?: ClearedHit[];
};

/** Whether the lists say anything of the names, so that it is kept with the payment. */
export function saysAnything({ hits, notices, cleared }: ScreeningResult): boolean {
  return hits.length > 0 || notices !== undefined || cleared !== undefined;
}

/** ISO 20022 external status reason and words. */
export type Reason = { code: string; text: string };

/** What was decided at the door. `settled`: final in the act that took it; `queued`: waits for money, see settlement/queue. */
export type Decision = { decision: 'reserved' | 'held' | 'rejected' | 'queued' | 'settled'; reason?: Reason };

/** A payment as it is recorded once and never changed. */
export type PaymentRecord = {
  tenantId: Uuid;
  id: Uuid;
  uetr: Uuid;
  /** Made here because the bank sent none: nobody can send it again. */
  uetrIsOurs?: boolean;
  endToEndId: string;
  channel: PaymentView['channel'];
  debtorAgentId: Uuid;
  creditorAgentId: Uuid;
  debtor: PaymentOrder['debtor'];
  creditor: PaymentOrder['creditor'];
  asset: string;
  units: bigint;
  valueDate: LocalDate;
  purpose?: string;
  remittance?: string;
  /** SHA-256 of the order under the bank's own UETR, by which a repetition is known. */
  orderHash?: Buffer;
  receivedAt: Millis;
  transferId?: Uuid;
  /** The number of what it was screened against; absent on payments from before there were numbers. */
  screeningSet?: number;
  /** Absent when the lists said nothing of the names. */
  screening?: ScreeningResult;
  /** By which rules and limits it was judged (0: no limits), and its risk from 0 to 100; absent like `screeningSet`. */
  ruleSet?: number;
  limitSet?: number;
  risk?: number;
  /** Absent when there was nothing that a person would look at. */
  findings?: Findings | Pick<Findings, 'limits'>;
  /** Which way it was sent, and why. */
  route?: Route;
  /** When it became final, if that was at the door. */
  settledAt?: Millis;
} & Decision;

/** The reason that a bank is told when the ledger refuses to reserve. */
export function reasonOf(code: TransferCode | 'row_taken'): Reason {
  switch (code) {
    case 'exceeds_credits':
      return { code: 'AM04', text: 'Insufficient funds on the settlement account.' };
    case 'debit_account_already_closed':
    case 'credit_account_already_closed':
      return { code: 'AC04', text: 'The settlement account is closed.' };
    case 'overflows_debits_pending':
    case 'overflows_credits_pending':
    case 'overflows_debits_posted':
    case 'overflows_credits_posted':
    case 'overflows_debits':
    case 'overflows_credits':
      return { code: 'AM02', text: 'The amount is larger than any account can hold.' };
    default:
      return { code: 'NARR', text: `The ledger refused the reservation: ${code}.` };
  }
}

export const HELD: Reason = { code: 'NARR', text: 'Held for compliance review.' };

/** Why a payment was returned that had been reserved: ISO 20022 AB04, a settlement that was aborted. */
export const RETURNED_ON_DEFAULT = { code: 'AB04', text: 'Returned: a participant was taken out of the window before it was settled.' };

/** Why a payment was returned that its bank cancelled before its day: ISO 20022 DS02, cancelled by who may. */
export const CANCELLED_AHEAD = { code: 'DS02', text: 'Cancelled before its value date.' };
export const REJECTED_BY_REVIEW: Reason = { code: 'RR04', text: 'Rejected after compliance review.' };
