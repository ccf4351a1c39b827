import type { Operation } from '../../base/operation.ts';
import { draw } from '../kv/gcra.ts';
import type { Taken } from '../kv/port.ts';

/**
 * Where the state of rate limits lives: `infra/kv` (Redis when several processes share limits), or memory here.
 * `take` removes `cost` units from the key's allowance of `limit` units a window, all or none; see `kv/gcra.ts` for the rule.
 */
export type LimitStore = { take(key: string, cost: number, limit: number, windowMs: number): Taken | Promise<Taken> };

/** So many units in so long a time; the whole allowance may be used at once and flows back evenly. */
export type Rate = { units: number; windowMs: number };

/**
 * The rates of one deployment. `member` counts requests, whatever each costs: a batch is one. `failures` are made-up
 * credentials of one address, `address` is for each public operation (sign-in), `visits` for all else that callers without a
 * login ask of us: pages, documents, addresses that do not exist, refusals.
 */
export type Limits = {
  actor: Rate;
  member: Rate;
  tenant: Rate;
  global: Rate;
  address: Rate;
  visits: Rate;
  failures: Rate;
  cost: Record<Operation['cost'], number>;
};

/** Unless configured: 100 requests a minute of a member (a bank), 100 light calls a second and actor, ten times that for a tenant, twenty refused credentials a minute and address. */
export const usualLimits: Limits = {
  actor: { units: 6_000, windowMs: 60_000 },
  member: { units: 100, windowMs: 60_000 },
  tenant: { units: 60_000, windowMs: 60_000 },
  global: { units: 600_000, windowMs: 60_000 },
  address: { units: 300, windowMs: 60_000 },
  // A page of the console is some thirty files, and an office may open it at one time from one address.
  visits: { units: 3_000, windowMs: 60_000 },
  failures: { units: 20, windowMs: 60_000 },
  cost: { light: 1, normal: 2, heavy: 10 },
};

/** A limit store that answers at once. `size` is the number of keys held. */
export type MemoryLimits = { take(key: string, cost: number, limit: number, windowMs: number): Taken; size(): number };

/**
 * Rate limits of one process. Holds at most `maxKeys` keys: those that are full again are forgotten first (that changes
 * nothing), then the longest untouched. `now` is a monotonic clock in milliseconds.
 */
export function memoryLimits(options: { maxKeys?: number; now?: () => number } = {}): MemoryLimits {
  const { maxKeys = 100_000, now = () => performance.now() } = options;
  const fullAt = new Map<string, number>();

  function makeRoom(nowMs: number): void {
    for (const [key, at] of fullAt) if (at <= nowMs) fullAt.delete(key);
    // A tenth at a time, so that a flood of new keys does not pay for a sweep each.
    let surplus = fullAt.size >= maxKeys ? Math.ceil(maxKeys / 10) : 0;
    for (const key of fullAt.keys()) {
      if (surplus-- <= 0) break;
      fullAt.delete(key);
    }
  }

  return {
    take(key, cost, limit, windowMs) {
      const nowMs = now();
      const known = fullAt.get(key);
      const { bucket, taken } = draw(known === undefined ? undefined : { fullAt: known }, nowMs, { cost, limit, windowMs });
      if (known !== undefined) fullAt.delete(key);
      else if (fullAt.size >= maxKeys) makeRoom(nowMs);
      if (bucket.fullAt > nowMs) fullAt.set(key, bucket.fullAt);
      return taken;
    },
    size: () => fullAt.size,
  };
}

/**
 * Who is charged for a call; `memberId` when its member is too. Callers without a login are known by their address alone, and pay
 * for each public operation (`entrance`) by itself: who floods the sign-in ends nobody's session.
 */
export type Payer = { actorId: string; tenantId: string; memberId?: string } | { address: string; entrance?: string };

/** The answer of the limiter: header values for every reply, and what refused the call, if anything did. */
export type Verdict = { policy: string; state: string; refusedBy?: { name: string; retryAfterSeconds: number } };

export type Limiter = {
  take(payer: Payer, cost: Operation['cost']): Promise<Verdict>;
  /** Seconds until an address may present a credential again, 0 when it may now. */
  mustWait(address: string): number;
  /** Counts a refused credential against its address. */
  failed(address: string): void;
};

/**
 * Charges a call to its actor, then its member, then its tenant, then the whole deployment, each only when the one before had room, so
 * that one caller's flood does not eat its tenant's allowance; a cost above a limit takes all of it. When the shared store fails, the process's own memory
 * takes over: limits get looser, callers are not turned away.
 */
export function createLimiter(deps: {
  store: LimitStore;
  limits: Limits;
  onStoreError?: (error: unknown) => void;
  now?: () => number;
}): Limiter {
  const { store, limits, onStoreError, now } = deps;
  const own = memoryLimits(now ? { now } : {});
  const failures = memoryLimits(now ? { now } : {});
  // All who have no login together: half of what the deployment takes, so that the other half is left to those who have one.
  const strangers: Rate = { ...limits.global, units: Math.ceil(limits.global.units / 2) };

  /** At once when the store is this process's memory: three waits a call would cost more than the counting. */
  function take(key: string, cost: number, rate: Rate): Taken | Promise<Taken> {
    const alone = (error: unknown) => {
      onStoreError?.(error);
      return own.take(key, cost, rate.units, rate.windowMs);
    };
    try {
      const taken = store.take(key, cost, rate.units, rate.windowMs);
      return taken instanceof Promise ? taken.catch(alone) : taken;
    } catch (error) {
      return alone(error);
    }
  }

  return {
    async take(payer, cost) {
      const verdict: Verdict = { policy: '', state: '' };
      for (const { name, key } of levelsOf(payer)) {
        const rate = name === 'strangers' ? strangers : limits[name];
        const answer = take(key, name === 'member' ? 1 : Math.min(limits.cost[cost], rate.units), rate);
        const taken = answer instanceof Promise ? await answer : answer;
        // The deployment's own load is nobody's business until it refuses.
        if ((name !== 'global' && name !== 'strangers') || !taken.allowed) describe(verdict, name, rate, taken);
        if (!taken.allowed)
          return { ...verdict, refusedBy: { name, retryAfterSeconds: Math.max(1, Math.ceil(taken.retryAfterMs / 1000)) } };
      }
      return verdict;
    },
    mustWait(address) {
      const { units, windowMs } = limits.failures;
      const { remaining } = failures.take(`failures:${network(address)}`, 0, units, windowMs);
      return remaining >= 1 ? 0 : Math.max(1, Math.ceil(windowMs / units / 1000));
    },
    failed(address) {
      failures.take(`failures:${network(address)}`, 1, limits.failures.units, limits.failures.windowMs);
    },
  };
}

type Level = 'actor' | 'member' | 'tenant' | 'global' | 'address' | 'visits' | 'strangers';

function levelsOf(payer: Payer): { name: Level; key: string }[] {
  const everyone = { name: 'global' as const, key: 'global' };
  if ('address' in payer) {
    const place = network(payer.address);
    const { entrance } = payer;
    return [
      entrance === undefined ? { name: 'visits', key: `visits:${place}` } : { name: 'address', key: `address:${place}:${entrance}` },
      { name: 'strangers', key: 'strangers' },
      everyone,
    ];
  }
  const { actorId, tenantId, memberId } = payer;
  const actor = { name: 'actor' as const, key: `actor:${actorId}` };
  const tenant = { name: 'tenant' as const, key: `tenant:${tenantId}` };
  if (memberId === undefined) return [actor, tenant, everyone];
  return [actor, { name: 'member', key: `member:${tenantId}:${memberId}` }, tenant, everyone];
}

/** The header fields of draft-ietf-httpapi-ratelimit-headers: quota and window, then what remains and when all is back. */
function describe(verdict: Verdict, name: Level, rate: Rate, taken: Taken): void {
  const comma = verdict.policy === '' ? '' : ', ';
  verdict.policy += `${comma}"${name}";q=${rate.units};w=${Math.ceil(rate.windowMs / 1000)}`;
  verdict.state += `${comma}"${name}";r=${Math.min(taken.remaining, rate.units)};t=${Math.ceil(taken.resetMs / 1000)}`;
}

/** One subscriber holds a whole /64 of IPv6, so that is what counts as one address. */
export function network(address: string): string {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  if (!plain.includes(':')) return plain;
  const [left = [], right = []] = plain.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const zeros = plain.includes('::') ? Math.max(0, 8 - left.length - right.length) : 0;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
