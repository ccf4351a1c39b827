import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf } from '../../base/operation.ts';
import { dayOf, isLocalDate, type Millis } from '../../base/time.ts';
import type { Balance } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { writeStatement, type StatementEntry } from '../iso20022/write/statement.ts';
import { settledAtOf, settledPaymentsOf, type StandingPayment } from '../payment/store.ts';
import { feePostingsOf } from '../fee/invoice-store.ts';
import { settledLegsOf } from '../fx/store.ts';
import { exchangeEntry, feeEntry, fundingEntry } from './booked-entries.ts';
import type { getStatement as contract } from './contract.ts';
import { mustFind } from './read-participants.ts';
import { fundingsOf, type AccountRow, type Range } from './store.ts';

/** How far behind the clock a statement of today ends, so that no act still being committed falls into it later. */
const SETTLE_BACK_MS = 1_000;

/** Errors: those of `statementOf`. */
export function getStatement(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<string> {
  return statementOf(deps, ctx, { ...input, family: 'camt.053' });
}

/** Which day of whom is asked for: as a statement of the day, or as a report during it. `messageId` is made unless told. */
export type StatementAsked = InputOf<typeof contract> & { family: 'camt.052' | 'camt.053'; messageId?: string };

/**
 * A day of a participant in one currency as camt.053 or camt.052: opening and closing balance from the ledger, and between them
 * every payment that became final, every exchange, fee, and movement in and out of custody. That they add up is checked before it leaves.
 *
 * Errors: `settlement.participant_not_found`, `settlement.asset_not_held`, `settlement.day_invalid`.
 */
export async function statementOf(deps: SettlementDeps, ctx: Ctx, { family, messageId, ...input }: StatementAsked): Promise<string> {
  const range = rangeOf(input.day, deps.clock.now());
  // Banks know each other by name; what an account holds is as if there were none.
  if (ctx.memberId !== undefined && ctx.memberId !== input.id)
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  const participant = await mustFind(deps, ctx, input.id);
  const account = participant.accounts.find(({ asset }) => asset === input.asset);
  if (!account) throw new AppError('unprocessable', 'settlement.asset_not_held', `${participant.bic} has no account in ${input.asset}.`);
  const { entries, ...balances } = await figuresOf(deps, ctx, { participantId: participant.id, account, ...range });
  const head = {
    messageId: messageId ?? newId().replaceAll('-', ''),
    createdAt: deps.clock.now(),
    statementId: `${input.day}-${input.asset.replace('/', '-')}`,
    day: input.day,
    account: { id: toWireId('acc', account.settlementAccountId), ownerName: participant.name, ownerBic: participant.bic },
    asset: input.asset,
    ...balances,
  };
  return writeStatement(family, head, entries);
}

type Figures = { opening: bigint; closing: bigint; entries: StatementEntry[] };
type Side = { participantId: Uuid; account: AccountRow } & Range;

/** Balances and entries, read again when an act was committed between the one and the other. */
async function figuresOf(deps: SettlementDeps, ctx: Ctx, side: Side): Promise<Figures> {
  for (let attempt = 1; ; attempt++) {
    const figures = await readFigures(deps, ctx, side);
    const sum = figures.entries.reduce((total, { units }) => total + units, figures.opening);
    // What never adds up is refused by the writer of the statement.
    if (sum === figures.closing || attempt === ATTEMPTS) return figures;
  }
}

const ATTEMPTS = 3;

async function readFigures(deps: SettlementDeps, ctx: Ctx, { participantId, account, fromMs, toMs }: Side): Promise<Figures> {
  const of = { participantId, asset: account.asset, fromMs, toMs };
  const [payments, fundings, fees, legs] = await deps.db.read(ctx, async (tx) => [
    await settledPaymentsOf(tx, ctx.tenantId, of),
    await fundingsOf(tx, ctx.tenantId, of),
    await feePostingsOf(tx, ctx.tenantId, of),
    await settledLegsOf(tx, ctx.tenantId, of),
  ]);
  const accounts = [account.settlementAccountId, account.reserveAccountId];
  const entries = [
    ...payments.map((payment) => paymentEntry(payment, participantId)),
    ...fundings.map(fundingEntry),
    ...fees.map(feeEntry),
    ...legs.map(exchangeEntry),
  ];
  return {
    // Balances are asked as they stood just before an instant: recorded at or before it.
    opening: await fundsAt(deps, ctx, accounts, fromMs - 1),
    closing: await fundsAt(deps, ctx, accounts, toMs - 1),
    entries: entries.sort((a, b) => a.bookedAt - b.bookedAt),
  };
}

const DAY_MS = 86_400_000;

function rangeOf(day: string, now: Millis): Range {
  if (!isLocalDate(day) || day > dayOf(now)) {
    throw new AppError('invalid', 'settlement.day_invalid', `${day} is not a day that has begun.`);
  }
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  return { fromMs, toMs: Math.max(fromMs, Math.min(fromMs + DAY_MS, now - SETTLE_BACK_MS)) };
}

/** What a participant has in all: free and set aside. */
async function fundsAt(deps: SettlementDeps, ctx: Ctx, accounts: readonly Uuid[], at: Millis): Promise<bigint> {
  const balances = await deps.ledger.balancesAt(ctx.tenantId, accounts, at);
  return [...balances.values()].reduce((sum, b: Balance) => sum + b.creditsPosted - b.debitsPosted, 0n);
}

function paymentEntry(payment: StandingPayment, participantId: Uuid): StatementEntry {
  const { record, agents } = payment;
  const outgoing = record.debtorAgentId === participantId;
  return {
    reference: record.id.replaceAll('-', ''),
    kind: 'payment',
    units: outgoing ? -record.units : record.units,
    bookedAt: settledAtOf(payment)!,
    valueDate: record.valueDate,
    endToEndId: record.endToEndId,
    uetr: record.uetr,
    debtor: record.debtor,
    creditor: record.creditor,
    debtorAgent: agents.debtorAgent.bic,
    creditorAgent: agents.creditorAgent.bic,
    ...(record.remittance !== undefined && { remittance: record.remittance }),
  };
}
