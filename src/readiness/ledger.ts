import type { Uuid } from '../base/id.ts';
import type { Clock } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { Verdict } from './gate/decide.ts';
import { decide } from './gate/decide.ts';
import type { Document } from './library.ts';
import { fold, type GatePolicy, type RecordState } from './record/fold.ts';
import type { ReadinessRecord, RecordStore } from './record/record.ts';
import { trustedEntries } from './record/trusted.ts';
import { leafOfEntry } from './record/leaf.ts';
import { remember } from './remember.ts';
import type { Run, Subject } from './run/result.ts';
import type { RunLimits } from './run/settings.ts';
import { subjectFor } from './run/subject.ts';
import type { HousePeople } from './signing.ts';
import { recordStoreOf } from './store/record-store.ts';
import { AppError } from '../base/error.ts';
import type { Release } from './deps.ts';

/** Everything that is known of a checklist now. */
export type Standing = {
  document: Document;
  subject: Subject;
  verdict: Verdict;
  /** The newest run of the subject, with the checks of each line. */
  run: Run | undefined;
  state: RecordState;
  entries: readonly ReadinessRecord[];
  /** Indexes of the entries whose signature is genuine. */
  trusted: ReadonlySet<number>;
};

/** What is known of the checklists of a tenant from its log. */
export type Ledgers = {
  standing(tenantId: Uuid, document: Document): Promise<Standing>;
  /** A run by the SHA-256 under which it is kept. */
  run(tenantId: Uuid, sha256: string): Promise<Run>;
  storeOf(tenantId: Uuid): RecordStore;
};

type Deps = {
  db: Db;
  clock: Clock;
  release: () => Promise<Release>;
  people(tenantId: Uuid): HousePeople;
  policy: GatePolicy;
  limits: RunLimits;
};

/** Runs and logs that are kept in memory. */
const RUNS_KEPT = 60;

/** What was read of a log: it only grows, so each reading goes on where the last one ended. */
type Read = { entries: ReadinessRecord[]; trusted: Set<number> };

export function createLedgers(deps: Deps): Ledgers {
  const { policy, limits } = deps;
  const ttl = limits.defaultTtlMs !== undefined && { defaultTtlMs: limits.defaultTtlMs };
  const storeOf = (tenantId: Uuid) => recordStoreOf(deps.db, { tenantId, clock: deps.clock });
  const logs = new Map<string, Promise<Read>>();
  const runs = remember(RUNS_KEPT, async (key) => {
    const [tenantId, sha256] = JSON.parse(key) as [Uuid, string];
    const kept = await storeOf(tenantId).evidence(sha256);
    if (!kept) throw new AppError('not_found', 'readiness.evidence_not_found', 'There is no such evidence.');
    return JSON.parse(new TextDecoder().decode(kept.bytes)) as Run;
  });
  const run = (tenantId: Uuid, sha256: string) => runs(JSON.stringify([tenantId, sha256]));
  const readOn = async (tenantId: Uuid, name: string, before: Read): Promise<Read> => {
    const fresh = await Array.fromAsync(storeOf(tenantId).read(name, before.entries.length));
    if (fresh.length === 0) return before;
    for (const [i, entry] of fresh.entries())
      if (entry.index !== before.entries.length + i || entry.leaf !== leafOfEntry(entry))
        throw new AppError('conflict', 'readiness.log_damaged', `Entry ${entry.index} of ${name} is not the one that was appended.`);
    const trusted = await trustedEntries(fresh, deps.people(tenantId));
    return { entries: [...before.entries, ...fresh], trusted: new Set([...before.trusted, ...trusted]) };
  };
  const logOf = (tenantId: Uuid, name: string): Promise<Read> => {
    const key = JSON.stringify([tenantId, name]);
    const before = logs.get(key) ?? Promise.resolve({ entries: [], trusted: new Set<number>() });
    // One after the other, so that nothing is verified twice; a failed reading is forgotten.
    const next = before.then((read) => readOn(tenantId, name, read));
    logs.set(key, next);
    next.catch(() => logs.delete(key));
    return next;
  };
  return {
    storeOf,
    run,
    async standing(tenantId, document) {
      const { entries, trusted } = await logOf(tenantId, document.name);
      const at = deps.clock.now();
      const { checklist, bindings } = document;
      const subject = subjectFor(checklist, bindings, await deps.release());
      const state = fold(entries, { subject, at, trusted, policy });
      const last = state.runs.at(-1);
      const latest = last && (await run(tenantId, last.body.results));
      const verdict = decide({ checklist, bindings, run: latest, subject, records: state, at, policy, ...ttl });
      return { document, subject, verdict, run: latest, state, entries, trusted };
    },
  };
}
