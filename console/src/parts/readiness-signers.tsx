import { useState, type FormEvent } from 'react';
import { listSigners, setSigner } from '../../../src/readiness/signing-contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Signer = WireOutput<typeof listSigners>['items'][number];

/** Who may sign in which role; whoever looks after users may change it. */
export function Signers({ rolesAsked, close }: { rolesAsked: readonly string[]; close: () => void }) {
  const asked = useOperation(listSigners, {});
  return (
    <Modal
      open
      onClose={close}
      wide
      title="Who may sign"
      lead="Roles as the checklist names them. What was signed before stays as it was; each change stands in the audit log."
    >
      {asked.error && !asked.data && <Failure problem={asked.error} retry={() => void asked.refetch()} />}
      {!asked.data && !asked.error && <Skeleton className="h-24 w-full" />}
      <ul className="mt-1">
        {asked.data?.items.map((signer) => (
          <SignerRow key={signer.id} signer={signer} rolesAsked={rolesAsked} />
        ))}
      </ul>
    </Modal>
  );
}

function SignerRow({ signer, rolesAsked }: { signer: Signer; rolesAsked: readonly string[] }) {
  const allowed = useAllowed();
  const [editing, setEditing] = useState(false);
  return (
    <li className="border-t border-line py-2.5 first:border-0">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="text-sm font-medium">{signer.name}</p>
          <p className="text-xs text-ink-3">{signer.email}</p>
          <p className="mt-1 flex flex-wrap gap-1">
            {signer.roles.map((role) => (
              <Badge key={role}>{role}</Badge>
            ))}
            {signer.roles.length === 0 && <span className="text-xs text-ink-3">signs nothing</span>}
          </p>
        </div>
        {allowed(setSigner) && !editing && <Button onClick={() => setEditing(true)}>Change</Button>}
      </div>
      {editing && <RolesForm signer={signer} rolesAsked={rolesAsked} close={() => setEditing(false)} />}
    </li>
  );
}

function RolesForm({ signer, rolesAsked, close }: { signer: Signer; rolesAsked: readonly string[]; close: () => void }) {
  const [roles, setRoles] = useState(signer.roles.join(', '));
  const command = useCommand(setSigner, () => {
    close();
    toast(`Roles of ${signer.name} changed`);
  });
  const named = roles
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '');
  function submit(event: FormEvent<HTMLFormElement>) {
    readForm(event);
    command.mutate({ id: signer.id, roles: [...new Set(named)] });
  }
  const missing = rolesAsked.filter((role) => !named.includes(role));
  return (
    <form onSubmit={submit} className="mt-2 space-y-2">
      <TextField
        label={`Roles of ${signer.name}, separated by commas`}
        name="roles"
        value={roles}
        onChange={(event) => setRoles(event.target.value)}
      />
      {missing.length > 0 && (
        <div className="flex flex-wrap gap-1">
          {missing.map((role) => (
            <button
              key={role}
              type="button"
              onClick={() => setRoles([...named, role].join(', '))}
              className="rounded-md border border-line px-1.5 py-0.5 text-xs text-ink-2 hover:border-accent hover:text-accent"
            >
              + {role}
            </button>
          ))}
        </div>
      )}
      <ProblemNote problem={command.error} />
      <div className="flex gap-2">
        <Button type="submit" tone="primary" busy={command.isPending}>
          Keep
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
    </form>
  );
}
