/** Answers of `make` by key, at most `most` of them; what was used longest ago is forgotten first. A failure is not kept. */
export function remember<V>(most: number, make: (key: string) => Promise<V>): (key: string) => Promise<V> {
  const known = new Map<string, Promise<V>>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.delete(key);
    known.set(key, value);
    if (known.size > most) known.delete(known.keys().next().value!);
    value.catch(() => known.delete(key));
    return value;
  };
}
