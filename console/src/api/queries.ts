import { QueryClient, useMutation, useQuery, useQueryClient, keepPreviousData, type UseQueryResult } from '@tanstack/react-query';
import { useRef, useSyncExternalStore } from 'react';
import type { Operation } from '../../../src/base/operation.ts';
import { Problem, type WireDocument, type WireInput, type WireOutput } from '../../../src/base/client.ts';
import { allows, call, serves, session, type Login } from './session.ts';

/** Answers of the server in memory; errors of the caller's making are not tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
  },
});

/** Drops fields that are empty, so that a cleared filter is no filter. */
function filled(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== ''));
}

/** When to ask again by oneself after the server has said that it is too often: as it says, since nothing else is wrong. */
export function waitMs(error: Problem | null): number | undefined {
  return error?.status === 429 ? (error.retryAfterMs ?? 5_000) : undefined;
}

type QueryOptions = { enabled?: boolean; keep?: boolean; everyMs?: number; staleMs?: number };

/** Reads an operation; the key is its name and input, so that pages that ask the same share one answer. */
export function useOperation<T extends Operation>(
  operation: T,
  input: WireInput<T>,
  options: QueryOptions = {},
): UseQueryResult<WireOutput<T>, Problem> {
  const asked = filled(input as object);
  return useQuery<WireOutput<T>, Problem>({
    queryKey: [operation.name, asked],
    queryFn: ({ signal }) => call(operation, asked as WireInput<T>, { signal }),
    enabled: options.enabled ?? true,
    ...(options.keep ? { placeholderData: keepPreviousData as never } : {}),
    // Meanwhile the page says what the server said.
    refetchInterval: ({ state }) => waitMs(state.error) ?? options.everyMs ?? false,
    ...(options.staleMs === undefined ? {} : { staleTime: options.staleMs }),
  });
}

/**
 * A command. The `Idempotency-Key` stays the same while the same content is tried again, so that a retry after a lost
 * answer cannot do the thing twice; everything shown is read again afterwards.
 */
export function useCommand<T extends Operation>(operation: T, then?: (output: WireOutput<T>) => void) {
  const client = useQueryClient();
  const sent = useRef<{ content: string; key: string } | undefined>(undefined);
  return useMutation<WireOutput<T>, Problem, WireInput<T> & { document?: WireDocument }>({
    mutationFn: ({ document, ...input }) => {
      const content = document instanceof Blob ? `${document.size}` : JSON.stringify([document, input]);
      if (sent.current?.content !== content || document instanceof Blob) sent.current = { content, key: newKey() };
      const extras = { key: sent.current.key, ...(document === undefined ? {} : { document }) };
      return call(operation, input as unknown as WireInput<T>, extras);
    },
    onSuccess: async (output) => {
      sent.current = undefined;
      then?.(output);
      await client.invalidateQueries();
    },
  });
}

/** An `Idempotency-Key`. `crypto.randomUUID` exists only on https and localhost; random bytes exist everywhere. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The session; the component is rendered again when it changes. */
export function useSession() {
  return useSyncExternalStore(session.watch, session.get);
}

/** Who is signed in. Only for pages, which exist only while someone is. */
export function useLogin(): Login {
  const state = useSession();
  if (state.phase !== 'in') throw new Error('a page is shown without a session');
  return state.login;
}

/** Whether the server has an operation and the signed-in user may call it; what it may not, it is not shown. */
export function useAllowed(): (operation: Operation) => boolean {
  const state = useSession();
  return (operation) => state.phase === 'in' && serves(state.login, operation) && allows(state.login.scopes, operation.scope);
}
