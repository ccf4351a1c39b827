import { useState } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { codeOf } from '../../../src/base/money.ts';
import { closeWindow, listWindows } from '../../../src/settlement/window/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Pager, useFilters } from '../parts/filters.tsx';
import { State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { count, duration, percent } from '../ui/format.ts';
import { PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Row = WireOutput<typeof listWindows>['items'][number];

/** Efficiency of the whole window, weighed by payments: sums of different currencies do not add. */
function saving(row: Row): number | undefined {
  const payments = row.currencies.reduce((sum, one) => sum + one.payments, 0);
  return payments > 0 ? row.currencies.reduce((sum, one) => sum + one.efficiency * one.payments, 0) / payments : undefined;
}

const columns: readonly Column<Row>[] = [
  { head: 'Window', cell: (row) => <span className="num font-medium">#{row.number}</span> },
  { head: 'State', cell: (row) => <State of={row.state} /> },
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
  const asked = useOperation(listWindows, search.after ? { after: search.after } : {}, { keep: true });
  return (
    <>
      <PageHead title="Windows" name="Windows" lead="Payments gather in the open window; at cut-off they are netted and settled at once">
        {allowed(closeWindow) && <CutOff />}
      </PageHead>
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

/** Cuts off the open window; final, therefore asked first. */
export function CutOff() {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const close = useCommand(closeWindow, (window) => {
    setAsking(false);
    toast(`Window #${window.number} is cut off`);
    void navigate({ to: '/windows/$id', params: { id: window.id } });
  });
  return (
    <>
      <Button icon="cut" onClick={() => setAsking(true)}>
        Cut off now
      </Button>
      <Modal
        open={asking}
        onClose={() => setAsking(false)}
        title="Cut off the open window?"
        lead="Its payments are fixed, netted and settled. This is final. The next window opens at once."
      >
        <div className="mt-2 space-y-4">
          <ProblemNote problem={close.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button tone="primary" busy={close.isPending} onClick={() => close.mutate({})}>
              Cut off
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
