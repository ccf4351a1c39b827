import { NEIGHBOURS, network, wideNetwork } from './network.ts';

/** How many of something may be held open at a time: of one address (of its network four times as many), and all together. */
export type PlaceBounds = { each: number; all: number };

/** Places for what anybody may open: connections, sockets, streams. */
export type Places = {
  /** Takes a place and answers how to give it back, once; undefined when there is none left for the address. */
  take(address: string): (() => void) | undefined;
};

/** Places of one process. */
export function placesOf({ each, all }: PlaceBounds): Places {
  const taken = new Map<string, number>();
  const change = (key: string, by: number): void => {
    const now = (taken.get(key) ?? 0) + by;
    if (now > 0) taken.set(key, now);
    else taken.delete(key);
  };
  return {
    take(address) {
      const bounds: [key: string, most: number][] = [
        [network(address), each],
        [`neighbours ${wideNetwork(address)}`, each * NEIGHBOURS],
        ['all', all],
      ];
      if (bounds.some(([key, most]) => (taken.get(key) ?? 0) >= most)) return undefined;
      for (const [key] of bounds) change(key, 1);
      let isHeld = true;
      return () => {
        if (isHeld) for (const [key] of bounds) change(key, -1);
        isHeld = false;
      };
    },
  };
}
