import type { Uuid } from '../../base/id.ts';
import type { Clock, Millis } from '../../base/time.ts';
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
 * Keeps one index a tenant in memory and looks every `maxAgeMs` whether a list has changed. While a new index is being
 * built the old one answers; a tenant's first payment waits for its first index, so that nothing passes unscreened.
 */
export function createScreening(db: Db, clock: Clock, maxAgeMs: Millis = 2_000): Screening {
  const inForce = new Map<Uuid, InForce>();
  const loading = new Map<Uuid, Promise<InForce>>();

  async function load(tenantId: Uuid): Promise<InForce> {
    const readAt = clock.now();
    const versions = await db.read({ tenantId }, (tx) => versionsOfLists(tx, tenantId));
    const version = versions.map((list) => `${list.id}@${list.version.slice(0, 16)}`).join(' ');
    const known = inForce.get(tenantId);
    if (known?.version === version) return { ...known, readAt };
    const contents = await db.read({ tenantId }, (tx) => contentsOfLists(tx, tenantId));
    return { readAt, version, index: buildIndex(contents.flatMap(({ id, content }) => readListCsv(id, content))) };
  }

  function refresh(tenantId: Uuid): Promise<InForce> {
    const already = loading.get(tenantId);
    if (already) return already;
    const next = load(tenantId)
      .then((loaded) => {
        inForce.set(tenantId, loaded);
        return loaded;
      })
      .finally(() => loading.delete(tenantId));
    loading.set(tenantId, next);
    return next;
  }

  async function current(tenantId: Uuid): Promise<InForce> {
    const known = inForce.get(tenantId);
    if (!known || clock.now() - known.readAt >= maxAgeMs) return refresh(tenantId);
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
    },
  };
}
