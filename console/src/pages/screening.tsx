import { useState, type FormEvent } from 'react';
import { checkName, listScreeningLists, loadScreeningList } from '../../../src/settlement/screening/contract.ts';
import { listPayments } from '../../../src/settlement/payment/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { count, percent } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { Explanation } from './payment.tsx';
import { paymentColumns } from './payments.tsx';

type List = WireOutput<typeof listScreeningLists>['items'][number];
type Match = WireOutput<typeof checkName>['matches'][number];

const columns: readonly Column<List>[] = [
  { head: 'List', grow: true, cell: (row) => <span className="block truncate font-medium">{row.name}</span> },
  { head: 'Id', from: 'sm', cell: (row) => <span className="ident">{row.id}</span> },
  { head: 'Version', from: 'md', cell: (row) => <Copyable text={row.version} label="version" /> },
  { head: 'Loaded', from: 'sm', cell: (row) => <Time at={row.loadedAt} /> },
  { head: 'Names', from: 'md', end: true, cell: (row) => <span className="num text-ink-2">{count(row.names)}</span> },
  { head: 'Entries', end: true, cell: (row) => <span className="num font-medium">{count(row.entries)}</span> },
];

export function ScreeningPage() {
  const allowed = useAllowed();
  const asked = useOperation(listScreeningLists, {});
  return (
    <>
      <PageHead title="Screening" name="Screening" lead="The parties of every payment are compared with these lists before anything moves">
        {allowed(loadScreeningList) && <LoadList />}
      </PageHead>
      <div className="space-y-4">
        {allowed(listPayments) && <Held />}
        <Card title="Lists in force">
          <Table
            label="Lists in force"
            columns={columns}
            rows={asked.data?.items}
            keyOf={(row) => row.id}
            problem={asked.error}
            retry={() => void asked.refetch()}
            empty={{ icon: 'screening', title: 'No list is loaded', children: 'Payments pass unscreened until one is.' }}
            skeletons={2}
          />
        </Card>
        <CheckName />
      </div>
    </>
  );
}

function Held() {
  const asked = useOperation(listPayments, { status: 'held', limit: '20' });
  return (
    <Card title="Waiting for a decision" aside={asked.data && asked.data.items.length > 0 ? 'oldest at the end' : undefined}>
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
    if (file instanceof File) load.mutate({ id: readForm(event)('id'), document: file });
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
        lead="CSV with the columns id, name, aliases (apart by semicolons), type, country."
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
          <TextField label="File" name="file" type="file" required accept=".csv,text/csv" />
          <ProblemNote problem={load.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" tone="primary" busy={load.isPending}>
              Put in force
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
