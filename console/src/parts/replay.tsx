import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { replayWebhook } from '../../../src/settlement/notification/webhook-contract.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import type { Webhook } from './webhook-forms.tsx';

type Range = { fromSeq: number; toSeq: number };
type Asked = { state: 'dead' } | Range;
type Answer = WireOutput<typeof replayWebhook>;

/** Sends again what was given up, or the events of a range: call after call until all of it is queued, or the dialog is closed. */
export function Replay({ webhook, onDone }: { webhook: Webhook; onDone: () => void }) {
  const { start, queued, left, replay } = useReplay(webhook.id, onDone);
  const [what, setWhat] = useState<'dead' | 'range'>(webhook.dead > 0 ? 'dead' : 'range');
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    void start(what === 'dead' ? { state: 'dead' } : { fromSeq: Number(said('from')), toSeq: Number(said('to')) });
  }
  return (
    <Modal open onClose={onDone} title="Replay" lead="Messages keep their ids, so a receiver can tell that it has had them.">
      <form onSubmit={submit} className="mt-2 space-y-4">
        <SelectField label="What is sent again" value={what} onChange={(event) => setWhat(event.target.value as typeof what)}>
          <option value="dead">All that was given up ({count(webhook.dead)})</option>
          <option value="range">The events of a range of sequence numbers</option>
        </SelectField>
        {what === 'range' && <RangeFields key={left?.fromSeq} left={left} />}
        {queued !== undefined && (
          <p role="status" className="text-sm text-ink-2">
            {count(queued)} messages are on their way{left && `, of the events before ${count(left.fromSeq)}`}.
          </p>
        )}
        <ProblemNote problem={replay.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{replay.isPending ? 'Stop here' : 'Cancel'}</Button>
          <Button type="submit" tone="primary" busy={replay.isPending} disabled={what === 'dead' && webhook.dead === 0}>
            {queued === undefined ? 'Replay' : 'Go on'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function RangeFields({ left }: { left: Range | undefined }) {
  return (
    <div className="grid grid-cols-2 gap-4">
      <TextField label="From" name="from" type="number" required min={1} step={1} defaultValue={left?.fromSeq} />
      <TextField
        label="To"
        name="to"
        type="number"
        required
        min={1}
        step={1}
        defaultValue={left?.toSeq}
        hint="Events are kept for 30 days"
      />
    </div>
  );
}

/** `queued` is how many messages were put into the queue, `left` what a range still has, from which it goes on after an error. */
function useReplay(id: Webhook['id'], onDone: () => void) {
  const replay = useCommand(replayWebhook);
  const [queued, setQueued] = useState<number>();
  const [left, setLeft] = useState<Range>();
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => void (isOpen.current = false);
  }, []);

  async function start(asked: Asked): Promise<void> {
    let total = queued ?? 0;
    for (let rest: Asked | undefined = asked; rest;) {
      // The error is shown from the mutation.
      const answer: Answer | undefined = await replay.mutateAsync({ id, ...rest }).catch(() => undefined);
      if (!answer) return;
      total += answer.queued;
      rest = restOf(rest, answer);
      setQueued(total);
      setLeft(rest && 'fromSeq' in rest ? rest : undefined);
      if (rest && !isOpen.current) return toast(`Stopped; ${count(total)} messages are on their way`);
    }
    toast(`${count(total)} messages are on their way`);
    if (isOpen.current) onDone();
  }
  return { start, queued, left, replay };
}

function restOf(asked: Asked, { more, nextSeq, toSeq }: Answer): Asked | undefined {
  if (!more || 'state' in asked) return more ? asked : undefined;
  return nextSeq !== undefined && toSeq !== undefined ? { fromSeq: nextSeq, toSeq } : undefined;
}
