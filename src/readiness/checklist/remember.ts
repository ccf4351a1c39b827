const MOST = 10_000;

/** A value that is made when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

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
