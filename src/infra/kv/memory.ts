import { systemClock, type Clock } from '../../base/time.ts';
import { draw, type Bucket } from './gcra.ts';
import type { Kv } from './port.ts';

type Entry = { value: string | number | Bucket; expiresAt: number };

/**
 * Values in this process: at most `maxEntries`, the least recently used go first. No timer runs; what has expired is
 * seen as absent and leaves when its place is needed.
 */
export function memoryKv({ maxEntries = 100_000, clock = systemClock }: { maxEntries?: number; clock?: Clock } = {}): Kv {
  // A Map keeps insertion order: re-inserting on use makes its first entry the least recently used.
  const entries = new Map<string, Entry>();

  function live(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (!entry) return undefined;
    entries.delete(key);
    if (entry.expiresAt <= clock.now()) return undefined;
    entries.set(key, entry);
    return entry;
  }

  function put(key: string, entry: Entry): void {
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value!);
  }

  return {
    async get(key) {
      const entry = live(key);
      return entry && typeof entry.value !== 'object' ? String(entry.value) : undefined;
    },
    async set(key, value, ttlMs) {
      put(key, { value, expiresAt: clock.now() + ttlMs });
    },
    async incr(key, ttlMs) {
      const entry = live(key);
      const count = Number(entry?.value ?? 0) + 1;
      put(key, { value: count, expiresAt: entry?.expiresAt ?? clock.now() + ttlMs });
      return count;
    },
    async delete(key) {
      entries.delete(key);
    },
    async take(key, cost, limit, windowMs) {
      const slot = `${key}\0take`;
      const now = clock.now();
      const { bucket, taken } = draw(live(slot)?.value as Bucket | undefined, now, { cost, limit, windowMs });
      put(slot, { value: bucket, expiresAt: bucket.fullAt });
      return taken;
    },
    check: async () => ({ ok: true, detail: 'in the memory of this process' }),
    async close() {
      entries.clear();
    },
  };
}
