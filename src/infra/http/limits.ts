import type { Operation } from '../../base/operation.ts';
import { draw } from '../kv/gcra.ts';
import type { Taken } from '../kv/port.ts';
import { createMarks } from './marks.ts';
import { NEIGHBOURS, network, wideNetwork } from './network.ts';

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
 * login ask of us: pages, documents, addresses that do not exist, refusals. `session` is for public operations by who shows
 * to be of a session.
 */
export type Limits = {
  actor: Rate;
  member: Rate;
  tenant: Rate;
  global: Rate;
  address: Rate;
  visits: Rate;
  failures: Rate;
  session: Rate;
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
  // Every page that is opened anew refreshes once: 300 a minute are more than tabs, a browser that opens them all again and an
  // impatient person come to together.
  session: { units: 600, windowMs: 60_000 },
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

/** A caller without a login, known by its address alone; with `looksUp` it brings a credential that is not known yet. */
type Stranger = { address: string; entrance?: string; looksUp?: true };

/**
 * Who is charged for a call; `memberId` when its member is too. Callers without a login pay for each public operation
 * (`entrance`) by itself: who floods the sign-in ends nobody's session. Who shows to be of a session pays with that.
 */
export type Payer = { actorId: string; tenantId: string; memberId?: string } | Stranger | { session: string; entrance: string };

/** The answer of the limiter: header values for every reply, and what refused the call, if anything did. */
export type Verdict = { policy: string; state: string; refusedBy?: { name: string; retryAfterSeconds: number } };

export type Limiter = {
  take(payer: Payer, cost: Operation['cost']): Promise<Verdict>;
  /** Seconds until a credential that is not known from an address is looked at again, 0 when it is now. */
  mustWait(address: string): number;
  /** Counts a refused credential against its address. */
  failed(address: string): void;
  /** Somebody whom we know calls from this address: its public operations do not wait for those of strangers any more. */
  familiar(address: string): void;
  /** Whether somebody we know has called from this address within a day. */
  isFamiliar(address: string): boolean;
};

/** An address where somebody we know has called stays familiar for so long. */
const FAMILIAR_MS = 86_400_000;
const MOST_MARKS = 100_000;

/**
 * Charges a call to its levels (see `levelsOf`), each only when the one before had room, so that one caller's flood does not
 * eat its tenant's allowance; a cost above a limit takes all of it. When the shared store fails, the process's own memory
 * takes over: limits get looser, callers are not turned away.
 */
export function createLimiter(deps: {
  store: LimitStore;
  limits: Limits;
  onStoreError?: (error: unknown) => void;
  now?: () => number;
}): Limiter {
  const { store, limits, onStoreError, now = () => performance.now() } = deps;
  const own = memoryLimits({ now });
  const failures = memoryLimits({ now });
  const known = createMarks(MOST_MARKS);
  const isFamiliar = (address: string): boolean => known.until(network(address)) > now();

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
      for (const { name, key, rate, silent } of levelsOf(payer, limits, isFamiliar)) {
        const answer = take(key, name === 'member' ? 1 : Math.min(limits.cost[cost], rate.units), rate);
        const taken = answer instanceof Promise ? await answer : answer;
        if (!silent || !taken.allowed) describe(verdict, name, rate, taken);
        if (taken.allowed) continue;
        return { ...verdict, refusedBy: { name, retryAfterSeconds: Math.max(1, Math.ceil(taken.retryAfterMs / 1000)) } };
      }
      return verdict;
    },
    mustWait(address) {
      const waits = failuresOf(address, limits).map(({ key, rate: { units, windowMs } }) => {
        const { remaining } = failures.take(key, 0, units, windowMs);
        return remaining >= 1 ? 0 : Math.max(1, Math.ceil(windowMs / units / 1000));
      });
      return Math.max(...waits);
    },
    failed(address) {
      for (const { key, rate } of failuresOf(address, limits)) failures.take(key, 1, rate.units, rate.windowMs);
    },
    familiar(address) {
      known.set(network(address), now() + FAMILIAR_MS);
    },
    isFamiliar,
  };
}

const times = (rate: Rate, factor: number): Rate => ({ ...rate, units: Math.ceil(rate.units * factor) });

function failuresOf(address: string, { failures }: Limits): { key: string; rate: Rate }[] {
  return [
    { key: `failures:${network(address)}`, rate: failures },
    { key: `failures:${wideNetwork(address)}`, rate: times(failures, NEIGHBOURS) },
  ];
}

/** Who pays, in this order; `silent` ones are nobody's business until they refuse. */
type Level = { name: string; key: string; rate: Rate; silent?: boolean };

function levelsOf(payer: Payer, limits: Limits, isFamiliar: (address: string) => boolean): Level[] {
  const everyone: Level = { name: 'global', key: 'global', rate: limits.global, silent: true };
  if ('address' in payer) return [...levelsOfStranger(payer, limits, isFamiliar), everyone];
  if ('session' in payer) {
    const { session, entrance } = payer;
    const sessions: Level = { name: 'sessions', key: `sessions:${entrance}`, rate: times(limits.global, 1 / 16), silent: true };
    return [{ name: 'session', key: `session:${session}`, rate: limits.session }, sessions, everyone];
  }
  const { actorId, tenantId, memberId } = payer;
  const actor = { name: 'actor', key: `actor:${actorId}`, rate: limits.actor };
  const tenant = { name: 'tenant', key: `tenant:${tenantId}`, rate: limits.tenant };
  if (memberId === undefined) return [actor, tenant, everyone];
  return [actor, { name: 'member', key: `member:${tenantId}:${memberId}`, rate: limits.member }, tenant, everyone];
}

/** Parts of the deployment that strangers share: for visits, and for each other thing by itself. */
const VISITS_PART = 1 / 8;
const OTHER_PART = 1 / 16;
/** What addresses that are familiar have besides, as a part of that. */
const FAMILIAR_PART = 1 / 2;

/**
 * The address, its neighbours, and all strangers together, for visits, for credentials to be looked up, and for each public
 * operation by itself: no flood of one kind ends another. With the four operations that there are strangers get 7/16 of the
 * deployment, and familiar addresses 7/32.
 */
function levelsOfStranger(
  { address, entrance, looksUp }: Stranger,
  { visits, address: ofAddress, global }: Limits,
  isFamiliar: (address: string) => boolean,
): Level[] {
  const [name, rate] = entrance === undefined ? (['visits', visits] as const) : (['address', ofAddress] as const);
  const own = entrance === undefined ? 'visits' : `address:${entrance}`;
  const kind = looksUp ? 'credentials' : (entrance ?? 'visits');
  const part = kind === 'visits' ? VISITS_PART : OTHER_PART;
  const [group, share] = isFamiliar(address) ? ['familiar', part * FAMILIAR_PART] : ['strangers', part];
  return [
    { name, key: `${own}:${network(address)}`, rate },
    { name: 'network', key: `${own}:${wideNetwork(address)}`, rate: times(rate, NEIGHBOURS), silent: true },
    { name: 'strangers', key: `${group}:${kind}`, rate: times(global, share), silent: true },
  ];
}

/** The header fields of draft-ietf-httpapi-ratelimit-headers: quota and window, then what remains and when all is back. */
function describe(verdict: Verdict, name: string, rate: Rate, taken: Taken): void {
  const comma = verdict.policy === '' ? '' : ', ';
  verdict.policy += `${comma}"${name}";q=${rate.units};w=${Math.ceil(rate.windowMs / 1000)}`;
  verdict.state += `${comma}"${name}";r=${Math.min(taken.remaining, rate.units)};t=${Math.ceil(taken.resetMs / 1000)}`;
}
