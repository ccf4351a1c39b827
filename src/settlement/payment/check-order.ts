import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { addDays, isLocalDate, type LocalDate } from '../../base/time.ts';
import { normalBic, type Member, type Participants } from '../participant/directory.ts';
import type { PaymentOrder } from './payment.ts';

/** How far ahead a value date may lie. */
const MAX_DAYS_AHEAD = 30;

/** Both banks of an order, and where the debtor's money is. */
export type Checked = {
  debtorAgent: Member;
  creditorAgent: Member;
  settlementAccountId: Uuid;
  reserveAccountId: Uuid;
  valueDate: LocalDate;
};

/**
 * What must hold before an order becomes a payment.
 *
 * Errors, in this order: `settlement.asset_unknown`, `settlement.participant_unknown`, `settlement.debtor_agent_foreign`,
 * `settlement.same_agent`, `settlement.participant_suspended`, `settlement.asset_not_held`, `settlement.value_date_invalid`.
 */
export function checkOrder(order: PaymentOrder, participants: Participants, today: LocalDate, memberId?: Uuid): Checked {
  if (!isKnownAsset(order.asset)) {
    throw new AppError('invalid', 'settlement.asset_unknown', `${order.asset} is not a currency with its ISO 4217 number of decimals.`);
  }
  const debtorAgent = known(participants, order.debtorAgent);
  const creditorAgent = known(participants, order.creditorAgent);
  if (memberId !== undefined && debtorAgent.id !== memberId) {
    throw new AppError('forbidden', 'settlement.debtor_agent_foreign', `You may not pay for ${order.debtorAgent}.`);
  }
  if (debtorAgent.id === creditorAgent.id) {
    throw new AppError('unprocessable', 'settlement.same_agent', 'Debtor agent and creditor agent are the same participant.');
  }
  for (const agent of [debtorAgent, creditorAgent]) requireActive(agent);
  const account = held(debtorAgent, order.asset);
  held(creditorAgent, order.asset);
  return {
    debtorAgent,
    creditorAgent,
    settlementAccountId: account.settlementAccountId,
    reserveAccountId: account.reserveAccountId,
    valueDate: valueDateOf(order, today),
  };
}

function known(participants: Participants, bic: string): Member {
  const member = participants.byBic.get(normalBic(bic));
  if (!member) throw new AppError('unprocessable', 'settlement.participant_unknown', `${bic} is not a participant.`);
  return member;
}

/** Errors: `settlement.participant_suspended`. */
export function requireActive(agent: Pick<Member, 'bic' | 'state'>): void {
  if (agent.state !== 'active') throw new AppError('unprocessable', 'settlement.participant_suspended', `${agent.bic} is suspended.`);
}

function held(agent: Member, asset: string) {
  const account = agent.accounts.get(asset);
  if (!account) throw new AppError('unprocessable', 'settlement.asset_not_held', `${agent.bic} has no account in ${asset}.`);
  return account;
}

function valueDateOf(order: PaymentOrder, today: LocalDate): LocalDate {
  const { valueDate } = order;
  if (valueDate === undefined || valueDate === today) return today;
  const { first, last } = allowedDays(today);
  if (valueDate < first || valueDate > last || !isLocalDate(valueDate)) {
    throw new AppError(
      'unprocessable',
      'settlement.value_date_invalid',
      `The value date ${valueDate} is not between ${first} and ${last}.`,
    );
  }
  return valueDate;
}

let allowed = { today: '', first: '', last: '' };

/** One day back is allowed: a bank east of UTC may already write tomorrow, one west of it still yesterday. */
function allowedDays(today: LocalDate): { first: LocalDate; last: LocalDate } {
  // Counting days takes longer than all other checks together, and the answer changes once a day.
  if (allowed.today !== today) allowed = { today, first: addDays(today, -1), last: addDays(today, MAX_DAYS_AHEAD) };
  return allowed;
}
