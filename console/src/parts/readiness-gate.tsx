import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { approveLines, decideRelease } from '../../../src/readiness/signing-contract.ts';
import { useAllowed } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import type { Search } from './filters.tsx';
import { ApproveForm, DecideForm } from './readiness-sign.tsx';
import { decisionOf, DecisionWord, EffectBadge, StateBar, StateCounts, StateMark, type Checklist, type Line } from './readiness-state.tsx';

const SHOWN = 6;

/** The decision with what it rests on: what stands in the way, and, as information only, the score. */
export function Gate({ checklist }: { checklist: Checklist }) {
  const { gate } = checklist;
  return (
    <section className="card px-5 py-4" aria-label="Gate">
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-[20rem_1fr]">
        <div className="min-w-0">
          <p className="text-xs text-ink-3">Decision</p>
          <p className="mt-0.5">
            <DecisionWord decision={gate.decision} className="text-[2rem] leading-10" />
          </p>
          <Because checklist={checklist} />
          <Signed checklist={checklist} />
          <Acts checklist={checklist} />
        </div>
        <div className="min-w-0 space-y-3">
          <StateBar counts={gate.counts} />
          <StateCounts counts={gate.counts} />
          <Blockers checklist={checklist} />
        </div>
      </div>
    </section>
  );
}

function Because({ checklist: { gate, run } }: { checklist: Checklist }) {
  const reasons = gate.undecided.length > 0 ? gate.undecided : [decisionOf(gate.decision).says];
  return (
    <div className="mt-1 space-y-1 text-sm text-ink-2">
      {reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      <p className="num text-xs text-ink-3" title="Share of the lines due now that were shown. Information only: it decides nothing.">
        {gate.score.toFixed(1)} % shown, for information
        {run?.finishedAt && (
          <>
            {' '}
            · run of <Time at={run.finishedAt} />
          </>
        )}
        {gate.holdsUntil !== undefined && (
          <>
            {' '}
            · holds until <Time at={gate.holdsUntil} />
          </>
        )}
      </p>
    </div>
  );
}

function Signed({ checklist: { gate } }: { checklist: Checklist }) {
  if (!gate.signed) return null;
  const { decision, by, at } = gate.signed;
  return (
    <p className="mt-2 flex flex-wrap items-center gap-1.5 text-sm text-ink-2">
      <Badge tone={decisionOf(decision).tone}>{decisionOf(decision).word}</Badge>
      signed by {by}, <Time at={at} />
    </p>
  );
}

/** The lines in the way, most important first; the first few here, all of them one click away. */
function Blockers({ checklist }: { checklist: Checklist }) {
  const byId = new Map(checklist.lines.map((line) => [line.id, line]));
  const lines = checklist.gate.blocks.flatMap((id) => byId.get(id) ?? []);
  if (lines.length === 0) return null;
  return (
    <div>
      <h2 className="text-xs font-medium text-ink-2">In the way · {count(lines.length)}</h2>
      <ul className="mt-1">
        {lines.map((line, i) => (
          <Blocker key={line.id} line={line} onPaperOnly={i >= SHOWN} />
        ))}
      </ul>
      {lines.length > SHOWN && (
        <Link
          to="."
          search={(before: Search) => ({ ...before, show: 'open' })}
          className="mt-1 inline-block rounded text-sm text-accent hover:underline print:hidden"
        >
          Show all {count(lines.length)}
        </Link>
      )}
    </div>
  );
}

/** On the screen the first few are enough, with the rest one click away; paper shows them all, and whole. */
function Blocker({ line, onPaperOnly }: { line: Line; onPaperOnly: boolean }) {
  return (
    <li
      className={`${onPaperOnly ? 'hidden print:flex' : 'flex'} min-w-0 items-center gap-2 border-t border-line py-1.5 text-sm first:border-0 print:break-inside-avoid`}
    >
      <StateMark state={line.state} />
      <Link
        to="."
        search={(before: Search) => ({ ...before, line: line.id })}
        className="min-w-0 flex-1 truncate rounded hover:underline print:whitespace-normal"
        title={line.because}
      >
        <bdi>{line.title}</bdi>
        <span className="ml-2 text-ink-3">{line.summary}</span>
      </Link>
      <span className="max-sm:hidden">
        <EffectBadge effect={line.effect} />
      </span>
    </li>
  );
}

/** What may be done about the whole: approve what is high and open, sign the verdict. */
function Acts({ checklist }: { checklist: Checklist }) {
  const allowed = useAllowed();
  const [form, setForm] = useState<'approve' | 'decide'>();
  const toApprove = checklist.lines.filter(({ effect }) => effect === 'needs_approval');
  if (!checklist.run) return null;
  const close = () => setForm(undefined);
  return (
    <div className="mt-3 flex flex-wrap gap-2 print:hidden">
      {allowed(decideRelease) && <Button onClick={() => setForm('decide')}>Sign the verdict</Button>}
      {allowed(approveLines) && toApprove.length > 0 && (
        <Button onClick={() => setForm('approve')}>
          Approve {count(toApprove.length)} high {toApprove.length === 1 ? 'line' : 'lines'}
        </Button>
      )}
      {form === 'decide' && <DecideForm checklist={checklist} close={close} />}
      {form === 'approve' && <ApproveForm checklist={checklist} lines={toApprove} close={close} />}
    </div>
  );
}
