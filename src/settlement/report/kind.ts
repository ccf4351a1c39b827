import type { InputOf, Scope } from '../../base/operation.ts';
import type { Uuid } from '../../base/id.ts';
import type { Money } from '../../base/money.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { LedgerPort } from '../../ledger/port.ts';
import type { startReport } from './contract.ts';

type Asked = InputOf<typeof startReport>;

export type KindName = Asked['kind'];
export type Format = Asked['format'];
/** What a report is about, as it was asked for. */
export type Parameters = Asked['parameters'];
export type ParameterName = keyof Parameters;

/** What a column holds; a cell is null where there is nothing to say. */
export type ColumnType = 'text' | 'integer' | 'money' | 'day' | 'instant';
/** `width` in characters, for the formats that have widths; `wideOnly` columns are left out on paper. */
export type Column = { name: string; type: ColumnType; width: number; wideOnly?: true };

/** `text`: string. `integer`: number or bigint. `money`: Money. `day`: LocalDate. `instant`: Millis. */
export type Cell = string | number | bigint | Money | null;
export type Row = readonly Cell[];

/** The days of a report, both included, and the same as a half-open range of instants that ends before now. */
export type Days = { from: LocalDate; to: LocalDate; fromMs: Millis; toMs: Millis };

/** Parameters as they are when the report runs: the period has become days. */
export type Resolved = Omit<Parameters, 'from' | 'to' | 'period' | 'calendar'> & { days?: Days };

/** What a kind reads from: one snapshot of the database, and balances of the past, which do not change. */
export type Reading = { tx: Tx; tenantId: Uuid; ledger: Pick<LedgerPort, 'balancesAt'>; now: Millis };

/**
 * Rows in pages of at most `PAGE_ROWS`, read one after the other when they are asked for, so that no more than a page is ever
 * in memory. `notes` stand above the table; `total` is how many rows will come, when that can be told cheaply.
 */
export type Source = { notes: readonly (readonly [label: string, text: string])[]; total?: number; pages: AsyncIterable<readonly Row[]> };

export const PAGE_ROWS = 1_000;

/** One kind of report: who may have it, what it is asked with, its columns and where its rows come from. */
export type ReportKind = {
  name: KindName;
  title: string;
  about: string;
  /** Beyond `settlement:read`, which everything here needs. */
  scope: Scope;
  /** Whether a participant may have it of itself; otherwise it is the operator's. */
  forParticipants: boolean;
  needs: readonly ParameterName[];
  takes: readonly ParameterName[];
  columns: readonly Column[];
  open(reading: Reading, parameters: Resolved): Promise<Source>;
};

/** Pages by keyset: `next` gets the last row of the page before and answers with what comes behind it. */
export async function* pagesOf<R>(
  next: (last: R | undefined) => Promise<readonly R[]>,
  show: (row: R) => Row,
  pageRows = PAGE_ROWS,
): AsyncGenerator<readonly Row[]> {
  let last: R | undefined;
  for (;;) {
    const rows = await next(last);
    if (rows.length > 0) yield rows.map(show);
    if (rows.length < pageRows) return;
    last = rows.at(-1);
  }
}
