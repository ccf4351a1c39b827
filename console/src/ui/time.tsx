import { clock, day } from './format.ts';

/** An instant, in UTC as on statements; the milliseconds are in the tooltip. */
export function Time({ at, show = 'both' }: { at: string; show?: 'both' | 'clock' | 'day' }) {
  return (
    <time dateTime={at} title={`${at.replace('T', ' ').replace('Z', '')} UTC`} className="num whitespace-nowrap">
      {show !== 'clock' && <span className={show === 'both' ? 'text-ink-3' : ''}>{day(at)}</span>}
      {show === 'both' && ' '}
      {show !== 'day' && clock(at)}
    </time>
  );
}
