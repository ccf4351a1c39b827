import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { getAccount, getTransfer } from '../../../src/ledger/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { ProofBadge, ProofDetail } from '../parts/proof-check.tsx';
import { Reference } from '../parts/reference.tsx';
import { State } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { day, duration } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, Facts } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

type Detail = WireOutput<typeof getTransfer>;

/** One movement beside the list, with the proof that it is in the log. */
export function TransferDrawer() {
  const { id } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = useOperation(getTransfer, { id: id! });
  const close = () => void navigate({ to: '/ledger/transfers', search: true });
  return (
    <Drawer open onClose={close} title="Transfer" lead={asked.data && `№ ${asked.data.transfer.seq} of the book`}>
      {asked.data ? (
        <Body detail={asked.data} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Skeleton className="h-72 rounded-xl" />
      )}
    </Drawer>
  );
}

function Body({ detail: { transfer, hold } }: { detail: Detail }) {
  return (
    <div className="space-y-4">
      <div className="card flex flex-wrap items-center justify-between gap-3 px-5 py-4">
        <p className="text-2xl font-semibold tracking-tight">
          <Money asset={transfer.asset} units={transfer.units} />
        </p>
        <State of={hold?.state ?? transfer.kind} />
      </div>
      <div className="grid gap-3 sm:grid-cols-[1fr_auto_1fr]">
        <Side title="Debit" accountId={transfer.debitAccountId} />
        <span className="hidden self-center text-ink-3 sm:block">
          <Icon name="arrow" size={20} />
        </span>
        <Side title="Credit" accountId={transfer.creditAccountId} />
      </div>
      <Card title="Proof" aside={<ProofBadge transfer={transfer} />}>
        <div className="px-4 pb-4">
          <ProofDetail transfer={transfer} />
        </div>
      </Card>
      <Card title="Details">
        <div className="px-4 pb-4">
          <Details transfer={transfer} hold={hold} />
        </div>
      </Card>
    </div>
  );
}

function Side({ title, accountId }: { title: string; accountId: string }) {
  const account = useOperation(getAccount, { id: accountId }).data;
  return (
    <div className="card min-w-0 px-4 py-3">
      <p className="text-xs text-ink-3">{title}</p>
      <Link
        to="/ledger/accounts/$id"
        params={{ id: accountId }}
        className="mt-0.5 block rounded text-sm font-medium break-words text-accent hover:underline"
      >
        {account?.name ?? accountId}
      </Link>
      {account && <p className="text-xs text-ink-3">{account.kind}</p>}
    </div>
  );
}

function Details({ transfer, hold }: { transfer: Detail['transfer']; hold: Detail['hold'] }) {
  const other = (id: string) => (
    <Link to="/ledger/transfers/$id" params={{ id }} search={true} className="ident rounded hover:underline">
      {id}
    </Link>
  );
  return (
    <Facts
      items={[
        ['Transfer', <Copyable key="id" text={transfer.id} label="transfer id" />],
        ['Recorded', <Time key="at" at={transfer.recordedAt} />],
        ['Kind', transfer.kind],
        !!transfer.effectiveOn && ['Effective on', day(transfer.effectiveOn)],
        !!transfer.reference && ['Reference', <Reference key="ref" text={transfer.reference} />],
        !!transfer.pendingId && ['Settles the pending', other(transfer.pendingId)],
        !!hold?.resolvedBy && ['Settled by', other(hold.resolvedBy)],
        !!hold?.dueAt && ['Ends by itself', <Time key="due" at={hold.dueAt} />],
        !!transfer.timeoutMs && ['Time allowed', duration(transfer.timeoutMs)],
        ...Object.entries(transfer.metadata ?? {}).map(([name, value]) => [name, value] as const),
      ]}
    />
  );
}
