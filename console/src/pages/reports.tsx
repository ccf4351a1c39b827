import { useMutation } from '@tanstack/react-query';
import type { Problem, WireInput, WireOutput } from '../../../src/base/client.ts';
import {
  cancelReport,
  deleteReportSchedule,
  downloadReport,
  listReports,
  listReportSchedules,
  startReport,
} from '../../../src/settlement/report/contract.ts';
import { codeOf } from '../../../src/base/money.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { fetchFile } from '../api/session.ts';
import { Choose, wordChoices } from '../parts/choices.tsx';
import { download } from '../parts/download.ts';
import { ClearFilters, Pager, useFilters } from '../parts/filters.tsx';
import { ReportForm } from '../parts/report-form.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { count, day, percent, words } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Run = WireOutput<typeof listReports>['items'][number];
type Schedule = WireOutput<typeof listReportSchedules>['items'][number];

const KINDS = ['payments', 'statement', 'window', 'positions', 'fees', 'regulator'];
const STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'expired'];

/** What a report is about in a few words. */
function aboutOf({ parameters: { from, to, period, asset, status, largeFrom } }: Pick<Run, 'parameters'>): string {
  const days = period ? words(period) : from && (to && to !== from ? `${day(from)} – ${day(to)}` : day(from));
  return [days, asset && codeOf(asset), status, largeFrom && `large from ${count(Number(largeFrom))}`].filter(Boolean).join(' · ');
}

const columns: readonly Column<Run>[] = [
  {
    head: 'Report',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">{row.title}</span>
          <Badge>{row.format.toUpperCase()}</Badge>
        </span>
        <span className="block truncate text-xs text-ink-3">{row.problem ? row.problem.text : aboutOf(row)}</span>
      </span>
    ),
  },
  { head: 'Asked by', from: 'lg', cell: (row) => <span className="block max-w-44 truncate text-ink-2">{row.requestedBy}</span> },
  { head: 'Asked at', from: 'md', cell: (row) => <Time at={row.requestedAt} /> },
  { head: 'State', from: 'sm', cell: (row) => <Progress run={row} /> },
  { head: 'Rows', end: true, from: 'sm', cell: (row) => <span className="num">{row.state === 'queued' ? '–' : count(row.rows)}</span> },
  { head: <span className="sr-only">Actions</span>, end: true, cell: (row) => <Actions run={row} /> },
];

export function ReportsPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const { page: _, new: __, ...input } = search;
  const asked = useOperation(listReports, input as WireInput<typeof listReports>, { keep: true });
  return (
    <>
      <PageHead title="Reports" name="Reports" lead="Statements, payments, windows and extracts as files, now or by the clock">
        {allowed(startReport) && <ReportForm />}
      </PageHead>
      <div className="space-y-4">
        <div className="card">
          <div role="search" aria-label="Filter reports" className="flex flex-wrap gap-2 border-b border-line p-3">
            <Choose name="kind" label="Kind" all="Every report" choices={wordChoices(KINDS)} />
            <Choose name="state" label="State" all="Any state" choices={wordChoices(STATES)} />
            <ClearFilters names={['kind', 'state']} />
          </div>
          <Table
            label="Reports"
            columns={columns}
            rows={asked.data?.items}
            keyOf={(row) => row.id}
            problem={asked.error}
            retry={() => void asked.refetch()}
            stale={asked.isPlaceholderData}
            empty={{
              icon: 'reports',
              title: 'No reports',
              children:
                search.kind || search.state
                  ? 'No report fits these filters.'
                  : 'A report that you ask for appears here and can be downloaded.',
            }}
            skeletons={4}
          />
          <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="reports" />
        </div>
        <Schedules />
      </div>
    </>
  );
}

/** The state; while rows are written, how far it is. */
function Progress({ run }: { run: Run }) {
  if (run.state !== 'running') return <State of={run.state} />;
  const done = run.total ? Math.min(1, run.rows / run.total) : undefined;
  return (
    <span className="flex w-36 items-center gap-2" title={`${count(run.rows)} rows`}>
      <span
        role="progressbar"
        aria-label="Rows written"
        aria-valuenow={done === undefined ? undefined : Math.round(done * 100)}
        className="h-1.5 flex-1 overflow-hidden rounded-full bg-sunken"
      >
        <span
          className={`block h-full rounded-full bg-accent transition-[width] duration-500 ${done === undefined ? 'w-1/3 animate-pulse' : ''}`}
          style={done === undefined ? undefined : { width: `${Math.max(3, done * 100)}%` }}
        />
      </span>
      <span className="num w-9 text-right text-xs text-ink-2">{done === undefined ? '…' : percent(done, 0)}</span>
    </span>
  );
}

function Actions({ run }: { run: Run }) {
  const fetching = useMutation<Blob, Problem>({
    mutationFn: () => fetchFile(downloadReport, { id: run.id }),
    onSuccess: (file) => download(run.file!.name, file, file.type),
    onError: (problem) => toast(problem.message),
  });
  const cancel = useCommand(cancelReport);
  if (run.state === 'done') {
    return (
      <Button
        icon="download"
        busy={fetching.isPending}
        onClick={() => fetching.mutate()}
        title={`${size(run.file!.bytes)}, kept until ${day(run.file!.expiresAt)}`}
      >
        <span className="max-sm:sr-only">{size(run.file!.bytes)}</span>
      </Button>
    );
  }
  if (run.state === 'queued' || run.state === 'running') {
    return (
      <span className="inline-flex items-center gap-1">
        <span className="sm:hidden">
          <State of={run.state} />
        </span>
        <IconButton label="Cancel the report" icon="close" disabled={cancel.isPending} onClick={() => cancel.mutate({ id: run.id })} />
      </span>
    );
  }
  return (
    <span className="sm:hidden">
      <State of={run.state} />
    </span>
  );
}

/** Bytes as people say them. */
function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const scheduleColumns: readonly Column<Schedule>[] = [
  {
    head: 'Schedule',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">{row.name}</span>
          <Badge>{row.format.toUpperCase()}</Badge>
        </span>
        <span className="block truncate text-xs text-ink-3">
          {words(row.kind)} · {aboutOf(row)}
          {row.nextAt && (
            <span className="sm:hidden">
              {' '}
              · next <Time at={row.nextAt} show="day" />
            </span>
          )}
        </span>
      </span>
    ),
  },
  {
    head: 'When',
    from: 'sm',
    cell: (row) => (
      <span>
        <span className="font-mono text-xs">{row.cron}</span>
        <span className="block text-xs text-ink-3">
          {row.zone}
          {row.businessDays && `, ${row.businessDays} business days`}
        </span>
      </span>
    ),
  },
  {
    head: 'Next',
    from: 'sm',
    cell: (row) =>
      row.nextAt ? (
        <Time at={row.nextAt} />
      ) : (
        <span className="text-bad" title={row.problem}>
          stands still
        </span>
      ),
  },
  { head: 'Kept', from: 'lg', end: true, cell: (row) => <span className="num text-ink-2">{row.keepDays} days</span> },
  { head: <span className="sr-only">Actions</span>, end: true, cell: (row) => <EndSchedule row={row} /> },
];

function EndSchedule({ row }: { row: Schedule }) {
  const allowed = useAllowed();
  const end = useCommand(deleteReportSchedule, () => toast(`${row.name} has ended`));
  if (!allowed(deleteReportSchedule)) return null;
  return <IconButton label={`End ${row.name}`} icon="close" disabled={end.isPending} onClick={() => end.mutate({ id: row.id })} />;
}

function Schedules() {
  const asked = useOperation(listReportSchedules, {});
  return (
    <Card title="By schedule">
      <Table
        label="Schedules"
        columns={scheduleColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{
          icon: 'windows',
          title: 'Nothing is scheduled',
          children: 'A new report can be repeated: each morning, each week, each month.',
        }}
        skeletons={2}
      />
    </Card>
  );
}
