import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { AppError } from '../../../base/error.ts';
import { feePostingsOf } from '../../fee/invoice-store.ts';
import { findParticipant, fundingsOf, type AccountRow } from '../../participant/store.ts';
import { finalPayments, type FinalPayment } from '../finals.ts';
import { partiesOf } from './statement-store.ts';
import type { Days, Reading, ReportKind, Resolved, Row } from '../kind.ts';
import { notesOf } from './notes.ts';

/** One movement of the account: what it was, with whom, how much came in (above zero) or went out. */
type Entry = {
  at: Millis;
  what: string;
  party: string | null;
  counterparty: string | null;
  reference: string;
  uetr: string | null;
  units: bigint;
};

/** A bank's account in one currency: opening balance, every movement with the balance after it, closing balance. */
export const statementReport: ReportKind = {
  name: 'statement',
  title: 'Participant statement',
  about: 'The account of a participant in one currency: what it had, everything that came in and went out, what it has',
  scope: 'participants:read',
  forParticipants: true,
  needs: ['from', 'participantId', 'asset'],
  takes: ['from', 'to', 'period', 'calendar', 'participantId', 'asset'],
  columns: [
    { name: 'Booked', type: 'instant', width: 19 },
    { name: 'What', type: 'text', width: 16 },
    { name: 'Agent', type: 'text', width: 12 },
    { name: 'Counterparty', type: 'text', width: 26 },
    { name: 'Reference', type: 'text', width: 24 },
    { name: 'UETR', type: 'text', width: 26, wideOnly: true },
    { name: 'Amount', type: 'money', width: 22 },
    { name: 'Balance', type: 'money', width: 22 },
  ],
  async open(reading, parameters) {
    const { tx, tenantId } = reading;
    const { participantId, asset, days } = parameters as Required<Pick<Resolved, 'participantId' | 'asset' | 'days'>>;
    const participant = (await findParticipant(tx, tenantId, participantId))!;
    const account = participant.accounts.find((one) => one.asset === asset);
    if (!account) throw new AppError('unprocessable', 'settlement.asset_not_held', `${participant.bic} has no account in ${asset}.`);
    return {
      notes: await notesOf(tx, tenantId, parameters),
      pages: statementPages(reading, { participantId, account, days }),
    };
  },
};

type Side = { participantId: Uuid; account: AccountRow; days: Days };

async function* statementPages(reading: Reading, side: Side): AsyncGenerator<readonly Row[]> {
  const { asset } = side.account;
  const [opening, closing] = [await fundsAt(reading, side, side.days.fromMs - 1), await fundsAt(reading, side, side.days.toMs - 1)];
  const line = (at: Millis, what: string, balance: bigint): Row => [at, what, null, null, null, null, null, { asset, units: balance }];
  yield [line(side.days.fromMs, 'Opening balance', opening)];
  let balance = opening;
  for await (const entries of entryPages(reading, side)) {
    yield entries.map(({ at, what, party, counterparty, reference, uetr, units }): Row => {
      balance += units;
      return [at, what, party, counterparty, reference, uetr, { asset, units }, { asset, units: balance }];
    });
  }
  const rest = closing - balance;
  // Nothing is hidden: what the ledger moved and no list above tells of has a line of its own.
  if (rest !== 0n) {
    yield [[side.days.toMs, 'Other movements', null, null, 'see the ledger', null, { asset, units: rest }, { asset, units: closing }]];
  }
  yield [line(side.days.toMs, 'Closing balance', closing)];
}

/** What a participant has in all: free and set aside. Of the past, so it does not change while the report is written. */
async function fundsAt({ ledger, tenantId }: Reading, { account }: Side, at: Millis): Promise<bigint> {
  const balances = await ledger.balancesAt(tenantId, [account.settlementAccountId, account.reserveAccountId], at);
  return [...balances.values()].reduce((sum, { creditsPosted, debitsPosted }) => sum + creditsPosted - debitsPosted, 0n);
}

/**
 * Movements in order of time as far as pages allow: payments come page by page, and before each page whatever else was booked
 * up to its end; fundings and fees are few.
 */
async function* entryPages({ tx, tenantId }: Reading, side: Side): AsyncGenerator<readonly Entry[]> {
  const others = await otherEntries(tx, tenantId, side);
  const whom = { participantId: side.participantId, asset: side.account.asset };
  for await (const { payments } of finalPayments(tx, tenantId, side.days, whom)) {
    const entries = await paymentEntries(tx, tenantId, payments, side.participantId);
    const until = entries.at(-1)!.at;
    const due = others.findIndex(({ at }) => at > until);
    const before = others.splice(0, due < 0 ? others.length : due);
    yield [...entries, ...before].sort((a, b) => a.at - b.at);
  }
  if (others.length > 0) yield others;
}

async function otherEntries(tx: Tx, tenantId: Uuid, { participantId, account, days }: Side): Promise<Entry[]> {
  const of = { participantId, asset: account.asset, fromMs: days.fromMs, toMs: days.toMs };
  const nobody = { party: null, counterparty: null, uetr: null };
  const fundings = (await fundingsOf(tx, tenantId, of)).map(({ recordedAt, units, reference }) => ({
    ...nobody,
    at: recordedAt,
    what: units > 0n ? 'Funding' : 'Defunding',
    reference,
    units,
  }));
  const fees = (await feePostingsOf(tx, tenantId, of)).map(({ recordedAt, units, reference }) => ({
    ...nobody,
    at: recordedAt,
    what: units > 0n ? 'Fee credited' : 'Fee',
    reference,
    units,
  }));
  return [...fundings, ...fees].sort((a, b) => a.at - b.at);
}

async function paymentEntries(tx: Tx, tenantId: Uuid, payments: readonly FinalPayment[], participantId: Uuid): Promise<Entry[]> {
  const parties = await partiesOf(
    tx,
    tenantId,
    payments.map(({ paymentId }) => paymentId),
  );
  return payments.map(({ paymentId, debtorAgentId, units, settledAt }) => {
    const party = parties.get(paymentId)!;
    const sent = debtorAgentId === participantId;
    return {
      at: settledAt,
      what: sent ? 'Payment sent' : 'Payment received',
      party: sent ? party.creditorBic : party.debtorBic,
      counterparty: sent ? party.creditorName : party.debtorName,
      reference: party.endToEndId,
      uetr: party.uetr,
      units: sent ? -units : units,
    };
  });
}
