import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Problem } from '../../../src/base/client.ts';
import { Scroll } from './scroll.tsx';
import { Empty, Failure, Skeleton } from './states.tsx';
import type { IconName } from './icon.tsx';

/** From which screen width on a column is shown. Leave out what a phone must show too. */
type From = 'sm' | 'md' | 'lg' | 'xl';
const SHOWN: Record<From, string> = {
  sm: 'hidden sm:table-cell',
  md: 'hidden md:table-cell',
  lg: 'hidden lg:table-cell',
  xl: 'hidden xl:table-cell',
};

export type Column<Row> = { head: ReactNode; cell: (row: Row) => ReactNode; from?: From; end?: boolean; grow?: boolean };

type Props<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string;
  /** Where a row leads; the whole row is then the link. */
  to?: (row: Row) => LinkProps;
  problem?: Problem | null;
  retry?: () => void;
  /** Shows that what is seen is being replaced. */
  stale?: boolean;
  empty: { title: string; icon?: IconName; children?: ReactNode };
  skeletons?: number;
};

function classOf<Row>(column: Column<Row>): string {
  return `${column.from ? SHOWN[column.from] : ''} ${column.end ? 'text-right' : 'text-left'} ${column.grow ? 'w-full max-w-0' : 'whitespace-nowrap'}`;
}

/**
 * A table with its four faces: loading, failed, empty, and rows. j and k move between rows that lead somewhere. The row that leads to what
 * is open beside the table is marked.
 */
export function Table<Row>(props: Props<Row>) {
  const { label, columns, rows, problem, retry, empty, stale, skeletons = 8 } = props;
  if (problem && !rows) return <Failure problem={problem} {...(retry ? { retry } : {})} />;
  if (rows?.length === 0) return <Empty {...empty} />;
  return (
    <Scroll label={label}>
      <table
        aria-label={label}
        aria-busy={!rows}
        className={`w-full border-separate border-spacing-0 text-sm transition-opacity ${stale ? 'opacity-60' : ''}`}
      >
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th
                key={index}
                scope="col"
                className={`border-b border-line px-3 py-2 text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4 ${classOf(column)}`}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows ? rows.map((row) => <Row key={props.keyOf(row)} row={row} {...props} />) : <Loading columns={columns} count={skeletons} />}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row<R>({ row, columns, to }: Props<R> & { row: R }) {
  return (
    <tr
      className={`group/row relative ${to ? 'hover:bg-sunken/60 has-[[data-row]:focus-visible]:bg-accent-soft has-[[data-row][aria-current=page]]:bg-accent-soft' : ''}`}
    >
      {columns.map((column, index) => (
        <td
          key={index}
          className={`border-b border-line px-3 py-2 align-middle group-last/row:border-0 first:pl-4 last:pr-4 ${classOf(column)}`}
        >
          {index === 0 && to ? (
            <Link {...to(row)} data-row className="block outline-offset-4 after:absolute after:inset-0 after:content-['']">
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function Loading<Row>({ columns, count }: { columns: readonly Column<Row>[]; count: number }) {
  return Array.from({ length: count }, (_, row) => (
    <tr key={row}>
      {columns.map((column, index) => (
        <td key={index} className={`border-b border-line px-3 py-3 first:pl-4 last:pr-4 ${classOf(column)}`}>
          <Skeleton className={`h-3.5 ${column.grow ? 'w-2/3' : 'w-16'} ${column.end ? 'ml-auto' : ''}`} />
        </td>
      ))}
    </tr>
  ));
}
