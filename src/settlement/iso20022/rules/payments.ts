import { isCreditorReference } from '../../../base/check-digit.ts';
import { codeOf } from '../../../base/money.ts';
import { addDays, dayOf, daysBetween, type LocalDate } from '../../../base/time.ts';
import type { HeaderOf } from '../catalogue.ts';
import { groupRule, recordRule, type Rule, type RuleOptions, type Tell } from './rule.ts';

/** Rules about single payments, returns and recalls. */

/** Value dates further ahead than this are a slip of the pen. */
const MAX_DAYS_AHEAD = 365;

function checkDay(
  day: LocalDate | undefined,
  currency: string,
  tell: (code: 'past' | 'closed' | 'far', text: string) => void,
  { clock, isBusinessDay }: RuleOptions,
): void {
  if (day === undefined) return;
  if (clock) {
    // Somewhere on earth it is still yesterday.
    const today = dayOf(clock.now());
    if (day < addDays(today, -1)) return tell('past', `${day} is past.`);
    if (daysBetween(today, day) > MAX_DAYS_AHEAD) return tell('far', `${day} is more than ${MAX_DAYS_AHEAD} days ahead.`);
  }
  if (isBusinessDay && !isBusinessDay(day, currency)) tell('closed', `${day} is no business day for ${currency}.`);
}

const settlementDay = recordRule({
  id: 'P01',
  about: 'A payment settles on a business day of its currency, not in the past and not more than a year ahead.',
  families: ['pacs.008', 'pacs.009', 'pacs.004'],
  record(payment, tell, { header, options }) {
    const codes = { past: 'DT05', closed: 'DT03', far: 'DT04' } as const;
    const day = payment.settlementDate ?? header.settlementDate;
    checkDay(day, codeOf(payment.amount.asset), (why, text) => tell(codes[why], 'settlementDate', text), options);
  },
});

const executionDay = groupRule({
  id: 'P02',
  about: 'A batch is executed on a business day that is not past and at most a year ahead.',
  families: ['pain.001'],
  group({ executionDate }, tell, { records, options }) {
    const codes = { past: 'CH04', closed: 'DT03', far: 'CH03' } as const;
    const currency = records.find(({ amount }) => amount)?.amount?.currency;
    if (currency !== undefined) checkDay(executionDate, currency, (why, text) => tell(codes[why], 'executionDate', text), options);
  },
});

const agents = recordRule({
  id: 'P03',
  about: 'The agents of debtor and creditor take part.',
  families: ['pacs.008'],
  record({ debtorAgent, creditorAgent }, tell, { options: { isKnownAgent } }) {
    if (!isKnownAgent) return;
    if (!isKnownAgent(debtorAgent)) tell('RC03', 'debtorAgent', 'The agent of the debtor does not take part in this network.');
    if (!isKnownAgent(creditorAgent)) tell('RC04', 'creditorAgent', 'The agent of the creditor does not take part in this network.');
  },
});

const institutions = recordRule({
  id: 'P04',
  about: 'Banks that pay each other take part.',
  families: ['pacs.009'],
  record({ debtor, creditor }, tell, { options: { isKnownAgent } }) {
    if (!isKnownAgent) return;
    if (!isKnownAgent(debtor)) tell('RC03', 'debtor', 'The debtor does not take part in this network.');
    if (!isKnownAgent(creditor)) tell('RC04', 'creditor', 'The creditor does not take part in this network.');
  },
});

const exchange = recordRule({
  id: 'P05',
  about: 'A rate is told exactly if the instructed amount is in another currency.',
  families: ['pacs.008'],
  record({ amount, instructedAmount, exchangeRate, charges }, tell) {
    const other = instructedAmount !== undefined && instructedAmount.asset !== amount.asset;
    if (other && exchangeRate === undefined)
      tell('CH21', 'exchangeRate', 'The instructed amount is in another currency, and there is no exchange rate.');
    if (!other && exchangeRate !== undefined) tell('CH17', 'exchangeRate', 'There is an exchange rate, but no amount in another currency.');
    if (charges?.some(({ amount: { units } }) => units > 0n) && !instructedAmount) {
      tell('CH21', 'instructedAmount', 'Charges were taken, so the instructed amount has to be told.');
    }
  },
});

type SettlementHeader = Partial<HeaderOf<'pacs.008'>>;
const REIMBURSING = ['instructingReimbursementAgent', 'instructedReimbursementAgent', 'thirdReimbursementAgent'] as const;

const settlementMethod: Rule = {
  id: 'P06',
  about: 'Reimbursement agents are named exactly if the settlement method is COVE; a settlement account never with CLRG.',
  families: ['pacs.008', 'pacs.009', 'pacs.004'],
  file(message, { file: tell }) {
    const header = message.header as SettlementHeader;
    const method = header.settlementMethod;
    const agent = REIMBURSING.find((name) => header[name]);
    if (method !== 'COVE' && agent) tell('CH17', agent, `A reimbursement agent is named, but the settlement method is ${method}.`);
    if (method === 'COVE' && !agent) tell('CH21', REIMBURSING[0], 'With settlement method COVE a reimbursement agent is named.');
    if (method === 'CLRG' && header.settlementAccount)
      tell('CH17', 'settlementAccount', 'With settlement method CLRG no settlement account is named.');
  },
};

const remittance = recordRule({
  id: 'P07',
  about: "A creditor's reference of the form RF has the check digits of ISO 11649.",
  families: ['pacs.008', 'pacs.009', 'pain.001'],
  record(payment, tell) {
    payment.remittance?.structured?.forEach(({ reference }, i) => {
      const plain = reference?.replaceAll(' ', '');
      if (plain && /^RF\d\d/.test(plain) && !isCreditorReference(plain)) {
        tell('RR09', `remittance.structured.${i}.reference`, 'The creditor reference has wrong check digits.');
      }
    });
  },
});

const acceptance = recordRule({
  id: 'P08',
  about: 'A payment was accepted before it was sent.',
  families: ['pacs.008'],
  record({ acceptedAt }, tell, { options }) {
    const latest = options.clock ? options.clock.now() + 3_600_000 : undefined;
    if (acceptedAt !== undefined && latest !== undefined && acceptedAt > latest)
      tell('DT01', 'acceptedAt', 'The time of acceptance lies in the future.');
  },
});

const order = recordRule({
  id: 'P09',
  about: 'A second intermediary comes only with a first, a third with a second.',
  families: ['pacs.008', 'pacs.009'],
  record({ intermediary1, intermediary2, intermediary3 }, tell) {
    if (intermediary2 && !intermediary1) tell('RC11', 'intermediary2', 'There is a second intermediary agent without a first.');
    if (intermediary3 && !intermediary2) tell('RC11', 'intermediary3', 'There is a third intermediary agent without a second.');
  },
});

const accounts = recordRule({
  id: 'P10',
  about: 'Debtor and creditor are not the same account.',
  families: ['pacs.008'],
  record({ debtorAccount, creditorAccount, debtorAgent, creditorAgent }, tell) {
    const same = debtorAccount?.iban !== undefined && debtorAccount.iban === creditorAccount?.iban;
    if (same && debtorAgent.bic === creditorAgent.bic)
      tell('AG01', 'creditorAccount', 'The account of the creditor is that of the debtor.');
  },
});

const initiation = recordRule({
  id: 'I01',
  about:
    'A payment has an amount; charge bearer, payment type and who is behind the debtor are told for the batch or for the payment, not for both.',
  families: ['pain.001'],
  record(payment, tell, { group }) {
    if (!payment.amount && !payment.equivalentAmount) tell('AM12', 'amount', 'The amount is missing.');
    if (payment.equivalentAmount && !payment.equivalentCurrency)
      tell('CH21', 'equivalentCurrency', 'The currency of the transfer is missing.');
    if (payment.chargeBearer && group?.chargeBearer) tell('CH07', 'chargeBearer', 'The charge bearer is told for the batch already.');
    if (payment.serviceLevels && group?.serviceLevels) tell('CH07', 'serviceLevels', 'The service level is told for the batch already.');
    if (payment.ultimateDebtor && group?.ultimateDebtor)
      tell('CH07', 'ultimateDebtor', 'Who is behind the debtor is told for the batch already.');
    if (!payment.creditorAgent && !payment.creditorAccount?.iban)
      tell('RC04', 'creditorAgent', 'Without an IBAN the bank of the creditor has to be named.');
  },
});

const returned = recordRule({
  id: 'R01',
  about: 'A return gives a reason, names the payment, and brings back no more than was paid.',
  families: ['pacs.004'],
  record(payment, tell, { header }) {
    if (!hasReason(payment.reasons) && !hasReason(header.reasons)) tell('CH21', 'reasons', 'The reason of the return is missing.');
    needsReference(payment, tell);
    const original = payment.originalAmount;
    if (original?.asset === payment.amount.asset && payment.amount.units > original.units) {
      tell('AM09', 'amount', 'More is returned than was paid.');
    }
  },
});

const recalled = recordRule({
  id: 'R02',
  about: 'A recall gives a reason and names the payment.',
  families: ['camt.056'],
  record(payment, tell, { group }) {
    if (!hasReason(payment.reasons) && !hasReason(group?.reasons)) tell('CH21', 'reasons', 'The reason of the recall is missing.');
    needsReference(payment, tell);
  },
});

const named = recordRule({
  id: 'R03',
  about: 'A question or an answer names the payment.',
  families: ['pacs.002', 'pacs.028', 'camt.029'],
  record(payment, tell) {
    needsReference(payment, tell);
  },
});

type Reasons = readonly { code?: string; proprietary?: string }[] | undefined;
const hasReason = (reasons: Reasons) => reasons?.some(({ code, proprietary }) => code !== undefined || proprietary !== undefined) ?? false;

type Named = { uetr?: string; endToEndId?: string; instructionId?: string; transactionId?: string };

function needsReference({ uetr, endToEndId, instructionId, transactionId }: Named, tell: Tell): void {
  if (uetr ?? endToEndId ?? instructionId ?? transactionId) return;
  tell('CH21', 'uetr', 'None of the references of the original payment is given.');
}

export const PAYMENT_RULES: readonly Rule[] = [
  settlementDay,
  executionDay,
  agents,
  institutions,
  exchange,
  settlementMethod,
  remittance,
  acceptance,
  order,
  accounts,
  initiation,
  returned,
  recalled,
  named,
];
