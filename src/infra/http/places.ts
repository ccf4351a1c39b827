import { NEIGHBOURS, network, wideNetwork } from './network.ts';
import type { Trusts } from './proxies.ts';

/** How many of something may be held open at a time: of one address, of its network (four times as many unless told), and all together. */
export type PlaceBounds = { each: number; near?: number; all: number };

/**
 * Who asks for a place: a stranger, somebody at an address where somebody known has called within a day, or a proxy that is
 * trusted and speaks for nobody else (a balancer that looks for itself).
 */
export type PlaceGroup = 'strangers' | 'familiar' | 'proxies';

/** Places for what anybody may open: connections, sockets, streams. */
export type Places = {
  /** Takes a place and answers how to give it back, once; undefined when there is none left for the address in its group. */
  take(address: string, group?: PlaceGroup): (() => void) | undefined;
};

/** What those who are not strangers have besides, each group by itself, as a part of what all strangers have. */
const OTHERS_PART = 1 / 2;

/** Which group asks, by the address of whoever is next to us or calls. */
export function groupOf(address: string, { trusts, isFamiliar }: { trusts: Trusts; isFamiliar(address: string): boolean }): PlaceGroup {
  if (trusts(address)) return 'proxies';
  return isFamiliar(address) ? 'familiar' : 'strangers';
}

/** Places of one process. No group takes those of another, however many networks its members come from. */
export function placesOf({ each, near = each * NEIGHBOURS, all }: PlaceBounds): Places {
  const taken = new Map<string, number>();
  const change = (key: string, by: number): void => {
    const now = (taken.get(key) ?? 0) + by;
    if (now > 0) taken.set(key, now);
    else taken.delete(key);
  };
  return {
    take(address, group = 'strangers') {
      const own: [key: string, most: number][] = [
        [`${group} ${network(address)}`, each],
        [`${group} neighbours ${wideNetwork(address)}`, near],
      ];
      const everyone: [key: string, most: number] = [`${group} all`, group === 'strangers' ? all : Math.ceil(all * OTHERS_PART)];
      // Balancers stand side by side, and each of them may be many.
      const bounds = group === 'proxies' ? [everyone] : [...own, everyone];
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
