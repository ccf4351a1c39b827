import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { IncomeSource } from '../custody/income.ts';

/**
 * waiting: to be sent. held: its participant is suspended, or a list names whom it is paid to; two people let it go or refuse it. sending: being handed to the rail, or a crash fell into that moment. unknown: the rail may have it; it is
 * asked for. accepted: the rail has paid. refused: it never will. confirmed: a statement shows it. cancelled: never sent.
 */
export const STATES = ['waiting', 'held', 'sending', 'unknown', 'accepted', 'refused', 'confirmed', 'cancelled'] as const;
export type InstructionState = (typeof STATES)[number];

/**
 * send: it is about to be handed over. lose: no clear answer. absent: the rail says that it never had it. accept: it has paid
 * (by its answer, a statement, or two people). refuse: it has not and will not. confirm: a statement shows it. hold: its participant
 * is suspended, or a list names its payee; release: it may go all the same.
 */
export const MOVES = {
  send: { from: ['waiting'], to: 'sending' },
  hold: { from: ['waiting'], to: 'held' },
  release: { from: ['held'], to: 'waiting' },
  lose: { from: ['sending', 'unknown'], to: 'unknown' },
  absent: { from: ['unknown'], to: 'waiting' },
  accept: { from: ['sending', 'unknown', 'waiting', 'held'], to: 'accepted' },
  refuse: { from: ['sending', 'unknown'], to: 'refused' },
  confirm: { from: ['accepted'], to: 'confirmed' },
  cancel: { from: ['waiting', 'held'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly InstructionState[]; to: InstructionState }>;
export type Move = keyof typeof MOVES;

/**
 * Where a move leads; undefined when it is not allowed. What was handed over once, even if the rail says that it never came, may
 * still arrive: it is not cancelled any more, and what shows that it was paid is believed.
 */
export function moved(at: { state: InstructionState; attempts: number }, move: Move): InstructionState | undefined {
  const { from, to } = MOVES[move];
  if (!(from as readonly InstructionState[]).includes(at.state)) return undefined;
  if (move === 'cancel' && at.attempts > 0) return undefined;
  if (move === 'accept' && (at.state === 'waiting' || at.state === 'held') && at.attempts === 0) return undefined;
  return to;
}

/** One side of an instruction: an account and the bank that keeps it. */
export type Side = { name: string; number: string; agentBic: string; bic?: string };

/** The payment that a return sends back, under the names that the statement gives it, and why. */
export type ReturnOf = {
  /** Of ISO 20022's ExternalReturnReason1Code; `text` is for the sender. */
  code: string;
  text?: string;
  bookedOn: LocalDate;
  endToEndId?: string;
  instructionId?: string;
  transactionId?: string;
  uetr?: Uuid;
  clearingReference?: string;
  /** What brought it onto suspense. */
  transferId: Uuid;
};

/** What a rail is to do. */
export type Instruction = {
  id: Uuid;
  /**
   * payout: of a participant's money. sweep: between custody accounts. income: of what the operator has earned. return: of money that
   * came in from somebody outside.
   */
  kind: 'payout' | 'sweep' | 'income' | 'return';
  asset: string;
  units: bigint;
  reference: string;
  debtor: Side;
  creditor: Side;
  /** Version 4, as ISO 20022 wants it. */
  uetr: Uuid;
  /** What it returns; only for a return. */
  returnOf?: ReturnOf | null;
};

export type InstructionRow = Instruction & {
  railId: string;
  participantId: Uuid | null;
  fromAccountId: Uuid;
  fromLedgerId: Uuid;
  toLedgerId: Uuid | null;
  /** Which income account it is paid from. */
  incomeSource: IncomeSource | null;
  /** The approval that it carries out; of income and returns only. */
  proposalId: Uuid | null;
  /** The break that a return answers. */
  breakId: Uuid | null;
  returnOf: ReturnOf | null;
  transferId: Uuid;
  state: InstructionState;
  attempts: number;
  asked: number;
  /** That people have let it go though its participant is suspended. */
  cleared: boolean;
  /** That the suspension of its participant holds it; nobody has decided on that yet. */
  suspended: boolean;
  /** The case that decides on it, while a list names whom it is paid to. */
  holdCaseId: Uuid | null;
  /** The number of the lists that its payee was screened against last; null for a sweep, which stays with the operator. */
  screeningSet: number | null;
  nextAt: Millis;
  reason: string | null;
  railReference: string | null;
  requestedBy: string;
  requestedAt: Millis;
  changedAt: Millis;
};

/** How it is called outside: in messages, and in statements that show it. 32 characters. */
export function nameOf(id: Uuid): string {
  return id.replaceAll('-', '');
}

const HOUR_MS = 3_600_000;

/** How long to wait before the next try: twice as long each time, an hour at most. */
export function backoffMs(tries: number, firstMs: number): number {
  return Math.min(HOUR_MS, firstMs * 2 ** Math.min(tries, 20));
}
