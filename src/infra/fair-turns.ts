/** Work that takes a processor for long: so much at once, so much waiting, and no lane before its turn. */
export type FairTurns = {
  /** Does the work when it is the lane's turn. Errors: that of who is refused, those of the work. */
  run<T>(lane: string, work: () => Promise<T>): Promise<T>;
};

type Waiting = { begin(): void; refuse(): void };

/**
 * Lanes take turns, so who fills one waits behind its own. When all places are taken the longest lane gives its newest one up
 * for a shorter one; who comes with a lane as long as any is refused, with the error that `busy` makes.
 */
export function fairTurns({ atOnce, places, busy }: { atOnce: number; places: number; busy(): Error }): FairTurns {
  /** In the order of their turns. */
  const lanes = new Map<string, Waiting[]>();
  let running = 0;
  let waiting = 0;

  function wait(lane: string, one: Waiting): void {
    const own = lanes.get(lane) ?? [];
    if (waiting >= places && !makeRoomFor(own)) return one.refuse();
    lanes.set(lane, [...own, one]);
    waiting += 1;
  }

  function makeRoomFor(own: readonly Waiting[]): boolean {
    const longest = [...lanes.values()].reduce((most, lane) => (lane.length > most.length ? lane : most), []);
    if (longest.length <= own.length + 1) return false;
    longest.pop()!.refuse();
    waiting -= 1;
    return true;
  }

  function next(): void {
    const [first] = lanes;
    if (!first || running >= atOnce) return;
    const [lane, [one, ...rest]] = first;
    lanes.delete(lane);
    if (rest.length > 0) lanes.set(lane, rest);
    waiting -= 1;
    one!.begin();
  }

  return {
    async run(lane, work) {
      if (running >= atOnce || waiting > 0) {
        await new Promise<void>((begin, fail) => wait(lane, { begin: () => (running++, begin()), refuse: () => fail(busy()) }));
      } else running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        next();
      }
    },
  };
}
