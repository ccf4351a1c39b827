import type { Ctx } from '../../base/context.ts';
import type { SettlementDeps } from '../deps.ts';
import { banksOf, calledOf, intermediaryRefusal, previousOf } from '../iso20022/chain.ts';
import type { RecordOf } from '../iso20022/catalogue.ts';
import { writePacs002 } from '../iso20022/pacs002.ts';
import { noteOf, partyOf, reasonsAgainst, withoutAbsent, type Order, type TransactionReading } from '../iso20022/pacs008-transaction.ts';
import type { Agent } from '../iso20022/parts.ts';
import type { RecordReading } from '../iso20022/read-message.ts';
import type { ReasonCode, Refusal } from '../iso20022/reason.ts';
import { normalBic, type Participants } from '../participant/directory.ts';
import { frameOf, outcomeOf, refusalsOf } from './answer.ts';
import type { Handled, Incoming } from './handler.ts';
import { takeTransfers } from './take-transfers.ts';

type Transfer = RecordOf<'pacs.009'>;

/** Takes payments of banks to banks, for themselves or as cover of a customer's payment. Answers with a pacs.002. */
export async function takePacs009(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'pacs.009'>): Promise<Handled> {
  const { message } = incoming;
  const participants = await deps.directory.of(ctx.tenantId);
  const { settlementDate } = message.header as { settlementDate?: string };
  const readings = message.records.map((record) => bankReadingOf(record, participants, settlementDate));
  const covers = new Set(message.records.filter(({ value }) => value.underlying).map(({ index }) => index));
  const kindOf = ({ index }: TransactionReading) => (covers.has(index) ? 'pacs.009 COV' : 'pacs.009');
  const transactions = await takeTransfers(deps, ctx, { incoming, kindOf }, readings);
  const paths = message.records.map(({ path }) => path);
  return {
    outcome: outcomeOf(transactions),
    refusals: refusalsOf(transactions, paths),
    answer: writePacs002({ ...frameOf(deps, message), transactions }),
  };
}

/** What this network does with a payment of banks: an order, or why it cannot be one. */
export function bankReadingOf(
  record: RecordReading<Transfer>,
  participants: Pick<Participants, 'byBic'>,
  day?: string,
): TransactionReading {
  const { index, references, amount } = record;
  const read = { index, references, amount };
  const against = reasonsAgainst(record, (value) => missingIn(value, record.path));
  if (against) return { ...read, result: 'refused', ...against };
  const order = orderOf(record.value as Transfer, participants);
  return { ...read, result: 'ok', order: { ...order, ...(order.valueDate === undefined && day !== undefined && { valueDate: day }) } };
}

const payerOf = ({ debtorAgent, debtor }: Transfer) => debtorAgent?.bic ?? debtor.bic;
const payeeOf = ({ creditorAgent, creditor }: Transfer) => creditorAgent?.bic ?? creditor.bic;

function missingIn(transfer: Transfer, path: string): Refusal | undefined {
  const at = (code: ReasonCode, name: string, text: string): Refusal => ({ code, text, path: `${path}/${name}` });
  const { underlying, debtorAgent, creditorAgent } = transfer;
  const between = intermediaryRefusal(transfer, path);
  if (between) return between;
  if (debtorAgent && debtorAgent.bic === undefined)
    return at('RC03', 'DbtrAgt/FinInstnId/BICFI', 'The BIC in DbtrAgt is missing: it names the participant that pays.');
  if (creditorAgent && creditorAgent.bic === undefined)
    return at('RC04', 'CdtrAgt/FinInstnId/BICFI', 'The BIC in CdtrAgt is missing: it names the participant that is paid.');
  if (payerOf(transfer) === undefined) return at('RC03', 'Dbtr/FinInstnId/BICFI', 'The BIC of the debtor is missing.');
  if (payeeOf(transfer) === undefined) return at('RC04', 'Cdtr/FinInstnId/BICFI', 'The BIC of the creditor is missing.');
  if (underlying && underlying.debtor.name === undefined)
    return at('BE08', 'UndrlygCstmrCdtTrf/Dbtr/Nm', 'The name of the customer who pays is missing.');
  if (underlying && underlying.creditor.name === undefined)
    return at('BE22', 'UndrlygCstmrCdtTrf/Cdtr/Nm', 'The name of the customer who is paid is missing.');
  if (Array.from(noteOf(transfer.remittance) ?? '').length <= 140) return undefined;
  return at('CH16', 'RmtInf/Ustrd', 'Remittance information is longer than 140 characters.');
}

/** The parties of a cover payment are the customers behind it: theirs are the names that have to be screened. */
function orderOf(transfer: Transfer, participants: Pick<Participants, 'byBic'>): Order {
  const { underlying } = transfer;
  const [payer, payee] = [payerOf(transfer)!, payeeOf(transfer)!];
  const [debtor, creditor] = underlying ? customersOf(underlying) : banksAsParties(transfer, participants);
  const { debtorBanks, creditorBanks } = chainOf(transfer);
  return withoutAbsent({
    uetr: transfer.uetr,
    endToEndId: transfer.endToEndId,
    debtorAgent: payer,
    creditorAgent: payee,
    debtor: withoutAbsent({ ...debtor, banks: banksOf(payer, debtorBanks) }),
    creditor: withoutAbsent({ ...creditor, banks: banksOf(payee, creditorBanks) }),
    asset: transfer.amount.asset,
    units: transfer.amount.units,
    valueDate: transfer.settlementDate,
    purpose: transfer.purpose,
    remittance: noteOf(transfer.remittance ?? underlying?.remittance),
  });
}

type Underlying = NonNullable<Transfer['underlying']>;
type Sides = [debtor: Order['debtor'], creditor: Order['creditor']];

const customersOf = ({ debtor, debtorAccount, ultimateDebtor, ...rest }: Underlying): Sides => [
  partyOf(debtor, debtorAccount, ultimateDebtor),
  partyOf(rest.creditor, rest.creditorAccount, rest.ultimateCreditor),
];

/** Payer and payee where banks pay for themselves, called by what is known of them. */
function banksAsParties({ debtor, creditor, ultimateDebtor, ultimateCreditor }: Transfer, { byBic }: Pick<Participants, 'byBic'>): Sides {
  const nameOf = (bank: Agent) =>
    bank.name ?? (bank.bic === undefined ? undefined : byBic.get(normalBic(bank.bic))?.name) ?? calledOf(bank);
  const partyFor = (bank: Agent, behind: Agent | undefined): Order['debtor'] => {
    const ultimate = behind && withoutAbsent({ name: nameOf(behind), bic: behind.bic, lei: behind.lei, country: behind.address?.country });
    // A bank of which nothing is said but where it is has to be called something.
    const name = nameOf(bank) ?? 'NOTPROVIDED';
    return withoutAbsent({ name, ultimate: ultimate && Object.keys(ultimate).length > 0 ? ultimate : undefined });
  };
  return [partyFor(debtor, ultimateDebtor), partyFor(creditor, ultimateCreditor)];
}

/** Every bank that the message names, on the side of the chain where it is. */
function chainOf(transfer: Transfer) {
  const { underlying = {} as Partial<Underlying> } = transfer;
  const customerPrevious = previousOf(underlying);
  return {
    debtorBanks: {
      ultimateDebtor: transfer.ultimateDebtor,
      debtor: transfer.debtor,
      ...previousOf(transfer),
      customerDebtorAgent: underlying.debtorAgent,
      customerPrevious1: customerPrevious.previous1,
      customerPrevious2: customerPrevious.previous2,
      customerPrevious3: customerPrevious.previous3,
    },
    creditorBanks: {
      customerIntermediary1: underlying.intermediary1,
      customerIntermediary2: underlying.intermediary2,
      customerIntermediary3: underlying.intermediary3,
      customerCreditorAgent: underlying.creditorAgent,
      creditor: transfer.creditor,
      ultimateCreditor: transfer.ultimateCreditor,
    },
  };
}
