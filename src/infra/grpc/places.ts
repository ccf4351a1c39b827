import { network } from '../http/limits.ts';

/** How many streams strangers may hold open at a time: of one address, and all together. */
export type PlaceBounds = { each: number; all: number };

/** Places for streams that anybody may open and that nothing else ends. */
export type Places = {
  /** Takes a place and answers how to give it back, once; undefined when there is none left for the address. */
  take(address: string): (() => void) | undefined;
};

/** Places of one process. */
export function placesOf({ each, all }: PlaceBounds): Places {
  const taken = new Map<string, number>();
  let open = 0;
  return {
    take(address) {
      const place = network(address);
      const own = taken.get(place) ?? 0;
      if (own >= each || open >= all) return undefined;
      taken.set(place, own + 1);
      open += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        open -= 1;
        const left = taken.get(place)! - 1;
        if (left > 0) taken.set(place, left);
        else taken.delete(place);
      };
    },
  };
}
