import type { Clock } from '../base/time.ts';
import type { Heads } from '../infra/heads/port.ts';
import type { Check, Job } from '../infra/module.ts';
import type { Db } from '../infra/postgres/db.ts';
import { BOUNDED_KINDS } from './attempt.ts';
import { chainAudit, unsoundChains } from './audit/chain.ts';
import type { KeyRing } from './key-ring.ts';
import { REMEMBER_MS } from './revocations.ts';
import { SESSION_MS } from './session.ts';
import { hasWaitingSince } from './store/audit-chain.ts';
import { deleteKeptBefore } from './store/kept-answer.ts';
import { deleteAttemptsBefore, deleteOldestAttempts } from './store/login-attempt.ts';
import { deleteRevocationsBefore } from './store/revocation.ts';
import { deleteSessionsBefore } from './store/session.ts';
import { accountThrottle } from './throttle.ts';

const DAY = 86_400_000;
/** An answer to an `Idempotency-Key` is kept at least 30 days. */
const KEEP_ANSWERS_MS = 31 * DAY;
const TRIM_ROWS = 10_000;
const CHAIN_LAG_MS = 60_000;
/**
 * Counts of failed sign-ins of one kind that are kept. An attempt makes two of what nobody has, and strangers get 3,750 attempts
 * a minute by the usual limits: that is 26 minutes, and no lock is longer than 15.
 */
const MOST_ATTEMPTS = 200_000;

type Deps = { db: Db; clock: Clock; keyRing: KeyRing; heads: Heads };

/** Background work that one process does for all. */
export function jobsOf(deps: Deps): Job[] {
  return [
    {
      name: 'access.chain_audit',
      everyMs: 1_000,
      run: (signal) => chainAudit(deps, signal),
      apart: true,
    },
    { name: 'access.rotate_signing_keys', cron: '17 * * * *', run: () => deps.keyRing.rotate() },
    { name: 'access.trim_attempts', everyMs: 60_000, run: () => trimAttempts(deps) },
    { name: 'access.trim', cron: '41 * * * *', run: (signal) => trim(deps, signal) },
  ];
}

/** Removes what no one can ask for any more. */
export async function trim({ db, clock }: Pick<Deps, 'db' | 'clock'>, signal: AbortSignal): Promise<void> {
  const now = clock.now();
  await db.write({ role: 'rialto_relay' }, async (tx) => {
    await deleteRevocationsBefore(tx, now - 2 * REMEMBER_MS);
    await deleteSessionsBefore(tx, now - SESSION_MS - DAY);
  });
  await db.write({ role: 'rialto_auth' }, (tx) => deleteAttemptsBefore(tx, now - accountThrottle.forgetAfterMs));
  let removed = TRIM_ROWS;
  while (removed === TRIM_ROWS && !signal.aborted) {
    removed = await db.write({ role: 'rialto_relay' }, (tx) => deleteKeptBefore(tx, now - KEEP_ANSWERS_MS, TRIM_ROWS));
  }
}

/** Keeps the counts of what nobody has and of networks to a number, whatever strangers try. */
export async function trimAttempts({ db }: Pick<Deps, 'db'>, most = MOST_ATTEMPTS): Promise<void> {
  for (const kind of BOUNDED_KINDS) await db.write({ role: 'rialto_auth' }, (tx) => deleteOldestAttempts(tx, kind, most));
}

/** What health may ask. */
export function checksOf({ db, clock, keyRing, heads }: Deps): Check[] {
  return [
    {
      name: 'access.signing_key',
      run: async () => ({ ok: true, detail: `signs with ${(await keyRing.signer()).kid}` }),
    },
    {
      name: 'access.audit_chain',
      run: async () => {
        const behind = await db.read({ role: 'rialto_relay' }, (tx) => hasWaitingSince(tx, clock.now() - CHAIN_LAG_MS));
        if (!behind) return { ok: true, detail: 'chained up to the last minute' };
        const why = (await db.write({ role: 'rialto_relay' }, (tx) => unsoundChains(tx, heads)))[0];
        return { ok: false, detail: `audit rows wait for more than a minute to be chained${why ? `. ${why.message}` : ''}` };
      },
    },
  ];
}
