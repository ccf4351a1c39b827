import { addDecimal, compareDecimal, type Decimal, formatDecimal } from '../../../base/decimal.ts';
import { scaleOf } from '../../../base/money.ts';
import type { Family } from '../catalogue.ts';
import { xmlDecimal } from '../kinds.ts';
import type { RecordReading } from '../read-message.ts';
import { type FileRule, groupRule, type Rule } from './rule.ts';

/** Rules about a file as a whole: numbers, sums, ids, and what may be there only once. */

const DAY_MS = 86_400_000;
const ZERO: Decimal = { units: 0n, scale: 0 };

/** Sum of the amounts as written; undefined when one is no number, since such a sum cannot be right or wrong. */
function sumOf(records: readonly RecordReading<unknown>[]): Decimal | undefined {
  let sum = ZERO;
  for (const { amount } of records) {
    const value = amount && xmlDecimal(amount.value);
    if (!value) return undefined;
    sum = addDecimal(sum, value);
  }
  return sum;
}

function checkCount(said: number | undefined, records: readonly unknown[], tell: (text: string) => void): void {
  if (said !== undefined && said !== records.length) tell(`NbOfTxs says ${said}, the file has ${records.length}.`);
}

function checkSum(said: Decimal | undefined, records: readonly RecordReading<unknown>[], tell: (text: string) => void): void {
  const sum = said && sumOf(records);
  if (!said || !sum || compareDecimal(sum, said) === 0) return;
  tell(`CtrlSum says ${formatDecimal(said)}, the amounts add up to ${formatDecimal(sum)}.`);
}

const COUNTED: readonly Family[] = ['pain.001', 'pacs.008', 'pacs.009', 'pacs.004', 'camt.056'];

const numbers: FileRule = {
  id: 'N01',
  about: 'The number of transactions and the control sum of the file hold.',
  families: COUNTED,
  file(message, { file: tell }) {
    const { transactions, controlSum } = message.header as { transactions?: number; controlSum?: Decimal };
    checkCount(transactions, message.records, (text) => tell('AM18', 'transactions', text));
    checkSum(controlSum, message.records, (text) => tell('AM10', 'controlSum', text));
  },
};

const total: FileRule = {
  id: 'N03',
  about: 'A total amount is of one currency, and is the sum of the amounts.',
  families: ['pacs.008', 'pacs.009', 'pacs.004'],
  file(message, { file: tell }) {
    const said = 'total' in message.header ? message.header.total : undefined;
    if (!said) return;
    const currency = said.asset.slice(0, said.asset.indexOf('/'));
    if (message.records.some(({ amount }) => amount && amount.currency !== currency)) {
      return tell('AM03', 'total', `The total is in ${currency}, some transactions are not.`);
    }
    const sum = sumOf(message.records);
    const value = { units: said.units, scale: scaleOf(said.asset) };
    if (sum && compareDecimal(sum, value) !== 0)
      tell('AM10', 'total', `The total is ${formatDecimal(value)}, the amounts add up to ${formatDecimal(sum)}.`);
  },
};

const MOVING: readonly Family[] = ['pain.001', 'pacs.008', 'pacs.009', 'pacs.004'];

const created: FileRule = {
  id: 'N04',
  about: 'A file was not made tomorrow, and one that moves money not more than 30 days ago.',
  file(message, { file: tell }, { clock }) {
    const { createdAt } = message.header;
    if (!clock || createdAt === undefined) return;
    const now = clock.now();
    if (createdAt > now + DAY_MS) tell('DT02', 'createdAt', 'The file says that it was made in the future.');
    if (createdAt < now - 30 * DAY_MS && MOVING.includes(message.family))
      tell('DT02', 'createdAt', 'The file was made more than 30 days ago.');
  },
};

const taken: FileRule = {
  id: 'N05',
  about: 'The id of a message names one message only.',
  file({ header: { messageId } }, { file: tell }, { isTakenMessage }) {
    if (messageId !== undefined && isTakenMessage?.(messageId))
      tell('DU01', 'messageId', 'Another file with this message id was taken before.');
  },
};

const PAYING: readonly Family[] = ['pain.001', 'pacs.008', 'pacs.009'];

const duplicates: FileRule = {
  id: 'N06',
  about: 'The same UETR or transaction id names one transaction only; the second is a duplicate whatever it says.',
  families: PAYING,
  file(message, { record: tellRecord }, { isTakenUetr }) {
    const uetrs = new Map<string, number>();
    const ids = new Map<string, number>();
    for (const record of message.records) {
      const { uetr, transactionId: id } = record.references;
      const transactionId = id === 'NOTPROVIDED' ? undefined : id;
      const earlier = uetr === undefined ? undefined : uetrs.get(uetr);
      if (earlier !== undefined) tellRecord(record)('DUPL', 'uetr', `Transaction ${earlier} of this file has the same UETR.`);
      else if (uetr !== undefined && isTakenUetr?.(uetr)) tellRecord(record)('DUPL', 'uetr', 'A payment with this UETR was taken before.');
      if (uetr !== undefined && earlier === undefined) uetrs.set(uetr, record.index);
      const first = transactionId === undefined ? undefined : ids.get(transactionId);
      if (first !== undefined && earlier === undefined)
        tellRecord(record)('DU03', 'transactionId', `Transaction ${first} of this file has the same TxId.`);
      if (transactionId !== undefined && first === undefined) ids.set(transactionId, record.index);
    }
  },
};

const batches: FileRule = {
  id: 'N07',
  about: 'The id of a batch names one batch of the file only.',
  families: ['pain.001'],
  file(message, tells) {
    if (message.family !== 'pain.001') return;
    const seen = new Map<string, number>();
    for (const batch of message.groups) {
      const id = batch.value.batchId;
      if (id === undefined) continue;
      const first = seen.get(id);
      if (first === undefined) seen.set(id, batch.index);
      else tells.group(batch)('DU02', 'batchId', `Batch ${first} of this file has the same PmtInfId.`);
    }
  },
};

const batchNumbers = groupRule({
  id: 'N02',
  about: 'The number of transactions and the control sum of a batch hold; if not, the batch is refused whole.',
  families: ['pain.001'],
  group(batch, tell, { records }) {
    checkCount(batch.transactions, records, (text) => tell('AM20', 'transactions', text.replace('the file', 'the batch')));
    checkSum(batch.controlSum, records, (text) => tell('AM17', 'controlSum', text));
  },
});

const days: FileRule = {
  id: 'N08',
  about: 'The settlement day may be said once for the file; said in both places it has to be the same.',
  families: ['pacs.008', 'pacs.009', 'pacs.004'],
  file(message, { record: tellRecord }) {
    const day = 'settlementDate' in message.header ? message.header.settlementDate : undefined;
    if (day === undefined) return;
    for (const record of message.records as readonly RecordReading<{ settlementDate?: string }>[]) {
      const own = record.value.settlementDate;
      if (own !== undefined && own !== day) tellRecord(record)('DT01', 'settlementDate', `The file says ${day}, the transaction ${own}.`);
    }
  },
};

const movements = groupRule({
  id: 'M01',
  about: 'Movements that settle together are as many as is said, and what is paid is what is got, in each currency.',
  families: ['pacs.029'],
  group({ movements: said }, tell, { records }) {
    if (said !== undefined && said !== records.length)
      tell('AM18', 'movements', `NbOfMvmntRcrds says ${said}, there are ${records.length}.`);
    const sums = new Map<string, bigint>();
    for (const { value } of records) {
      if (!value.amount || !value.direction) return;
      const { asset, units } = value.amount;
      sums.set(asset, (sums.get(asset) ?? 0n) + (value.direction === 'CRDT' ? units : -units));
    }
    for (const [asset, sum] of sums) if (sum !== 0n) tell('AM10', 'movements', `Credits and debits in ${asset} differ by ${sum} units.`);
  },
});

export const TOTAL_RULES: readonly Rule[] = [numbers, batchNumbers, total, created, taken, duplicates, batches, days, movements];
