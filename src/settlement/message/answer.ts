import { newId } from '../../base/id.ts';
import type { Decimal } from '../../base/decimal.ts';
import type { SettlementDeps } from '../deps.ts';
import { writePacs002, type GroupStatus, type StatusReason, type StatusReport, type TransactionReport } from '../iso20022/pacs002.ts';
import type { AnyMessage } from '../iso20022/read-message.ts';
import type { Refusal } from '../iso20022/reason.ts';
import { writePain002 } from '../iso20022/write/pain002.ts';
import type { Handled } from './handler.ts';

/** What is answered to other content under a message id that is taken. */
export const DUPLICATE: Handled = {
  outcome: 'refused',
  refusals: [{ code: 'AM05', text: 'Another message with this message id was taken before.', path: 'GrpHdr/MsgId' }],
};

const STATUS = { accepted: 'ACTC', partly: 'PART', refused: 'RJCT' } as const satisfies Record<Handled['outcome'], GroupStatus>;

/** A status report on a message as a whole: pain.002 on a customer's initiation, pacs.002 on all else. */
export function answerOf(deps: Pick<SettlementDeps, 'clock'>, message: AnyMessage, { outcome, refusals = [] }: Handled): string {
  const whole = { ...frameOf(deps, message), groupStatus: STATUS[outcome], groupReasons: refusals };
  return message.family === 'pain.001' ? writePain002({ ...whole, batches: [] }) : writePacs002({ ...whole, transactions: [] });
}

type Frame = Omit<StatusReport, 'transactions' | 'original'> & { original: NonNullable<StatusReport['original']> };

/** What every status report says of the message that it is about. */
export function frameOf({ clock }: Pick<SettlementDeps, 'clock'>, { message, header }: AnyMessage): Frame {
  const { messageId = 'NOTPROVIDED', createdAt } = header;
  const { transactions, controlSum, instructingAgent } = header as Told;
  return {
    messageId: newId().replaceAll('-', ''),
    createdAt: clock.now(),
    instructedAgent: instructingAgent?.bic,
    original: { messageId, message, createdAt, transactions, controlSum },
  };
}

type Told = { transactions?: number; controlSum?: Decimal; instructingAgent?: { bic?: string } };

/** What became of a message, from what became of its transactions. */
export function outcomeOf(statuses: readonly { status: string }[]): Handled['outcome'] {
  const refused = statuses.filter(({ status }) => status === 'RJCT').length;
  if (refused === 0) return 'accepted';
  return refused === statuses.length ? 'refused' : 'partly';
}

/** The reasons of a report's transactions, each with its place in the message. */
export function refusalsOf(reports: readonly TransactionReport[], paths: readonly string[]): Refusal[] {
  const refusalOf = (reason: StatusReason, i: number): Refusal => ({
    ...reason,
    code: reason.code as Refusal['code'],
    path: reason.path ?? paths[i] ?? '',
  });
  return reports.flatMap(({ status, reason, furtherReasons = [] }, i) =>
    status === 'RJCT' && reason ? [reason, ...furtherReasons].map((one) => refusalOf(one, i)) : [],
  );
}
