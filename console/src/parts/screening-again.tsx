import { Link } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import { listRescreeningFindings, listRescreenings } from '../../../src/settlement/screening/rescreening/contract.ts';
import { useOperation } from '../api/queries.ts';
import { Badge, State } from '../ui/badge.tsx';
import { count, percent, words } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { Choose } from './choices.tsx';
import { Pager, useFilters } from './filters.tsx';

type Finding = WireOutput<typeof listRescreeningFindings>['items'][number];
type Run = WireOutput<typeof listRescreenings>['items'][number];

const KINDS = [
  { value: 'open', text: 'Not final' },
  { value: 'held', text: 'Held' },
  { value: 'settled', text: 'Would have been held' },
  { value: 'participant', text: 'Banks' },
  { value: 'instruction', text: 'Waiting for its rail' },
];
const KIND_WORDS: Record<string, string> = Object.fromEntries(KINDS.map(({ value, text }) => [value, text]));

const columns: readonly Column<Finding>[] = [
  {
    head: 'Name',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <Subject of={row} />
        <span className="block truncate text-xs text-ink-3">
          {row.change === 'gone' ? 'no longer matches' : 'matches'} {row.listed} · {row.listId} · {row.entryId}
        </span>
      </span>
    ),
  },
  {
    head: 'What',
    from: 'sm',
    cell: (row) => <Badge tone={row.kind === 'held' || row.kind === 'settled' ? 'plain' : 'bad'}>{KIND_WORDS[row.kind]}</Badge>,
  },
  {
    head: 'List',
    from: 'md',
    cell: (row) => <Badge tone={row.purpose === 'pep' ? 'calm' : 'warn'}>{row.purpose === 'pep' ? 'PEP' : 'sanctions'}</Badge>,
  },
  { head: 'Found', from: 'lg', cell: (row) => <Time at={row.foundAt} /> },
  { head: 'Score', end: true, cell: (row) => <span className="num">{percent(row.score, 0)}</span> },
];

function Subject({ of: { paymentId, participantId, name } }: { of: Finding }) {
  const look = 'block truncate rounded font-medium hover:underline';
  if (paymentId)
    return (
      <Link to="/payments/$id" params={{ id: paymentId }} className={look}>
        {name}
      </Link>
    );
  if (!participantId)
    return (
      <Link to="/cases" search={{ kind: 'instruction' } as never} className={look}>
        {name}
      </Link>
    );
  return (
    <Link to="/participants/$id" params={{ id: participantId }} className={look}>
      {name}
    </Link>
  );
}

/** What changed for names that were screened before, because lists changed since. */
export function ScreeningAgain() {
  const [{ kind, after }] = useFilters();
  const runs = useOperation(listRescreenings, {}, { everyMs: 10_000 });
  const asked = useOperation(listRescreeningFindings, { kind: kind as Finding['kind'], after, limit: '20' }, { keep: true });
  const latest = runs.data?.items[0];
  return (
    <Card title="Found when lists changed" aside={latest && <Progress run={latest} />}>
      {(kind !== undefined || (asked.data?.items.length ?? 0) > 0) && (
        <div className="flex flex-wrap gap-2 px-4 pb-3">
          <Choose name="kind" label="What was found on" all="Everything" choices={KINDS} />
        </div>
      )}
      <Table
        label="Found when lists changed"
        columns={columns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{
          icon: 'check',
          title: 'Nothing was found',
          children: 'Open payments, banks and the final payments of the last days are screened again whenever a list changes.',
        }}
        skeletons={3}
      />
      {(asked.data?.next ?? after) && <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="findings" />}
    </Card>
  );
}

/** How far the latest screening again has come. */
function Progress({ run }: { run: Run }) {
  if (run.finishedAt)
    return (
      <span className="text-xs text-ink-3">
        {count(run.scanned)} looked at · <Time at={run.finishedAt} />
      </span>
    );
  return (
    <span className="flex items-center gap-2 text-xs text-ink-3">
      <State of="running" /> {words(run.stage)} · {count(run.scanned)} looked at
    </span>
  );
}
