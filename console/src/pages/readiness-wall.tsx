import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { getChecklist, listChecklists } from '../../../src/readiness/contract.ts';
import { listWatches } from '../../../src/readiness/watch-contract.ts';
import { useOperation } from '../api/queries.ts';
import { LiveIndicator } from '../parts/live-indicator.tsx';
import { useFilters } from '../parts/filters.tsx';
import { DecisionWord, markOf, STATES, StateBar, StateMark, type Checklist, type Line } from '../parts/readiness-state.tsx';
import { ADVICE, type Watch } from '../parts/readiness-watch.tsx';
import { clock, count, words } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Failure } from '../ui/states.tsx';

const EVERY_MS = 15_000;
/** What was answered longer ago than this is no longer shown as how it is. */
const KNOWN_FOR_MS = 3 * EVERY_MS;
const MOST_LINES = 8;
/** So many lines leave room for the release that is watched. */
const MOST_LINES_BESIDE_WATCH = 6;

/** For the screen on the wall of a release room: dark, legible from five metres, up to date by itself, nothing to click. */
export function ReadinessWall() {
  const [search] = useFilters();
  const list = useOperation(listChecklists, {}, { enabled: search['checklist'] === undefined });
  const name = search['checklist'] ?? list.data?.items[0]?.name;
  const asked = useOperation(getChecklist, { name: name ?? '' }, { enabled: name !== undefined, keep: true, everyMs: EVERY_MS });
  useEffect(() => {
    document.title = 'Readiness wall · Rialto';
  }, []);
  return (
    <div data-theme="dark" className="fixed inset-0 z-40 flex flex-col gap-[2.5vh] overflow-hidden bg-canvas p-[3vmin] text-ink">
      <h1 className="sr-only">Readiness wall</h1>
      {asked.data ? (
        <Wall checklist={asked.data} name={name!} answeredAt={asked.dataUpdatedAt} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <p className="m-auto text-[3vmin] text-ink-2" aria-busy="true">
          Reading the checklist…
        </p>
      )}
    </div>
  );
}

function Wall({ checklist, name, answeredAt }: { checklist: Checklist; name: string; answeredAt: number }) {
  const { gate } = checklist;
  const now = useNow();
  const isKnown = Date.parse(now) - answeredAt < KNOWN_FOR_MS;
  const newest = useOperation(listWatches, { name }, { everyMs: EVERY_MS }).data?.items[0];
  const watch = newest?.ended ? undefined : newest;
  return (
    <>
      <div className="flex items-start justify-between gap-8 max-sm:flex-col max-sm:gap-2">
        <div className="min-w-0">
          <p className="truncate text-[3.2vmin] leading-tight text-ink-2">{checklist.title}</p>
          <p className="leading-none">
            {isKnown ? (
              <DecisionWord decision={gate.decision} className="text-[min(17vmin,13vw)] leading-none" />
            ) : (
              <span className="text-[min(17vmin,13vw)] leading-none font-semibold tracking-tight text-bad">NOT KNOWN</span>
            )}
          </p>
        </div>
        <Corner checklist={checklist} name={name} now={now} />
      </div>
      {isKnown ? (
        <>
          <StateBar counts={gate.counts} className="h-[3vmin] shrink-0" />
          <Counts counts={gate.counts} />
          {watch && <Released watch={watch} />}
          <InTheWay checklist={checklist} most={watch ? MOST_LINES_BESIDE_WATCH : MOST_LINES} />
        </>
      ) : (
        <p role="alert" className="m-auto text-[4vmin] text-ink-2">
          The server has not answered since {clock(new Date(answeredAt).toISOString()).slice(0, 5)} UTC. It was{' '}
          <DecisionWord decision={gate.decision} className="text-[4vmin]" /> then.
        </p>
      )}
    </>
  );
}

function Corner({ checklist, name, now }: { checklist: Checklist; name: string; now: string }) {
  return (
    <div className="shrink-0 text-right max-sm:text-left">
      <p className="num text-[7vmin] leading-none font-medium">{clock(now).slice(0, 5)}</p>
      <p className="mt-[1vmin] text-[2.4vmin] text-ink-2">
        {checklist.open
          ? running(checklist.open)
          : checklist.run?.finishedAt
            ? `run ended ${clock(checklist.run.finishedAt).slice(0, 5)} UTC`
            : 'no run yet'}
      </p>
      <div className="mt-[1vmin] flex items-center justify-end gap-3 max-sm:justify-start">
        <LiveIndicator className="text-[max(0.75rem,2vmin)]" />
        <Link to="/readiness" search={{ checklist: name }} className="rounded text-ink-3 hover:text-ink" aria-label="Back to the checklist">
          <Icon name="close" size={20} />
        </Link>
      </div>
    </div>
  );
}

function running({ done, total }: NonNullable<Checklist['open']>): string {
  return total > 0 ? `running, ${count(done)} of ${count(total)}` : 'a run begins';
}

/** UTC, as everything else on the page. */
function useNow(): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date().toISOString()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Counts({ counts }: { counts: Readonly<Record<string, number>> }) {
  const shown = STATES.filter((state) => (counts[state] ?? 0) > 0);
  return (
    <ul className="flex shrink-0 flex-wrap gap-x-[4vmin] gap-y-[1vmin]">
      {shown.map((state) => (
        <li key={state} className="flex items-baseline gap-[1vmin]">
          <span className={`size-[1.8vmin] self-center rounded-full ${markOf(state).fill}`} aria-hidden="true" />
          <span className="num text-[5vmin] leading-none font-semibold">{counts[state]}</span>
          <span className="text-[2.6vmin] text-ink-2">{markOf(state).word}</span>
        </li>
      ))}
    </ul>
  );
}

const ADVICE_INK = { good: 'text-good', warn: 'text-warn', bad: 'text-bad' } as const;

/** The release that is being watched: what is advised now, why, and when it is looked at again. */
function Released({ watch: { advice, because, releasedAt, nextAt } }: { watch: Watch }) {
  const { tone, word } = advice ? ADVICE[advice] : { tone: undefined, word: 'not looked at yet' };
  return (
    <section
      aria-label="After the release"
      className="flex shrink-0 items-baseline gap-[2vmin] border-t border-line pt-[1.4vmin] leading-tight"
    >
      <p className={`shrink-0 text-[4vmin] font-semibold ${tone ? ADVICE_INK[tone] : 'text-ink-2'}`}>{word}</p>
      <p className="min-w-0 flex-1 truncate text-[2.4vmin] text-ink-2">{because[0]}</p>
      <p className="num shrink-0 text-[2.4vmin] text-ink-2">
        released {clock(releasedAt).slice(0, 5)}
        {nextAt && ` · next look ${clock(nextAt).slice(0, 5)}`}
      </p>
    </section>
  );
}

function InTheWay({ checklist, most }: { checklist: Checklist; most: number }) {
  const byId = new Map(checklist.lines.map((line) => [line.id, line]));
  const lines = checklist.gate.blocks.flatMap((id) => byId.get(id) ?? []);
  if (lines.length === 0) return <p className="m-auto text-[6vmin] font-medium text-good">Nothing in the way</p>;
  // The last place tells how many more there are, where they do not all fit.
  const shown = lines.length <= most ? lines : lines.slice(0, most - 1);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <p className="shrink-0 pb-[1.4vmin] text-[2.4vmin] leading-tight text-ink-2">In the way · {count(lines.length)}</p>
      <ul className="min-h-0 flex-1 overflow-hidden">
        {shown.map((line) => (
          <WallLine key={line.id} line={line} />
        ))}
        {shown.length < lines.length && (
          <li className="border-t border-line py-[1.1vmin] text-[3.2vmin] leading-tight text-ink-2">
            and {count(lines.length - shown.length)} more
          </li>
        )}
      </ul>
    </div>
  );
}

function WallLine({ line }: { line: Line }) {
  return (
    <li className="flex items-center gap-[2vmin] border-t border-line py-[1.1vmin] text-[3.2vmin] leading-tight">
      <StateMark state={line.state} size="1em" />
      <bdi className="max-w-[60%] shrink-0 truncate font-medium">{line.title}</bdi>
      <bdi className="min-w-0 flex-1 truncate text-[2.4vmin] text-ink-2">{line.summary}</bdi>
      <span className="shrink-0 text-[2.4vmin] text-ink-2">{words(line.effect)}</span>
    </li>
  );
}
