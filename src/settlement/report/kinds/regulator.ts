import { pow10 } from '../../../base/decimal.ts';
import { codeOf, scaleOf } from '../../../base/money.ts';
import type { LocalDate } from '../../../base/time.ts';
import { allParticipants } from '../../participant/store.ts';
import { finalPayments, type FinalPayment } from '../finals.ts';
import type { Reading, ReportKind, Resolved, Row } from '../kind.ts';
import { eachDay } from '../period.ts';
import { notesOf } from './notes.ts';
import { countryOf, defaultPages, exchangePages, type Day } from './regulator-events.ts';
import { complianceCountsOf } from './regulator-store.ts';
import { partiesOf } from './statement-store.ts';

/**
 * What a supervisor is given, in one flat table of records told apart by their first column; the format is described in
 * docs/how-to/report-to-a-regulator.md.
 */
export const regulatorReport: ReportKind = {
  name: 'regulator',
  title: 'Regulator extract',
  about:
    'Daily totals by corridor and by participant, large payments and exchanges one by one, defaults of participants, how many payments were held and cases reported',
  scope: 'screening:read',
  forParticipants: false,
  needs: ['from'],
  takes: ['from', 'to', 'period', 'calendar', 'asset', 'largeFrom'],
  columns: [
    { name: 'Record', type: 'text', width: 8 },
    { name: 'Day', type: 'day', width: 12 },
    { name: 'Currency', type: 'text', width: 9 },
    { name: 'From', type: 'text', width: 6 },
    { name: 'To', type: 'text', width: 6 },
    { name: 'Debtor agent', type: 'text', width: 13 },
    { name: 'Creditor agent', type: 'text', width: 13 },
    { name: 'Count', type: 'integer', width: 10 },
    { name: 'Amount', type: 'money', width: 26 },
    { name: 'Reference', type: 'text', width: 26 },
    { name: 'UETR', type: 'text', width: 28 },
  ],
  async open(reading, parameters) {
    const { tx, tenantId } = reading;
    const banks = new Map((await allParticipants(tx, tenantId)).map((row) => [row.id, row]));
    const from = parameters.largeFrom === undefined ? [] : [['Large payments', `from ${parameters.largeFrom} of their currency`] as const];
    return { notes: await notesOf(tx, tenantId, parameters, from), pages: recordPages(reading, parameters, banks) };
  },
};

type Banks = Day['banks'];

async function* recordPages(reading: Reading, parameters: Resolved, banks: Banks): AsyncGenerator<readonly Row[]> {
  let records = 0;
  for (const day of eachDay(parameters.days!)) {
    for await (const page of dayPages(reading, parameters, { day, banks })) {
      records += page.length;
      yield page;
    }
  }
  yield [['T', null, null, null, null, null, null, records, null, 'records before this one', null]];
}

/** A day's records: payments, exchanges, defaults, compliance. */
async function* dayPages(reading: Reading, parameters: Resolved, of: Day): AsyncGenerator<readonly Row[]> {
  const { tx, tenantId } = reading;
  const { day } = of;
  yield* paymentPages(reading, parameters, of);
  yield* exchangePages(reading, parameters, of);
  yield* defaultPages(reading, parameters, of);
  const { held, reported } = await complianceCountsOf(tx, tenantId, day);
  yield [
    ['S', day.from, null, null, null, null, null, held, null, 'payments held', null],
    ['S', day.from, null, null, null, null, null, reported, null, 'cases reported', null],
  ];
}

/** Large payments as they come; the totals, which are few however many payments there were, at the end of the day. */
async function* paymentPages(reading: Reading, { asset, largeFrom }: Resolved, { day, banks }: Day): AsyncGenerator<readonly Row[]> {
  const { tx, tenantId } = reading;
  const totals = new Map<string, Total>();
  for await (const { payments } of finalPayments(tx, tenantId, day)) {
    const counted = asset === undefined ? payments : payments.filter((payment) => payment.asset === asset);
    for (const payment of counted) count(totals, payment, banks);
    const large = largeFrom === undefined ? [] : counted.filter(({ asset: of, units }) => units >= BigInt(largeFrom) * pow10(scaleOf(of)));
    if (large.length > 0) yield await largeRows(reading, day.from, large);
  }
  yield [...totals.values()].sort(inOrder).map((total) => rowOf(day.from, total));
}

type Total = { record: 'D' | 'P'; asset: string; from: string; to: string; debtor: string; creditor: string; count: bigint; units: bigint };

function count(totals: Map<string, Total>, { debtorAgentId, creditorAgentId, asset, units }: FinalPayment, banks: Banks): void {
  const [debtor, creditor] = [banks.get(debtorAgentId)!.bic, banks.get(creditorAgentId)!.bic];
  const [from, to] = [countryOf(debtor), countryOf(creditor)];
  const nobody = { from: '', to: '', debtor: '', creditor: '' };
  const add = (place: Pick<Total, 'record' | 'from' | 'to' | 'debtor' | 'creditor'>) => {
    const key = Object.values(place).join() + asset;
    const total = totals.get(key) ?? { ...place, asset, count: 0n, units: 0n };
    totals.set(key, { ...total, count: total.count + 1n, units: total.units + units });
  };
  add({ ...nobody, record: 'D', from, to });
  add({ ...nobody, record: 'P', debtor, from });
  add({ ...nobody, record: 'P', creditor, to });
}

const keyOf = ({ record, asset, from, to, debtor, creditor }: Total): string => [record, asset, debtor, creditor, from, to].join();
const inOrder = (a: Total, b: Total): number => (keyOf(a) < keyOf(b) ? -1 : 1);
const orNull = (text: string): string | null => (text === '' ? null : text);

function rowOf(day: LocalDate, { record, asset, from, to, debtor, creditor, count: payments, units }: Total): Row {
  const place = [from, to, debtor, creditor].map(orNull);
  const side = record === 'D' ? null : debtor === '' ? 'received' : 'sent';
  return [record, day, codeOf(asset), ...place, payments, { asset, units }, side, null];
}

async function largeRows({ tx, tenantId }: Reading, day: LocalDate, large: readonly FinalPayment[]): Promise<Row[]> {
  const parties = await partiesOf(
    tx,
    tenantId,
    large.map(({ paymentId }) => paymentId),
  );
  return large.map(({ paymentId, asset, units }): Row => {
    const { debtorBic, creditorBic, endToEndId, uetr } = parties.get(paymentId)!;
    const corridor = [countryOf(debtorBic), countryOf(creditorBic), debtorBic, creditorBic];
    return ['L', day, codeOf(asset), ...corridor, 1, { asset, units }, endToEndId, uetr];
  });
}
