import { useMutation } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import type { Problem, WireOutput } from '../../../src/base/client.ts';
import { collectInvoice, creditInvoice, getInvoice, getInvoicePdf } from '../../../src/settlement/fee/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { fetchFile } from '../api/session.ts';
import { AmountField } from '../parts/amount-field.tsx';
import { download } from '../parts/download.ts';
import { readAmount } from '../parts/read-amount.ts';
import { State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { Card, Facts } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { feeLineColumns, stateOf } from './invoices.tsx';

type Invoice = WireOutput<typeof getInvoice>;

/** One invoice or credit note beside the list: what was charged, what is open, and what can be done about it. */
export function InvoiceDrawer() {
  const { id } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = useOperation(getInvoice, { id: id! });
  const invoice = asked.data;
  const title = invoice?.kind === 'credit_note' ? 'Credit note' : 'Invoice';
  return (
    <Drawer open onClose={() => void navigate({ to: '/invoices', search: true })} title={title} lead={invoice?.number}>
      {invoice ? (
        <Body invoice={invoice} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Skeleton className="h-48 rounded-xl" />
      )}
    </Drawer>
  );
}

function Body({ invoice }: { invoice: Invoice }) {
  const allowed = useAllowed();
  const fetching = useMutation<Blob, Problem>({
    mutationFn: () => fetchFile(getInvoicePdf, { id: invoice.id }),
    onSuccess: (file) => download(`${invoice.number}.pdf`, file, 'application/pdf'),
  });
  const { asset } = invoice;
  return (
    <div className="space-y-4">
      <div className="card px-5 py-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-2xl font-semibold tracking-tight">
            <Money asset={asset} units={invoice.total} />
          </p>
          <span className="flex items-center gap-2">
            <State of={stateOf(invoice)} />
            <Button icon="download" busy={fetching.isPending} onClick={() => fetching.mutate()}>
              PDF
            </Button>
          </span>
        </div>
        <ProblemNote problem={fetching.error} />
      </div>
      <Card title="About">
        <div className="px-4 pb-4">
          <Facts
            items={[
              ['Participant', `${invoice.participant.name}, ${invoice.participant.bic}`],
              ['Month', invoice.month],
              ['Issued', <Time key="issued" at={invoice.issuedAt} />],
              invoice.kind === 'invoice' && ['Open', <Money key="open" asset={asset} units={invoice.open} />],
              invoice.credited !== '0' && ['Credited', <Money key="credited" asset={asset} units={invoice.credited} />],
              invoice.reason !== undefined && ['Reason', invoice.reason],
            ]}
          />
        </div>
      </Card>
      <Lines invoice={invoice} />
      {invoice.open !== '0' && allowed(collectInvoice) && <Collect id={invoice.id} />}
      {invoice.kind === 'invoice' && BigInt(invoice.credited) < BigInt(invoice.total) && allowed(creditInvoice) && (
        <Credit invoice={invoice} />
      )}
    </div>
  );
}

function Lines({ invoice: { asset, lines } }: { invoice: Invoice }) {
  const rows = lines.map((line) => ({ ...line, asset }));
  return (
    <Card title="Lines">
      <Table label="Lines" columns={feeLineColumns} rows={rows} keyOf={(row) => row.item + row.text} empty={{ title: 'No lines' }} />
    </Card>
  );
}

function Collect({ id }: { id: string }) {
  const collect = useCommand(collectInvoice, ({ open }) => toast(open === '0' ? 'Paid in full' : 'Taken as far as there was money'));
  return (
    <Card title="Collect">
      <div className="space-y-3 px-4 pb-4">
        <p className="text-sm text-ink-2">Takes what is open from the settlement account now; otherwise it is tried each night.</p>
        <ProblemNote problem={collect.error} />
        <Button busy={collect.isPending} onClick={() => collect.mutate({ id })}>
          Collect now
        </Button>
      </div>
    </Card>
  );
}

function Credit({ invoice: { id, asset, number } }: { invoice: Invoice }) {
  const [text, setText] = useState('');
  const credit = useCommand(creditInvoice, (note) => {
    setText('');
    toast(`${note.number} is issued`);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const reason = readForm(event)('reason');
    const read = readAmount(asset, text);
    if ('units' in read) credit.mutate({ id, units: read.units, reason });
  }
  return (
    <Card title="Credit note" aside={`against ${number}`}>
      <form onSubmit={submit} className="space-y-3 px-4 pb-4">
        <AmountField asset={asset} text={text} onText={setText} />
        <TextField label="Reason" name="reason" required maxLength={200} />
        <ProblemNote problem={credit.error} />
        <Button type="submit" busy={credit.isPending}>
          Issue the credit note
        </Button>
      </form>
    </Card>
  );
}
