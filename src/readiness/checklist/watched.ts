import type { Criterion, Item } from './checklist.ts';

/** Whether the watch after a release looks at a line, as far as the document says; lines of other environments are not of this release. */
export function isWatched({
  environment,
  window,
  action,
  polarity,
}: Pick<Item | Criterion, 'environment' | 'window' | 'action' | 'polarity'>): boolean {
  if (environment !== undefined && environment !== 'production') return false;
  if (window && window.toMs <= 0) return false;
  return window !== undefined || action !== undefined || polarity === 'bad_when_true';
}
