import { Link, useParams } from '@tanstack/react-router';
import { listAccounts } from '../../../src/ledger/contract.ts';
import {
  defundParticipant,
  fundParticipant,
  getParticipant,
  getStatement,
  setParticipantMessaging,
  setParticipantState,
} from '../../../src/settlement/participant/contract.ts';
import { proposePayoutAccount } from '../../../src/settlement/custody/contract.ts';
import { listPayments } from '../../../src/settlement/payment/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { FundButton } from '../parts/funding.tsx';
import { MessagingButton } from '../parts/messaging-form.tsx';
import { ProposePayoutAccount } from '../parts/propose.tsx';
import { StateButton } from '../parts/state-form.tsx';
import { StatementForm } from '../parts/statement-form.tsx';
import { State } from '../ui/badge.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { share } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { FailurePage, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { paymentColumns } from './payments.tsx';

type Bank = WireOutput<typeof getParticipant>;
type Account = Bank['accounts'][number];

export function ParticipantPage() {
  const { id } = useParams({ strict: false });
  const asked = useOperation(getParticipant, { id: id! });
  const bank = asked.data;
  if (asked.error && !bank) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  return (
    <>
      <PageHead
        name={bank?.name ?? 'Participant'}
        title={
          bank ? (
            <span className="flex flex-wrap items-center gap-3">
              {bank.name} <State of={bank.state} />
            </span>
          ) : (
            <Skeleton className="h-7 w-56" />
          )
        }
        lead={
          bank && (
            <span className="flex flex-wrap gap-x-4">
              <Copyable text={bank.bic} whole label="BIC" />
              <Copyable text={bank.lei} whole label="LEI" />
              {bank.messaging.usage === 'cbpr' && <span>Messages by CBPR+</span>}
              {bank.messaging.agents.length > 0 && <span>Also sent by {bank.messaging.agents.join(', ')}</span>}
            </span>
          )
        }
      >
        {bank && <Actions bank={bank} />}
      </PageHead>
      {bank ? <Body bank={bank} /> : <Skeleton className="h-80 rounded-xl" />}
    </>
  );
}

function Actions({ bank }: { bank: Bank }) {
  const allowed = useAllowed();
  return (
    <>
      {allowed(setParticipantState) && <StateButton bank={bank} />}
      {allowed(setParticipantMessaging) && <MessagingButton bank={bank} />}
      {allowed(getStatement) && <StatementForm bank={bank} />}
      {allowed(proposePayoutAccount) && <ProposePayoutAccount bank={bank} />}
      {allowed(defundParticipant) && <FundButton bank={bank} kind="defund" />}
      {allowed(fundParticipant) && <FundButton bank={bank} kind="fund" />}
    </>
  );
}

function Body({ bank }: { bank: Bank }) {
  const allowed = useAllowed();
  return (
    <div className="space-y-4">
      <Card title="Accounts">
        <Accounts accounts={bank.accounts} linked={allowed(listAccounts)} />
      </Card>
      {allowed(listPayments) && <Recent bank={bank} />}
    </div>
  );
}

const accountColumns: readonly Column<Account>[] = [
  { head: 'Currency', cell: (row) => <span className="font-medium">{row.asset.slice(0, row.asset.indexOf('/'))}</span> },
  { head: 'Free and reserved', from: 'sm', grow: true, cell: (row) => <Fill row={row} /> },
  {
    head: 'Reserved',
    end: true,
    cell: (row) => (
      <span className="text-ink-2">
        <Money asset={row.asset} units={row.reserved} bare />
      </span>
    ),
  },
  { head: 'Available', end: true, cell: (row) => <Money asset={row.asset} units={row.available} bare /> },
];

function Accounts({ accounts, linked }: { accounts: readonly Account[]; linked: boolean }) {
  return (
    <Table
      label="Accounts"
      columns={accountColumns}
      rows={accounts}
      keyOf={(row) => row.asset}
      empty={{ icon: 'accounts', title: 'No accounts' }}
      {...(linked ? { to: (row: Account) => ({ to: '/ledger/accounts/$id', params: { id: row.settlementAccountId } }) } : {})}
    />
  );
}

/** Of what the account holds, the part that is free and the part set aside. */
function Fill({ row }: { row: Account }) {
  const total = BigInt(row.available) + BigInt(row.reserved);
  const reserved = share(row.reserved, total);
  return (
    <span className="flex h-2.5 w-full gap-px overflow-hidden rounded-full bg-sunken" aria-hidden="true">
      {total > 0n && <span className="bg-net" style={{ width: `${(1 - reserved) * 100}%` }} />}
      {reserved > 0 && <span className="bg-outgoing" style={{ width: `${reserved * 100}%` }} />}
    </span>
  );
}

function Recent({ bank }: { bank: Bank }) {
  const asked = useOperation(listPayments, { participantId: bank.id, limit: '10' });
  return (
    <Card
      title="Latest payments"
      aside={
        <Link to="/payments" search={{ participantId: bank.id }} className={buttonClass('quiet', '-mr-2')}>
          All its payments
        </Link>
      }
    >
      <Table
        label="Latest payments"
        columns={paymentColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/payments/$id', params: { id: row.id }, search: {} })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'payments', title: 'No payments yet' }}
        skeletons={4}
      />
    </Card>
  );
}
