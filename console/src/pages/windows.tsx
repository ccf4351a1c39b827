import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import { listBusinessDays } from '../../../src/settlement/calendar/contract.ts';
import { closeAllWindows, listWindows } from '../../../src/settlement/window/contract.ts';
import { listWindowGroups } from '../../../src/settlement/window/group-contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { Pager, useFilters } from '../parts/filters.tsx';
import { CutOffAllDialog, CutOffDialog } from '../parts/group-dialogs.tsx';
import { NewGroup, WindowGroups } from '../parts/window-groups.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { count, duration, percent } from '../ui/format.ts';
import { PageHead } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Row = WireOutput<typeof listWindows>['items'][number];

/** Efficiency of the whole window, weighed by payments: sums of different currencies do not add. */
function saving(row: Row): number | undefined {
  const payments = row.currencies.reduce((sum, one) => sum + one.payments, 0);
  return payments > 0 ? row.currencies.reduce((sum, one) => sum + one.efficiency * one.payments, 0) / payments : undefined;
}

const columns: readonly Column<Row>[] = [
  { head: 'Window', cell: (row) => <span className="num font-medium">#{row.number}</span> },
  {
    head: 'State',
    cell: (row) => (
      <span className="flex gap-1.5">
        <State of={row.state} />
        {row.blocked && <Badge tone="bad">blocked</Badge>}
        {row.verified && !row.verified.ok && <Badge tone="bad">unsound</Badge>}
      </span>
    ),
  },
  { head: 'Group', from: 'md', cell: (row) => <span className="text-ink-2">{row.group}</span> },
  { head: 'Opened', from: 'sm', cell: (row) => <Time at={row.openedAt} /> },
  {
    head: 'Cut off',
    from: 'md',
    cell: (row) => (row.cutOffAt ? <Time at={row.cutOffAt} show="clock" /> : <span className="text-ink-3">–</span>),
  },
  {
    head: 'Cut-off to final',
    from: 'lg',
    end: true,
    cell: (row) => (
      <span className="num">{row.cutOffAt && row.settledAt ? duration(Date.parse(row.settledAt) - Date.parse(row.cutOffAt)) : '–'}</span>
    ),
  },
  {
    head: 'Currencies',
    from: 'lg',
    grow: true,
    cell: (row) => <span className="block truncate text-xs text-ink-2">{row.currencies.map((one) => codeOf(one.asset)).join('  ')}</span>,
  },
  {
    head: 'Saved',
    end: true,
    cell: (row) => {
      const saved = saving(row);
      return <span className="num">{saved === undefined ? '–' : percent(saved)}</span>;
    },
  },
  { head: 'Payments', end: true, cell: (row) => <span className="num font-medium">{count(row.payments)}</span> },
];

export function WindowsPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const { after, group } = search;
  const asked = useOperation(listWindows, { ...(after && { after }), ...(group && { group }) }, { keep: true });
  return (
    <>
      <PageHead
        title="Windows"
        name="Windows"
        lead="Payments gather in the open window of their currencies; at cut-off they are netted and settled"
      >
        {allowed(listBusinessDays) && (
          <Link to="/windows/days" search={group ? { group } : {}} className={buttonClass()}>
            Business days
          </Link>
        )}
        <NewGroup />
        {allowed(closeAllWindows) && <CutOff />}
      </PageHead>
      {allowed(listWindowGroups) && <WindowGroups />}
      <div className="card">
        <Table
          label="Windows"
          columns={columns}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/windows/$id', params: { id: row.id } })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{ icon: 'windows', title: 'No window yet', children: 'The first window opens with the first participant.' }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="windows" />
      </div>
    </>
  );
}

/** Cuts off what there is: the only group, or all of them; one of several is cut off from its card. */
function CutOff() {
  const [asking, setAsking] = useState(false);
  const groups = useOperation(listWindowGroups, {}).data?.items ?? [];
  const [only] = groups;
  const done = () => setAsking(false);
  if (!only) return null;
  return (
    <>
      <Button icon="cut" onClick={() => setAsking(true)}>
        {groups.length === 1 ? 'Cut off now' : 'Cut off all'}
      </Button>
      {groups.length === 1 ? <CutOffDialog group={only} open={asking} onClose={done} /> : <CutOffAllDialog open={asking} onClose={done} />}
    </>
  );
}
