import { useState, type FormEvent } from 'react';
import { changePassword } from '../../../src/access/contract.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { PageHead } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

export function PasswordPage() {
  const [mismatch, setMismatch] = useState(false);
  const [round, setRound] = useState(0);
  const change = useCommand(changePassword, () => {
    toast('Password changed; other sessions are ended');
    setRound(round + 1);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    const differs = said('new') !== said('again');
    setMismatch(differs);
    if (!differs) change.mutate({ currentPassword: said('current'), newPassword: said('new') });
  }
  return (
    <>
      <PageHead title="Change password" name="Change password" lead="Your other sessions end" />
      <form key={round} onSubmit={submit} className="card max-w-md space-y-4 p-5">
        <TextField label="Current password" name="current" type="password" required autoComplete="current-password" />
        <TextField
          label="New password"
          name="new"
          type="password"
          required
          minLength={12}
          maxLength={1024}
          autoComplete="new-password"
          hint="At least 12 characters; a sentence is good."
        />
        <TextField
          label="New password again"
          name="again"
          type="password"
          required
          autoComplete="new-password"
          error={mismatch ? 'The two differ.' : undefined}
        />
        <ProblemNote problem={change.error} />
        <Button type="submit" tone="primary" busy={change.isPending}>
          Change it
        </Button>
      </form>
    </>
  );
}
