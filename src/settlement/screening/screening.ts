import type { Uuid } from '../../base/id.ts';
import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { PaymentOrder, ScreeningResult } from '../payment/payment.ts';
import { readListCsv } from './csv.ts';
import { buildIndex, screen, type Match, type ScreeningIndex } from './match.ts';
import { contentsOfLists, versionsOfLists } from './store.ts';

/** Screens names against the lists that are in force in a tenant. */
export type Screening = {
  /** Debtor and creditor of an order; a hit on either holds the payment. */
  screenParties(tenantId: Uuid, order: Pick<PaymentOrder, 'debtor' | 'creditor'>): Promise<ScreeningResult>;
  /** Every match of one name. */
  check(tenantId: Uuid, name: string): Promise<Match[]>;
  /** Reads the lists again at the next name. */
  forget(tenantId: Uuid): void;
};

type InForce = { readAt: Millis; version: string; index: ScreeningIndex };

/**
 * Keeps one index a tenant in memory and looks every `maxAgeMs` whether a list has changed. Names wait while it looks and
 * while an index is being built, so that nothing passes unscreened.
 */
export function createScreening(db: Db, clock: Clock, maxAgeMs: Millis = 2_000): Screening {
  const inForce = new Map<Uuid, InForce>();
  const loading = new Map<Uuid, Promise<InForce>>();

  async function load(tenantId: Uuid): Promise<InForce> {
    const readAt = clock.now();
    const known = inForce.get(tenantId);
    // One look at the database, so that a version is never noted with the content of another.
    const { version, contents } = await db.read({ tenantId }, async (tx) => {
      const versions = await versionsOfLists(tx, tenantId);
      const found = versions.map((list) => `${list.id}@${list.version.slice(0, 16)}`).join(' ');
      return { version: found, contents: found === known?.version ? [] : await contentsOfLists(tx, tenantId) };
    });
    if (known?.version === version) return { ...known, readAt };
    return { readAt, version, index: buildIndex(contents.flatMap(({ id, content }) => readListCsv(id, content))) };
  }

  function refresh(tenantId: Uuid): Promise<InForce> {
    const already = loading.get(tenantId);
    if (already) return already;
    const next: Promise<InForce> = load(tenantId)
      .then((loaded) => {
        // Unless it was told meanwhile that what it read is old.
        if (loading.get(tenantId) === next) inForce.set(tenantId, loaded);
        return loaded;
      })
      .finally(() => {
        if (loading.get(tenantId) === next) loading.delete(tenantId);
      });
    loading.set(tenantId, next);
    return next;
  }

  async function current(tenantId: Uuid): Promise<InForce> {
    const known = inForce.get(tenantId);
    if (!known || !isYounger(clock, known.readAt, maxAgeMs)) return refresh(tenantId);
    return known;
  }

  return {
    async screenParties(tenantId, { debtor, creditor }) {
      const { index, version } = await current(tenantId);
      const hits = (['debtor', 'creditor'] as const).flatMap((party) => {
        const { name } = party === 'debtor' ? debtor : creditor;
        return screen(index, name).map(({ listed, listId, entryId, score, explanation }) => ({
          party,
          listed,
          listId,
          entryId,
          score,
          explanation,
        }));
      });
      return { ...(version && { listVersion: version }), hits };
    },
    async check(tenantId, name) {
      return screen((await current(tenantId)).index, name);
    },
    forget(tenantId) {
      inForce.delete(tenantId);
      loading.delete(tenantId);
    },
  };
}
