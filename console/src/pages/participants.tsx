import { useState, type FormEvent } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { codeOf } from '../../../src/base/money.ts';
import { createParticipant, listParticipants } from '../../../src/settlement/participant/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { toast } from '../ui/toast.tsx';

type Row = WireOutput<typeof listParticipants>['items'][number];

const columns: readonly Column<Row>[] = [
  {
    head: 'Participant',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        <span className="font-medium">{row.name}</span>
        <span className="ident block sm:hidden">{row.bic}</span>
      </span>
    ),
  },
  { head: 'BIC', from: 'sm', cell: (row) => <span className="ident">{row.bic}</span> },
  { head: 'LEI', from: 'xl', cell: (row) => <span className="ident">{row.lei}</span> },
  {
    head: 'Currencies',
    from: 'md',
    cell: (row) => (
      <span className="flex max-w-80 flex-wrap gap-1">
        {row.accounts.map(({ asset }) => (
          <span key={asset} className="rounded bg-sunken px-1 font-mono text-2xs text-ink-2">
            {codeOf(asset)}
          </span>
        ))}
      </span>
    ),
  },
  { head: 'State', end: true, cell: (row) => <State of={row.state} /> },
];

export function ParticipantsPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const { query, after } = search;
  const asked = useOperation(listParticipants, { ...(query ? { query } : {}), ...(after ? { after } : {}), limit: '100' }, { keep: true });
  return (
    <>
      <PageHead title="Participants" name="Participants" lead="The banks that settle here, each with its accounts">
        {allowed(createParticipant) && <Admit />}
      </PageHead>
      <div className="card">
        <div role="search" aria-label="Filter participants" className="border-b border-line p-3">
          <SearchBox label="Name or BIC" />
        </div>
        <Table
          label="Participants"
          columns={columns}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/participants/$id', params: { id: row.id } })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{
            icon: 'participants',
            title: 'No participants',
            children: query ? 'No name or BIC fits.' : 'Admit the first bank to begin.',
          }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="participants" />
      </div>
    </>
  );
}

function Admit() {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const admit = useCommand(createParticipant, (bank) => {
    setOpen(false);
    toast(bank.state === 'suspended' ? `${bank.name} is admitted and suspended: a list names it` : `${bank.name} is admitted`);
    void navigate({ to: '/participants/$id', params: { id: bank.id } });
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const text = readForm(event);
    const said = (name: string) => text(name).trim();
    const assets = said('assets')
      .toUpperCase()
      .split(/[\s,]+/)
      .filter(Boolean);
    admit.mutate({ name: said('name'), bic: said('bic').toUpperCase(), lei: said('lei').toUpperCase(), assets });
  }
  return (
    <>
      <Button tone="primary" icon="plus" onClick={() => setOpen(true)}>
        Admit a bank
      </Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title="Admit a bank"
        lead="A settlement and a reserve account are opened in each currency."
      >
        <form onSubmit={submit} className="mt-2 space-y-4">
          <TextField label="Name" name="name" required maxLength={140} />
          <TextField label="BIC" name="bic" required minLength={8} maxLength={11} placeholder="NORDFIHH" />
          <TextField label="LEI" name="lei" required minLength={20} maxLength={20} />
          <TextField
            label="Currencies"
            name="assets"
            required
            placeholder="EUR/2 USD/2 JPY/0"
            hint="With their number of decimals, apart by spaces."
          />
          <ProblemNote problem={admit.error} />
          <FormButtons close={() => setOpen(false)} act="Admit" busy={admit.isPending} />
        </form>
      </Modal>
    </>
  );
}
