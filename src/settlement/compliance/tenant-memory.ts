import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { bandKey, bandsOf, readRuleSet, type RuleSet } from '../aml/rules.ts';
import { activateShipped } from '../aml/shipped.ts';
import { advance, emptyState, restore, type FeatureState } from '../aml/features.ts';
import { paidBehind, paymentsNamed, seqBefore, type Followed } from '../aml/history-store.ts';
import { observedOf, type Seen } from '../aml/observe.ts';
import { readSnapshot, type Snapshot } from '../aml/snapshot-store.ts';
import type { Directory } from '../participant/directory.ts';
import type { Breaker } from '../risk/breaker.ts';
import { readBreakers } from '../risk/breaker-store.ts';
import { readExposures } from '../risk/exposure-store.ts';
import { bookOf, fromStored, namedIn } from '../risk/limit-lines.ts';
import { LiveBreakers } from '../risk/live-breakers.ts';
import { SHIPPED_POLICY, type Policy } from '../risk/manage-breakers.ts';
import { emptyPositions } from '../risk/positions.ts';
import type { Ground } from './decide.ts';
import { capUseOf, NO_CAPS } from './limit-check.ts';
import { findSet } from './set-store.ts';
import { readSetting, type Setting } from './setting-store.ts';

/** Payments that are read at once where they are counted. */
export const PAGE = 5_000;
const DAY_MS = 86_400_000;
/** How far back payments are looked at where there is no snapshot. */
const MONTH_MS = 31 * DAY_MS;
/** What does not go through a window is found by its time; a clock set back by less than this does not hide it. */
export const SLACK_MS = 600_000;

/** What payments are judged by, with where it comes from and how far the payments of all processes are counted in. */
export type TenantMemory = Ground & {
  setting: Setting;
  policy: Policy;
  followed: Followed;
};

export type MemoryDeps = { db: Db; directory: Directory; clock: Clock };

type InForce = Pick<TenantMemory, 'setting' | 'policy' | 'ruleSet' | 'rules' | 'limitSet' | 'book' | 'use'> & {
  moved: ReadonlyMap<string, Breaker>;
};

/** Everything of a tenant as its tables tell. The rules that come with the product are put in force where there are none. */
export async function loadTenant(deps: MemoryDeps, tenantId: Uuid, onCounted?: (id: Uuid) => void): Promise<TenantMemory> {
  const inForce = await readInForce(deps, tenantId);
  const { features, followed } = await loadFeatures(deps, tenantId, inForce.rules, onCounted);
  const breakers = new LiveBreakers(inForce.moved, { ...SHIPPED_POLICY, ...inForce.policy });
  return { ...inForce, features, followed, breakers, positions: emptyPositions() };
}

/** Rules, limits, breakers and settings in force. */
export async function readInForce({ db, directory, clock }: MemoryDeps, tenantId: Uuid): Promise<InForce> {
  const known = await db.read({ tenantId }, (tx) => readSetting(tx, tenantId));
  if (known.ruleSet === undefined) await db.write({ tenantId }, (tx) => activateShipped(tx, tenantId, clock.now()));
  const { lines, ...inForce } = await db.read({ tenantId }, async (tx) => {
    const setting = await readSetting(tx, tenantId);
    const rules = readRuleSet((await findSet(tx, tenantId, 'aml_rule_set', setting.ruleSet!))!.content);
    const limits = setting.limitSet === undefined ? undefined : await findSet(tx, tenantId, 'limit_set', setting.limitSet);
    const use = limits ? capUseOf(await readExposures(tx, tenantId), clock.now()) : NO_CAPS;
    const moved = new Map((await readBreakers(tx, tenantId)).map(({ key, state }) => [key, state]));
    const policy = { ...SHIPPED_POLICY, ...setting.breakerPolicy } as Policy;
    const lines = limits ? fromStored(limits.content) : [];
    return { setting, policy, ruleSet: setting.ruleSet!, rules, limitSet: setting.limitSet ?? 0, lines, use, moved };
  });
  // They may name one whom another process has just admitted.
  const participants = await directory.of(tenantId, { ids: namedIn(lines) });
  return { ...inForce, book: bookOf(lines, participants) };
}

/** The breakers that are not closed, and the policy by which they move. */
export async function readBreakersInForce(db: Db, tenantId: Uuid): Promise<Pick<InForce, 'policy' | 'moved'>> {
  return db.read({ tenantId }, async (tx) => ({
    policy: { ...SHIPPED_POLICY, ...(await readSetting(tx, tenantId)).breakerPolicy } as Policy,
    moved: new Map((await readBreakers(tx, tenantId)).map(({ key, state }) => [key, state])),
  }));
}

/** Bands of a rule set, by which its snapshots are known. */
export const bandNames = (rules: RuleSet): string => JSON.stringify([bandsOf(rules).map(bandKey), rules.reference ?? null]);

/** What is remembered of payments: the last snapshot, and all that was paid since then, in the order of the book. */
export async function loadFeatures(
  { db, clock }: Pick<MemoryDeps, 'db' | 'clock'>,
  tenantId: Uuid,
  rules: RuleSet,
  onCounted: (id: Uuid) => void = () => {},
): Promise<{ features: FeatureState; followed: Followed }> {
  const now = clock.now();
  const { snapshot, seq } = await db.read({ tenantId }, async (tx) => {
    const found: Snapshot | undefined = await readSnapshot(tx, tenantId, bandNames(rules));
    return { snapshot: found, seq: found?.seq ?? (await seqBefore(tx, tenantId, now - MONTH_MS)) };
  });
  const features = snapshot ? restore(snapshot.parts, bandsOf(rules)) : emptyState(bandsOf(rules));
  let followed: Followed = { seq, since: (snapshot?.takenAt ?? now - MONTH_MS) - SLACK_MS };
  for (;;) {
    const { paid, payments } = await readPaid(db, tenantId, followed);
    for (const { id } of paid) {
      const payment = payments.get(id);
      if (payment) advance(features, observedOf(rules, payment));
      onCounted(id);
    }
    if (paid.length > 0) followed = { ...followed, seq: paid.at(-1)!.seq };
    if (paid.length < PAGE) return { features, followed: { ...followed, since: now - SLACK_MS } };
  }
}

/** The next payments behind a place, with what is known of those that `skip` does not name. */
export async function readPaid(
  db: Db,
  tenantId: Uuid,
  followed: Followed,
  skip: (id: Uuid) => boolean = () => false,
): Promise<{ paid: { seq: bigint; id: Uuid }[]; payments: ReadonlyMap<Uuid, Seen> }> {
  return db.read({ tenantId }, async (tx) => {
    const paid = await paidBehind(tx, tenantId, followed, PAGE);
    const ids = paid.map(({ id }) => id).filter((id) => !skip(id));
    return { paid, payments: ids.length > 0 ? await paymentsNamed(tx, tenantId, ids) : new Map<Uuid, Seen>() };
  });
}
