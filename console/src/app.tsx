import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { startLive } from './api/live.ts';
import { queryClient, useSession } from './api/queries.ts';
import { LoginPage } from './pages/login.tsx';
import { router } from './router.tsx';
import { Logo } from './ui/icon.tsx';

/** The login takes the place of the page, at the page's own address: after it, one is where one wanted to be. */
export function App() {
  const state = useSession();
  if (state.phase === 'starting') return <Starting note={state.note} />;
  if (state.phase === 'out') return <LoginPage note={state.note} />;
  return <SignedIn key={state.login.user.id} />;
}

function SignedIn() {
  useEffect(() => {
    const stop = startLive(queryClient);
    return () => {
      stop();
      queryClient.clear();
    };
  }, []);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </CSPProvider>
  );
}

function Starting({ note }: { note: string | undefined }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 px-4" aria-busy="true">
      <h1 className="sr-only">Rialto</h1>
      <span className="animate-shimmer">
        <Logo size={36} />
      </span>
      <p role="status" className="max-w-sm text-center text-sm text-ink-2">
        {note}
      </p>
    </main>
  );
}
