import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { stepUp } from '../../../src/access/contract.ts';
import type { Problem, WireInput, WireOutput } from '../../../src/base/client.ts';
import type { Operation } from '../../../src/base/operation.ts';
import { newKey } from './queries.ts';
import { call } from './session.ts';

/** Until when the server remembers that the password was proved again; only a hint of whether to ask for it. */
let provenUntil = 0;
/** An act that takes a moment must not begin just before the proof ends. */
const MARGIN_MS = 15_000;

type Signing<T extends Operation> = { input: WireInput<T>; password: string };

/**
 * A command that is a signature: the password is proved first, unless it was within the last minutes. The
 * `Idempotency-Key` stays while the same content is tried again.
 */
export function useSigned<T extends Operation>(operation: T, then: (output: WireOutput<T>) => void) {
  const client = useQueryClient();
  const sent = useRef<{ content: string; key: string } | undefined>(undefined);
  const [asks, setAsks] = useState(() => provenUntil - MARGIN_MS < Date.now());
  const mutation = useMutation<WireOutput<T>, Problem, Signing<T>>({
    async mutationFn({ input, password }) {
      if (password) provenUntil = Date.parse((await call(stepUp, { password })).validUntil);
      const content = JSON.stringify(input);
      if (sent.current?.content !== content) sent.current = { content, key: newKey() };
      return await call(operation, input, { key: sent.current.key });
    },
    onError(problem) {
      if (problem.code !== 'readiness.step_up_required') return;
      provenUntil = 0;
      setAsks(true);
    },
    async onSuccess(output) {
      then(output);
      await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('readiness.') });
    },
  });
  return { ...mutation, asks };
}
