import { hash } from 'node:crypto';
import { RetryLater } from '../base/error.ts';
import { network } from '../infra/http/network.ts';
import type { Tx } from '../infra/postgres/db.ts';
import type { AccessDeps } from './deps.ts';
import { inTurn, type Lane } from './password.ts';
import {
  accountThrottle,
  addressThrottle,
  begun,
  everywhereThrottle,
  lockedForMs,
  noAttempts,
  undone,
  type Attempts,
  type Throttle,
} from './throttle.ts';
import { lockAttempts, selectAttempts, updateAttempts } from './store/login-attempt.ts';
import { selectPlacesOf } from './store/session.ts';

type Deps = Pick<AccessDeps, 'db' | 'clock'>;
type Count = { key: string; throttle: Throttle };

/** One attempt at a password: what it counts against. */
export type Attempt = { here: Count; elsewhere: readonly Count[] };

/** Kinds of keys of which strangers can make as many as they like, so that only the newest are kept. */
export const BOUNDED_KINDS = ['nobody', 'address'] as const;

/**
 * What an attempt counts against: the account at this address, then the account wherever it comes from and the address
 * whichever account it tries. Where the user has signed in before, only the first: a stranger elsewhere, or a colleague who
 * tries other accounts from the same office, keeps nobody out of a place that is the user's own. What nobody has is counted
 * in the same way, under keys of its own.
 */
async function countsOf(tx: Tx, email: string, address: string): Promise<Attempt> {
  const known = await selectPlacesOf(tx, email);
  // Hashed, so that the table does not collect what people typed into the wrong field.
  const account = `${known ? 'account' : 'nobody'}/${hash('sha256', email, 'base64url')}`;
  const place = network(address);
  const here = { key: `${account}/${place}`, throttle: accountThrottle };
  const isOwn = known?.some((one) => network(one) === place) ?? false;
  const everywhere = { key: account, throttle: everywhereThrottle };
  return { here, elsewhere: isOwn ? [] : [everywhere, { key: `address/${place}`, throttle: addressThrottle }] };
}

/** Who tries a password, and in whose turn. */
export type Trying = { email: string; address: string; lane: Lane };

/**
 * Looks at a password and counts that as failed unless it fits. The attempt begins when its turn has come: of many who give the
 * right password at once none is locked out by those who wait with it. Errors: `access.locked`, `access.busy`.
 */
export async function tryPassword(deps: Deps, { email, address, lane }: Trying, fits: () => Promise<boolean>): Promise<boolean> {
  const { counts, waitMs } = await deps.db.read({ role: 'rialto_auth' }, async (tx) => {
    const found = await countsOf(tx, email, address);
    return { counts: found, waitMs: longest(deps, await selectAttempts(tx, keysOf(found))) };
  });
  // Who is locked takes nobody's place.
  refuseFor(waitMs);
  // Only at a place that is the user's own does nothing count elsewhere.
  const isKnown = lane.isKnown || counts.elsewhere.length === 0;
  return await inTurn({ ...lane, isKnown }, async () => {
    const attempt = await beginAttempt(deps, email, address);
    const isRight = await judge(deps, attempt, fits);
    if (isRight) await endAttempt(deps, attempt);
    return isRight;
  });
}

const keysOf = ({ here, elsewhere }: Attempt): string[] => [here, ...elsewhere].map(({ key }) => key);

const longest = ({ clock }: Pick<Deps, 'clock'>, attempts: readonly Attempts[]): number =>
  Math.max(...attempts.map((state) => lockedForMs(state, clock.now())));

function refuseFor(waitMs: number): void {
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new RetryLater('access.locked', `Too many attempts failed. Try again in ${seconds} s.`, seconds);
}

/**
 * Counts an attempt before it is made; `endAttempt` takes it back when it succeeds. Errors: `access.locked`, the same for
 * accounts that exist and those that do not.
 */
export async function beginAttempt(deps: Deps, email: string, address: string): Promise<Attempt> {
  const { attempt, waitMs } = await deps.db.write({ role: 'rialto_auth' }, async (tx) => {
    const found = await countsOf(tx, email, address);
    const keys = keysOf(found);
    // Who is locked leaves no trace: the rows of those who go on knocking from everywhere would only be more rows.
    const knocking = longest(deps, await selectAttempts(tx, keys));
    if (knocking > 0) return { attempt: found, waitMs: knocking };
    const attempts = await lockAttempts(tx, keys);
    const lockedMs = longest(deps, attempts);
    const counts = [found.here, ...found.elsewhere];
    if (lockedMs === 0)
      for (const [i, { key, throttle }] of counts.entries()) await updateAttempts(tx, key, begun(attempts[i]!, throttle, deps.clock.now()));
    return { attempt: found, waitMs: lockedMs };
  });
  refuseFor(waitMs);
  return attempt;
}

/** Looks at the password of an attempt; one that could not be looked at has not failed. */
export async function judge({ db, clock }: Deps, attempt: Attempt, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    const keys = keysOf(attempt);
    await db.write({ role: 'rialto_auth' }, async (tx) => {
      const attempts = await lockAttempts(tx, keys);
      for (const [i, key] of keys.entries()) await updateAttempts(tx, key, undone(attempts[i]!, clock.now()));
    });
    throw error;
  }
}

/** The attempt succeeded: the account starts from nothing here; elsewhere, what others failed still counts. */
async function endAttempt({ db, clock }: Deps, { here, elsewhere }: Attempt): Promise<void> {
  await db.write({ role: 'rialto_auth' }, async (tx) => {
    const [, ...attempts] = await lockAttempts(tx, keysOf({ here, elsewhere }));
    const now = clock.now();
    await updateAttempts(tx, here.key, { ...noAttempts, lastAt: now });
    for (const [i, { key }] of elsewhere.entries()) await updateAttempts(tx, key, undone(attempts[i]!, now));
  });
}
