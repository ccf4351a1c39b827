import { onTestFinished } from 'vitest';
import { SITUATIONS, type Ends, type Good } from '../../src/readiness/check/proof/situations.ts';

/** Every way in which a kind looks at something, each where it passes; taken away when the running test is over. */
export const GOOD: Readonly<Record<string, Readonly<Record<string, () => Promise<Good>>>>> = Object.fromEntries(
  Object.entries(SITUATIONS).map(([kind, modes]) => [
    kind,
    Object.fromEntries(
      Object.entries(modes).map(([mode, arrange]) => [
        mode,
        async () => {
          const ends: Ends = [];
          onTestFinished(async () => void (await Promise.all(ends.map((end) => end()))));
          return arrange(ends);
        },
      ]),
    ),
  ]),
);
