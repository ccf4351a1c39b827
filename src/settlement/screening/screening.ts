import type { Uuid } from '../../base/id.ts';
import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { ClearedHit, Hit, ScreeningResult } from '../payment/payment.ts';
import { buildColumns } from './build-index.ts';
import { digestOf, nameKeyOf } from './exception.ts';
import { exceptionsFor } from './exception-store.ts';
import { assess, type KnownFacts } from './factors.ts';
import { identifiersIn } from './identifier.ts';
import { screenIdentifier } from './identifier-match.ts';
import { entryNamed, openIndex, screen, THRESHOLD, type Match, type ScreeningIndex } from './match.ts';
import { partyHits, type Look, type Parties } from './party-hits.ts';
import { claimSet } from './screening-set.ts';
import { contentsOfLists, listsVersion, versionsOfLists, type ListPurpose } from './store.ts';

/** Screens names against the lists that are in force in a tenant. */
export type Screening = {
  /**
   * Debtor and creditor of an order, whom they act for, and the banks between, by names and identifiers: a hit on any holds the
   * payment, a match on a list of exposed persons is a notice, one that an exception sets aside is cleared. For two clean names the
   * answer is one that all of them share.
   * Errors: `settlement.name_unreadable`.
   */
  screenParties(tenantId: Uuid, order: Parties): Promise<ScreeningResult>;
  /** The lists as they are in the database now, ready in this process. */
  inForce(tenantId: Uuid): Promise<InForce>;
  /** What matches with lists in force come to: hits, notices, and what exceptions set aside. */
  sortOut(tenantId: Uuid, lists: InForce, order: Parties, found: readonly Hit[]): Promise<ScreeningResult>;
  /** Every match of one name, weighed by what else is known, and of the documents that are. Errors: `settlement.name_unreadable`. */
  check(tenantId: Uuid, name: string, known?: KnownFacts): Promise<Match[]>;
  /** The digest of an entry in force, undefined when no list has it. */
  digestOf(tenantId: Uuid, listId: string, entryId: string): Promise<string | undefined>;
  /** Brings what the database holds into force; others are screened against the earlier lists meanwhile. */
  reload(tenantId: Uuid): Promise<void>;
  /** Makes the next names wait for the lists as they are then. */
  forget(tenantId: Uuid): void;
};

/** The lists that names are screened against in this process. */
export type InForce = {
  readAt: Millis;
  version: string;
  index: ScreeningIndex;
  purposes: ReadonlyMap<string, ListPurpose>;
  /** The answer for names of which the lists say nothing; holds the number of the set. */
  clean: ScreeningResult;
};

/** How long a build that failed is left alone, while the earlier lists stay in force. */
const TRY_AGAIN_MS = 30_000;

/**
 * Keeps one index a tenant in memory and looks every `maxAgeMs` whether a list has changed. A changed list is read and laid
 * out in a worker; until it is ready names are screened against the index before, and wait only where there is none.
 */
export function createScreening(db: Db, clock: Clock, maxAgeMs: Millis = 2_000): Screening {
  const inForce = new Map<Uuid, InForce>();
  const looking = new Map<Uuid, Promise<InForce>>();
  const building = new Map<Uuid, { version: string; done: Promise<InForce> }>();
  const failedAt = new Map<Uuid, Millis>();

  async function build(tenantId: Uuid): Promise<InForce> {
    const readAt = clock.now();
    // One look at the database, so that a version is never noted with the content of another.
    const { lists, contents } = await db.read({ tenantId }, async (tx) => ({
      lists: await versionsOfLists(tx, tenantId),
      contents: await contentsOfLists(tx, tenantId),
    }));
    const encoder = new TextEncoder();
    const columns = await buildColumns(contents.map(({ id, content, format }) => ({ id, format, document: encoder.encode(content) })));
    const purposes = new Map(lists.map(({ id, purpose }) => [id, purpose]));
    const version = listsVersion(lists);
    const set = await claimSet(db, tenantId, lists, clock.now());
    const clean: ScreeningResult = Object.freeze({ set, ...(version && { listVersion: version }), hits: [] });
    return { readAt, version, index: openIndex(columns), purposes, clean };
  }

  /** Builds once for all who ask for the same version; whoever asks for another waits for its own. */
  function startBuild(tenantId: Uuid, version: string): Promise<InForce> {
    const under = building.get(tenantId);
    if (under?.version === version) return under.done;
    const done: Promise<InForce> = build(tenantId)
      .then((built) => {
        if (building.get(tenantId)?.done === done) inForce.set(tenantId, built);
        failedAt.delete(tenantId);
        return built;
      })
      .catch((error: unknown) => {
        failedAt.set(tenantId, clock.now());
        throw error;
      })
      .finally(() => {
        if (building.get(tenantId)?.done === done) building.delete(tenantId);
      });
    building.set(tenantId, { version, done });
    return done;
  }

  async function look(tenantId: Uuid, { wait }: { wait: boolean }): Promise<InForce> {
    const readAt = clock.now();
    const version = listsVersion(await db.read({ tenantId }, (tx) => versionsOfLists(tx, tenantId)));
    const known = inForce.get(tenantId);
    if (known?.version === version) {
      known.readAt = readAt;
      return known;
    }
    const failed = failedAt.get(tenantId);
    if (known && !wait && failed !== undefined && isYounger(clock, failed, TRY_AGAIN_MS)) return known;
    const built = startBuild(tenantId, version);
    if (!known || wait) return built;
    // It is looked at again at the next names; the failure is told to whoever waits for the build.
    built.catch(() => undefined);
    known.readAt = readAt;
    return known;
  }

  function current(tenantId: Uuid): InForce | Promise<InForce> {
    const known = inForce.get(tenantId);
    if (known && isYounger(clock, known.readAt, maxAgeMs)) return known;
    const already = looking.get(tenantId);
    if (already) return already;
    const next: Promise<InForce> = look(tenantId, { wait: false }).finally(() => {
      if (looking.get(tenantId) === next) looking.delete(tenantId);
    });
    looking.set(tenantId, next);
    return next;
  }

  async function screenParties(tenantId: Uuid, order: Parties): Promise<ScreeningResult> {
    const lists = await current(tenantId);
    const found = partyHits(order, lookIn(lists.index));
    return found.length > 0 ? await sortOut(tenantId, lists, order, found) : lists.clean;
  }

  async function sortOut(tenantId: Uuid, lists: InForce, order: Parties, found: readonly Hit[]): Promise<ScreeningResult> {
    const setAside = await exceptionsTo(tenantId, lists, order, found);
    const cleared = Array.from(setAside, ([hit, exceptionId]): ClearedHit => ({ ...hit, exceptionId }));
    const open = found.filter((hit) => !setAside.has(hit));
    const isNotice = (hit: Hit) => lists.purposes.get(hit.listId) === 'pep';
    const notices = open.filter(isNotice);
    return {
      ...lists.clean,
      hits: open.filter((hit) => !isNotice(hit)),
      ...(notices.length > 0 && { notices }),
      ...(cleared.length > 0 && { cleared }),
    };
  }

  /** The exceptions that set hits aside: each is for one name or identifier, and so not for that of somebody behind it. */
  async function exceptionsTo(tenantId: Uuid, { index }: InForce, order: Parties, found: readonly Hit[]): Promise<Map<Hit, Uuid>> {
    const keyOf = ({ party, name }: Hit) => nameKeyOf(name ?? order[party].name);
    const rows = await db.read({ tenantId }, (tx) => exceptionsFor(tx, tenantId, [...new Set(found.map(keyOf))], clock.now()));
    const setAside = new Map<Hit, Uuid>();
    for (const hit of found) {
      const fits = rows.find((row) => row.nameKey === keyOf(hit) && row.listId === hit.listId && row.entryId === hit.entryId);
      const entry = fits && entryNamed(index, hit.listId, hit.entryId);
      if (fits && entry && digestOf(entry) === fits.entryDigest) setAside.set(hit, fits.id);
    }
    return setAside;
  }

  return {
    screenParties,
    sortOut,
    inForce: (tenantId) => look(tenantId, { wait: true }),
    async check(tenantId, name, known = {}) {
      const { index } = await current(tenantId);
      return withNumbered(index, weighed(index, screen(index, name), known), known);
    },
    async digestOf(tenantId, listId, entryId) {
      const entry = entryNamed((await current(tenantId)).index, listId, entryId);
      return entry && digestOf(entry);
    },
    async reload(tenantId) {
      await look(tenantId, { wait: true });
    },
    forget(tenantId) {
      inForce.delete(tenantId);
      looking.delete(tenantId);
      building.delete(tenantId);
    },
  };
}

/** How the lists of an index are asked. */
const lookIn = (index: ScreeningIndex): Look => ({
  name: (name) => screen(index, name),
  identifier: (identifier) => screenIdentifier(index, identifier),
});

/** Matches, and before them those whom only a document tells. */
function withNumbered(index: ScreeningIndex, matches: Match[], { ids = [] }: KnownFacts): Match[] {
  const found = ids.flatMap(identifiersIn).flatMap((identifier) => screenIdentifier(index, identifier));
  const isThere = (all: readonly Match[], { listId, entryId }: Match) =>
    all.some((other) => other.listId === listId && other.entryId === entryId);
  const others = found.filter((match, i) => !isThere(matches, match) && !isThere(found.slice(0, i), match));
  return [...others, ...matches];
}

/** Matches with their scores moved by second factors; what falls below the threshold stays out. */
function weighed(index: ScreeningIndex, matches: readonly Match[], known: KnownFacts): Match[] {
  if (Object.values(known).every((value) => value === undefined)) return [...matches];
  return matches
    .map((match) => {
      const { score, lines } = assess(match.score, entryNamed(index, match.listId, match.entryId)!.facts, known);
      return { ...match, score, explanation: [...match.explanation, ...lines] };
    })
    .filter(({ score }) => score >= THRESHOLD)
    .sort((a, b) => b.score - a.score);
}
