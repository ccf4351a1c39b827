import { useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { confirmRollback, getWatch, listWatches, noteRollback, startWatch, stopWatch } from '../../../src/readiness/watch-contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { clock, count, day, words } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { ConfirmRollbackForm } from './readiness-sign.tsx';
import { WatchTimeline } from './readiness-timeline.tsx';

export type Watch = WireOutput<typeof listWatches>['items'][number];
type Moment = WireOutput<typeof getWatch>['moments'][number];

/** What is advised after a release, in words and in its colour. */
export const ADVICE: Readonly<Record<NonNullable<Watch['advice']>, { tone: Extract<Tone, 'good' | 'warn' | 'bad'>; word: string }>> = {
  continue: { tone: 'good', word: 'carry on' },
  attention: { tone: 'warn', word: 'somebody has to look' },
  recommend_rollback: { tone: 'warn', word: 'rollback recommended' },
  rollback: { tone: 'bad', word: 'roll back' },
};

/** What is looked at after a release: its windows as a timeline, what was advised and why. */
export function AfterRelease({ name }: { name: string }) {
  const allowed = useAllowed();
  const asked = useOperation(listWatches, { name }, { everyMs: 30_000 });
  const [starting, setStarting] = useState(false);
  const watch = asked.data?.items[0];
  const begin = allowed(startWatch) && (!watch || watch.ended);
  if (!asked.data || (!watch && !begin)) return null;
  return (
    <Card
      className="mt-4 print:break-inside-avoid"
      title="After the release"
      aside={
        begin && (
          <Button className="print:hidden" onClick={() => setStarting(true)}>
            Watch a release
          </Button>
        )
      }
    >
      {watch ? (
        <OneWatch name={name} watch={watch} at={asked.dataUpdatedAt} />
      ) : (
        <p className="px-4 pb-4 text-sm text-ink-2">No release is being watched.</p>
      )}
      {starting && <StartForm name={name} close={() => setStarting(false)} />}
    </Card>
  );
}

function StartForm({ name, close }: { name: string; close: () => void }) {
  const start = useCommand(startWatch, () => {
    close();
    toast('The release is being watched');
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const at = readForm(event)('at');
    start.mutate({ name, ...(at && { releasedAt: `${at}:00.000Z` }) });
  }
  return (
    <Modal
      open
      onClose={close}
      title="Watch a release"
      lead="Everything that the checklist wants looked at afterwards, when it wants it, and its triggers."
    >
      <form onSubmit={submit} className="mt-2 space-y-4">
        <TextField label="Released at, UTC" name="at" type="datetime-local" hint="Empty for now." />
        <ProblemNote problem={start.error} />
        <FormButtons close={close} act="Watch" busy={start.isPending} />
      </form>
    </Modal>
  );
}

function OneWatch({ name, watch, at }: { name: string; watch: Watch; at: number }) {
  return (
    <div className="space-y-4 px-4 pb-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-2">
            {watch.advice && <Badge tone={ADVICE[watch.advice].tone}>{ADVICE[watch.advice].word}</Badge>}
            {watch.ended && <Badge>{words(watch.ended.outcome)}</Badge>}
            <span className="text-sm text-ink-2">
              released <Time at={watch.releasedAt} /> · {count(watch.passes)} {watch.passes === 1 ? 'look' : 'looks'}
              {watch.nextAt && ` · next ${clock(watch.nextAt)}`}
            </span>
          </p>
          <Because reasons={watch.because} />
        </div>
        {!watch.ended && <WatchActs name={name} watch={watch} />}
      </div>
      <WatchTimeline watch={watch} at={at} />
      <Moments name={name} watch={watch} />
    </div>
  );
}

const REASONS_SHOWN = 5;

function Because({ reasons }: { reasons: readonly string[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul className="mt-2 list-disc space-y-0.5 pl-5 text-sm text-ink-2">
      {reasons.slice(0, REASONS_SHOWN).map((reason) => (
        <li key={reason} className="break-words">
          {reason}
        </li>
      ))}
      {reasons.length > REASONS_SHOWN && <li className="text-ink-3">and {count(reasons.length - REASONS_SHOWN)} more</li>}
    </ul>
  );
}

/** Whether the script can be called, is advised, and waits for a person to say so. */
const canConfirm = ({ rollbackPolicy, advice, confirmed, rollback }: Watch): boolean =>
  rollbackPolicy !== 'off' && (advice === 'rollback' || advice === 'recommend_rollback') && !confirmed && !rollback;

function WatchActs({ name, watch }: { name: string; watch: Watch }) {
  const allowed = useAllowed();
  const [confirming, setConfirming] = useState(false);
  const stop = useCommand(stopWatch, () => toast('The watch has ended'));
  const back = useCommand(noteRollback, () => toast('Noted: the next half hour is watched'));
  if (!allowed(stopWatch)) return null;
  const input = { name, id: watch.id };
  return (
    <div className="flex flex-wrap gap-2 print:hidden">
      {canConfirm(watch) && allowed(confirmRollback) && (
        <Button tone="danger" onClick={() => setConfirming(true)}>
          Roll back
        </Button>
      )}
      {confirming && <ConfirmRollbackForm name={name} watch={watch.id} close={() => setConfirming(false)} />}
      {!watch.rollback && (
        <Button busy={back.isPending} onClick={() => back.mutate(input)}>
          We rolled back
        </Button>
      )}
      <Button busy={stop.isPending} onClick={() => stop.mutate(input)}>
        End the watch
      </Button>
      <ProblemNote problem={stop.error ?? back.error} />
    </div>
  );
}

/** What was advised and done, the newest first; plain looks are counted, not listed. */
function Moments({ name, watch }: { name: string; watch: Watch }) {
  const asked = useOperation(getWatch, { name, id: watch.id });
  const told = (asked.data?.moments ?? []).filter(({ kind }) => kind !== 'observed').toReversed();
  if (told.length === 0) return null;
  return (
    <details>
      <summary className="rounded text-sm text-accent">What was advised and done · {count(told.length)}</summary>
      <ol className="mt-2">
        {told.slice(0, 100).map((moment, i) => (
          <li key={`${moment.at}${i}`} className="flex flex-wrap gap-x-3 border-t border-line py-1.5 text-sm first:border-0">
            <span className="num text-xs leading-5 text-ink-3">
              {day(moment.at)} {clock(moment.at)}
            </span>
            <span className="min-w-0 flex-1 break-words">{momentText(moment)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function momentText(moment: Moment): string {
  switch (moment.kind) {
    case 'observed':
      return `${Object.keys(moment.states).length} lines looked at`;
    case 'advised':
      return [ADVICE[moment.advice].word, ...moment.because].join(' · ');
    case 'rollback_confirmed':
      return `rollback confirmed by ${moment.by}`;
    case 'rollback_started':
      return `rollback ${moment.script} begun by ${moment.by}`;
    case 'rollback_called':
      return `rollback ${moment.script} by ${moment.by} ended with ${moment.exitCode}`;
    case 'ended':
      return `the watch ended: ${words(moment.outcome)}`;
  }
}
