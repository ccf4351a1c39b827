import { useState } from 'react';
import { createWebhook, listWebhooks } from '../../../src/settlement/notification/webhook-contract.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { MailPreferences } from '../parts/mail-preferences.tsx';
import { hostOf, NewWebhook, SecretShown, type Webhook } from '../parts/webhook-forms.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';

/** What a webhook hears, in few words. */
export function heard(types: readonly string[]): string {
  if (types.includes('*')) return 'All events';
  const [first = ''] = types;
  const name = first.replace(/^settlement\./, '').replaceAll('_', ' ');
  return types.length === 1 ? name : `${name} and ${types.length - 1} more`;
}

/** The state, and what is wrong with one that is active. */
export function Condition({ webhook }: { webhook: Webhook }) {
  if (webhook.state === 'disabled') return <Badge tone="bad">switched off</Badge>;
  if (webhook.state === 'active' && webhook.failingSince) return <Badge tone="warn">failing</Badge>;
  return <State of={webhook.state} />;
}

const columns: readonly Column<Webhook>[] = [
  {
    head: 'Address',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate font-medium">{hostOf(row.url)}</span>
        <span className="block truncate text-xs text-ink-3">{row.description || row.createdBy}</span>
      </span>
    ),
  },
  { head: 'Hears', from: 'md', cell: (row) => <span className="block max-w-64 truncate text-ink-2">{heard(row.types)}</span> },
  { head: 'State', cell: (row) => <Condition webhook={row} /> },
  { head: 'Waiting', from: 'sm', end: true, cell: (row) => <span className="num text-ink-2">{count(row.pending)}</span> },
  {
    head: 'Given up',
    from: 'sm',
    end: true,
    cell: (row) => <span className={`num ${row.dead > 0 ? 'font-medium text-bad' : 'text-ink-2'}`}>{count(row.dead)}</span>,
  },
];

export function NotificationsPage() {
  const allowed = useAllowed();
  const mayRead = allowed(listWebhooks);
  const asked = useOperation(listWebhooks, {}, { enabled: mayRead });
  const [open, setOpen] = useState<'new' | { secret: string } | undefined>();
  const close = () => setOpen(undefined);
  return (
    <>
      <PageHead title="Notifications" name="Notifications" lead="Who is told of what happens: systems by webhooks, you by mail">
        {allowed(createWebhook) && (
          <Button tone="primary" icon="plus" onClick={() => setOpen('new')}>
            New webhook
          </Button>
        )}
      </PageHead>
      <div className="space-y-4">
        {mayRead && (
          <Card title="Webhooks">
            <Table
              label="Webhooks"
              columns={columns}
              rows={asked.data?.items}
              keyOf={(row) => row.id}
              to={(row) => ({ to: '/notifications/$id', params: { id: row.id } })}
              problem={asked.error}
              retry={() => void asked.refetch()}
              empty={{ icon: 'bell', title: 'No webhooks', children: 'Make one, and a system of yours is told of events as they happen.' }}
              skeletons={2}
            />
          </Card>
        )}
        <MailPreferences />
      </div>
      <Modal
        open={open === 'new'}
        onClose={close}
        title="New webhook"
        lead="Events are sent there as signed JSON, and again until they arrive."
        wide
      >
        <NewWebhook known={asked.data?.eventTypes ?? []} onMade={({ secret }) => setOpen({ secret })} onCancel={close} />
      </Modal>
      {typeof open === 'object' && <SecretShown secret={open.secret} onClose={close} />}
    </>
  );
}
