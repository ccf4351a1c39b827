import type { Uuid } from '../../base/id.ts';
import { codecOf } from '../../base/codec.ts';
import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { LedgerPort } from '../../ledger/port.ts';
import { free } from '../participant/read-participants.ts';
import { Policy as PolicySchema } from './contract.ts';
import { chooseRoute, DEFAULT_POLICY, factsNeeded, type Facts, type Policy, type Route } from './route.ts';
import { findPolicy, type PolicyRow } from './store.ts';

/** A payment for which a way is wanted. */
export type Ask = Omit<Facts, 'available' | 'inflow' | 'waiting'> & { senderId: Uuid; settlementAccountId: Uuid };

/** A tenant's policy in force. `version` 0: none was set. */
export type InForce = { policy: Policy; version: number };

/**
 * Finds the way for each payment. Policies are kept in memory for at most `maxAgeMs`; the facts that rules ask for are looked
 * up when a rule asks for them, so a tenant without a policy pays nothing.
 */
export type Router = {
  policyOf(tenantId: Uuid): Promise<InForce>;
  /** At once where the policy is at hand and asks for nothing more, as every payment of a network without rules. */
  routeOf(tenantId: Uuid, ask: Ask): Found | Promise<Found>;
  forget(tenantId: Uuid): void;
};

/** The way of a payment, and what it was found by. */
export type Found = Route & { inForce: InForce };

/** Where facts come from that the router does not keep itself. */
export type Sources = {
  /** How many bundles wait in a sender's queue. */
  waitingOf(tenantId: Uuid, participantId: Uuid): Promise<number>;
  /** What a participant will receive within this hour with nine chances in ten. */
  inflowOf(tenantId: Uuid, participantId: Uuid, asset: string): Promise<bigint>;
};

type Deps = { db: Db; clock: Clock; ledger: Pick<LedgerPort, 'balances'>; sources: Sources };
const codec = codecOf(PolicySchema);

/** A kept policy as values. */
export function policyOfRow(row: PolicyRow): Policy {
  return codec.decode(row.policy) as Policy;
}

/** A policy as it is kept and sent. */
export function wireOfPolicy(policy: Policy): object {
  return codec.encode(policy) as object;
}

type Needed = ReturnType<typeof factsNeeded>;
type Copy = { readAt: Millis; inForce: Promise<InForce>; atHand?: InForce; needed?: Needed };

export function createRouter({ db, clock, ledger, sources }: Deps, maxAgeMs: Millis = 2_000): Router {
  const copies = new Map<Uuid, Copy>();
  const youngCopy = (tenantId: Uuid): Copy | undefined => {
    const copy = copies.get(tenantId);
    return copy && isYounger(clock, copy.readAt, maxAgeMs) ? copy : undefined;
  };
  const read = (tenantId: Uuid): Copy => {
    const inForce = db.read({ tenantId }, async (tx): Promise<InForce> => {
      const row = await findPolicy(tx, tenantId);
      return row ? { policy: policyOfRow(row), version: row.version } : { policy: DEFAULT_POLICY, version: 0 };
    });
    const fresh: Copy = { readAt: clock.now(), inForce };
    copies.set(tenantId, fresh);
    inForce.then(
      (known) => void Object.assign(fresh, { atHand: known, needed: factsNeeded(known.policy) }),
      () => copies.get(tenantId) === fresh && copies.delete(tenantId),
    );
    return fresh;
  };
  const policyOf = (tenantId: Uuid): Promise<InForce> => (youngCopy(tenantId) ?? read(tenantId)).inForce;
  const lookUp = async (tenantId: Uuid, ask: Ask): Promise<Found> => {
    const inForce = await policyOf(tenantId);
    const needed = factsNeeded(inForce.policy);
    const freeOf = async (account: Uuid) => free((await ledger.balances(tenantId, [account])).get(account));
    const [available, inflow, waiting] = await Promise.all([
      needed.available ? freeOf(ask.settlementAccountId) : undefined,
      needed.inflow ? sources.inflowOf(tenantId, ask.senderId, ask.asset) : undefined,
      needed.waiting ? sources.waitingOf(tenantId, ask.senderId) : undefined,
    ]);
    const facts: Facts = {
      ...ask,
      ...(available !== undefined && { available }),
      ...(inflow !== undefined && { inflow }),
      ...(waiting !== undefined && { waiting }),
    };
    return { ...chooseRoute(inForce.policy, facts), inForce };
  };
  return {
    policyOf,
    routeOf(tenantId, ask) {
      const { atHand, needed } = youngCopy(tenantId) ?? {};
      if (!atHand || !needed || needed.available || needed.inflow || needed.waiting) return lookUp(tenantId, ask);
      return { ...chooseRoute(atHand.policy, ask), inForce: atHand };
    },
    forget: (tenantId) => void copies.delete(tenantId),
  };
}
