import { useEffect, useRef, useState } from 'react';
import { commentCase, holdCase } from '../../../src/settlement/compliance/contract.ts';
import { useAllowed, useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { TextArea } from '../ui/field.tsx';
import { clock, day, words } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import type { CaseDetail } from './case-why.tsx';

/** What happened to a case, the latest first, and a place to add to it. */
export function CaseHistory({ detail, act }: { detail: CaseDetail; act: string | undefined }) {
  return (
    <Card title="History">
      <AddComment detail={detail} act={act} />
      <ol className="px-4 pt-1 pb-4">
        {detail.steps.toReversed().map((step, index) => (
          <li key={`${step.at}${index}`} className="relative flex gap-3 pb-4 last:pb-0">
            {index < detail.steps.length - 1 && (
              <span className="absolute top-4 bottom-0 left-[4.5px] w-px bg-line-strong" aria-hidden="true" />
            )}
            <span className={`mt-1.5 size-2.5 shrink-0 rounded-full ${index === 0 ? 'bg-accent' : 'bg-line-strong'}`} aria-hidden="true" />
            <div className="min-w-0 flex-1">
              <div className="flex flex-wrap justify-between gap-x-4">
                <p className="text-sm font-medium first-letter:uppercase">{words(step.step)}</p>
                <p className="num text-xs text-ink-3" title={`${step.at} UTC`}>
                  {day(step.at)} {clock(step.at)}
                </p>
              </div>
              <p className="text-sm break-words text-ink-2">
                {step.text}
                <span className="text-ink-3"> · {step.actor}</span>
              </p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function AddComment({ detail, act }: { detail: CaseDetail; act: string | undefined }) {
  const allowed = useAllowed();
  const [text, setText] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const done = () => setText('');
  const comment = useCommand(commentCase, done);
  const hold = useCommand(holdCase, done);
  useEffect(() => {
    if (act === 'comment') box.current?.querySelector('textarea')?.focus();
  }, [act]);
  if (!allowed(commentCase) || detail.state === 'closed') return null;
  const ready = text.trim().length >= 3;
  const waits = detail.state === 'waiting';
  const send = () => comment.mutate({ id: detail.id, text: text.trim() });
  return (
    <div ref={box} className="space-y-2 px-4 pb-4">
      <TextArea
        label="Comment"
        rows={2}
        value={text}
        maxLength={2_000}
        placeholder="Asked the bank for the date of birth."
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && ready) send();
        }}
      />
      <ProblemNote problem={comment.error ?? hold.error} />
      <div className="flex flex-wrap gap-2">
        <Button disabled={!ready} busy={comment.isPending} onClick={send}>
          Comment
        </Button>
        {detail.state !== 'proposed' && (
          <Button
            tone="quiet"
            disabled={!ready}
            onClick={() => hold.mutate({ id: detail.id, move: waits ? 'resume' : 'wait', text: text.trim() })}
          >
            {waits ? 'The answer has come' : 'Wait for an answer'}
          </Button>
        )}
      </div>
    </div>
  );
}
