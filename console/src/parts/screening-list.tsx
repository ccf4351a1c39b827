import type { FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { listScreeningListVersions } from '../../../src/settlement/screening/contract.ts';
import { listListSources, removeListSource, runListSource, setListSource } from '../../../src/settlement/screening/refresh/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { count, words } from '../ui/format.ts';
import { Card, Facts } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

export type ListSource = WireOutput<typeof listListSources>['items'][number];
type Version = WireOutput<typeof listScreeningListVersions>['items'][number];

const OUTCOMES: Record<NonNullable<ListSource['outcome']>, Tone> = {
  loaded: 'good',
  unchanged: 'good',
  refused: 'bad',
  unreachable: 'warn',
};

/** How the last fetch went, in a word. */
export function RefreshState({ source }: { source: ListSource | undefined }) {
  if (!source) return <span className="text-ink-3">by hand</span>;
  if (!source.outcome) return <Badge>not yet fetched</Badge>;
  return <Badge tone={OUTCOMES[source.outcome]}>{source.outcome === 'unchanged' ? 'up to date' : source.outcome}</Badge>;
}

const columns: readonly Column<Version>[] = [
  { head: 'In force since', grow: true, cell: (row) => <Time at={row.loadedAt} /> },
  { head: 'Version', cell: (row) => <Copyable text={row.version} label="version" /> },
  { head: 'By', from: 'sm', cell: (row) => <span className="block max-w-40 truncate text-ink-2">{row.loadedBy}</span> },
  { head: 'Entries', end: true, cell: (row) => <span className="num">{count(row.entries)}</span> },
];

/** One list beside the page: where it comes from, how fetching goes, and what was in force before. */
export function ScreeningListDrawer({ id, close }: { id: string; close: () => void }) {
  const sources = useOperation(listListSources, {}, { everyMs: 15_000 });
  const versions = useOperation(listScreeningListVersions, { id });
  const source = sources.data?.items.find(({ listId }) => listId === id);
  return (
    <Drawer open onClose={close} title={id} lead="Where the list comes from, and what was in force">
      <div className="space-y-4">
        {sources.data && <Source key={source?.setAt} id={id} source={source} />}
        <Card title="Versions" aside={versions.data && count(versions.data.items.length)}>
          <Table
            label="Versions"
            columns={columns}
            rows={versions.data?.items}
            keyOf={(row) => row.loadedAt + row.version}
            problem={versions.error}
            retry={() => void versions.refetch()}
            empty={{ icon: 'screening', title: 'No version was loaded yet' }}
            skeletons={3}
          />
        </Card>
      </div>
    </Drawer>
  );
}

function Source({ id, source }: { id: string; source: ListSource | undefined }) {
  const allowed = useAllowed();
  const run = useCommand(runListSource, (after) => toast(`${id}: ${words(after.outcome ?? 'fetched')}`));
  const remove = useCommand(removeListSource, () => toast(`${id} is fetched no more`));
  return (
    <Card title="Source" aside={<RefreshState source={source} />}>
      <div className="space-y-4 px-4 pb-4">
        {source?.detail && <p className="text-sm break-words text-ink-2">{source.detail}</p>}
        {source && (
          <Facts
            items={[
              ['Last tried', source.triedAt ? <Time key="tried" at={source.triedAt} /> : 'never'],
              ['Last good', source.goodAt ? <Time key="good" at={source.goodAt} /> : 'never'],
              ['Next', <Time key="next" at={source.nextAt} />],
              ['Set by', source.setBy],
            ]}
          />
        )}
        {allowed(setListSource) ? (
          <SourceForm id={id} source={source} />
        ) : (
          <p className="text-sm break-all text-ink-2">{source?.url ?? 'This list is loaded by hand.'}</p>
        )}
        {source && allowed(runListSource) && (
          <div className="flex flex-wrap gap-2 border-t border-line pt-4">
            <Button icon="download" busy={run.isPending} onClick={() => run.mutate({ id })}>
              Fetch now
            </Button>
            <Button tone="danger" busy={remove.isPending} onClick={() => remove.mutate({ id })}>
              Remove source
            </Button>
          </div>
        )}
        <ProblemNote problem={run.error ?? remove.error} />
      </div>
    </Card>
  );
}

function SourceForm({ id, source }: { id: string; source: ListSource | undefined }) {
  const set = useCommand(setListSource, () => toast(`Source of ${id} set`));
  function submit(event: FormEvent<HTMLFormElement>) {
    const text = readForm(event);
    const [checksumUrl, minimum] = [text('checksumUrl').trim(), text('minimumEntries')];
    set.mutate({
      id,
      url: text('url').trim(),
      intervalMinutes: Number(text('intervalMinutes')),
      largestShrinkPercent: Number(text('largestShrinkPercent')),
      ...(checksumUrl && { checksumUrl }),
      ...(minimum && { minimumEntries: Number(minimum) }),
      ...(source?.purpose && { purpose: source.purpose }),
      ...(source?.format && { format: source.format }),
    });
  }
  return (
    <form onSubmit={submit} className="space-y-3">
      <TextField label="Address" name="url" required defaultValue={source?.url} placeholder="https://lists.example/un.xml" />
      <TextField label="Address of its SHA-256, if it is published" name="checksumUrl" defaultValue={source?.checksumUrl} />
      <div className="grid gap-3 sm:grid-cols-3">
        <TextField
          label="Every … minutes"
          name="intervalMinutes"
          type="number"
          min={1}
          required
          defaultValue={source?.intervalMinutes ?? 60}
        />
        <TextField label="At least … entries" name="minimumEntries" type="number" min={1} defaultValue={source?.minimumEntries} />
        <TextField
          label="Largest shrink in %"
          name="largestShrinkPercent"
          type="number"
          min={0}
          max={100}
          required
          defaultValue={source?.largestShrinkPercent ?? 50}
        />
      </div>
      <ProblemNote problem={set.error} />
      <Button type="submit" tone="primary" busy={set.isPending}>
        {source ? 'Change source' : 'Set source'}
      </Button>
    </form>
  );
}
