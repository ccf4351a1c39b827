import { auditHead, listAudit } from '../../../src/access/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { AuditSubjects, SubjectInShort } from '../parts/audit-subjects.tsx';
import { ClearFilters, Moment, Pager, SearchBox, type Search, useFilters } from '../parts/filters.tsx';
import { Badge, toneOf } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Row = WireOutput<typeof listAudit>['items'][number];

const columns: readonly Column<Row>[] = [
  {
    head: 'What',
    cell: (row) => (
      <span className="block max-sm:whitespace-normal">
        <span className="font-mono text-xs break-all">{row.action}</span>
        <span className="block text-xs text-ink-3 sm:hidden">
          {row.actor.name}
          <br />
          <Time at={row.at} />
        </span>
      </span>
    ),
  },
  { head: 'When', from: 'sm', cell: (row) => <Time at={row.at} /> },
  {
    head: 'Who',
    from: 'sm',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        {row.actor.name} <span className="text-xs text-ink-3">{row.actor.kind}</span>
      </span>
    ),
  },
  { head: 'On', from: 'lg', cell: (row) => <SubjectInShort row={row} /> },
  { head: 'Outcome', end: true, cell: (row) => <Badge tone={toneOf(row.outcome)}>{row.outcome}</Badge> },
];

const FILTERS = ['actor', 'action', 'subject', 'outcome', 'from', 'to'] as const;

export function AuditPage() {
  const [search, set] = useFilters();
  const { row: opened, page: _, ...input } = search;
  const asked = useOperation(listAudit, input as WireInput<typeof listAudit>, { keep: true });
  const head = useOperation(auditHead, {});
  const shown = asked.data?.items.find((one) => one.id === opened);
  return (
    <>
      <PageHead
        title="Audit log"
        name="Audit log"
        lead={
          head.data ? (
            <span>
              Every change and every refused access, chained: {count(head.data.size)} rows, root{' '}
              <Copyable text={head.data.root} label="root" />
            </span>
          ) : (
            'Every change and every refused access'
          )
        }
      />
      <div className="card">
        <div role="search" aria-label="Filter the audit log" className="flex flex-wrap gap-2 border-b border-line p-3">
          <SearchBox label="Action" name="action" />
          <SearchBox label="Actor" name="actor" />
          <SearchBox label="Subject" name="subject" />
          <Moment label="From (UTC)" name="from" />
          <Moment label="Before (UTC)" name="to" />
          <ClearFilters names={FILTERS} />
        </div>
        <Table
          label="Audit log"
          columns={columns}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/audit', search: (before: Search) => ({ ...before, row: row.id }) })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{ icon: 'audit', title: 'No rows', children: 'Nothing fits. Actions are whole names, like access.create_user.' }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="rows" />
      </div>
      <Drawer
        open={shown !== undefined}
        onClose={() => set({ row: undefined, ...(search.after ? { after: search.after } : {}) })}
        title="Audit row"
        lead={shown?.action}
      >
        {shown && <RowDetail row={shown} />}
      </Drawer>
    </>
  );
}

function RowDetail({ row }: { row: Row }) {
  return (
    <div className="space-y-4">
      <Card title="Who, what, when">
        <div className="px-4 pb-4">
          <Facts
            items={[
              ['At', <Time key="at" at={row.at} />],
              [
                'Outcome',
                <Badge key="outcome" tone={toneOf(row.outcome)}>
                  {row.outcome}
                </Badge>,
              ],
              ['Actor', `${row.actor.name} (${row.actor.kind})`],
              ['Actor id', <Copyable key="actor" text={row.actor.id} label="actor id" />],
              !row.subjectCount && ['Subject', <Copyable key="subject" text={row.subject} whole label="subject" />],
              ['Request', <Copyable key="request" text={row.requestId} whole label="request id" />],
            ]}
          />
        </div>
      </Card>
      {row.subjectCount && <AuditSubjects row={row} />}
      <Card title="Detail">
        <pre className="m-4 mt-1 rounded-lg bg-sunken p-3 font-mono text-2xs whitespace-pre-wrap">
          {JSON.stringify(row.detail, null, 2)}
        </pre>
      </Card>
    </div>
  );
}
