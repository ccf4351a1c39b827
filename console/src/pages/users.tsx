import { useState, type FormEvent } from 'react';
import { createUser, disableUser, listRoles, listUsers, setUserRoles } from '../../../src/access/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { Pager, useFilters } from '../parts/filters.tsx';
import { RolePicker } from '../parts/role-picker.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type User = WireOutput<typeof listUsers>['items'][number];
type Role = User['roles'][number];

function columnsFor(act: ((user: User) => void) | undefined): readonly Column<User>[] {
  return [
    {
      head: 'User',
      grow: true,
      cell: (row) => (
        <span className={`block truncate ${row.disabledAt ? 'text-ink-3' : ''}`}>
          <span className="font-medium">{row.name}</span>
          <span className="block truncate text-xs text-ink-3">{row.email}</span>
        </span>
      ),
    },
    {
      head: 'Roles',
      cell: (row) => (
        <span className="flex flex-wrap gap-1">
          {row.roles.map((role) => (
            <Badge key={role}>{role}</Badge>
          ))}
        </span>
      ),
    },
    { head: 'Since', from: 'md', cell: (row) => <Time at={row.createdAt} show="day" /> },
    { head: 'State', from: 'sm', cell: (row) => (row.disabledAt ? <Badge>disabled</Badge> : <State of="active" />) },
    {
      head: <span className="sr-only">Actions</span>,
      end: true,
      cell: (row) =>
        act &&
        !row.disabledAt && (
          <Button tone="quiet" onClick={() => act(row)} aria-label={`Change ${row.name}`}>
            Change
          </Button>
        ),
    },
  ];
}

export function UsersPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const { user } = useLogin();
  const asked = useOperation(listUsers, search.after ? { after: search.after } : {}, { keep: true });
  const [open, setOpen] = useState<'new' | User | undefined>();
  const mayWrite = allowed(createUser);
  return (
    <>
      <PageHead title="Users" name="Users" lead="People who may sign in, and what they may do">
        {mayWrite && (
          <Button tone="primary" icon="plus" onClick={() => setOpen('new')}>
            Add a user
          </Button>
        )}
      </PageHead>
      <div className="card">
        <Table
          label="Users"
          columns={columnsFor(mayWrite ? setOpen : undefined)}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          problem={asked.error}
          retry={() => void asked.refetch()}
          empty={{ icon: 'users', title: 'No users' }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="users" />
      </div>
      <Modal
        open={open === 'new'}
        onClose={() => setOpen(undefined)}
        title="Add a user"
        lead="Tell the user the first password by a safe way; it can be changed after signing in."
      >
        <NewUser onDone={() => setOpen(undefined)} />
      </Modal>
      {typeof open === 'object' && (
        <Modal open onClose={() => setOpen(undefined)} title={open.name} lead={open.email}>
          <ChangeUser user={open} self={open.id === user.id} onDone={() => setOpen(undefined)} />
        </Modal>
      )}
    </>
  );
}

function NewUser({ onDone }: { onDone: () => void }) {
  const [member, setMember] = useState('');
  const [roles, setRoles] = useState<Role[]>([]);
  const allowed = useAllowed();
  const banks = useOperation(listParticipants, { limit: '500' }, { enabled: allowed(listParticipants) });
  const create = useCommand(createUser, (user) => {
    toast(`${user.name} can sign in`);
    onDone();
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    const input = {
      email: said('email').trim(),
      name: said('name').trim(),
      password: said('password'),
      roles,
      ...(member ? { memberId: member } : {}),
    };
    create.mutate(input as WireInput<typeof createUser>);
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <TextField label="Name" name="name" required maxLength={140} autoComplete="off" />
      <TextField label="E-mail" name="email" type="email" required maxLength={254} autoComplete="off" />
      <TextField
        label="First password"
        name="password"
        type="password"
        required
        minLength={12}
        maxLength={1024}
        autoComplete="new-password"
        hint="At least 12 characters."
      />
      <SelectField
        label="Belongs to"
        value={member}
        onChange={(event) => (setMember(event.target.value), setRoles([]))}
        hint="A bank's user sees only what concerns that bank."
      >
        <option value="">The operator</option>
        {banks.data?.items.map((bank) => (
          <option key={bank.id} value={bank.id}>
            {bank.name}
          </option>
        ))}
      </SelectField>
      <RolePicker chosen={roles} onChange={setRoles} forMember={member !== ''} />
      <ProblemNote problem={create.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" tone="primary" busy={create.isPending} disabled={roles.length === 0}>
          Add
        </Button>
      </div>
    </form>
  );
}

function ChangeUser({ user, self, onDone }: { user: User; self: boolean; onDone: () => void }) {
  const [roles, setRoles] = useState<Role[]>([...user.roles]);
  const allowed = useAllowed();
  const change = useCommand(setUserRoles, (now) => {
    toast(`${now.name}: roles changed`);
    onDone();
  });
  const disable = useCommand(disableUser, (now) => {
    toast(`${now.name} can no longer sign in`);
    onDone();
  });
  if (self) return <p className="mt-2 text-sm text-ink-2">Nobody changes their own roles. Another administrator can.</p>;
  return (
    <div className="mt-2 space-y-4">
      {allowed(listRoles) && <RolePicker chosen={roles} onChange={setRoles} forMember={user.memberId !== undefined} />}
      <ProblemNote problem={change.error ?? disable.error} />
      <div className="flex justify-between gap-2">
        <Button tone="danger" busy={disable.isPending} onClick={() => disable.mutate({ id: user.id })}>
          Disable
        </Button>
        <Button tone="primary" busy={change.isPending} disabled={roles.length === 0} onClick={() => change.mutate({ id: user.id, roles })}>
          Save roles
        </Button>
      </div>
    </div>
  );
}
