import { assetOfCurrency, CURRENCIES } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { codeOf, fromDecimalText, toDecimalText } from '../../base/money.ts';

/** A payment of a day to be replayed. `atMs` counts from midnight; `priority` is its class, 0 the most urgent. */
export type TrafficPayment = { atMs: number; debtor: string; creditor: string; asset: string; units: bigint; priority: number };

const COLUMNS = ['time', 'debtor', 'creditor', 'currency', 'amount', 'priority'] as const;
type Column = (typeof COLUMNS)[number];

const LIMITS = { payments: 1_000_000, id: 100, classes: 10 };
const DAY_MS = 86_400_000;

const malformed = (line: number, what: string) => new AppError('invalid', 'settlement.traffic_malformed', `Line ${line}: ${what}.`);

/**
 * Reads a traffic file: comma-separated, the first line names the columns (`time`, `debtor`, `creditor`, `currency`, `amount`
 * and, if wanted, `priority`, in any order; others are left alone). A time is `09:30`, `09:30:00.250` or an instant with `Z`;
 * all instants lie on one day. Amounts have a decimal point and at most the decimals of their currency.
 *
 * Errors: `settlement.traffic_malformed` with the line, `settlement.traffic_empty`.
 */
export function readTraffic(text: string): TrafficPayment[] {
  const lines = linesOf(text);
  const header = lines.next();
  if (header.done) throw new AppError('invalid', 'settlement.traffic_empty', 'The file is empty.');
  const places = placesOf(header.value);
  const payments: TrafficPayment[] = [];
  let day: string | undefined;
  for (const { line, fields } of lines) {
    if (fields.length === 1 && fields[0] === '') continue;
    if (fields.length !== header.value.fields.length)
      throw malformed(line, `${fields.length} fields where the header has ${header.value.fields.length}`);
    const value = (column: Column) => (places.has(column) ? fields[places.get(column)!]! : '');
    const time = timeOf(line, value('time'));
    if ((day ??= time.day) !== time.day) throw malformed(line, `${value('time')} is not on the day of the payments before it`);
    payments.push({ atMs: time.atMs, ...paymentOf(line, value) });
    if (payments.length > LIMITS.payments) throw malformed(line, `more than ${LIMITS.payments} payments`);
  }
  if (payments.length === 0) throw new AppError('invalid', 'settlement.traffic_empty', 'The file has a header but no payment.');
  return payments;
}

type Line = { line: number; fields: string[] };

function* linesOf(text: string): Generator<Line> {
  let line = 1;
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const row = text.slice(at, end < 0 ? text.length : end);
    if (row.includes('"')) throw malformed(line, 'a quotation mark; write fields without');
    yield { line, fields: row.split(',').map((field) => field.trim()) };
    at = end < 0 ? text.length : end + 1;
  }
}

function placesOf({ line, fields }: Line): Map<Column, number> {
  const titles = fields.map((field) => field.toLowerCase());
  const places = new Map(COLUMNS.filter((column) => titles.includes(column)).map((column) => [column, titles.indexOf(column)]));
  const missing = COLUMNS.find((column) => column !== 'priority' && !places.has(column));
  if (missing) throw malformed(line, `the first line must name the columns (${COLUMNS.join(',')}); ${missing} is missing`);
  return places;
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

function timeOf(line: number, text: string): { day: string; atMs: number } {
  const parts = TIME_OF_DAY.exec(text);
  if (parts) {
    const [, hours, minutes, seconds = '0', fraction = '0'] = parts;
    return { day: '', atMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + Number(fraction.padEnd(3, '0')) };
  }
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw malformed(line, `${JSON.stringify(text.slice(0, 40))} is not a time; write it like 09:30:00`);
  return { day: text.slice(0, 10), atMs: ms % DAY_MS };
}

function paymentOf(line: number, value: (column: Column) => string): Omit<TrafficPayment, 'atMs'> {
  const [debtor, creditor] = [idOf(line, 'debtor', value('debtor')), idOf(line, 'creditor', value('creditor'))];
  if (debtor === creditor) throw malformed(line, `${debtor} pays itself`);
  const asset = assetOfCurrency(value('currency').toUpperCase());
  if (!asset) throw malformed(line, `${JSON.stringify(value('currency').slice(0, 20))} is not a currency of ISO 4217`);
  const priority = value('priority') === '' ? 1 : Number(value('priority'));
  if (!Number.isInteger(priority) || priority < 0 || priority >= LIMITS.classes)
    throw malformed(line, `a priority is a whole number from 0 (the most urgent) to ${LIMITS.classes - 1}`);
  return { debtor, creditor, asset, units: unitsOf(line, asset, value('amount')), priority };
}

function idOf(line: number, column: Column, text: string): string {
  if (text === '' || text.length > LIMITS.id) throw malformed(line, `the ${column} is empty or longer than ${LIMITS.id} characters`);
  return text;
}

function unitsOf(line: number, asset: string, text: string): bigint {
  try {
    const { units } = fromDecimalText(asset, text);
    if (units > 0n) return units;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw malformed(line, error.message.replace(/\.$/, ''));
  }
  throw malformed(line, 'the amount is not above zero');
}

/** The traffic as a file that `readTraffic` reads back. Throws RangeError for an asset that is no currency. */
export function writeTraffic(payments: readonly TrafficPayment[]): string {
  const rows = payments.map(({ atMs, debtor, creditor, asset, units, priority }) => {
    if (!CURRENCIES.has(codeOf(asset))) throw new RangeError(`${asset} is not a currency`);
    return [new Date(atMs).toISOString().slice(11, 23), debtor, creditor, codeOf(asset), toDecimalText({ asset, units }), priority].join(
      ',',
    );
  });
  return `${COLUMNS.join(',')}\n${rows.join('\n')}\n`;
}
