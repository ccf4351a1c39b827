import { isYounger, type Clock, type Millis } from '../../base/time.ts';

/**
 * Remembers answers for a moment, so that many readers of the same figures cost one query: whoever asks while it runs or
 * shortly after gets its answer. Failures are not remembered.
 */
export function recent<T>(clock: Clock, maxAgeMs: Millis): (key: string, make: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, { madeAt: Millis | undefined; answer: Promise<T> }>();
  const isUsable = (madeAt: Millis | undefined) => madeAt === undefined || isYounger(clock, madeAt, maxAgeMs);
  return (key, make) => {
    const known = answers.get(key);
    if (known && isUsable(known.madeAt)) return known.answer;
    for (const [old, { madeAt }] of answers) if (!isUsable(madeAt)) answers.delete(old);
    const entry: { madeAt: Millis | undefined; answer: Promise<T> } = { madeAt: undefined, answer: make() };
    answers.set(key, entry);
    entry.answer.then(
      () => (entry.madeAt = clock.now()),
      () => answers.delete(key),
    );
    return entry.answer;
  };
}
