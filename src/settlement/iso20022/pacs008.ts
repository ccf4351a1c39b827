import type { Decimal } from '../../base/decimal.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { orderReading, type TransactionReading } from './pacs008-transaction.ts';
import { type AnyMessage, type MessageOf, readMessage, readMessageInTurns } from './read-message.ts';
import type { Refusal } from './reason.ts';
import { judge } from './rules/rule.ts';
import { TOTAL_RULES } from './rules/totals.ts';

/** What is said once a file. `messageId` is `NOTPROVIDED` when the file has none (and is refused). */
export type Pacs008Header = {
  messageId: string;
  createdAt?: Millis;
  /** As the file states it. */
  transactions?: number;
  controlSum?: Decimal;
  settlementMethod?: string;
  settlementDate?: LocalDate;
  /** BICs. */
  instructingAgent?: string;
  instructedAgent?: string;
};

/**
 * A pacs.008 as this network takes it. With `refusals` at file level nothing of the file may be taken (its sums do not
 * hold, so some of it may be lost); otherwise every transaction stands for itself.
 */
export type Pacs008File = {
  /** Message definition, e.g. `pacs.008.001.08`. */
  message: string;
  header: Pacs008Header;
  refusals: readonly Refusal[];
  transactions: readonly TransactionReading[];
};

const PACS008 = { families: ['pacs.008'] } as const;

/**
 * Reads a file of FI to FI customer credit transfers, version 02 or 08 to 13, with any prefixes, alone or in an envelope
 * with a business application header. A transaction takes about 0.1 ms; for files of hundreds use `readPacs008InTurns`.
 *
 * Errors: `iso20022.not_xml`, `iso20022.unsafe_xml`, `iso20022.unsupported_message` for another message or version.
 */
export function readPacs008(bytes: Uint8Array): Pacs008File {
  return withTotals(readMessage(bytes, PACS008));
}

/** As `readPacs008`, but lets the process do other work every few milliseconds. */
export async function readPacs008InTurns(bytes: Uint8Array): Promise<Pacs008File> {
  return withTotals((await readMessageInTurns(bytes, PACS008)).message);
}

/** Without the rules that need to know more than the file. */
function withTotals(message: AnyMessage): Pacs008File {
  return pacs008FileOf(judge(message, TOTAL_RULES, {}) as MessageOf<'pacs.008'>);
}

/** A message that was checked (`checkMessage`) in the shape in which this network takes payments. */
export function pacs008FileOf({ message, header, refusals, records }: MessageOf<'pacs.008'>): Pacs008File {
  return {
    message,
    header: {
      messageId: header.messageId ?? 'NOTPROVIDED',
      createdAt: header.createdAt,
      transactions: header.transactions,
      controlSum: header.controlSum,
      settlementMethod: header.settlementMethod,
      settlementDate: header.settlementDate,
      instructingAgent: header.instructingAgent?.bic,
      instructedAgent: header.instructedAgent?.bic,
    },
    refusals: [...refusals, ...coverRefusal(header.settlementMethod)],
    transactions: records.map((record) => withDay(orderReading(record), header.settlementDate)),
  };
}

/** `COVE` means that the money comes by another way (a pacs.009 COV), so settling it here would pay twice. */
function coverRefusal(method: string | undefined): Refusal[] {
  if (method !== 'COVE') return [];
  const text = 'Payments with settlement method COVE are settled by their cover payment, not here.';
  return [{ code: 'AG03', text, path: 'GrpHdr/SttlmInf/SttlmMtd' }];
}

/** The settlement day may be said once for the file. */
function withDay(reading: TransactionReading, day: LocalDate | undefined): TransactionReading {
  if (reading.result === 'refused' || day === undefined) return reading;
  return { ...reading, order: { ...reading.order, valueDate: day } };
}
