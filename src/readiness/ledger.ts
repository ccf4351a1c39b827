import type { AccessPort } from '../access/port.ts';
import { toWireId, type Uuid } from '../base/id.ts';
import type { Clock, Millis } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { Verdict } from './gate/decide.ts';
import { decideInSteps } from './gate/decide.ts';
import type { Document } from './library.ts';
import { fold, type GatePolicy, type RecordState } from './record/fold.ts';
import type { ReadinessRecord, RecordStore } from './record/record.ts';
import { madeInOrder } from './key-times.ts';
import { wordsFor } from './people-roles.ts';
import type { WhoIs } from './record/separation.ts';
import { trustedEntries } from './record/trusted.ts';
import { leafOfEntry } from './record/leaf.ts';
import { remember } from './remember.ts';
import type { Run, Subject } from './run/result.ts';
import type { RunLimits } from './run/settings.ts';
import { subjectFor } from './run/subject.ts';
import type { HousePeople } from './signing.ts';
import { inTurns } from './steps.ts';
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
  /** Who wrote what is released, where the repository is there to be asked, and who is who. */
  authors?: readonly string[];
  whoIs: WhoIs;
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
  access: Pick<AccessPort, 'recipients'>;
  release: () => Promise<Release>;
  people(tenantId: Uuid): HousePeople;
  policy: GatePolicy;
  limits: RunLimits;
};

/** Runs and logs that are kept in memory. */
const RUNS_KEPT = 60;

/** What was read of a log: it only grows, so each reading goes on where the last one ended. */
type Read = { entries: ReadinessRecord[]; trusted: Set<number>; lapsed: Set<number>; latest: Millis; keys: string };

const UNREAD = { entries: [], trusted: new Set<number>(), lapsed: new Set<number>(), latest: Number.NEGATIVE_INFINITY };

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
    const made = madeInOrder(fresh, before.latest);
    const { trusted, lapsed } = await trustedEntries(fresh, deps.people(tenantId), made);
    return {
      entries: [...before.entries, ...fresh],
      trusted: before.trusted.union(trusted),
      lapsed: before.lapsed.union(lapsed),
      latest: made.at(-1)!.at,
      keys: before.keys,
    };
  };
  const logOf = (tenantId: Uuid, name: string): Promise<Read> => {
    const key = JSON.stringify([tenantId, name]);
    const before = logs.get(key) ?? Promise.resolve({ ...UNREAD, keys: '' });
    // One after the other, so that nothing is verified twice; a failed reading is forgotten, and so is every one when a key was ended.
    const next = before.then(async (read) => {
      const keys = await deps.people(tenantId).keysNow();
      return readOn(tenantId, name, read.keys === keys ? read : { ...UNREAD, keys });
    });
    logs.set(key, next);
    next.catch(() => logs.delete(key));
    return next;
  };
  return {
    storeOf,
    run,
    async standing(tenantId, document) {
      const { entries, trusted, lapsed } = await logOf(tenantId, document.name);
      const at = deps.clock.now();
      const { checklist, bindings } = document;
      const release = await deps.release();
      const subject = subjectFor(checklist, bindings, release);
      const authors = (await release.history?.(releasedBefore(entries, trusted, subject)))?.authors;
      const whoIs = await acquaintances(deps, tenantId);
      const known = { whoIs, ...(authors && { authors }) };
      const state = fold(entries, { subject, at, trusted, lapsed, policy, ...known });
      const last = state.runs.at(-1);
      const latest = last && (await run(tenantId, last.body.results));
      const verdict = await inTurns(decideInSteps({ checklist, bindings, run: latest, subject, records: state, at, policy, ...ttl }));
      return { document, subject, verdict, run: latest, state, entries, trusted, ...known };
    },
  };
}

/** Commits of the verdicts of go for this environment, the newest last. */
function releasedBefore(entries: readonly ReadinessRecord[], trusted: ReadonlySet<number>, { environment }: Subject): string[] {
  return entries.flatMap(({ index, body }) =>
    body.kind === 'decided' && body.decision === 'go' && body.subject.environment === environment && trusted.has(index)
      ? [body.subject.commit]
      : [],
  );
}

/** The users of the house by account, name and address. Whoever asks for a run here was let in, so everybody else is a key or a job. */
async function acquaintances({ access }: Deps, tenantId: Uuid): Promise<WhoIs> {
  const known = new Map<string, Set<string>>();
  for (const { id, name, email } of await access.recipients(tenantId)) {
    const accountId = toWireId('usr', id);
    for (const word of [accountId, name, email].flatMap(wordsFor)) known.set(word, (known.get(word) ?? new Set()).add(accountId));
  }
  return (text) => {
    const accountIds = [...new Set(wordsFor(text).flatMap((word) => [...(known.get(word) ?? [])]))];
    return accountIds.length > 0 ? { accountIds } : 'program';
  };
}
