import { Link, Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { submitIso20022 } from '../../../src/settlement/payment/contract.ts';
import { getMailbox, listMessages, listOutgoing, setMailbox } from '../../../src/settlement/message/contract.ts';
import { listRecalls } from '../../../src/settlement/return/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { Choose, ChooseParticipant, wordChoices } from '../parts/choices.tsx';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Incoming = WireOutput<typeof listMessages>['items'][number];
type Outgoing = WireOutput<typeof listOutgoing>['items'][number];

/** What the kinds are called by people. */
export const KINDS: Readonly<Record<string, string>> = {
  'pain.001': 'Customer initiation',
  'pacs.008': 'Customer payment',
  'pacs.009': 'Bank payment',
  'pacs.004': 'Return',
  'pacs.002': 'Status report',
  'pacs.028': 'Status request',
  'pacs.029': 'Settlement request',
  'camt.056': 'Recall',
  'camt.029': 'Answer to a recall',
  'camt.052': 'Report',
  'camt.053': 'Statement',
  'camt.054': 'Notification',
  'camt.060': 'Report request',
};

/** A message's kind by its name and its number. */
export function Kind({ of }: { of: string }) {
  return (
    <span className="block min-w-0">
      <span className="block truncate font-medium">{KINDS[of.slice(0, 8)] ?? of}</span>
      <span className="ident block truncate">{of}</span>
    </span>
  );
}

/** What became of a message. */
export function OutcomeBadge({ of }: { of: Incoming['outcome'] }) {
  if (of === undefined) return <Badge tone="plain">under way</Badge>;
  return <Badge tone={({ accepted: 'good', partly: 'warn', refused: 'bad' } as const)[of]}>{of === 'partly' ? 'taken in part' : of}</Badge>;
}

const size = (bytes: number) =>
  bytes < 1_000 ? `${bytes} B` : bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

const incoming: readonly Column<Incoming>[] = [
  { head: 'Kind', cell: (row) => <Kind of={row.kind} /> },
  {
    head: 'Message id',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="ident block truncate">{row.messageId}</span>
        <span className="block truncate text-xs text-ink-3">{row.sender}</span>
      </span>
    ),
  },
  { head: 'Received', from: 'sm', cell: (row) => <Time at={row.receivedAt} /> },
  { head: 'Transactions', from: 'md', end: true, cell: (row) => <span className="num text-ink-2">{count(row.transactions)}</span> },
  { head: 'Size', from: 'lg', end: true, cell: (row) => <span className="num text-ink-2">{size(row.length)}</span> },
  { head: 'Outcome', cell: (row) => <OutcomeBadge of={row.outcome} /> },
];

type Recall = WireOutput<typeof listRecalls>['items'][number];

const recalls: readonly Column<Recall>[] = [
  {
    head: 'Payment',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="ident block truncate">{row.endToEndId}</span>
        <span className="block truncate text-xs text-ink-3">
          {row.requester} asks {row.responder}
        </span>
      </span>
    ),
  },
  {
    head: 'Reason',
    from: 'md',
    cell: (row) => (
      <span className="font-mono text-xs" title={row.reason.text}>
        {row.reason.code}
      </span>
    ),
  },
  { head: 'Asked', from: 'lg', cell: (row) => <Time at={row.askedAt} /> },
  {
    head: 'Answer by',
    from: 'sm',
    cell: (row) => (
      <span className={`num ${row.isOverdue ? 'font-medium text-bad' : row.state === 'pending' ? '' : 'text-ink-3'}`}>
        {row.dueOn}
        {row.isOverdue && ' (overdue)'}
      </span>
    ),
  },
  { head: 'State', cell: (row) => <Badge tone={RECALL_TONES[row.state]}>{row.state}</Badge> },
  { head: 'Amount', end: true, cell: (row) => <Money asset={row.asset} units={row.units} /> },
];

const RECALL_TONES = { pending: 'warn', accepted: 'accent', refused: 'bad', returned: 'good' } as const;

const outgoing: readonly Column<Outgoing>[] = [
  { head: 'No.', end: true, cell: (row) => <span className="num text-ink-2">{row.seq}</span> },
  { head: 'Kind', cell: (row) => <Kind of={row.kind} /> },
  { head: 'About', from: 'md', grow: true, cell: (row) => <span className="ident block truncate">{row.subject}</span> },
  { head: 'Made', from: 'sm', cell: (row) => <Time at={row.madeAt} /> },
  { head: 'Size', from: 'lg', end: true, cell: (row) => <span className="num text-ink-2">{size(row.length)}</span> },
  { head: 'Fetched', cell: (row) => (row.fetched ? <Badge tone="good">fetched</Badge> : <Badge tone="accent">waits</Badge>) },
];

/** Messages that came in and those that wait for banks. */
export function MessagesPage() {
  const [search, set] = useFilters();
  const allowed = useAllowed();
  const box = search.box === 'out' || search.box === 'recalls' ? search.box : 'in';
  const tabs = [
    ['in', 'Received'],
    ['out', 'For banks to fetch'],
    ['recalls', 'Recalls'],
  ] as const;
  return (
    <>
      <PageHead title="Messages" name="Messages" lead="ISO 20022 messages as they came, what was answered, and what banks are sent">
        {allowed(submitIso20022) && (
          <Link to="/payments/file" search={true} className={buttonClass()}>
            <Icon name="upload" size={15} /> Send a message
          </Link>
        )}
      </PageHead>
      <Tabs
        label="Direction"
        tabs={tabs}
        at={box}
        onPick={(name) =>
          set({ box: name === 'in' ? undefined : name, kind: undefined, outcome: undefined, query: undefined, state: undefined })
        }
      />
      {box === 'in' ? <Received /> : box === 'out' ? <ForBanks /> : <Recalls />}
      <Outlet />
    </>
  );
}

const FILTERS = ['kind', 'outcome', 'participantId', 'query'] as const;
const IN = [
  'pain.001',
  'pacs.008',
  'pacs.009',
  'pacs.004',
  'pacs.028',
  'camt.056',
  'camt.029',
  'camt.052',
  'camt.053',
  'camt.054',
  'camt.060',
];
const kindChoices = (kinds: readonly string[]) => kinds.map((value) => ({ value, text: `${KINDS[value]} (${value})` }));

function Received() {
  const [search] = useFilters();
  const isMember = useLogin().user.memberId !== undefined;
  const { page: _page, box: _box, ...input } = search;
  const asked = useOperation(listMessages, input as WireInput<typeof listMessages>, { keep: true });
  return (
    <div className="card">
      <div className="flex flex-wrap gap-2 px-4 py-3">
        <SearchBox label="Message id" />
        <Choose name="kind" label="Kind" all="All kinds" choices={kindChoices(IN)} wide />
        <Choose name="outcome" label="Outcome" all="Any outcome" choices={wordChoices(['accepted', 'partly', 'refused'])} />
        {!isMember && <ChooseParticipant name="participantId" />}
        <ClearFilters names={FILTERS} />
      </div>
      <Table
        label="Messages received"
        columns={incoming}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/messages/$id', params: { id: row.id }, search: true })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{
          icon: 'messages',
          title: 'No messages',
          children: FILTERS.some((name) => search[name]) ? 'No message fits these filters.' : 'What banks send will appear here.',
        }}
      />
      <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="messages" />
    </div>
  );
}

function Recalls() {
  const [search] = useFilters();
  const input = { ...(search.state && { state: search.state }), ...(search.after && { after: search.after }) };
  const asked = useOperation(listRecalls, input as WireInput<typeof listRecalls>, { keep: true });
  return (
    <div className="card">
      <div className="flex flex-wrap gap-2 px-4 py-3">
        <Choose name="state" label="State" all="Any state" choices={wordChoices(['pending', 'accepted', 'refused', 'returned'])} />
      </div>
      <Table
        label="Recalls"
        columns={recalls}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/payments/$id', params: { id: row.paymentId } })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{
          icon: 'messages',
          title: 'No recalls',
          children: search.state
            ? 'No recall is in this state.'
            : 'When a bank asks for money back, its request and the day for an answer appear here.',
        }}
      />
      <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="recalls" />
    </div>
  );
}

function ForBanks() {
  const [search] = useFilters();
  const login = useLogin();
  const isMember = login.user.memberId !== undefined;
  const whose = search.participantId ? { participantId: search.participantId } : {};
  const after = search.after ?? '0';
  const kind = search.kind ? { kind: search.kind } : {};
  const asked = useOperation(listOutgoing, { ...whose, ...kind, after, limit: '100' }, { keep: true });
  const items = asked.data?.items;
  const last = items?.at(-1)?.seq;
  const next = items && items.length === 100 && last !== asked.data?.lastSeq ? last : undefined;
  const kinds =
    isMember || search.participantId
      ? ['pacs.002', 'pacs.004', 'pacs.008', 'pacs.009', 'camt.029', 'camt.053', 'camt.054', 'camt.056']
      : ['pacs.029'];
  return (
    <div className="card">
      <div className="flex flex-wrap gap-2 px-4 py-3">
        {!isMember && <ChooseParticipant name="participantId" all="The operator" />}
        <Choose name="kind" label="Kind" all="All kinds" choices={kindChoices(kinds)} wide />
        <span className="flex-1" />
        <Subscription participantId={search.participantId} kinds={kinds.filter((name) => name !== 'camt.029' && name !== 'camt.056')} />
      </div>
      <Table
        label="Messages for banks"
        columns={outgoing}
        rows={items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/messages/out/$id', params: { id: row.id }, search: true })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{
          icon: 'messages',
          title: 'Nothing in this box',
          children:
            isMember || search.participantId
              ? 'Messages are made of what settles after they were asked for.'
              : 'Choose a participant to look into its box.',
        }}
      />
      <Pager rows={items?.length} next={next} noun="messages" />
    </div>
  );
}

/** What the box is sent, and a way to change it. */
function Subscription({ participantId, kinds }: { participantId: string | undefined; kinds: readonly string[] }) {
  const [open, setOpen] = useState(false);
  const allowed = useAllowed();
  const whose = participantId ? { participantId } : {};
  const asked = useOperation(getMailbox, whose);
  const save = useCommand(setMailbox, () => {
    setOpen(false);
    toast('Saved');
  });
  if (!allowed(setMailbox)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>What is sent{asked.data ? ` (${asked.data.kinds.length})` : ''}</Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title="What is sent"
        lead="From what happens from now on. Recalls and their answers are always sent to banks."
      >
        <form
          className="mt-2 space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const chosen = new FormData(event.currentTarget).getAll('kind').map(String);
            save.mutate({ ...whose, kinds: chosen as WireInput<typeof setMailbox>['kinds'] });
          }}
        >
          <fieldset className="space-y-2">
            <legend className="sr-only">Kinds</legend>
            {kinds.map((kind) => (
              <label key={kind} className="flex items-center gap-2.5 text-sm">
                <input
                  type="checkbox"
                  name="kind"
                  value={kind}
                  defaultChecked={asked.data?.kinds.includes(kind)}
                  className="size-4 accent-accent"
                />
                {KINDS[kind]} <span className="ident">{kind}</span>
              </label>
            ))}
          </fieldset>
          <ProblemNote problem={save.error} />
          <FormButtons close={() => setOpen(false)} act="Save" busy={save.isPending} />
        </form>
      </Modal>
    </>
  );
}
