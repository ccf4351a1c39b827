const MOST = 10_000;

/** The same function, which does the work once for each text that comes again and again, such as a heading. */
export function remembering<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, { value: T }>();
  return (text) => {
    const before = known.get(text);
    if (before) return before.value;
    if (known.size >= MOST) known.clear();
    const value = work(text);
    known.set(text, { value });
    return value;
  };
}
