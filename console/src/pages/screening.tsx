import { useState, type FormEvent } from 'react';
import { checkName, listScreeningLists, loadScreeningList } from '../../../src/settlement/screening/contract.ts';
import { listPayments } from '../../../src/settlement/payment/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { listListSources } from '../../../src/settlement/screening/refresh/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Explanation } from '../parts/explanation.tsx';
import { useFilters } from '../parts/filters.tsx';
import { ScreeningAgain } from '../parts/screening-again.tsx';
import { ScreeningAlerts } from '../parts/screening-alerts.tsx';
import { ScreeningExceptions } from '../parts/screening-exceptions.tsx';
import { RefreshState, ScreeningListDrawer, type ListSource } from '../parts/screening-list.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { count, duration, percent, words } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { toast } from '../ui/toast.tsx';
import { paymentColumns } from './payments.tsx';

type List = WireOutput<typeof listScreeningLists>['items'][number];
type Match = WireOutput<typeof checkName>['matches'][number];

const age = (at: string) => duration(Math.max(0, Date.now() - Date.parse(at)));

function columnsWith(sources: readonly ListSource[], open: (id: string) => void): readonly Column<List>[] {
  const sourceOf = (row: List) => sources.find(({ listId }) => listId === row.id);
  return [
    {
      head: 'List',
      grow: true,
      cell: (row) => (
        <button type="button" onClick={() => open(row.id)} className="block w-full min-w-0 rounded text-left">
          <span className="flex items-center gap-2">
            <span className="truncate font-medium hover:underline">{row.name}</span>
            {row.purpose === 'pep' && <Badge tone="calm">PEP</Badge>}
          </span>
          <span className="block truncate text-xs text-ink-3">{words(row.format ?? '')}</span>
        </button>
      ),
    },
    { head: 'Version', from: 'md', cell: (row) => <Copyable text={row.version} label="version" /> },
    { head: 'Age', from: 'sm', cell: (row) => <span title={row.loadedAt}>{age(row.loadedAt)}</span> },
    { head: 'Refresh', cell: (row) => <RefreshState source={sourceOf(row)} /> },
    { head: 'Names', from: 'lg', end: true, cell: (row) => <span className="num text-ink-2">{count(row.names)}</span> },
    { head: 'Entries', end: true, cell: (row) => <span className="num font-medium">{count(row.entries)}</span> },
  ];
}

export function ScreeningPage() {
  const allowed = useAllowed();
  const [{ list }, set] = useFilters();
  const asked = useOperation(listScreeningLists, {});
  const sources = useOperation(listListSources, {}, { everyMs: 30_000 });
  const waiting = sources.data?.items.filter(({ listId }) => asked.data && !asked.data.items.some(({ id }) => id === listId)) ?? [];
  return (
    <>
      <PageHead title="Screening" name="Screening" lead="The parties of every payment are compared with these lists before anything moves">
        {allowed(loadScreeningList) && <LoadList />}
      </PageHead>
      <div className="space-y-4">
        <ScreeningAlerts />
        {allowed(listPayments) && <Held />}
        <Card title="Lists in force">
          <Table
            label="Lists in force"
            columns={columnsWith(sources.data?.items ?? [], (id) => set({ list: id }))}
            rows={asked.data?.items}
            keyOf={(row) => row.id}
            problem={asked.error}
            retry={() => void asked.refetch()}
            empty={{ icon: 'screening', title: 'No list is loaded', children: 'Payments pass unscreened until one is.' }}
            skeletons={2}
          />
          {waiting.length > 0 && (
            <p className="border-t border-line px-4 py-3 text-sm text-ink-2">
              Not in force yet:{' '}
              {waiting.map(({ listId }) => (
                <button
                  key={listId}
                  type="button"
                  onClick={() => set({ list: listId })}
                  className="mr-2 rounded text-accent hover:underline"
                >
                  {listId}
                </button>
              ))}
            </p>
          )}
        </Card>
        <ScreeningAgain />
        <ScreeningExceptions />
        <CheckName />
      </div>
      {list !== undefined && <ScreeningListDrawer id={list} close={() => set({ list: undefined })} />}
    </>
  );
}

function Held() {
  const asked = useOperation(listPayments, { status: 'held', limit: '8' });
  return (
    <Card title="Waiting for a decision" aside={asked.data && asked.data.items.length > 0 ? 'the latest' : undefined}>
      <Table
        label="Held payments"
        columns={paymentColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/payments/$id', params: { id: row.id }, search: { status: 'held' } })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'check', title: 'Nothing waits', children: 'Payments that match a list stop here.' }}
        skeletons={3}
      />
    </Card>
  );
}

function CheckName() {
  const check = useCommand(checkName);
  function submit(event: FormEvent<HTMLFormElement>) {
    check.mutate({ name: readForm(event)('name').trim() });
  }
  return (
    <Card title="Try a name">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-2 px-4 pb-4">
        <TextField label="Name of a person or company" name="name" required maxLength={140} className="min-w-56 flex-1 sm:max-w-96" />
        <Button type="submit" busy={check.isPending}>
          Check
        </Button>
      </form>
      <div aria-live="polite">
        {check.error && (
          <div className="px-4 pb-4">
            <ProblemNote problem={check.error} />
          </div>
        )}
        {check.data && <Matches matches={check.data.matches} threshold={check.data.threshold} />}
      </div>
    </Card>
  );
}

function Matches({ matches, threshold }: { matches: readonly Match[]; threshold: number }) {
  if (matches.length === 0)
    return <p className="px-4 pb-4 text-sm text-ink-2">No entry reaches {percent(threshold, 0)}. A payment to this name would pass.</p>;
  return (
    <ul className="px-4 pb-4">
      {matches.map((match) => (
        <li key={match.listId + match.entryId} className="border-t border-line py-3">
          <div className="flex justify-between gap-4">
            <p className="min-w-0 font-medium">
              {match.listed}{' '}
              <span className="ident ml-1">
                {match.listId} · {match.entryId}
              </span>
            </p>
            <Badge tone={match.score >= threshold ? 'warn' : 'plain'}>{match.exact ? 'exact' : percent(match.score, 0)}</Badge>
          </div>
          <Explanation lines={match.explanation} />
        </li>
      ))}
    </ul>
  );
}

function LoadList() {
  const [open, setOpen] = useState(false);
  const load = useCommand(loadScreeningList, (list) => {
    setOpen(false);
    toast(`${list.name}: ${count(list.entries)} entries in force`);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const file = new FormData(event.currentTarget).get('file');
    const text = readForm(event);
    const purpose = text('purpose') === 'pep' ? 'pep' : text('purpose') === 'sanctions' ? 'sanctions' : undefined;
    if (file instanceof File) load.mutate({ id: text('id'), ...(purpose && { purpose }), document: file });
  }
  return (
    <>
      <Button icon="upload" onClick={() => setOpen(true)}>
        Load a list
      </Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title="Load a list"
        lead="A file of OFAC, the UN, the EU, the UK or the US as it is published, or CSV with the columns id, name, aliases, type, country."
      >
        <form onSubmit={submit} className="mt-2 space-y-4">
          <TextField
            label="Id"
            name="id"
            required
            pattern="[a-z0-9][a-z0-9\-]{0,39}"
            title="Small letters, digits, hyphens"
            placeholder="house-list"
            hint="An id that exists is replaced."
          />
          <TextField label="File" name="file" type="file" required accept=".csv,.xml,.txt,text/csv,text/xml,application/xml" />
          <SelectField label="A hit" name="purpose" defaultValue="">
            <option value="">as the list had it; new lists hold</option>
            <option value="sanctions">holds the payment</option>
            <option value="pep">is noted: exposed persons</option>
          </SelectField>
          <ProblemNote problem={load.error} />
          <FormButtons close={() => setOpen(false)} act="Put in force" busy={load.isPending} />
        </form>
      </Modal>
    </>
  );
}
