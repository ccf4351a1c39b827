import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { getChecklist, listChecklists } from '../../../src/readiness/contract.ts';
import { useOperation } from '../api/queries.ts';
import { LiveIndicator } from '../parts/live-indicator.tsx';
import { useFilters } from '../parts/filters.tsx';
import { DecisionWord, markOf, STATES, StateBar, StateMark, type Checklist, type Line } from '../parts/readiness-state.tsx';
import { clock, count, words } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Failure } from '../ui/states.tsx';

const EVERY_MS = 15_000;
/** What was answered longer ago than this is no longer shown as how it is. */
const KNOWN_FOR_MS = 3 * EVERY_MS;
const MOST_LINES = 8;

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
  return (
    <>
      <div className="flex items-start justify-between gap-8">
        <div className="min-w-0">
          <p className="truncate text-[3.2vmin] leading-tight text-ink-2">{checklist.title}</p>
          <p className="leading-none">
            {isKnown ? (
              <DecisionWord decision={gate.decision} className="text-[17vmin] leading-none" />
            ) : (
              <span className="text-[17vmin] leading-none font-semibold tracking-tight text-bad">NOT KNOWN</span>
            )}
          </p>
        </div>
        <Corner checklist={checklist} name={name} now={now} />
      </div>
      {isKnown ? (
        <>
          <StateBar counts={gate.counts} className="h-[3vmin] shrink-0" />
          <Counts counts={gate.counts} />
          <InTheWay checklist={checklist} />
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
    <div className="shrink-0 text-right">
      <p className="num text-[7vmin] leading-none font-medium">{clock(now).slice(0, 5)}</p>
      <p className="mt-[1vmin] text-[2.4vmin] text-ink-2">
        {checklist.open
          ? running(checklist.open)
          : checklist.run?.finishedAt
            ? `run ended ${clock(checklist.run.finishedAt).slice(0, 5)} UTC`
            : 'no run yet'}
      </p>
      <div className="mt-[1vmin] flex items-center justify-end gap-3 text-base">
        <LiveIndicator />
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

function InTheWay({ checklist }: { checklist: Checklist }) {
  const byId = new Map(checklist.lines.map((line) => [line.id, line]));
  const lines = checklist.gate.blocks.flatMap((id) => byId.get(id) ?? []);
  if (lines.length === 0) return <p className="m-auto text-[6vmin] font-medium text-good">Nothing in the way</p>;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <p className="shrink-0 pb-[1.4vmin] text-[2.4vmin] leading-tight text-ink-2">In the way · {count(lines.length)}</p>
      <ul className="min-h-0 flex-1 overflow-hidden">
        {lines.slice(0, MOST_LINES).map((line) => (
          <WallLine key={line.id} line={line} />
        ))}
      </ul>
    </div>
  );
}

function WallLine({ line }: { line: Line }) {
  return (
    <li className="flex items-center gap-[2vmin] border-t border-line py-[1.1vmin] text-[3.2vmin] leading-tight">
      <StateMark state={line.state} size={26} />
      <bdi className="min-w-0 flex-1 truncate font-medium">{line.title}</bdi>
      <span className="shrink-0 text-[2.4vmin] text-ink-2">{words(line.effect)}</span>
    </li>
  );
}
