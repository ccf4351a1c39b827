import type { Redis } from 'ioredis';
import { toTaken } from './gcra.ts';
import type { SharedKv } from './port.ts';

/** Redis's own clock decides, so that processes with different clocks share one bucket. Says the same as `draw` in gcra.ts. */
const TAKE = `
local time = redis.call('time')
local now = time[1] * 1000 + time[2] / 1000
local cost, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local before = math.max(tonumber(redis.call('get', KEYS[1]) or now), now)
local after = before + cost * window / limit
local allowed = after - now <= window + 0.01
local fullAt = allowed and after or before
if allowed then
  redis.call('set', KEYS[1], string.format('%.3f', fullAt), 'PX', math.max(1, math.ceil(fullAt - now)))
end
return { allowed and 1 or 0, string.format('%.6f', fullAt - now), string.format('%.6f', after - now - window) }
`;

const INCR = `
local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return count
`;

type Scripted = Redis & {
  rialtoTake(key: string, cost: number, limit: number, windowMs: number): Promise<[number, string, string]>;
  rialtoIncr(key: string, ttlMs: number): Promise<number>;
};

export type RedisOptions = {
  /** `redis://` or `rediss://`, or the path of a unix socket. */
  url: string;
  /** Put before every key. */
  prefix?: string;
  /** A command that takes longer has failed. */
  commandTimeoutMs?: number;
};

/**
 * Values in a Redis server, shared by all processes. Commands fail at once while there is no connection: whoever calls
 * decides what to do then (see `createKv`). Also usable with Valkey.
 */
export async function redisKv({ url, prefix = 'rialto:', commandTimeoutMs = 250 }: RedisOptions): Promise<SharedKv> {
  // Loaded only when used: most installations have no Redis.
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    keyPrefix: prefix,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy: (attempt) => Math.min(100 * attempt, 2_000),
    scripts: { rialtoTake: { lua: TAKE, numberOfKeys: 1 }, rialtoIncr: { lua: INCR, numberOfKeys: 1 } },
  }) as Scripted;
  // The client reconnects by itself; who wants to know of it watches.
  redis.on('error', () => undefined);
  // A server that is not there yet is not a reason to refuse the start.
  await redis.connect().catch(() => undefined);

  return {
    async get(key) {
      return (await redis.get(key)) ?? undefined;
    },
    async set(key, value, ttlMs) {
      await redis.set(key, value, 'PX', ttlMs);
    },
    incr: (key, ttlMs) => redis.rialtoIncr(key, ttlMs),
    async delete(key) {
      await redis.del(key);
    },
    async take(key, cost, limit, windowMs) {
      const [allowed, waitMs, overMs] = await redis.rialtoTake(`${key}\0take`, cost, limit, windowMs);
      return toTaken({ allowed: allowed === 1, waitMs: Number(waitMs), overMs: Number(overMs), perUnitMs: windowMs / limit, windowMs });
    },
    async check() {
      const startedAt = performance.now();
      return await redis.ping().then(
        () => ({ ok: true, detail: `Redis answers in ${Math.ceil(performance.now() - startedAt)} ms` }),
        () => ({ ok: false, detail: 'Redis does not answer' }),
      );
    },
    watch(heard) {
      heard(redis.status === 'ready');
      redis.on('ready', () => heard(true));
      redis.on('close', () => heard(false));
    },
    async close() {
      redis.removeAllListeners('close');
      redis.disconnect();
    },
  };
}
