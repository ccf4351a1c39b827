import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import { getObligation } from '../../../src/settlement/obligation/contract.ts';
import { useOperation } from '../api/queries.ts';
import { ObligationActs } from '../parts/obligation-acts.tsx';
import { State } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { day } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, Facts } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Detail = WireOutput<typeof getObligation>;
type SetOff = Detail['setOffs'][number] & { asset: string };

/** One obligation beside the list: who owes whom, who has agreed, what rounds have cleared, and what can be done. */
export function ObligationDrawer() {
  const { id } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = useOperation(getObligation, { id: id! });
  const obligation = asked.data;
  return (
    <Drawer open onClose={() => void navigate({ to: '/set-off', search: true })} title="Obligation" lead={obligation?.reference}>
      {obligation ? (
        <Body obligation={obligation} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Skeleton className="h-48 rounded-xl" />
      )}
    </Drawer>
  );
}

function Body({ obligation }: { obligation: Detail }) {
  const { asset, debtor, creditor, units, openUnits } = obligation;
  return (
    <div className="space-y-4">
      <div className="card px-5 py-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-2xl font-semibold tracking-tight">
            <Money asset={asset} units={openUnits} />
          </p>
          <State of={obligation.state} />
        </div>
        <p className="mt-1 text-sm text-ink-2">
          {openUnits === units ? (
            'open'
          ) : (
            <>
              open of <Money asset={asset} units={units} />
            </>
          )}
        </p>
        <p className="mt-3 flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">{debtor.name}</span>
          <Icon name="arrow" size={14} className="text-ink-3" />
          <span className="sr-only">owes</span>
          <span className="font-medium">{creditor.name}</span>
        </p>
      </div>
      <ObligationActs obligation={obligation} />
      <Card title="About">
        <div className="px-4 pb-4">
          <Facts
            items={[
              ['Reference', obligation.reference],
              ['Due', obligation.dueDay ? day(obligation.dueDay) : 'no day'],
              ['Debtor', `${debtor.name}, ${debtor.bic}`],
              ['Creditor', `${creditor.name}, ${creditor.bic}`],
              ['Brought in by', obligation.submittedAs ? capacityWords(obligation.submittedAs) : 'not recorded'],
              ['Brought in', <Time key="in" at={obligation.submittedAt} />],
              ['The debtor', wordOf(obligation.debtorAgrees)],
              ['The creditor', wordOf(obligation.creditorAgrees)],
              !!obligation.withdrawnAs && ['Withdrawn by', capacityWords(obligation.withdrawnAs)],
              !!obligation.reason && ['Reason', obligation.reason],
              ['Number', <Copyable key="id" text={obligation.id} />],
            ]}
          />
        </div>
      </Card>
      <DoneActs acts={obligation.acts} />
      <SetOffs obligation={obligation} />
    </div>
  );
}

type DoneAct = Detail['acts'][number];

const ACT_WORDS = { submit: 'Brought in', confirm: 'Confirmed', dispute: 'Disputed', withdraw: 'Withdrawn' } as const;
const capacityWords = (as: DoneAct['as']): string => `the ${as}`;
const wordOf = (agrees: boolean | undefined): string => (agrees === undefined ? 'has not answered' : agrees ? 'agrees' : 'disputes it');

/** Who did what, first to last. */
function DoneActs({ acts }: { acts: readonly DoneAct[] }) {
  if (acts.length === 0) return null;
  return (
    <Card title="Acts">
      <ol className="space-y-2 px-4 pb-4 text-sm">
        {acts.map(({ act, as, by, reason, at }) => (
          <li key={`${at} ${act} ${as}`} className="flex flex-wrap items-baseline gap-x-2">
            <Time at={at} />
            <span>
              {ACT_WORDS[act]} by {capacityWords(as)}
              {by && <span className="text-ink-2">, {by}</span>}
              {reason && <span className="text-ink-2">: {reason}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

const columns: readonly Column<SetOff>[] = [
  {
    head: 'Round',
    cell: (row) => (
      <Link to="/set-off/rounds/$id" params={{ id: row.roundId }} className="num rounded font-medium text-accent hover:underline">
        #{row.number}
      </Link>
    ),
  },
  { head: 'When', from: 'sm', grow: true, cell: (row) => <Time at={row.ranAt} /> },
  { head: 'Cleared', end: true, cell: (row) => <Money asset={row.asset} units={row.cleared} /> },
  { head: 'Left', end: true, cell: (row) => <Money asset={row.asset} units={row.left} bare /> },
];

function SetOffs({ obligation: { asset, setOffs } }: { obligation: Detail }) {
  if (setOffs.length === 0) return null;
  const rows = setOffs.map((one) => ({ ...one, asset }));
  return (
    <Card title="Set off">
      <Table label="Rounds that cleared something of it" columns={columns} rows={rows} keyOf={(row) => row.roundId} empty={{ title: '' }} />
    </Card>
  );
}
