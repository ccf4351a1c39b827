import { useState, type FormEvent } from 'react';
import { deleteChecklist } from '../../../src/readiness/contract.ts';
import { useAllowed, useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import type { Checklist } from './readiness-state.tsx';

/** Takes an uploaded checklist away, after one more question; the product's own stays. */
export function RemoveChecklist({ checklist, removed }: { checklist: Checklist; removed: () => void }) {
  const allowed = useAllowed();
  const [asking, ask] = useState(false);
  if (checklist.origin !== 'uploaded' || !allowed(deleteChecklist)) return null;
  return (
    <>
      <Button className="print:hidden" onClick={() => ask(true)}>
        Remove
      </Button>
      {asking && <Question name={checklist.name} title={checklist.title} removed={removed} close={() => ask(false)} />}
    </>
  );
}

type Asked = { name: string; title: string; removed: () => void; close: () => void };

function Question({ name, title, removed, close }: Asked) {
  const remove = useCommand(deleteChecklist, () => {
    close();
    removed();
    toast('Removed');
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    remove.mutate({ name });
  }
  return (
    <Modal
      open
      onClose={close}
      title="Remove this checklist"
      lead={
        <>
          <bdi>“{title}”</bdi> and what decides its lines go. Its log stays: what was found out and signed.
        </>
      }
    >
      <form onSubmit={submit} className="mt-2 space-y-4">
        <ProblemNote problem={remove.error} />
        <FormButtons close={close} act="Remove" busy={remove.isPending} />
      </form>
    </Modal>
  );
}
