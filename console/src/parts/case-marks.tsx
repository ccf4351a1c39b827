import { useSyncExternalStore } from 'react';
import { Badge, type Tone } from '../ui/badge.tsx';
import { duration, words } from '../ui/format.ts';

const PRIORITY: Readonly<Record<string, Tone>> = { critical: 'bad', high: 'warn', medium: 'accent', low: 'plain' };
const OUTCOME: Readonly<Record<string, Tone>> = { released: 'good', dismissed: 'good', rejected: 'bad', reported: 'bad' };
const STATE: Readonly<Record<string, Tone>> = { open: 'accent', in_review: 'calm', waiting: 'plain', proposed: 'warn', closed: 'plain' };

type Marked = { priority: string; state: string; outcome?: string; dueAt: string; closedAt?: string };

/** How urgent a case is. */
export function PriorityMark({ priority }: Pick<Marked, 'priority'>) {
  return <Badge tone={PRIORITY[priority] ?? 'plain'}>{priority}</Badge>;
}

/** Where a case stands, or how it was decided. */
export function CaseState({ state, outcome }: Pick<Marked, 'state' | 'outcome'>) {
  const tone = outcome ? OUTCOME[outcome] : STATE[state];
  return (
    <Badge tone={tone ?? 'plain'}>
      <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {words(outcome ?? state)}
    </Badge>
  );
}

const EVERY_MS = 30_000;
let seen = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all rows of a page, that goes every half a minute while somebody looks. */
function watch(heard: () => void): () => void {
  watchers.add(heard);
  timer ??= setInterval(() => {
    seen = Date.now();
    for (const one of watchers) one();
  }, EVERY_MS);
  return () => {
    watchers.delete(heard);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const useNow = () => useSyncExternalStore(watch, () => seen);

/** How long there is until a case is due, or since when it is overdue. */
export function Due({ dueAt, closedAt }: Pick<Marked, 'dueAt' | 'closedAt'>) {
  const now = useNow();
  if (closedAt) return <span className="text-ink-3">–</span>;
  const left = Date.parse(dueAt) - now;
  const text = duration(Math.floor(Math.abs(left) / 60_000) * 60_000 || 60_000);
  return (
    <time
      dateTime={dueAt}
      title={`${dueAt.replace('T', ' ').replace('Z', '')} UTC`}
      className={`num whitespace-nowrap ${left < 0 ? 'font-medium text-bad' : left < 900_000 ? 'text-warn' : 'text-ink-2'}`}
    >
      {left < 0 ? `${text} late` : `in ${text}`}
    </time>
  );
}

/** Risk of 0 to 100 as a number with a bar. */
export function RiskBar({ score }: { score: number }) {
  const tone = score >= 65 ? 'bg-bad' : score >= 35 ? 'bg-warn' : 'bg-good';
  return (
    <span className="inline-flex items-center gap-2" title={`Risk ${score} of 100`}>
      <span className="h-1.5 w-12 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
        <span className={`block h-full rounded-full ${tone}`} style={{ width: `${score}%` }} />
      </span>
      <span className="num w-6 text-right text-xs">{score}</span>
    </span>
  );
}
