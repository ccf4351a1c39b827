import { useNavigate } from '@tanstack/react-router';
import { assignCase, caseStatistics, listCases } from '../../../src/settlement/compliance/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { CaseState, Due, PriorityMark, RiskBar } from '../parts/case-marks.tsx';
import { CaseSettings } from '../parts/case-settings.tsx';
import { usePageKeys } from '../parts/case-keys.ts';
import { Choose } from '../parts/choices.tsx';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { count, duration, words } from '../ui/format.ts';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { toast } from '../ui/toast.tsx';

type Row = WireOutput<typeof listCases>['items'][number];

const FILTERS = ['state', 'kind', 'priority', 'assignee', 'overdue', 'sort', 'query'] as const;

const columns: readonly Column<Row>[] = [
  {
    head: 'Case',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <span className="num text-xs text-ink-3">{row.number}</span>
          <bdi className="truncate font-medium">{row.title}</bdi>
        </span>
        <span className="block truncate text-xs text-ink-3">{row.summary}</span>
        <span className="mt-1 flex gap-2 sm:hidden">
          <PriorityMark priority={row.priority} />
          <CaseState {...row} />
        </span>
      </span>
    ),
  },
  { head: 'Priority', from: 'sm', cell: (row) => <PriorityMark priority={row.priority} /> },
  { head: 'Risk', from: 'lg', cell: (row) => <RiskBar score={row.score} /> },
  {
    head: 'Amount',
    from: 'md',
    end: true,
    cell: (row) => (row.asset && row.units ? <Money asset={row.asset} units={row.units} /> : <span className="text-ink-3">–</span>),
  },
  { head: 'With', from: 'lg', cell: (row) => <span className="block max-w-40 truncate text-ink-2">{row.assignee?.name ?? '–'}</span> },
  { head: 'State', from: 'sm', cell: (row) => <CaseState {...row} /> },
  { head: 'Due', end: true, cell: (row) => <Due {...row} /> },
];

/** The desk of compliance: what waits for a decision, the most urgent first. */
export function CasesPage() {
  const [search, set] = useFilters();
  const { page: _, ...input } = search;
  const asked = useOperation(listCases, { state: 'active', ...input } as WireInput<typeof listCases>, { keep: true, everyMs: 20_000 });
  const rows = asked.data?.items;
  useDeskKeys(rows, () => set({ assignee: search.assignee === 'me' ? undefined : 'me' }));
  return (
    <>
      <PageHead
        title="Cases"
        name="Cases"
        lead={
          <>
            What waits for a decision. <Keys />
          </>
        }
      >
        <CaseSettings />
      </PageHead>
      <Figures />
      <div className="card mt-4">
        <Filters />
        <Table
          label="Cases"
          columns={columns}
          rows={rows}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/cases/$id', params: { id: row.id }, search: true })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{
            icon: 'check',
            title: FILTERS.some((name) => search[name]) ? 'No case fits these filters' : 'Nothing waits',
            children: 'Held payments, alerts and matches of changed lists come here by themselves.',
          }}
        />
        <Pager rows={rows?.length} next={asked.data?.next} noun="cases" />
      </div>
    </>
  );
}

/** The row that has the focus. */
function focused(rows: readonly Row[] | undefined): Row | undefined {
  const all = [...document.querySelectorAll('main [data-row]')];
  return rows?.[all.indexOf(document.activeElement as Element)];
}

function useDeskKeys(rows: readonly Row[] | undefined, onlyMine: () => void): void {
  const navigate = useNavigate();
  const allowed = useAllowed();
  const assign = useCommand(assignCase, (row) => toast(`Case ${row.number} is yours`));
  const open = (act?: string) => () => {
    const row = focused(rows);
    if (row)
      void navigate({
        to: '/cases/$id',
        params: { id: row.id },
        search: (before: object) => ({ ...before, ...(act && { act }) }) as never,
      });
  };
  const may = allowed(assignCase);
  usePageKeys({
    i: onlyMine,
    o: open(),
    ...(may && {
      m: () => {
        const row = focused(rows);
        if (row && row.state !== 'closed') assign.mutate({ id: row.id, to: 'me' });
      },
      a: open('approve'),
      r: open('reject'),
      c: open('comment'),
    }),
  });
}

function Keys() {
  const keys = [
    ['j k', 'move'],
    ['Enter', 'open'],
    ['m', 'take'],
    ['a', 'approve'],
    ['r', 'reject'],
    ['c', 'comment'],
    ['i', 'mine'],
  ] as const;
  return (
    <span className="hidden flex-wrap gap-x-3 text-xs text-ink-3 md:inline-flex">
      {keys.map(([key, what]) => (
        <span key={key}>
          <kbd className="rounded border border-line px-1 font-mono text-2xs">{key}</kbd> {what}
        </span>
      ))}
    </span>
  );
}

function Figures() {
  const asked = useOperation(caseStatistics, {}, { everyMs: 60_000 });
  const found = asked.data;
  if (asked.error && !found) return null;
  const sum = (of: (one: NonNullable<typeof found>['open'][number]) => number) =>
    found?.open.reduce((total, one) => total + of(one), 0) ?? 0;
  const decided = found?.outcomes.reduce((total, one) => total + one.cases, 0) ?? 0;
  const fine =
    found?.outcomes
      .filter(({ outcome }) => outcome === 'released' || outcome === 'dismissed')
      .reduce((total, one) => total + one.cases, 0) ?? 0;
  const figures = [
    ['Open', count(sum(({ cases }) => cases)), ''],
    ['Overdue', count(sum(({ overdue }) => overdue)), sum(({ overdue }) => overdue) > 0 ? 'text-bad' : ''],
    ['Wait for a second person', count(sum((one) => (one.state === 'proposed' ? one.cases : 0))), ''],
    ['Median time to decide', found?.medianMinutes === undefined ? '–' : duration(found.medianMinutes * 60_000), ''],
    ['Found to be nothing', decided === 0 ? '–' : `${Math.round((fine / decided) * 100)} %`, ''],
  ] as const;
  return (
    <dl className="card grid grid-cols-2 divide-line sm:grid-cols-5 sm:divide-x">
      {figures.map(([name, value, tone]) => (
        <div key={name} className="px-4 py-3">
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className={`num mt-0.5 text-lg font-semibold ${tone}`}>{found ? value : <Skeleton className="mt-1.5 h-4 w-12" />}</dd>
        </div>
      ))}
    </dl>
  );
}

const choices = (...values: readonly string[]) => values.map((value) => ({ value, text: words(value) }));

function Filters() {
  return (
    <div role="search" aria-label="Filter cases" className="flex flex-wrap gap-2 border-b border-line p-3">
      <SearchBox label="Name, number or reference" />
      <Choose name="state" label="State" all="Not closed" choices={choices('open', 'in_review', 'waiting', 'proposed', 'closed')} />
      <Choose name="kind" label="Kind" all="Any kind" choices={choices('payment', 'instruction', 'alert', 'rescreening')} />
      <Choose name="priority" label="Priority" all="Any priority" choices={choices('critical', 'high', 'medium', 'low')} />
      <Choose
        name="assignee"
        label="With"
        all="With anyone"
        choices={[
          { value: 'me', text: 'With me' },
          { value: 'nobody', text: 'With nobody' },
        ]}
      />
      <Choose name="overdue" label="Time" all="Any time" choices={[{ value: 'true', text: 'Overdue' }]} />
      <Choose name="sort" label="Order" all="Due first" choices={[{ value: 'newest', text: 'Newest first' }]} />
      <ClearFilters names={FILTERS} />
    </div>
  );
}
