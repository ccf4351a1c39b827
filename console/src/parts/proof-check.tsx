import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { logHead, transferProof } from '../../../src/ledger/contract.ts';
import { verifyInclusion } from '../api/proof.ts';
import { useOperation } from '../api/queries.ts';
import { call } from '../api/session.ts';
import { Badge } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Facts } from '../ui/layout.tsx';
import { Skeleton } from '../ui/states.tsx';

/** A transfer by its id and its place in the book. */
type Place = { id: string; seq: string };

/** The log is built right behind the commits; a transfer made a moment ago is asked about when the log has reached it. */
const LOG_MS = 1000;

/** Fetches the proof and recomputes the root from the transfer's own document, here in the browser. */
function useProof({ id: transferId, seq }: Place) {
  const head = useOperation(logHead, {});
  const isLogged = head.data !== undefined && head.data.size >= Number(seq);
  const { refetch } = head;
  useEffect(() => {
    if (isLogged) return;
    const timer = setInterval(() => void refetch(), LOG_MS);
    return () => clearInterval(timer);
  }, [isLogged, refetch]);
  const proof = useQuery({
    enabled: isLogged,
    queryKey: ['console.proof', transferId],
    queryFn: async ({ signal }) => {
      const proof = await call(transferProof, { id: transferId }, { signal });
      const said = JSON.parse(proof.document) as { id?: string };
      return { proof, holds: said.id === transferId && (await verifyInclusion(proof)) };
    },
    retry: false,
    staleTime: Infinity,
  });
  return { ...proof, isWaiting: head.data !== undefined && !isLogged };
}

/** Whether a transfer stands in the Merkle log: not as the server says, but as the arithmetic does. */
export function ProofBadge({ transfer }: { transfer: Place }) {
  const { data, error, isWaiting } = useProof(transfer);
  if (isWaiting) return <Badge>being logged</Badge>;
  if (error) return <Badge>no proof</Badge>;
  if (!data) return <Skeleton className="h-5 w-20" />;
  return data.holds ? (
    <Badge tone="good">
      <Icon name="check" size={12} /> proof verified
    </Badge>
  ) : (
    <Badge tone="bad">
      <Icon name="warning" size={12} /> proof does not hold
    </Badge>
  );
}

/** The proof itself, for whoever wants to keep it or check it elsewhere. */
export function ProofDetail({ transfer }: { transfer: Place }) {
  const { data } = useProof(transfer);
  const head = useOperation(logHead, {});
  if (!data) return null;
  const { proof } = data;
  return (
    <div className="space-y-3">
      <p className="text-sm text-ink-2">
        {data.holds
          ? `Your browser hashed the transfer and ${proof.path.length} neighbours (SHA-256, RFC 6962) and arrived at the root that the log published.`
          : 'Your browser recomputed the root and arrived at another one. Do not trust this transfer; ask the operator.'}
      </p>
      <Facts
        items={[
          ['Leaf', count(proof.index)],
          ['Log size at the proof', count(proof.size)],
          ['Root', <Copyable key="root" text={proof.root} whole label="root" />],
          head.data && ['Log now', `${count(head.data.size)} transfers`],
        ]}
      />
      <details className="text-sm">
        <summary className="w-fit rounded font-medium text-accent">Path and document</summary>
        <pre className="mt-2 rounded-lg bg-sunken p-3 font-mono text-2xs break-all whitespace-pre-wrap">
          {[proof.document, ...proof.path].join('\n\n')}
        </pre>
      </details>
    </div>
  );
}
