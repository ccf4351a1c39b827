import { useEffect, useRef, useState } from 'react';
import { confirmCase, decideCase } from '../../../src/settlement/compliance/contract.ts';
import { useAllowed, useCommand, useLogin } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { TextArea } from '../ui/field.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import type { CaseDetail } from './case-why.tsx';

type Decision = 'release' | 'reject' | 'dismiss' | 'report';
const WORDS: Readonly<Record<Decision, string>> = { release: 'Release', reject: 'Reject', dismiss: 'Dismiss', report: 'Report' };

/** What can be done now on a case: decide it, propose a decision, or confirm what someone else proposed. */
export function CaseDecision({ detail, act, onActed }: { detail: CaseDetail; act: string | undefined; onActed: () => void }) {
  const allowed = useAllowed();
  if (detail.state === 'closed') return null;
  if (!allowed(decideCase)) return <p className="card px-4 py-3 text-sm text-ink-2">Someone of compliance decides.</p>;
  return detail.state === 'proposed' ? (
    <Confirm detail={detail} act={act} onActed={onActed} />
  ) : (
    <Decide detail={detail} act={act} onActed={onActed} />
  );
}

/** Puts the cursor into the comment when a key asked for it. */
function useFocus(act: string | undefined, wanted: readonly string[]) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (act && wanted.includes(act)) box.current?.querySelector('textarea')?.focus();
  }, [act, wanted]);
  return box;
}

const DECIDING = ['approve', 'reject'];

function Decide({ detail, act, onActed }: { detail: CaseDetail; act: string | undefined; onActed: () => void }) {
  const [comment, setComment] = useState('');
  const box = useFocus(act, DECIDING);
  const decide = useCommand(decideCase, (row) => {
    toast(row.state === 'proposed' ? 'Proposed: a second person has to confirm' : `Case ${row.number}: ${row.outcome}`);
    setComment('');
    onActed();
  });
  const holds = detail.kind === 'payment' || detail.kind === 'instruction';
  const [good, bad]: [Decision, Decision] = holds ? ['release', 'reject'] : ['dismiss', 'report'];
  const send = (decision: Decision) => decide.mutate({ id: detail.id, decision, comment: comment.trim() });
  const ready = comment.trim().length >= 3 && !decide.isPending;
  const verb = detail.needsTwo ? 'Propose to ' : '';
  const label = (decision: Decision) => (verb ? `${verb}${decision}` : WORDS[decision]);
  return (
    <section ref={box} aria-label="Decision" className="card space-y-3 border-warn/50 px-4 py-4">
      <TextArea
        label={detail.needsTwo ? 'Your proposal: say why' : 'Decision: say why'}
        value={comment}
        maxLength={2_000}
        placeholder={holds ? 'Different date of birth; not the listed person.' : 'Usual for this customer at the year end.'}
        onChange={(event) => setComment(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && ready) send(act === 'reject' ? bad : good);
        }}
      />
      {detail.needsTwo && <p className="text-xs text-ink-3">Two people decide here: another person confirms what you propose.</p>}
      <ProblemNote problem={decide.error} />
      <div className="flex flex-wrap gap-2">
        <Button
          tone={act === 'reject' ? 'plain' : 'primary'}
          icon="check"
          disabled={!ready}
          busy={decide.isPending}
          onClick={() => send(good)}
        >
          {label(good)}
        </Button>
        <Button tone="danger" icon="close" disabled={!ready} onClick={() => send(bad)}>
          {label(bad)}
        </Button>
      </div>
    </section>
  );
}

function Confirm({ detail, act, onActed }: { detail: CaseDetail; act: string | undefined; onActed: () => void }) {
  const [comment, setComment] = useState('');
  const { user } = useLogin();
  const box = useFocus(act, DECIDING);
  const confirm = useCommand(confirmCase, (row) => {
    toast(row.state === 'closed' ? `Case ${row.number}: ${row.outcome}` : 'Sent back');
    setComment('');
    onActed();
  });
  const { proposal } = detail;
  if (!proposal) return null;
  const isMine = proposal.by.id === user.id;
  const ready = comment.trim().length >= 3 && !confirm.isPending;
  const send = (answer: 'approve' | 'decline') => confirm.mutate({ id: detail.id, answer, comment: comment.trim() });
  return (
    <section ref={box} aria-label="Confirmation" className="card space-y-3 border-warn/50 px-4 py-4">
      <p className="text-sm">
        <span className="font-medium">{proposal.by.name}</span> proposes to <span className="font-medium">{proposal.decision}</span>.{' '}
        <span className="text-xs text-ink-3">
          <Time at={proposal.at} />
        </span>
      </p>
      <blockquote className="border-l-2 border-line-strong pl-3 text-sm text-ink-2">{proposal.comment}</blockquote>
      {isMine ? (
        <p className="text-sm text-ink-2">Another person has to confirm it.</p>
      ) : (
        <>
          <TextArea label="Your answer: say why" value={comment} maxLength={2_000} onChange={(event) => setComment(event.target.value)} />
          <ProblemNote problem={confirm.error} />
          <div className="flex flex-wrap gap-2">
            <Button tone="primary" icon="check" disabled={!ready} busy={confirm.isPending} onClick={() => send('approve')}>
              Confirm
            </Button>
            <Button icon="back" disabled={!ready} onClick={() => send('decline')}>
              Send back
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
