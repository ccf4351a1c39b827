/** Texts one after another as UTF-8, read out one at a time: a tenth of what as many strings would take. */
export type TextPool = { readonly bytes: Uint8Array<ArrayBuffer>; readonly at: Uint32Array<ArrayBuffer> };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Gathers texts for a pool. */
export function textPoolBuilder(): { add(text: string): void; done(): TextPool } {
  let bytes = new Uint8Array(1 << 10);
  let used = 0;
  const ends: number[] = [0];
  return {
    add(text) {
      if (bytes.length - used < text.length * 3) {
        const grown = new Uint8Array(Math.max(bytes.length * 2, used + text.length * 3));
        grown.set(bytes.subarray(0, used));
        bytes = grown;
      }
      used += encoder.encodeInto(text, bytes.subarray(used)).written;
      ends.push(used);
    },
    done: () => ({ bytes: bytes.slice(0, used), at: Uint32Array.from(ends) }),
  };
}

/** The text at a place of the pool. */
export function textAt(pool: TextPool, place: number): string {
  return decoder.decode(pool.bytes.subarray(pool.at[place], pool.at[place + 1]));
}
