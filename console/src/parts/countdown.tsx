import { useEffect, useState } from 'react';
import { duration } from '../ui/format.ts';

const SECOND_MS = 1_000;

/** The time, every second while something is counted down; on the server's clock, as far as its last answer tells. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How long it is until an instant, in words that change every second; a screen reader hears the instant once. */
export function Countdown({ to }: { to: string }) {
  const left = Date.parse(to) - useNow();
  const seconds = Math.floor(left / SECOND_MS) * SECOND_MS;
  return (
    <span className="num" aria-live="off">
      {left <= 0 ? 'now' : seconds < 60_000 ? `${Math.floor(seconds / SECOND_MS)} s` : duration(seconds)}
    </span>
  );
}
