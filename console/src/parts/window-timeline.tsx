import { Link } from '@tanstack/react-router';
import { clock, count, words } from '../ui/format.ts';

type WindowRow = { id: string; number: number; state: string; openedAt: string; cutOffAt?: string; payments: number };

const FILLS: Record<string, string> = {
  open: 'bg-accent-soft border-accent text-accent',
  cut_off: 'bg-calm-soft border-calm text-calm',
  netted: 'bg-calm-soft border-calm text-calm',
  settled: 'bg-good-soft border-good/50 text-good',
};

/** Least share of the width at which a window can still be hit and seen. */
const LEAST = 0.035;

/** Where not all fit, the latest are seen first. */
function showLatest(list: HTMLElement | null): void {
  if (list) list.scrollLeft = list.scrollWidth;
}

/** The windows in their order, as wide as they were open (within reason); the last may still be. */
export function WindowTimeline({ windows, nowMs }: { windows: readonly WindowRow[]; nowMs: number }) {
  const ordered = windows.toSorted((a, b) => a.number - b.number);
  const lengths = ordered.map((one) => Math.max(1, (one.cutOffAt ? Date.parse(one.cutOffAt) : nowMs) - Date.parse(one.openedAt)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return (
    <ol ref={showLatest} className="relative flex gap-1 overflow-x-auto px-4 pt-1 pb-4">
      {ordered.map((one, index) => (
        <li key={one.id} className="min-w-18" style={{ flexGrow: Math.max(LEAST, lengths[index]! / total), flexBasis: 0 }}>
          <Link
            to="/windows/$id"
            params={{ id: one.id }}
            className={`block rounded-lg border px-2.5 py-2 transition-[filter] hover:brightness-95 ${FILLS[one.state] ?? ''}`}
          >
            <span className="num block text-sm font-semibold">#{one.number}</span>
            <span className="num block truncate text-xs">{count(one.payments)}</span>
            <span className="block truncate text-2xs">{words(one.state)}</span>
          </Link>
          <p className="num mt-1 pl-0.5 text-2xs text-ink-3">
            <span className="sr-only">opened </span>
            {clock(one.openedAt)}
          </p>
        </li>
      ))}
    </ol>
  );
}
