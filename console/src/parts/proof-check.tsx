import { useQuery } from '@tanstack/react-query';
import { logHead, transferProof } from '../../../src/ledger/contract.ts';
import { Problem } from '../api/call.ts';
import { verifyInclusion } from '../api/proof.ts';
import { useOperation } from '../api/queries.ts';
import { call } from '../api/session.ts';
import { Badge } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Facts } from '../ui/layout.tsx';
import { Skeleton } from '../ui/states.tsx';

/** Fetches the proof and recomputes the root from the transfer's own document, here in the browser. */
function useProof(transferId: string) {
  return useQuery({
    queryKey: ['console.proof', transferId],
    queryFn: async ({ signal }) => {
      const proof = await call(transferProof, { id: transferId }, { signal });
      const said = JSON.parse(proof.document) as { id?: string };
      return { proof, holds: said.id === transferId && (await verifyInclusion(proof)) };
    },
    retry: false,
    staleTime: Infinity,
    refetchInterval: (query) =>
      query.state.error instanceof Problem && query.state.error.code === 'ledger.transfer_not_logged' ? 2000 : false,
  });
}

/** Whether a transfer stands in the Merkle log: not as the server says, but as the arithmetic does. */
export function ProofBadge({ transferId }: { transferId: string }) {
  const { data, error } = useProof(transferId);
  if (error)
    return (
      <Badge tone="plain">{error instanceof Problem && error.code === 'ledger.transfer_not_logged' ? 'being logged' : 'no proof'}</Badge>
    );
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
export function ProofDetail({ transferId }: { transferId: string }) {
  const { data } = useProof(transferId);
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
