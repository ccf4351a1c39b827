import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import {
  getWebhookMessage,
  listWebhookMessages,
  listWebhooks,
  pingWebhook,
  replayWebhook,
  updateWebhook,
} from '../../../src/settlement/notification/webhook-contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Pager, useFilters } from '../parts/filters.tsx';
import { DeleteWebhook, EditWebhook, hostOf, RotateSecret, SecretShown, type Webhook, type Webhooks } from '../parts/webhook-forms.tsx';
import { Replay } from '../parts/replay.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer, Modal } from '../ui/dialog.tsx';
import { Select } from '../ui/field.tsx';
import { count, duration } from '../ui/format.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Empty, Failure, FailurePage, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { Condition, heard } from './notifications.tsx';

type Message = WireOutput<typeof listWebhookMessages>['items'][number];
type Attempt = WireOutput<typeof getWebhookMessage>['attempts'][number];

/** How often what is under way is looked at. */
const LOOK_MS = 4_000;

const MESSAGE_STATES = {
  delivered: <Badge tone="good">delivered</Badge>,
  pending: <Badge tone="accent">waiting</Badge>,
  dead: <Badge tone="bad">given up</Badge>,
};

/** What the target said: its status, or why there was none. */
function Said({ status, error }: { status?: number | undefined; error?: string | undefined }) {
  if (status !== undefined) return <Badge tone={status < 300 ? 'good' : 'bad'}>{status}</Badge>;
  return error ? <span className="text-bad">{error}</span> : <span className="text-ink-3">not tried yet</span>;
}

const columns: readonly Column<Message>[] = [
  {
    head: 'Event',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate font-medium">{row.type.replace(/^settlement\./, '').replaceAll('_', ' ')}</span>
        <span className="ident block truncate">{row.subject || row.id}</span>
      </span>
    ),
  },
  {
    head: '№',
    from: 'md',
    end: true,
    cell: (row) => <span className="num text-ink-2">{row.seq === undefined ? '–' : count(row.seq)}</span>,
  },
  { head: 'Happened', from: 'sm', cell: (row) => <Time at={row.at} /> },
  { head: 'Answer', from: 'lg', cell: (row) => <Said status={row.status} error={row.error} /> },
  { head: 'Tries', from: 'sm', end: true, cell: (row) => <span className="num text-ink-2">{count(row.attempts)}</span> },
  { head: 'State', cell: (row) => MESSAGE_STATES[row.state] },
];

export function WebhookPage() {
  const { id } = useParams({ strict: false });
  const asked = useOperation(listWebhooks, {}, { everyMs: LOOK_MS });
  const webhook = asked.data?.items.find((one) => one.id === id);
  if (webhook) return <Body webhook={webhook} known={asked.data!.eventTypes} />;
  if (asked.error) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Skeleton className="h-72 rounded-xl" />;
  return (
    <div className="card">
      <PageHead title="" name="Webhook" />
      <Empty icon="bell" title="There is no such webhook">
        It may have been deleted.
      </Empty>
    </div>
  );
}

function Body({ webhook, known }: { webhook: Webhook; known: Webhooks['eventTypes'] }) {
  return (
    <>
      <PageHead title={hostOf(webhook.url)} name={hostOf(webhook.url)} lead={webhook.description || heard(webhook.types)}>
        <Actions webhook={webhook} known={known} />
      </PageHead>
      <div className="space-y-4">
        <Card>
          <div className="px-4 py-4">
            <Facts
              items={[
                ['State', <StateLine key="state" webhook={webhook} />],
                [
                  'Address',
                  <span key="url" className="font-mono text-xs break-all">
                    {webhook.url}
                  </span>,
                ],
                [
                  'Hears',
                  webhook.types.includes('*') ? 'All events' : webhook.types.map((type) => type.replace(/^settlement\./, '')).join(', '),
                ],
                [
                  'Made',
                  <span key="made">
                    <Time at={webhook.createdAt} /> by {webhook.createdBy}
                  </span>,
                ],
                !!webhook.previousSecretUntil && ['Old secret signs until', <Time key="until" at={webhook.previousSecretUntil} />],
              ]}
            />
          </div>
        </Card>
        <Messages webhook={webhook} />
      </div>
    </>
  );
}

function StateLine({ webhook }: { webhook: Webhook }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Condition webhook={webhook} />
      <span className="text-xs text-ink-2">
        {webhook.state === 'disabled'
          ? webhook.reason
          : webhook.failingSince && (
              <>
                no success since <Time at={webhook.failingSince} />
              </>
            )}
      </span>
    </span>
  );
}

type Open = 'edit' | 'rotate' | 'replay' | 'delete' | { secret: string } | undefined;

function Actions({ webhook, known }: { webhook: Webhook; known: Webhooks['eventTypes'] }) {
  const allowed = useAllowed();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const ping = useCommand(pingWebhook, (message) => {
    toast('A test is on its way');
    void navigate({ to: '.', search: { message: message.id } });
  });
  const update = useCommand(updateWebhook);
  if (!allowed(updateWebhook)) return null;
  const isActive = webhook.state === 'active';
  return (
    <>
      {isActive && (
        <Button tone="primary" busy={ping.isPending} onClick={() => ping.mutate({ id: webhook.id })}>
          Send a test
        </Button>
      )}
      {isActive && <Button onClick={() => setOpen('replay')}>Replay</Button>}
      <Button
        tone={isActive ? 'plain' : 'primary'}
        busy={update.isPending}
        onClick={() => update.mutate({ id: webhook.id, state: isActive ? 'paused' : 'active' })}
      >
        {isActive ? 'Pause' : 'Make active'}
      </Button>
      <Button onClick={() => setOpen('rotate')}>New secret</Button>
      <Button onClick={() => setOpen('edit')}>Edit</Button>
      <Button tone="quiet" onClick={() => setOpen('delete')}>
        Delete
      </Button>
      <Modal open={open === 'edit'} onClose={close} title={`Edit ${hostOf(webhook.url)}`} wide>
        <EditWebhook webhook={webhook} known={known} onDone={close} />
      </Modal>
      {open === 'rotate' && <RotateSecret webhook={webhook} onShow={(secret) => setOpen({ secret })} onCancel={close} />}
      {open === 'replay' && <Replay webhook={webhook} onDone={close} />}
      {open === 'delete' && <DeleteWebhook webhook={webhook} onDone={() => void navigate({ to: '/notifications' })} onCancel={close} />}
      {typeof open === 'object' && <SecretShown secret={open.secret} onClose={close} />}
    </>
  );
}

function Messages({ webhook }: { webhook: Webhook }) {
  const [search, set] = useFilters();
  const { state, after, message } = search;
  const asked = useOperation(listWebhookMessages, { id: webhook.id, state: state as Message['state'] | undefined, after } as never, {
    keep: true,
    everyMs: LOOK_MS,
  });
  const rows = asked.data?.items;
  return (
    <Card
      title="Messages"
      aside={
        <Select
          aria-label="State"
          value={state ?? ''}
          onChange={(event) => set({ state: event.target.value || undefined })}
          className="w-44"
        >
          <option value="">All</option>
          <option value="pending">Waiting ({count(webhook.pending)})</option>
          <option value="delivered">Delivered</option>
          <option value="dead">Given up ({count(webhook.dead)})</option>
        </Select>
      }
    >
      <Table
        label="Messages"
        columns={columns}
        rows={rows}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '.', search: { ...search, message: row.id } as never })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{
          icon: 'bell',
          title: state ? 'None of this kind' : 'Nothing was sent yet',
          children: state ? undefined : 'Send a test to see what arrives.',
        }}
        skeletons={4}
      />
      <Pager rows={rows?.length} next={asked.data?.next} noun="messages" />
      {message && <MessageDrawer webhook={webhook} messageId={message} onClose={() => set({ after, message: undefined })} />}
    </Card>
  );
}

function MessageDrawer({ webhook, messageId, onClose }: { webhook: Webhook; messageId: string; onClose: () => void }) {
  const asked = useOperation(getWebhookMessage, { id: webhook.id, messageId }, { everyMs: LOOK_MS });
  return (
    <Drawer open onClose={onClose} title="Message" lead={asked.data?.message.type}>
      {asked.data ? (
        <MessageBody webhook={webhook} {...asked.data} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Skeleton className="h-72 rounded-xl" />
      )}
    </Drawer>
  );
}

function MessageBody({ webhook, message, attempts }: { webhook: Webhook } & WireOutput<typeof getWebhookMessage>) {
  const allowed = useAllowed();
  const replay = useCommand(replayWebhook, () => toast('It is sent again'));
  return (
    <div className="space-y-4">
      <Card>
        <div className="space-y-4 px-4 py-4">
          <Facts
            items={[
              ['State', MESSAGE_STATES[message.state]],
              ['Happened', <Time key="at" at={message.at} />],
              message.seq !== undefined && ['Sequence number', count(message.seq)],
              !!message.nextAt && ['Tried next', <Time key="next" at={message.nextAt} />],
              ['Message id (webhook-id)', <Copyable key="id" text={message.id} label="message id" />],
              !!message.subject && [
                'About',
                <span key="subject" className="ident break-all">
                  {message.subject}
                </span>,
              ],
            ]}
          />
          {allowed(replayWebhook) && webhook.state === 'active' && message.state !== 'pending' && (
            <Button busy={replay.isPending} onClick={() => replay.mutate({ id: webhook.id, messageIds: [message.id] })}>
              Send again
            </Button>
          )}
        </div>
      </Card>
      <Card title="Attempts" aside={attempts.length > 0 ? 'newest first' : undefined}>
        {attempts.length === 0 ? (
          <p className="px-4 pb-4 text-sm text-ink-2">None yet.</p>
        ) : (
          <ol className="px-4 pb-2">
            {attempts.map((attempt) => (
              <AttemptLine key={attempt.number} attempt={attempt} />
            ))}
          </ol>
        )}
      </Card>
    </div>
  );
}

function AttemptLine({ attempt: { number, at, latencyMs, status, error, reply } }: { attempt: Attempt }) {
  return (
    <li className="border-t border-line py-3 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span className="flex items-center gap-2">
          <span className="num w-6 text-ink-3">{number}</span>
          <Said status={status} error={error} />
        </span>
        <span className="num text-xs text-ink-2">
          <Time at={at} /> · {duration(latencyMs)}
        </span>
      </div>
      {reply && (
        <pre className="mt-2 max-h-40 overflow-auto rounded-lg bg-sunken px-3 py-2 font-mono text-xs whitespace-pre-wrap break-all">
          {reply}
        </pre>
      )}
    </li>
  );
}
