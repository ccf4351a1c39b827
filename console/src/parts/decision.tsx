import { useState } from 'react';
import { rejectPayment, releasePayment } from '../../../src/settlement/payment/contract.ts';
import { useAllowed, useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { TextArea } from '../ui/field.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

/** A person decides on a held payment, and says why. */
export function Decision({ paymentId }: { paymentId: string }) {
  const allowed = useAllowed();
  const [comment, setComment] = useState('');
  const release = useCommand(releasePayment, () => toast('Payment released'));
  const reject = useCommand(rejectPayment, () => toast('Payment rejected'));
  const input = { id: paymentId, comment: comment.trim() };
  const busy = release.isPending || reject.isPending;
  if (!allowed(releasePayment)) return <p className="card px-4 py-3 text-sm text-ink-2">Held for review. Someone of compliance decides.</p>;
  return (
    <section aria-label="Decision" className="card space-y-3 border-warn/50 px-4 py-4">
      <TextArea
        label="Decision: say why"
        value={comment}
        maxLength={500}
        placeholder="Different date of birth; not the listed person."
        onChange={(event) => setComment(event.target.value)}
      />
      <ProblemNote problem={release.error ?? reject.error} />
      <div className="flex flex-wrap gap-2">
        <Button
          tone="primary"
          icon="check"
          disabled={!input.comment || busy}
          busy={release.isPending}
          onClick={() => release.mutate(input)}
        >
          Release
        </Button>
        <Button tone="danger" icon="close" disabled={!input.comment || busy} busy={reject.isPending} onClick={() => reject.mutate(input)}>
          Reject
        </Button>
      </div>
    </section>
  );
}
