import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { getCustody } from '../../../src/settlement/custody/contract.ts';
import { getBreak, listBreaks } from '../../../src/settlement/reconciliation/break-contract.ts';
import { listStatements, uploadStatement } from '../../../src/settlement/reconciliation/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { BreakWork, type BreakDetail } from '../parts/break-work.tsx';
import { ReturnState } from '../parts/return-break.tsx';
import { wordChoices, Choose } from '../parts/choices.tsx';
import { Pager, useFilters } from '../parts/filters.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { count, day } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Break = WireOutput<typeof listBreaks>['items'][number];
type Statement = WireOutput<typeof listStatements>['items'][number];

const columns: readonly Column<Break>[] = [
  {
    head: 'Age',
    cell: (row) => (
      <span className={`num ${row.state === 'open' && row.ageDays >= 3 ? 'font-medium text-bad' : 'text-ink-2'}`}>
        {row.ageDays === 0 ? 'today' : `${row.ageDays} d`}
      </span>
    ),
  },
  {
    head: 'What is not explained',
    grow: true,
    cell: (row) => (
      <>
        <span className="line-clamp-2">{row.explanation}</span>
        {row.assignee !== undefined && <span className="block truncate text-xs text-ink-3">with {row.assignee}</span>}
        <span className="block sm:hidden">
          <Money asset={row.asset} units={row.units} signed />
        </span>
      </>
    ),
  },
  { head: 'Amount', from: 'sm', end: true, cell: (row) => <Money asset={row.asset} units={row.units} signed /> },
];

/** The desk: breaks on the left, the one that is worked on the right; j and k go through them. */
export function ReconciliationPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const state = search.state === 'resolved' ? 'resolved' : 'open';
  const asked = useOperation(listBreaks, { state, after: search.after }, { keep: true, everyMs: 30_000 });
  const items = asked.data?.items;
  const chosen = search.break;
  return (
    <>
      <PageHead title="Reconciliation" name="Reconciliation" lead="What custodians say, against the ledger, to the cent">
        {allowed(uploadStatement) && <Upload />}
      </PageHead>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
        <div className={`space-y-4 ${chosen ? 'max-xl:hidden' : ''}`}>
          <Card
            title={state === 'open' ? 'Breaks' : 'Resolved breaks'}
            aside={<Choose name="state" label="State" all="Open" choices={wordChoices(['resolved'])} />}
          >
            <Table
              label="Breaks"
              columns={columns}
              rows={items}
              keyOf={(row) => row.id}
              to={(row) => ({ to: '/reconciliation', search: { ...search, break: row.id }, resetScroll: false })}
              problem={asked.error}
              retry={() => void asked.refetch()}
              stale={asked.isPlaceholderData}
              empty={
                state === 'open'
                  ? {
                      icon: 'check',
                      title: 'Everything is explained',
                      children: 'What a statement tells and nothing explains comes here, never aside.',
                    }
                  : { icon: 'check', title: 'None yet' }
              }
              skeletons={5}
            />
            <Pager rows={items?.length} next={asked.data?.next} noun="breaks" />
          </Card>
          <Statements />
        </div>
        {/* Stays in sight beside a long list; the room around it is for the rings of what has the focus. */}
        <div
          className={`xl:sticky xl:top-16 xl:-m-1 xl:max-h-[calc(100dvh-4.5rem)] xl:overflow-y-auto xl:p-1 ${chosen ? '' : 'max-xl:hidden'}`}
        >
          {chosen ? <Chosen key={chosen} id={chosen} next={nextOf(items, chosen)} /> : <NoneChosen />}
        </div>
      </div>
    </>
  );
}

/** The break behind the chosen one, to go on with when it is resolved. */
function nextOf(items: readonly Break[] | undefined, id: string): string | undefined {
  const at = items?.findIndex((row) => row.id === id) ?? -1;
  return items?.[at + 1]?.id ?? items?.[at - 1]?.id;
}

function NoneChosen() {
  return (
    <div className="card">
      <Empty icon="keyboard" title="Choose a break">
        <kbd>j</kbd> and <kbd>k</kbd> go through the list, Enter opens. Then <kbd>t</kbd> takes it, <kbd>l</kbd> links what fits,{' '}
        <kbd>c</kbd> notes.
      </Empty>
    </div>
  );
}

function Chosen({ id, next }: { id: string; next: string | undefined }) {
  const [search] = useFilters();
  const asked = useOperation(getBreak, { id });
  const top = useRef<HTMLDivElement>(null);
  // Where it takes the place of the list, somebody who came from far down the list would see its end.
  useEffect(() => {
    if (top.current && top.current.getBoundingClientRect().top < 0) top.current.scrollIntoView();
  }, []);
  const back = (
    <Link to="/reconciliation" search={{ ...search, break: undefined }} className={buttonClass('quiet', 'mb-2 xl:hidden')}>
      <Icon name="back" size={14} /> All breaks
    </Link>
  );
  return (
    <div ref={top} className="scroll-mt-20">
      {back}
      {asked.data ? (
        <Detail one={asked.data} next={next} />
      ) : asked.error ? (
        <div className="card">
          <Failure problem={asked.error} retry={() => void asked.refetch()} />
        </div>
      ) : (
        <Skeleton className="h-96 rounded-xl" />
      )}
    </div>
  );
}

function Detail({ one, next }: { one: BreakDetail; next: string | undefined }) {
  const custody = useOperation(getCustody, {}, { staleMs: 60_000 });
  const account = custody.data?.items.find(({ id }) => id === one.custodyAccountId);
  return (
    <div className="space-y-4">
      <section aria-label="Break" className="card px-5 py-4">
        <div className="flex flex-wrap items-baseline justify-between gap-3">
          <p className="text-2xl font-semibold tracking-tight">
            <Money asset={one.asset} units={one.units} signed />
          </p>
          <State of={one.state} />
        </div>
        <p className="mt-1 text-sm">{one.explanation}</p>
        {one.resolution && <p className="mt-1 text-sm text-good">{one.resolution}</p>}
        <div className="mt-4">
          <Facts
            items={[
              !!account && ['Account', account.name],
              ['Booked', day(one.day)],
              ['Opened', <Time key="o" at={one.openedAt} />],
              ['With', one.assignee ?? 'nobody'],
              ['Kind', one.kind === 'missing' ? 'not on any statement' : 'said by the custodian'],
              one.entry?.counterparty !== undefined && ['Counterparty', one.entry.counterparty],
              one.entry?.sender?.number !== undefined && [
                'From',
                [one.entry.sender.number, one.entry.sender.agentBic].filter(Boolean).join(' at '),
              ],
              // Of a gap between statements the explanation is all that there is.
              one.entry?.remittance !== undefined && one.entry.remittance !== one.explanation && ['Text', one.entry.remittance],
              one.instructionId !== undefined && ['Return', <ReturnState key="i" id={one.instructionId} />],
              one.entry !== undefined &&
                one.entry.refs.length > 0 && [
                  'References',
                  <span key="r" className="ident break-all">
                    {one.entry.refs.join(' · ')}
                  </span>,
                ],
            ]}
          />
        </div>
      </section>
      <BreakWork key={one.id} one={one} next={next} />
      {one.notes.length > 0 && (
        <Card title="Notes">
          <ul className="px-4 pb-2">
            {one.notes.map((note) => (
              <li key={`${note.at}${note.text}`} className="border-t border-line py-2 text-sm first:border-0">
                <p>{note.text}</p>
                <p className="text-xs text-ink-3">
                  {note.by}, <Time at={note.at} />
                </p>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

const statementColumns: readonly Column<Statement>[] = [
  { head: 'Day', cell: (row) => <span className="num">{day(row.day)}</span> },
  { head: 'Statement', grow: true, from: 'sm', cell: (row) => <span className="ident block truncate">{row.statementId}</span> },
  { head: 'Entries', from: 'md', end: true, cell: (row) => <span className="num text-ink-2">{count(row.entries)}</span> },
  {
    head: 'Closing',
    end: true,
    cell: (row) =>
      row.closing === undefined ? (
        <Badge>{row.kind === 'statement' ? 'pages missing' : `${codeOf(row.asset)} ${row.kind}`}</Badge>
      ) : (
        <Money asset={row.asset} units={row.closing} />
      ),
  },
];

function Statements() {
  const asked = useOperation(listStatements, { limit: '10' });
  return (
    <Card title="Statements" aside="the latest 10">
      <Table
        label="Statements of custodians"
        columns={statementColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'upload', title: 'No statement yet', children: 'They come by file rails and messages, or are uploaded.' }}
        skeletons={3}
      />
    </Card>
  );
}

function Upload() {
  const [open, setOpen] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const upload = useCommand(uploadStatement, ({ items }) => {
    setOpen(false);
    const fresh = items.reduce((sum, one) => sum + one.fresh, 0);
    toast(fresh === 0 ? 'Nothing in it is new' : `${count(fresh)} entries taken`);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const file = new FormData(event.currentTarget).get('file');
    if (file instanceof File) upload.mutate({ document: file });
  }
  return (
    <>
      <Button icon="upload" onClick={() => setOpen(true)}>
        Upload a statement
      </Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title="Upload a statement"
        lead="camt.052, camt.053 or camt.054 of a custodian. It is taken whole or not at all."
      >
        <form ref={form} onSubmit={submit} className="mt-2 space-y-4">
          <TextField label="File" name="file" type="file" required accept=".xml,application/xml,text/xml" />
          <ProblemNote problem={upload.error} />
          <FormButtons close={() => setOpen(false)} act="Take it" busy={upload.isPending} />
        </form>
      </Modal>
    </>
  );
}
