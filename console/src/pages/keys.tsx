import { useState, type FormEvent } from 'react';
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from '../../../src/access/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { Pager, useFilters } from '../parts/filters.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Modal } from '../ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../ui/field.tsx';
import { day } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Key = WireOutput<typeof listApiKeys>['items'][number];
type Act = { rotate: (key: Key) => void; revoke: (key: Key) => void };

function stateOf(key: Key) {
  if (key.revokedAt) return <Badge>revoked</Badge>;
  if (key.expiresAt && Date.parse(key.expiresAt) < Date.now()) return <Badge>expired</Badge>;
  return <State of="active" />;
}

function columnsFor(act: Act | undefined): readonly Column<Key>[] {
  return [
    {
      head: 'Key',
      grow: true,
      cell: (row) => (
        <span className={`block truncate ${row.revokedAt ? 'text-ink-3' : ''}`}>
          <span className="font-medium">{row.name}</span>
          <span className="ident block truncate">{row.prefix}…</span>
        </span>
      ),
    },
    {
      head: 'Scopes',
      from: 'lg',
      cell: (row) => (
        <span className="ident block max-w-72 truncate" title={row.scopes.join(' ')}>
          {row.scopes.join(' ')}
        </span>
      ),
    },
    {
      head: 'Last used',
      from: 'md',
      cell: (row) => (row.lastUsedAt ? <Time at={row.lastUsedAt} /> : <span className="text-ink-3">never</span>),
    },
    {
      head: 'Expires',
      from: 'md',
      cell: (row) => (row.expiresAt ? <Time at={row.expiresAt} show="day" /> : <span className="text-ink-3">never</span>),
    },
    { head: 'State', from: 'sm', cell: stateOf },
    {
      head: <span className="sr-only">Actions</span>,
      end: true,
      cell: (row) =>
        act &&
        !row.revokedAt && (
          <span className="flex justify-end gap-1">
            <Button tone="quiet" onClick={() => act.rotate(row)} aria-label={`Rotate ${row.name}`}>
              Rotate
            </Button>
            <Button tone="quiet" onClick={() => act.revoke(row)} aria-label={`Revoke ${row.name}`}>
              Revoke
            </Button>
          </span>
        ),
    },
  ];
}

type Open = { kind: 'new' } | { kind: 'rotate' | 'revoke'; key: Key } | { kind: 'shown'; secret: string } | undefined;

export function KeysPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const asked = useOperation(listApiKeys, search.after ? { after: search.after } : {}, { keep: true });
  const [open, setOpen] = useState<Open>();
  const mayWrite = allowed(createApiKey);
  const act = { rotate: (key: Key) => setOpen({ kind: 'rotate', key }), revoke: (key: Key) => setOpen({ kind: 'revoke', key }) };
  const close = () => setOpen(undefined);
  const show = (secret: string) => setOpen({ kind: 'shown', secret });
  return (
    <>
      <PageHead title="API keys" name="API keys" lead="For programs. A key is shown once, when it is made">
        {mayWrite && (
          <Button tone="primary" icon="plus" onClick={() => setOpen({ kind: 'new' })}>
            New key
          </Button>
        )}
      </PageHead>
      <div className="card">
        <Table
          label="API keys"
          columns={columnsFor(mayWrite ? act : undefined)}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          problem={asked.error}
          retry={() => void asked.refetch()}
          empty={{ icon: 'keys', title: 'No keys', children: 'Make one for each program that calls the API.' }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="keys" />
      </div>
      <Modal open={open?.kind === 'new'} onClose={close} title="New API key" wide>
        <NewKey onShow={show} onCancel={close} />
      </Modal>
      {open?.kind === 'rotate' && <Rotate apiKey={open.key} onShow={show} onCancel={close} />}
      {open?.kind === 'revoke' && <Revoke apiKey={open.key} onDone={close} />}
      <Modal open={open?.kind === 'shown'} onClose={close} title="Copy the key now" lead="It is not stored and cannot be shown again.">
        {open?.kind === 'shown' && (
          <div className="mt-3 space-y-4">
            <div className="rounded-lg bg-sunken px-3 py-2.5">
              <Copyable text={open.secret} whole label="key" />
            </div>
            <div className="flex justify-end">
              <Button tone="primary" onClick={close}>
                I have it
              </Button>
            </div>
          </div>
        )}
      </Modal>
    </>
  );
}

function NewKey({ onShow, onCancel }: { onShow: (secret: string) => void; onCancel: () => void }) {
  const { scopes } = useLogin();
  const [chosen, setChosen] = useState<string[]>([]);
  const create = useCommand(createApiKey, (made) => onShow(made.key));
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    const until = said('until');
    const input = { name: said('name').trim(), scopes: chosen, ...(until ? { expiresAt: `${until}T00:00:00.000Z` } : {}) };
    create.mutate(input as WireInput<typeof createApiKey>);
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Name" name="name" required maxLength={140} placeholder="Payments gateway" />
        <TextField label="Expires (optional)" name="until" type="date" />
      </div>
      <fieldset>
        <legend className="mb-2 text-xs font-medium text-ink-2">Scopes: what it may do, at most what you may</legend>
        <div className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
          {scopes.map((scope) => (
            <CheckField
              key={scope}
              label={<span className="font-mono text-xs">{scope}</span>}
              checked={chosen.includes(scope)}
              onChange={(event) => setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
            />
          ))}
        </div>
      </fieldset>
      <ProblemNote problem={create.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" tone="primary" busy={create.isPending} disabled={chosen.length === 0}>
          Make the key
        </Button>
      </div>
    </form>
  );
}

const OVERLAPS: readonly [number, string][] = [
  [0, 'at once'],
  [3600, 'after an hour'],
  [86_400, 'after a day'],
  [7 * 86_400, 'after a week'],
];

function Rotate({ apiKey, onShow, onCancel }: { apiKey: Key; onShow: (secret: string) => void; onCancel: () => void }) {
  const [seconds, setSeconds] = useState(3600);
  const rotate = useCommand(rotateApiKey, (made) => onShow(made.key));
  return (
    <Modal open onClose={onCancel} title={`Rotate ${apiKey.name}`} lead="The key gets a new secret.">
      <div className="mt-2 space-y-4">
        <SelectField label="The old secret ends" value={String(seconds)} onChange={(event) => setSeconds(Number(event.target.value))}>
          {OVERLAPS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <ProblemNote problem={rotate.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onCancel}>Cancel</Button>
          <Button tone="primary" busy={rotate.isPending} onClick={() => rotate.mutate({ id: apiKey.id, overlapSeconds: seconds })}>
            Rotate
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function Revoke({ apiKey, onDone }: { apiKey: Key; onDone: () => void }) {
  const revoke = useCommand(revokeApiKey, () => {
    toast(`${apiKey.name} is revoked`);
    onDone();
  });
  return (
    <Modal
      open
      onClose={onDone}
      title={`Revoke ${apiKey.name}?`}
      lead={`Programs that use it are refused at once. Made on ${day(apiKey.createdAt)} by ${apiKey.createdBy}.`}
    >
      <div className="mt-2 space-y-4">
        <ProblemNote problem={revoke.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>Cancel</Button>
          <Button tone="danger" busy={revoke.isPending} onClick={() => revoke.mutate({ id: apiKey.id })}>
            Revoke
          </Button>
        </div>
      </div>
    </Modal>
  );
}
