import type { Uuid } from '../../base/id.ts';
import { keysOfLegs, type Gate, type Passage } from '../compliance/passage.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Participants } from '../participant/directory.ts';
import type { QueueEntry } from './entry.ts';
import { countriesOf } from './store.ts';

/** What waits, as circuit breakers see it. */
export type Watched = {
  /** Those that no breaker stops for now. */
  entries: QueueEntry[];
  /** Asks whether a set may settle at once; of a breaker that is half open it is one probe. */
  pass(bundleIds: readonly string[]): Passage;
};

const FREE: Passage = { at: 0, probes: [] };

/**
 * Leaves out what an open breaker stops: it waits, and the others go. What passes a breaker that is half open stays in and is
 * asked about when it can settle, so that nobody without money takes a probe. While all are closed nobody is asked.
 */
export async function pastBreakers(
  deps: Pick<SettlementDeps, 'db'>,
  tenantId: Uuid,
  gate: Gate,
  { entries, participants }: { entries: QueueEntry[]; participants: Participants },
): Promise<Watched> {
  if (!gate.isWatched) return { entries, pass: () => FREE };
  const countries = gate.asksCorridors
    ? await deps.db.read({ tenantId }, (tx) =>
        countriesOf(
          tx,
          tenantId,
          entries.map(({ id }) => id),
        ),
      )
    : new Map<Uuid, never>();
  const keys = new Map(entries.map(({ id, legs }) => [id as string, keysOfLegs(legs, participants.byId, countries.get(id))]));
  return {
    entries: entries.filter(({ id }) => !gate.stops(keys.get(id)!)),
    pass: (bundleIds) => gate.pass([...new Set(bundleIds.flatMap((id) => keys.get(id) ?? []))]),
  };
}
