import type { TriedSituation } from '../check.ts';
import { IMPOSSIBLE, triedOf } from './demands.ts';
import { SITUATIONS, type Ends } from './situations.ts';

/** Every situation in which a built-in kind passes, with what it must not pass with there. */
export function triedOfKind(kind: string): readonly TriedSituation[] {
  const situations = Object.entries(SITUATIONS[kind] ?? {});
  const modes = situations.map(([mode]) => mode);
  return situations.map(([mode, arrange]) => ({
    name: mode,
    impossible: Object.fromEntries(
      Object.entries(IMPOSSIBLE[kind] ?? {}).flatMap(([parameter, value]) => {
        const tried = triedOf(value, modes, mode);
        return tried === undefined ? [] : [[parameter, tried]];
      }),
    ),
    async arrange() {
      const ends: Ends = [];
      const end = async (): Promise<void> => void (await Promise.all(ends.map((each) => each())));
      try {
        return { ...(await arrange(ends)), end };
      } catch (error) {
        await end();
        throw error;
      }
    },
  }));
}
