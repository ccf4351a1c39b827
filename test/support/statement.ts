import type { LocalDate } from '../../src/base/time.ts';
import { streamStatement, totalsOf, type StatementEntry, type StatementFamily } from '../../src/settlement/iso20022/write/statement.ts';

export type StatementSetup = {
  id: string;
  day?: LocalDate;
  asset?: string;
  number?: string;
  servicerBic?: string;
  opening?: bigint;
  /** What the entries lead to unless told otherwise. */
  closing?: bigint;
  page?: { number: number; isLast: boolean };
};

/** An entry of so many units under an end-to-end id; its keeper's reference is its own unless two are to be one. */
export function entry(units: bigint, endToEndId: string, change: Partial<StatementEntry> = {}): StatementEntry {
  const day = '2026-11-20';
  return {
    reference: `ASR-${++made}`,
    kind: 'payment',
    units,
    bookedAt: Date.parse(`${day}T09:00:00Z`),
    valueDate: day,
    endToEndId,
    ...change,
  };
}

let made = 0;

/** A statement of a custodian, as bytes. */
export async function statementOf(family: StatementFamily, entries: readonly StatementEntry[], setup: StatementSetup): Promise<Buffer> {
  const {
    id,
    day = '2026-11-20',
    asset = 'EUR/2',
    number = 'DE89370400440532013000',
    servicerBic = 'MARKDEFF',
    opening = 0n,
    page,
  } = setup;
  const sum = entries.reduce((total, { units }) => total + units, opening);
  const { closing = sum } = setup;
  const head = {
    messageId: `M-${++made}`,
    createdAt: Date.parse(`${day}T22:00:00Z`),
    statementId: id,
    day,
    asset,
    account: { id: number, ownerName: 'Rialto', servicerBic },
    ...(page && { page }),
  };
  // The writer holds a statement to its balances; one that is to be wrong is put right by hand.
  const balances = family === 'camt.054' ? {} : { opening, closing: sum };
  let text = '';
  for await (const piece of streamStatement(family, { ...head, ...totalsOf(entries), ...balances }, entries)) text += piece;
  return Buffer.from(closing === sum ? text : wrong(text, closing));
}

function wrong(text: string, closing: bigint): string {
  const digits = closing.toString().padStart(3, '0');
  return text.replace(/(<Cd>CLBD<\/Cd><\/CdOrPrtry><\/Tp><Amt Ccy="...">)[\d.]+/, `$1${digits.slice(0, -2)}.${digits.slice(-2)}`);
}
