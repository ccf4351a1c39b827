import { codeOf } from '../../../base/money.ts';
import type { LocalDate } from '../../../base/time.ts';
import { PAGE_ROWS, type Reading, type ReportKind, type Resolved, type Row } from '../kind.ts';
import { eachDay } from '../period.ts';
import { notesOf } from './notes.ts';
import { turnoverOf, type Turnover, type Way } from './positions-store.ts';

/** Positions and turnover by day: what each participant paid and was paid, in windows and outside of them. */
export const positionsReport: ReportKind = {
  name: 'positions',
  title: 'Positions and turnover',
  about: 'By day, participant and currency: what came in and went out in windows, one by one, by exchange, custody and fees',
  scope: 'settlement:read',
  forParticipants: true,
  needs: ['from'],
  takes: ['from', 'to', 'period', 'calendar', 'participantId', 'asset'],
  columns: [
    { name: 'Day', type: 'day', width: 12 },
    { name: 'BIC', type: 'text', width: 12 },
    { name: 'Participant', type: 'text', width: 28 },
    { name: 'Currency', type: 'text', width: 9, wideOnly: true },
    { name: 'How', type: 'text', width: 12 },
    { name: 'Count', type: 'integer', width: 9 },
    { name: 'Incoming', type: 'money', width: 24 },
    { name: 'Outgoing', type: 'money', width: 24 },
    { name: 'Net', type: 'money', width: 24 },
    { name: 'Turnover', type: 'money', width: 24 },
  ],
  async open(reading, parameters) {
    return { notes: await notesOf(reading.tx, reading.tenantId, parameters), pages: turnoverPages(reading, parameters) };
  },
};

/** A day after the other, so that nothing is added up twice. */
async function* turnoverPages({ tx, tenantId }: Reading, { days, ...only }: Resolved): AsyncGenerator<readonly Row[]> {
  for (const day of eachDay(days!)) {
    const turnover = await turnoverOf(tx, tenantId, day, only);
    for (let from = 0; from < turnover.length; from += PAGE_ROWS) {
      yield turnover.slice(from, from + PAGE_ROWS).map((one) => rowOf(day.from, one));
    }
  }
}

const HOW: Readonly<Record<Way, string>> = {
  windows: 'In windows',
  alone: 'One by one',
  exchanges: 'Exchanges',
  custody: 'Custody',
  fees: 'Fees',
};

function rowOf(day: LocalDate, { bic, name, asset, way, count, incoming, outgoing }: Turnover): Row {
  const sums = [incoming, outgoing, incoming - outgoing, incoming + outgoing].map((units) => ({ asset, units }));
  return [day, bic, name, codeOf(asset), HOW[way], count, ...sums];
}
