import { useMutation } from '@tanstack/react-query';
import type { WireOutput } from '../../../src/base/client.ts';
import type { Problem } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { getCustody, proposeCustodyAccount, proposeCustodyPolicy } from '../../../src/settlement/custody/contract.ts';
import { getLatestReserveProof, getReserveFile, getReserves, publishReserves } from '../../../src/settlement/custody/reserves-contract.ts';
import { listInstructions } from '../../../src/settlement/rail/contract.ts';
import { call } from '../api/session.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { download } from '../parts/download.ts';
import { HeldInstructions } from '../parts/held-instructions.tsx';
import { Income } from '../parts/income.tsx';
import { Proposals } from '../parts/proposals.tsx';
import { ProposeCustodyAccount, ProposeFundingPolicy } from '../parts/propose.tsx';
import { Rails } from '../parts/rails.tsx';
import { ReserveBars } from '../parts/reserve-bars.tsx';
import { WriteOffLimits } from '../parts/write-off-limits.tsx';
import { Badge, State, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { count } from '../ui/format.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Instruction = WireOutput<typeof listInstructions>['items'][number];
type CustodyAccount = WireOutput<typeof getCustody>['items'][number];

/** Money in custody against tokens: as a picture for the operator, as a proof for everyone. */
export function CustodyPage() {
  const { memberId } = useLogin().user;
  const allowed = useAllowed();
  const isOperator = memberId === undefined;
  const publish = useCommand(publishReserves, (proof) => toast(`Proof of reserves ${proof.number} is published`));
  return (
    <>
      <PageHead title="Custody" name="Custody" lead="Every token stands against money at a custodian bank, one to one">
        {isOperator && allowed(proposeCustodyPolicy) && <ProposeFundingPolicy />}
        {isOperator && allowed(proposeCustodyAccount) && <ProposeCustodyAccount />}
        {isOperator && allowed(publishReserves) && (
          <Button icon="check" busy={publish.isPending} onClick={() => publish.mutate({})}>
            Publish proof of reserves
          </Button>
        )}
      </PageHead>
      <div className="space-y-4">
        <ProblemNote problem={publish.error} />
        {isOperator && <HeldInstructions />}
        {isOperator && <Currencies />}
        <div className="grid items-start gap-4 xl:grid-cols-2">
          {isOperator && <Proposals />}
          <Published />
        </div>
        {isOperator && <Income />}
        <Instructions />
        {isOperator && <Accounts />}
        {isOperator && <WriteOffLimits />}
        {isOperator && <Rails />}
      </div>
    </>
  );
}

function Currencies() {
  const asked = useOperation(getReserves, {}, { everyMs: 30_000 });
  if (asked.error && !asked.data) {
    return (
      <div className="card">
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      </div>
    );
  }
  if (!asked.data) return <Skeleton className="h-64 rounded-xl" />;
  if (asked.data.items.length === 0) {
    return (
      <div className="card">
        <Empty icon="lock" title="Nothing in custody">
          Custody begins with the first participant.
        </Empty>
      </div>
    );
  }
  return (
    <div className="grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
      {asked.data.items.map((reserves) => (
        <ReserveBars key={reserves.asset} reserves={reserves} />
      ))}
    </div>
  );
}

function Published() {
  const asked = useOperation(getLatestReserveProof, {});
  const proof = asked.data;
  const fetching = useMutation<string, Problem>({
    mutationFn: () => call(getReserveFile, { id: proof!.id }),
    onSuccess: (text) => download(`reserves-${proof!.number}.json`, text, 'application/json'),
  });
  return (
    <Card title="Published proof of reserves" aside={proof && `№ ${proof.number}`}>
      {proof ? (
        <div className="space-y-4 px-4 pb-4">
          <Facts
            items={[
              ['Published', <Time key="t" at={proof.publishedAt} />],
              ['Currencies', count(proof.currencies.length)],
              ['Hash', <Copyable key="h" text={proof.hash} label="hash" />],
              ['Leaves', count(proof.currencies.reduce((sum, { leaves }) => sum + leaves, 0))],
            ]}
          />
          <p className="text-sm text-ink-2">
            <code className="ident">rialto settlement verify-reserves</code> checks the file without this installation, and for a bank that
            its own balances are in it.
          </p>
          <Button icon="download" busy={fetching.isPending} onClick={() => fetching.mutate()}>
            Download the file
          </Button>
          <ProblemNote problem={fetching.error} />
        </div>
      ) : asked.error?.status === 404 ? (
        <Empty icon="lock" title="Not published yet">
          It is published each night, and whenever the operator asks for it.
        </Empty>
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <div className="p-4">
          <Skeleton className="h-24 rounded-lg" />
        </div>
      )}
    </Card>
  );
}

const TONES: Record<Instruction['state'], Tone> = {
  waiting: 'accent',
  held: 'warn',
  sending: 'accent',
  unknown: 'warn',
  accepted: 'good',
  refused: 'bad',
  confirmed: 'good',
  cancelled: 'plain',
};

const instructionColumns: readonly Column<Instruction>[] = [
  { head: 'Asked for', from: 'md', cell: (row) => <Time at={row.requestedAt} /> },
  {
    head: 'Reference',
    grow: true,
    cell: (row) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate font-medium">{row.reference}</span>
        {row.kind !== 'payout' && <Badge>{row.kind}</Badge>}
      </span>
    ),
  },
  { head: 'To', from: 'sm', cell: (row) => <span className="text-ink-2">{row.creditor.name}</span> },
  { head: 'Rail', from: 'lg', cell: (row) => <span className="ident">{row.railId}</span> },
  { head: 'Why', from: 'xl', cell: (row) => <span className="text-xs text-ink-3">{row.reason ?? ''}</span> },
  { head: 'State', cell: (row) => <Badge tone={TONES[row.state]}>{row.state === 'unknown' ? 'awaiting answer' : row.state}</Badge> },
  { head: 'Amount', end: true, cell: (row) => <Money asset={row.asset} units={row.units} /> },
];

function Instructions() {
  const asked = useOperation(listInstructions, { limit: '20' }, { everyMs: 15_000 });
  return (
    <Card title="Payouts, sweeps and returns" aside="the latest 20">
      <Table
        label="Instructions to rails"
        columns={instructionColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{
          icon: 'exit',
          title: 'Nothing has been paid out',
          children: 'Payouts hold the money, are sent by a rail, and end the tokens when it has paid.',
        }}
        skeletons={3}
      />
    </Card>
  );
}

const accountColumns: readonly Column<CustodyAccount>[] = [
  { head: 'Account', grow: true, cell: (row) => <span className="block truncate font-medium">{row.name}</span> },
  { head: 'Number', from: 'sm', cell: (row) => <span className="ident">{row.number}</span> },
  { head: 'Bank', from: 'md', cell: (row) => <span className="ident">{row.servicerBic}</span> },
  { head: 'Since', from: 'lg', cell: (row) => <Time at={row.openedAt} show="day" /> },
  { head: 'Currency', end: true, cell: (row) => codeOf(row.asset) },
];

function Accounts() {
  const asked = useOperation(getCustody, {});
  return (
    <Card title="Custody accounts" aside={asked.data && <FundingPolicy of={asked.data.directFunding} />}>
      <Table
        label="Custody accounts"
        columns={accountColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{
          icon: 'lock',
          title: 'No account at a bank is connected',
          children: 'Until one is, participants are funded by hand, and nothing is held against statements.',
        }}
        skeletons={2}
      />
    </Card>
  );
}

function FundingPolicy({ of }: { of: WireOutput<typeof getCustody>['directFunding'] }) {
  const text = { until_connected: 'until connected', allowed: 'allowed', denied: 'denied' }[of];
  return (
    <span className="flex items-center gap-2">
      Funding by one person <State of={text} />
    </span>
  );
}
