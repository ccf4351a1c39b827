import type { Clock, Millis } from '../../base/time.ts';

/**
 * Remembers answers for a moment, so that many readers of the same figures cost one query: whoever asks while it runs or
 * shortly after gets its answer. Failures are not remembered.
 */
export function recent<T>(clock: Clock, maxAgeMs: Millis): (key: string, make: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, { madeAt: Millis; answer: Promise<T> }>();
  return (key, make) => {
    const now = clock.now();
    const known = answers.get(key);
    if (known && now - known.madeAt < maxAgeMs) return known.answer;
    for (const [old, { madeAt }] of answers) if (now - madeAt >= maxAgeMs) answers.delete(old);
    const answer = make();
    answers.set(key, { madeAt: now, answer });
    answer.catch(() => answers.delete(key));
    return answer;
  };
}
