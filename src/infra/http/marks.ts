/** Until when something holds of a key; in milliseconds of the caller's clock. */
export type Marks = { set(key: string, until: number): void; until(key: string): number };

/** Holds at most `capacity` marks; those that were set longest ago are forgotten first. */
export function createMarks(capacity: number): Marks {
  const marks = new Map<string, number>();
  return {
    set(key, until) {
      marks.delete(key);
      if (marks.size >= capacity) marks.delete(marks.keys().next().value!);
      marks.set(key, until);
    },
    until: (key) => marks.get(key) ?? -Infinity,
  };
}
