import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { approveProposal, listProposals, rejectProposal } from '../../../src/settlement/custody/contract.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { words } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Proposal = WireOutput<typeof listProposals>['items'][number];

/** What one person has proposed and another has to decide. */
export function Proposals() {
  const asked = useOperation(listProposals, { state: 'open', limit: '50' }, { everyMs: 20_000 });
  const items = asked.data?.items;
  return (
    <Card title="Waiting for a second person" aside={items && items.length > 0 ? `${items.length} open` : undefined}>
      {asked.error && !items ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : !items ? (
        <div className="p-4">
          <Skeleton className="h-16 rounded-lg" />
        </div>
      ) : items.length === 0 ? (
        <Empty icon="check" title="Nothing waits">
          Custody accounts, payout accounts, rails, mints, payouts of income and write-offs are decided here by a second person.
        </Empty>
      ) : (
        <ul className="px-4 pb-2">
          {items.map((proposal) => (
            <li key={proposal.id} className="border-t border-line py-3 first:border-0">
              <One proposal={proposal} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function One({ proposal }: { proposal: Proposal }) {
  const allowed = useAllowed();
  const { email } = useLogin().user;
  const [comment, setComment] = useState('');
  const approve = useCommand(approveProposal, () => toast('Approved and done'));
  const reject = useCommand(rejectProposal, () => toast('Turned down'));
  const input = { id: proposal.id, comment: comment.trim() };
  const busy = approve.isPending || reject.isPending;
  const isOwn = proposal.proposedBy === email;
  return (
    <article aria-label={proposal.subject}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <p className="min-w-0 font-medium break-words">{proposal.subject}</p>
        <Badge>{words(proposal.kind)}</Badge>
      </div>
      <p className="mt-0.5 text-sm text-ink-2">{proposal.reason}</p>
      <p className="mt-0.5 text-xs text-ink-3">
        {proposal.proposedBy}, until <Time at={proposal.expiresAt} />
      </p>
      {allowed(approveProposal) && (
        <div className="mt-2 flex flex-wrap items-end gap-2">
          <TextField
            label="Comment"
            value={comment}
            maxLength={500}
            onChange={(event) => setComment(event.target.value)}
            className="min-w-40 flex-1"
          />
          {!isOwn && (
            <Button tone="primary" disabled={!input.comment || busy} busy={approve.isPending} onClick={() => approve.mutate(input)}>
              Approve
            </Button>
          )}
          <Button disabled={!input.comment || busy} busy={reject.isPending} onClick={() => reject.mutate(input)}>
            {isOwn ? 'Withdraw' : 'Turn down'}
          </Button>
        </div>
      )}
      <div className="mt-2">
        <ProblemNote problem={approve.error ?? reject.error} />
      </div>
    </article>
  );
}
