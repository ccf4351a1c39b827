import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { AppError } from '../../../base/error.ts';
import { findParticipant, type AccountRow } from '../../participant/store.ts';
import { PAGE_ROWS, type Days, type Reading, type ReportKind, type Resolved, type Row } from '../kind.ts';
import { notesOf } from './notes.ts';
import { entriesOf, type Entry } from './statement-entries.ts';
import { explainedFrom } from './unexplained.ts';

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

/** Pages of the statement; fewer rows a page only change how often the database and the ledger are asked. */
export async function* statementPages(reading: Reading, side: Side, pageRows = PAGE_ROWS): AsyncGenerator<readonly Row[]> {
  const { participantId, account, days } = side;
  const { asset } = account;
  const before = days.fromMs - 1;
  const fundsAt = (at: Millis) => fundsOf(reading, side, at);
  const line = (at: Millis, what: string, balance: bigint): Row => [at, what, null, null, null, null, null, { asset, units: balance }];
  let balance = await fundsAt(before);
  yield [line(days.fromMs, 'Opening balance', balance)];
  const rowsOf = (entries: readonly Entry[]) =>
    entries.map(({ at, what, party, counterparty, reference, uetr, units }): Row => {
      balance += units;
      return [at, what, party, counterparty, reference, uetr, { asset, units }, { asset, units: balance }];
    });
  const explained = explainedFrom(fundsAt, { at: before, funds: balance });
  for await (const page of inPages(entriesOf(reading, { whom: { participantId, asset }, days, pageRows }), pageRows)) {
    // More of the last instant may come with the next page.
    yield rowsOf(await explained.page(page, page.at(-1)!.at - 1));
  }
  const rest = rowsOf(await explained.page([], days.toMs - 1));
  yield [...rest, line(days.toMs, 'Closing balance', balance)];
}

async function* inPages<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let page: T[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** What a participant has in all: free and set aside. Of the past, so it does not change while the report is written. */
async function fundsOf({ ledger, tenantId }: Reading, { account }: Side, at: Millis): Promise<bigint> {
  const balances = await ledger.balancesAt(tenantId, [account.settlementAccountId, account.reserveAccountId], at);
  return [...balances.values()].reduce((sum, { creditsPosted, debitsPosted }) => sum + creditsPosted - debitsPosted, 0n);
}
