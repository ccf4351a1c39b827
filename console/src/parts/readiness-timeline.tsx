import { Link } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import type { listWatches } from '../../../src/readiness/watch-contract.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { clock } from '../ui/format.ts';
import type { Search } from './filters.tsx';

type Watch = WireOutput<typeof listWatches>['items'][number];
type WatchLine = Watch['lines'][number];

const HOUR = 3_600_000;
/** The first hour deserves as much room as the last weeks: each stretch between two marks is a quarter of the width. */
const MARKS = [
  { ms: 0, label: 'release' },
  { ms: HOUR, label: '1 hour' },
  { ms: 24 * HOUR, label: '1 day' },
  { ms: 7 * 24 * HOUR, label: '1 week' },
  { ms: 30 * 24 * HOUR, label: '1 month' },
] as const;

/** Where an age of the release lies, in percent of the width. */
function placeOf(ageMs: number): number {
  const age = Math.min(Math.max(0, ageMs), MARKS.at(-1)!.ms);
  const at = Math.max(
    0,
    MARKS.findLastIndex(({ ms }) => ms <= age),
  );
  const next = MARKS[at + 1];
  if (!next) return 100;
  const step = 100 / (MARKS.length - 1);
  return step * (at + (age - MARKS[at]!.ms) / (next.ms - MARKS[at]!.ms));
}

const SIGHTS: Readonly<Record<WatchLine['sight'], { tone: Tone; fill: string; word: string }>> = {
  good: { tone: 'good', fill: 'bg-good', word: 'good' },
  warn: { tone: 'warn', fill: 'bg-warn', word: 'warn' },
  bad: { tone: 'bad', fill: 'bg-bad', word: 'bad' },
  unknown: { tone: 'warn', fill: 'bg-warn/50', word: 'unknown' },
  not_yet: { tone: 'plain', fill: 'bg-line-strong', word: 'not yet' },
};

/** What a line leads to; anything else asks for somebody's attention when it is bad. */
const LEADS_TO: Partial<Record<WatchLine['action'], string>> = {
  rollback: 'if bad: roll back',
  recommend_rollback: 'if bad: rollback recommended',
  continue: 'if good: carry on',
};

const SHOWN = 6;
const URGENCY: readonly WatchLine['sight'][] = ['bad', 'unknown', 'warn', 'good', 'not_yet'];

/** What needs somebody first, within that the order of the document. */
const byUrgency = (lines: readonly WatchLine[]): WatchLine[] =>
  lines.toSorted((a, b) => URGENCY.indexOf(a.sight) - URGENCY.indexOf(b.sight) || a.line - b.line);

/** The windows of a watch: a bar for each line from its first to its last look, in the colour of what was last seen. `at` is now, in ms. */
export function WatchTimeline({ watch, at }: { watch: Watch; at: number }) {
  const released = Date.parse(watch.releasedAt);
  const lines = byUrgency(watch.lines);
  const now = placeOf((watch.ended ? Date.parse(watch.ended.at) : at) - released);
  return (
    <div>
      <div className="relative ml-[min(18rem,40%)] h-5 text-2xs text-ink-3 max-sm:ml-0" aria-hidden="true">
        {MARKS.map(({ ms, label }, i) => (
          <span
            key={label}
            className={`absolute whitespace-nowrap ${i === 0 ? '' : i === MARKS.length - 1 ? '-translate-x-full' : '-translate-x-1/2'}`}
            style={{ left: `${placeOf(ms)}%` }}
          >
            {label}
          </span>
        ))}
      </div>
      <Rows lines={lines.slice(0, SHOWN)} released={released} now={now} />
      {lines.length > SHOWN && (
        <details className="border-t border-line">
          <summary className="rounded py-2 text-sm text-accent">{lines.length - SHOWN} more lines</summary>
          <Rows lines={lines.slice(SHOWN)} released={released} now={now} />
        </details>
      )}
    </div>
  );
}

function Rows({ lines, released, now }: { lines: readonly WatchLine[]; released: number; now: number }) {
  return (
    <ul>
      {lines.map((line) => (
        <TimelineRow key={line.lineId} line={line} released={released} now={now} />
      ))}
    </ul>
  );
}

function TimelineRow({ line, released, now }: { line: WatchLine; released: number; now: number }) {
  const { fill, tone, word } = SIGHTS[line.sight];
  const [from, to] = [placeOf(Date.parse(line.from) - released), placeOf(Date.parse(line.to) - released)];
  return (
    <li className="flex items-center gap-3 border-t border-line py-1.5 max-sm:flex-wrap">
      <div className="min-w-0 max-sm:w-full sm:w-[min(17.25rem,calc(40%-0.75rem))]">
        <Link
          to="."
          search={(before: Search) => ({ ...before, line: line.lineId })}
          className="block truncate rounded text-sm hover:underline print:whitespace-normal"
        >
          <bdi>{line.title}</bdi>
        </Link>
        <p className="flex flex-wrap items-center gap-1.5 text-xs text-ink-3">
          <Badge tone={tone}>{line.certain ? 'bad for certain' : word}</Badge>
          {!line.certain && line.action in LEADS_TO && <span>{LEADS_TO[line.action]}</span>}
          {line.lastAt && <span className="num">seen {clock(line.lastAt)}</span>}
        </p>
      </div>
      <div className="relative h-3 min-w-0 flex-1 rounded-full bg-sunken" title={line.summary} aria-hidden="true">
        <span
          className={`absolute inset-y-0 rounded-full ${fill}`}
          style={{ left: `${from}%`, width: `${Math.max(1.2, to - from)}%`, opacity: 0.3 }}
        />
        <span
          className={`absolute inset-y-0 rounded-full ${fill}`}
          style={{ left: `${from}%`, width: `${Math.max(0, Math.min(now, to) - from)}%` }}
        />
        <span className="absolute -inset-y-1 w-0.5 rounded bg-ink" style={{ left: `${now}%` }} />
      </div>
    </li>
  );
}
