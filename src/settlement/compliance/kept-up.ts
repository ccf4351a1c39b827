import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import { sharedLook } from './shared-look.ts';

/** What was looked at is as good as new for so long; it is looked at again, behind whoever asks, from half of that on. */
const FRESH_MS = 1_000;
const REFRESH_MS = 500;

/** What a process keeps in memory of what others change, and when it has to look at that again. */
export type KeptUp = {
  /**
   * What has to be waited for before what is kept may be used; undefined when that may be used at once. All who come
   * meanwhile share one look. Errors: those of the look.
   */
  due(): Promise<void> | undefined;
  /** Looks now, or shares a look that began a moment ago. Errors: those of the look. */
  ask(): Promise<void>;
  /** What is kept is known to be outdated: nobody uses it before a look that begins after this. */
  expire(): void;
  /** Whether a look has begun that has not ended. */
  readonly isUnderWay: boolean;
  /** When nothing is under way any more, however it went. */
  ended(): Promise<void>;
};

type Settings = {
  clock: Clock;
  look: () => Promise<void>;
  /** Told of a look that failed behind somebody who did not wait for it. */
  onFailure: (error: unknown) => void;
  /** How old what is kept may become while a look is under way that began in time, as it does where many ask. */
  patienceMs?: Millis;
};

/**
 * Whoever asks often never waits, since looks begin in time and behind it; whoever asks after a while waits for a look, as
 * what is kept may tell of a time long past. Nothing is looked at while nobody asks.
 */
export function keptUp({ clock, look, onFailure, patienceMs = FRESH_MS }: Settings): KeptUp {
  /** When the last look began that holds. */
  let lookedAt: Millis | undefined;
  let expired = 0;
  /** Whether the look that is under way began when what is kept was too old to be used. */
  let beganLate = false;
  let behind: Promise<void> | undefined;
  const isYoung = (ms: Millis) => lookedAt !== undefined && isYounger(clock, lookedAt, ms);
  const looks = sharedLook(clock, FRESH_MS, async () => {
    const [since, before] = [clock.now(), expired];
    await look();
    if (before === expired) lookedAt = since;
  });
  return {
    due() {
      if (isYoung(REFRESH_MS)) return undefined;
      const isFresh = isYoung(FRESH_MS);
      if (!looks.isUnderWay) beganLate = !isFresh;
      const looked = looks.ask();
      if (!isFresh && (beganLate || !isYoung(patienceMs))) return looked;
      // A failure is told once, however many ask meanwhile.
      if (looked !== behind) looked.catch(onFailure);
      behind = looked;
      return undefined;
    },
    ask: () => looks.ask(),
    expire() {
      expired += 1;
      lookedAt = undefined;
      looks.expire();
    },
    get isUnderWay() {
      return looks.isUnderWay;
    },
    ended: () => looks.ended(),
  };
}
