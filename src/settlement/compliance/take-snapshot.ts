import type { Uuid } from '../../base/id.ts';
import { snapshot } from '../aml/features.ts';
import { paidBehind } from '../aml/history-store.ts';
import { readRuleSet } from '../aml/rules.ts';
import { replaceSnapshot, snapshotSeq } from '../aml/snapshot-store.ts';
import { findSet } from './set-store.ts';
import { readSetting } from './setting-store.ts';
import { bandNames, loadFeatures, type MemoryDeps } from './tenant-memory.ts';

/** How many payments lie behind a snapshot before the next one is worth its while. */
const EVERY = 5_000;

/**
 * Writes down what is remembered of payments, so that a start does not begin with a month of them. It is made from the last
 * one and the book, never from what a process has in memory, so it holds exactly what was paid up to its sequence.
 */
export async function takeSnapshots(deps: Omit<MemoryDeps, 'directory'>, tenantId: Uuid, { every = EVERY } = {}): Promise<void> {
  const found = await deps.db.read({ tenantId }, async (tx) => {
    const { ruleSet } = await readSetting(tx, tenantId);
    const set = ruleSet === undefined ? undefined : await findSet(tx, tenantId, 'aml_rule_set', ruleSet);
    if (!set) return undefined;
    const seq = (await snapshotSeq(tx, tenantId)) ?? 0n;
    const since = deps.clock.now() - 31 * 86_400_000;
    return { set, isDue: (await paidBehind(tx, tenantId, { seq, since }, every)).length >= every };
  });
  if (!found?.isDue) return;
  const rules = readRuleSet(found.set.content);
  const { features, followed } = await loadFeatures(deps, tenantId, rules);
  const taken = { seq: followed.seq, bands: bandNames(rules), at: deps.clock.now(), parts: snapshot(features) };
  await deps.db.write({ tenantId }, (tx) => replaceSnapshot(tx, tenantId, taken));
}
