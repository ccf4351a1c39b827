import type { Log } from '../log/log.ts';
import { memoryKv } from './memory.ts';
import type { Kv } from './port.ts';
import { redisKv } from './redis.ts';
import { resilientKv } from './resilient.ts';

export type KvDeps = {
  /** Without it values live in this process only. */
  redisUrl?: string;
  log: Pick<Log, 'warn' | 'info'>;
  /** Counts every call that had to be answered without Redis (a metric). */
  onFallback?(): void;
};

/** The key-value store of this installation: Redis with this process's memory behind it, or memory alone. */
export async function createKv({ redisUrl, log, onFallback }: KvDeps): Promise<Kv> {
  const local = memoryKv();
  if (redisUrl === undefined) return local;
  return resilientKv({ shared: await redisKv({ url: redisUrl }), local, log, onFallback });
}
