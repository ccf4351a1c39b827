import type { Ctx } from '../../base/context.ts';
import { derivedId } from '../../base/derived-id.ts';
import { AppError } from '../../base/error.ts';
import { rowOf, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { HeaderOf, RecordOf } from '../iso20022/catalogue.ts';
import { namedInCarried } from '../iso20022/carried/named.ts';
import { MOST_CARRIED } from '../iso20022/carried/said.ts';
import { namedBeside, namedInChain, namedOriginators, withNamed } from '../iso20022/mentions.ts';
import { writePacs002, type TransactionReport } from '../iso20022/pacs002.ts';
import { withoutAbsent } from '../iso20022/pacs008-transaction.ts';
import type { RecordReading, References } from '../iso20022/read-message.ts';
import type { ReasonCode, Refusal } from '../iso20022/reason.ts';
import { carriedRows } from '../message/carried-store.ts';
import { frameOf, outcomeOf, refusalsOf } from '../message/answer.ts';
import type { Handled, Incoming } from '../message/handler.ts';
import { type IsOurs, oursAmong, withInstructing } from '../message/name-others.ts';
import { originRows } from '../message/rows.ts';
import { reasonCodeOf, rejectedFor, reportOn, uetrOf } from '../message/take-transfers.ts';
import { submitIso20022 as contract } from '../payment/contract.ts';
import type { PaymentOrder, PaymentRecord, PaymentView } from '../payment/payment.ts';
import type { StandingPayment } from '../payment/store.ts';
import { takePayment } from '../payment/take-payment.ts';
import { findOriginal } from './original.ts';
import { RETURN_REASONS } from './rules.ts';
import { returnRows } from './rows.ts';
import { isReturn, returnsOf, type StandingReturn } from './store.ts';

type Return = RecordOf<'pacs.004'>;
type Reading = RecordReading<Return>;
type Readable = Extract<Reading, { result: 'ok' }>;
type Header = Partial<HeaderOf<'pacs.004'>>;

/**
 * Takes payment returns: each becomes a payment in the other direction, linked to the one whose money it brings back, and
 * never more in all than that one paid. Answers with a pacs.002.
 */
export async function takeReturns(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'pacs.004'>): Promise<Handled> {
  const { message } = incoming;
  // One after the other: several returns of one payment in one file count on each other.
  const transactions: TransactionReport[] = [];
  for (const record of message.records) transactions.push(await takeOne(deps, ctx, incoming, record));
  const paths = message.records.map(({ path }) => path);
  return {
    outcome: outcomeOf(transactions),
    refusals: refusalsOf(transactions, paths),
    answer: writePacs002({ ...frameOf(deps, message), transactions }),
  };
}

async function takeOne(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'pacs.004'>, record: Reading): Promise<TransactionReport> {
  const { references, path } = record;
  const refuse = (reason: Refusal): TransactionReport => ({ references, status: 'RJCT', reason });
  if (record.result === 'refused') return rejectedFor(references, record.refusals);
  const header = incoming.message.header as Header;
  const found = await findOriginal(deps, ctx, references, (record.value.originalGroup ?? header.originalGroup)?.messageId);
  if ('problem' in found) return refuse({ code: 'NARR', path, text: PROBLEMS[found.problem] });
  const wrong = wrongWith(ctx, record, header, found.payment);
  if (wrong) return refuse({ ...wrong, path: `${path}/${wrong.path}` });
  try {
    return await payBack(deps, ctx, { incoming, record, header, original: found.payment });
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const participants = await deps.directory.of(ctx.tenantId);
    const code =
      error instanceof NotReturnable
        ? error.reason
        : reasonCodeOf(error, { debtorAgent: found.payment.agents.creditorAgent.bic }, participants);
    return refuse({ code, text: error.message, path });
  }
}

const PROBLEMS = {
  none: 'There is no such payment.',
  several: 'More than one payment fits; name it by its UETR.',
} as const;

type Wrong = { code: ReasonCode; path: string; text: string };

const WAITS = 'The payment waits and is not final. The bank that sent it may cancel it (camt.056).';
const OBLIGED = 'The payment is not final: until its window is settled it may still be taken out of it. Return it once it is settled.';

/**
 * Why there is nothing to return yet, or for ever. Only who has the money gives it back: were a payment returned before it is
 * final, and then taken out of its window, the bank that was to be paid would have paid from its own pocket.
 */
const NOTHING_TO_RETURN: Readonly<Record<Exclude<PaymentView['status'], 'settled'>, string>> = {
  held: WAITS,
  queued: WAITS,
  reserved: OBLIGED,
  clearing: OBLIGED,
  rejected: 'The payment was rejected: its money never left, so there is nothing to return.',
};

/** By which element a return names its payment. */
function nameIn({ uetr, transactionId, instructionId }: References): string {
  if (uetr !== undefined) return 'OrgnlUETR';
  if (transactionId !== undefined) return 'OrgnlTxId';
  return instructionId === undefined ? 'OrgnlEndToEndId' : 'OrgnlInstrId';
}

/** What the return says that does not fit the payment. */
function wrongWith(ctx: Ctx, { value, references }: Readable, header: Header, { record, status }: StandingPayment): Wrong | undefined {
  if (ctx.memberId !== undefined && ctx.memberId !== record.creditorAgentId)
    return { code: 'AG01', path: nameIn(references), text: 'Only the bank that was paid returns a payment.' };
  if (status !== 'settled') return { code: 'AG01', path: nameIn(references), text: NOTHING_TO_RETURN[status] };
  if (value.amount.asset !== record.asset)
    return { code: 'AM03', path: 'RtrdIntrBkSttlmAmt', text: `The payment was in ${record.asset.split('/')[0]}.` };
  const said = value.originalAmount;
  if (said && (said.asset !== record.asset || said.units !== record.units))
    return { code: 'AM09', path: 'OrgnlIntrBkSttlmAmt', text: 'The payment was of another amount.' };
  const { code, proprietary } = reasonIn(value, header);
  if (code === undefined || !RETURN_REASONS.has(code))
    return { code: 'CH16', path: 'RtrRsnInf/Rsn/Cd', text: `${code ?? proprietary} is no reason for the return of a credit transfer.` };
  return undefined;
}

function reasonIn(value: Return, header: Header): { code?: string; proprietary?: string; text?: readonly string[] } {
  return value.reasons?.[0] ?? header.reasons?.[0] ?? {};
}

/** More would be returned than is left, or of what cannot be returned. */
class NotReturnable extends AppError {
  readonly reason: ReasonCode;

  constructor(reason: ReasonCode, message: string) {
    super('unprocessable', 'settlement.not_returnable', message);
    this.reason = reason;
  }
}

type Taking = { incoming: Incoming<'pacs.004'>; record: Reading; header: Header; original: StandingPayment };

async function payBack(deps: SettlementDeps, ctx: Ctx, taking: Taking): Promise<TransactionReport> {
  const { record, original } = taking;
  const { tenantId } = ctx;
  const order = withAllNamed(orderOf(ctx, taking), taking, oursAmong(deps, await deps.directory.of(tenantId)));
  // Two returns at once may count on the same rest; whichever was not first looks again, as long as another one came in between.
  for (let counted = -1; ;) {
    const [returned, ofReturn] = await deps.db.read({ tenantId }, async (tx) => [
      await returnsOf(tx, tenantId, original.record.id),
      await isReturn(tx, tenantId, original.record.id),
    ]);
    if (ofReturn) throw new NotReturnable('AG01', 'A return is not returned again; it is paid anew.');
    const isNew = !returned.some(({ uetr }) => uetr === order.uetr);
    if (isNew) requireRest(original, returned, order.units);
    try {
      return reportOn(record.references, await take(deps, ctx, taking, { order, nth: returned.length + 1 }));
    } catch (error) {
      // Refused for its number and not for its own UETR: another return has come in between.
      const isRaced = error instanceof AppError && error.code === 'settlement.uetr_reused' && isNew;
      if (!isRaced || returned.length === counted) throw error;
      counted = returned.length;
    }
  }
}

function requireRest({ record }: StandingPayment, returned: readonly StandingReturn[], units: bigint): void {
  const gone = returned.reduce((sum, { units: back, isAlive }) => sum + (isAlive ? back : 0n), 0n);
  if (gone === record.units) throw new NotReturnable('DUPL', 'The payment was returned already.');
  if (gone + units > record.units)
    throw new NotReturnable('AM09', `More would be returned than was paid; ${gone} of ${record.units} units are back.`);
}

/** The payment backwards. What it is called follows from the return, so that the same return again is the same payment. */
function orderOf(ctx: Ctx, { incoming, record, header, original }: Taking): PaymentOrder & { uetr: string } {
  const value = record.value as Return;
  const { record: paid, agents } = original;
  const id = value.returnId ?? `${incoming.sender}/${incoming.message.header.messageId}#${record.index}`;
  return withoutAbsent({
    uetr: uetrOf(derivedId(ctx.tenantId, 'return', paid.id, id)),
    endToEndId: paid.endToEndId,
    debtorAgent: agents.creditorAgent.bic,
    creditorAgent: agents.debtorAgent.bic,
    debtor: paid.creditor,
    creditor: paid.debtor,
    asset: paid.asset,
    units: value.amount.units,
    valueDate: value.settlementDate ?? header.settlementDate,
    remittance: `Return of ${paid.uetr}`,
  });
}

/**
 * With whoever the return names: its chain, who took charges (also by what only goes on), why and by whom it was sent back, and
 * through whom it came.
 */
function withAllNamed<T extends PaymentOrder>(order: T, { record, header }: Taking, isOurs: IsOurs): T {
  const value = record.value as Return;
  const { chain, reasons = header.reasons ?? [] } = value;
  const { carried = [] } = record;
  if (JSON.stringify(carried).length > MOST_CARRIED)
    throw new NotReturnable('CH16', `More than ${MOST_CARRIED} characters are said that only go on.`);
  const of = [...(chain ? namedInChain(chain) : []), ...namedBeside(value), ...namedOriginators(reasons)];
  const named = [...of, ...namedInCarried(carried)];
  const full = withNamed(withInstructing(order, [value, header], isOurs), named, isOurs);
  if (full) return full;
  throw new NotReturnable('CH16', 'More are named beside the parties than this network keeps and screens.');
}

function take(deps: SettlementDeps, ctx: Ctx, taking: Taking, { order, nth }: { order: PaymentOrder; nth: number }): Promise<PaymentView> {
  const { incoming, record, header, original } = taking;
  const value = record.value as Return;
  const { code, text } = reasonIn(value, header);
  const { carried } = record;
  const extraRows = (payment: PaymentRecord): RowOf[] => [
    rowOf(returnRows, {
      paymentId: payment.id,
      originalId: original.record.id,
      nth,
      returnId: value.returnId ?? payment.id.replaceAll('-', ''),
      reasonCode: code!,
      ...(text && { reasonText: text.join(' ') }),
    }),
    rowOf(originRows, {
      paymentId: payment.id,
      messageId: incoming.id,
      nth: record.index,
      kind: 'pacs.004',
      ...(value.returnId !== undefined && { transactionId: value.returnId }),
    }),
    ...(carried ? [rowOf(carriedRows, { paymentId: payment.id, carried })] : []),
  ];
  const entry = { channel: 'iso20022' as const, operation: contract, extraRows, ...(carried && { carried }) };
  return takePayment(deps, { ...ctx, idempotency: undefined }, entry, order);
}
