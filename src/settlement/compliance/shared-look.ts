import { isYounger, type Clock, type Millis } from '../../base/time.ts';

/** A look at what others change, such as tables, that many ask for at once. */
export type SharedLook<T> = {
  /**
   * What is there now. Those who ask while a look is under way share it, unless it began too long ago to tell of now: then
   * they share the next, which begins as soon as that one has ended. Errors: those of the look, told to all who share it.
   */
  ask(): Promise<T>;
  /** Whether a look has begun, or is about to, that has not ended. */
  readonly isUnderWay: boolean;
  /** Whoever asks from now on gets a look that begins after this. */
  expire(): void;
  /** When nothing is under way any more, however it went. */
  ended(): Promise<void>;
};

/** `freshMs`: how long after its beginning a look may still be joined. Never are two under way at once. */
export function sharedLook<T>(clock: Clock, freshMs: Millis, look: () => Promise<T>): SharedLook<T> {
  let running: { since: Millis; result: Promise<T>; isExpired: boolean } | undefined;
  let next: Promise<T> | undefined;
  const begin = () => {
    const mine = { since: clock.now(), result: look(), isExpired: false };
    running = mine;
    const forget = () => {
      if (running === mine) running = undefined;
    };
    mine.result.then(forget, forget);
    return mine.result;
  };
  const beginAfter = (before: Promise<T>) => {
    const after = () => {
      next = undefined;
      return begin();
    };
    return before.then(after, after);
  };
  return {
    ask() {
      if (next) return next;
      if (!running) return begin();
      if (!running.isExpired && isYounger(clock, running.since, freshMs)) return running.result;
      return (next = beginAfter(running.result));
    },
    get isUnderWay() {
      return running !== undefined || next !== undefined;
    },
    expire() {
      if (running) running.isExpired = true;
    },
    async ended() {
      await (next ?? running?.result)?.catch(() => undefined);
    },
  };
}
