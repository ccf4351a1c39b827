import { isYounger, type Clock, type Millis } from '../../base/time.ts';

/** A look at what others change, such as tables, that many ask for at once. */
export type SharedLook<T> = {
  /**
   * What is there now. Those who ask while a look is under way share it, unless it began too long ago to tell of now: then
   * they share the next, which begins as soon as that one has ended. Errors: those of the look, told to all who share it.
   */
  ask(): Promise<T>;
  /** When nothing is under way any more, however it went. */
  ended(): Promise<void>;
};

/** `freshMs`: how long after its beginning a look may still be joined. Never are two under way at once. */
export function sharedLook<T>(clock: Clock, freshMs: Millis, look: () => Promise<T>): SharedLook<T> {
  let latest: { since: Millis; result: Promise<T> } | undefined;
  const ended = async () => {
    await latest?.result.catch(() => undefined);
  };
  return {
    ask() {
      if (latest && isYounger(clock, latest.since, freshMs)) return latest.result;
      const result = latest ? ended().then(look) : look();
      const mine = { since: clock.now(), result };
      latest = mine;
      const forget = () => {
        if (latest === mine) latest = undefined;
      };
      result.then(forget, forget);
      return result;
    },
    ended,
  };
}
