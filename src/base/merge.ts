/**
 * One stream out of several, each of which is in order already; holds one value of each at a time. `comesBefore` is strict: of
 * values that are equal, the one of the earlier stream comes first.
 */
export async function* mergeInOrder<T>(
  streams: readonly AsyncIterable<T>[],
  comesBefore: (one: T, other: T) => boolean,
): AsyncGenerator<T, void, undefined> {
  const open = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads: { value: T; from: AsyncIterator<T> }[] = [];
    for (const from of open) {
      const { done, value } = await from.next();
      if (!done) heads.push({ value, from });
    }
    while (heads.length > 0) {
      let least = 0;
      for (let i = 1; i < heads.length; i++) if (comesBefore(heads[i]!.value, heads[least]!.value)) least = i;
      const head = heads[least]!;
      yield head.value;
      const { done, value } = await head.from.next();
      if (done) heads.splice(least, 1);
      else head.value = value;
    }
  } finally {
    for (const from of open) await from.return?.();
  }
}
