import { useState, type FormEvent } from 'react';
import { Problem } from '../../../src/base/client.ts';
import { session } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { duration } from '../ui/format.ts';
import { Icon, Logo } from '../ui/icon.tsx';

/** What went wrong, in words that say what to do. */
function explain(problem: Problem): string {
  const wait = problem.retryAfterMs;
  if (problem.code === 'access.bad_credentials') return 'E-mail address or password is wrong.';
  if (problem.code === 'access.locked') return `${problem.message}${wait ? ` Try again in ${duration(wait)}.` : ''}`;
  if (problem.status === 429) return `Too many attempts.${wait ? ` Try again in ${duration(wait)}.` : ' Wait a moment.'}`;
  return problem.message;
}

export function LoginPage({ note }: { note: string | undefined }) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    setBusy(true);
    try {
      await session.signIn(said('email'), said('password'));
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, code: 'console.failed', message: String(error) }));
      setBusy(false);
    }
  }
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <title>Sign in · Rialto</title>
      <div className="mb-7 flex flex-col items-center gap-3 text-center">
        <Logo size={44} />
        <h1 className="text-xl font-semibold tracking-tight">Sign in to Rialto</h1>
      </div>
      <form onSubmit={(event) => void submit(event)} className="card w-full max-w-sm space-y-4 p-6">
        {(problem || note) && (
          <div role="alert" className={`flex gap-2.5 rounded-lg px-3 py-2.5 text-sm ${problem ? 'bg-bad-soft' : 'bg-sunken'}`}>
            <Icon
              name={problem?.code === 'access.locked' ? 'lock' : 'warning'}
              className={`mt-0.5 ${problem ? 'text-bad' : 'text-ink-3'}`}
            />
            <p>{problem ? explain(problem) : note}</p>
          </div>
        )}
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- signing in is all that this page is for */}
        <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus maxLength={254} />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" required maxLength={1024} />
        <Button type="submit" tone="primary" busy={busy} className="h-9 w-full">
          Sign in
        </Button>
      </form>
      <p className="mt-6 max-w-sm text-center text-xs text-ink-3">The first start of the server prints the first user and its password.</p>
    </main>
  );
}
