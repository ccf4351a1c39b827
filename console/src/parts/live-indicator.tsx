import { useSyncExternalStore } from 'react';
import { liveStatus } from '../api/live.ts';
import { count } from '../ui/format.ts';

const WORDS = { live: 'Live', connecting: 'Connecting', waiting: 'Reconnecting', off: 'Offline' } as const;
const DOTS = { live: 'bg-good', connecting: 'bg-warn', waiting: 'bg-warn animate-pulse', off: 'bg-ink-3' } as const;

/** Whether what is on screen follows the server by itself, and how many events a second it sends. */
export function LiveIndicator({ className = 'text-xs' }: { className?: string }) {
  const { state, perSecond } = useSyncExternalStore(liveStatus.watch, liveStatus.get);
  return (
    <span className={`inline-flex items-center gap-2 px-1 text-ink-2 ${className}`} data-live={state}>
      <span className={`size-[0.65em] rounded-full ${DOTS[state]}`} aria-hidden="true" />
      <span role="status">{WORDS[state]}</span>
      {state === 'live' && perSecond > 0 && <span className="num text-ink-3">{count(perSecond)}/s</span>}
    </span>
  );
}
