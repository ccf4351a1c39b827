import type { Event } from '../../base/event.ts';
import { fromWireId, idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { pause } from '../../infra/bus/latch.ts';
import type { Job } from '../../infra/module.ts';
import { createHistory } from '../../infra/outbox/index.ts';
import type { History } from '../../infra/outbox/port.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants } from '../part.ts';
import { paymentEnded, paymentRecorded } from '../payment/contract.ts';
import { Recent } from '../screening/recent.ts';
import { LATE_MS } from './find-names.ts';
import {
  insertLinks,
  insertWords,
  partiesAfter,
  partiesOf,
  putState,
  readState,
  type Link,
  type PartiesRow,
  type SearchState,
} from './store.ts';
import { searchKey, searchWords } from './words.ts';

const LOOK_MS = 2_000;
const BATCH = 1_000;
/** It rests so many times as long as it worked: under load it stays behind rather than take from those who pay, and what it is behind is walked. */
const REST = 9;
/** After so long the next tenant has its turn. */
const TURN_MS = 1_000;
/** Names whose words are known to be there; most names of a day come again. */
const KNOWN_NAMES = 50_000;

type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'access' | 'log'>;

/**
 * Fills the search for names behind the commits: first with the payments that are there, then with those that events tell
 * of, in the order of their commits, so that none is left out. What it takes and how far it came is one transaction.
 */
export function fillSearchJob(deps: Deps): Job {
  const history = createHistory(deps.db);
  const known = new Recent<true>(KNOWN_NAMES);
  const lastTaken = new Map<Uuid, Millis>();
  return jobOfTenants(deps, { name: 'settlement.fill_party_search', everyMs: LOOK_MS }, async (tenantId, signal) => {
    const until = performance.now() + TURN_MS;
    let more = true;
    while (more && !signal.aborted && performance.now() < until) {
      const begun = performance.now();
      more = await fillNext({ deps, history, known, lastTaken, tenantId });
      if (more) await pause(REST * (performance.now() - begun), signal);
    }
  });
}

type Fill = { deps: Deps; history: History; known: Recent<true>; lastTaken: Map<Uuid, Millis>; tenantId: Uuid };

/** Takes the next payments; answers whether there may be more. */
async function fillNext(fill: Fill): Promise<boolean> {
  const { deps, history, tenantId } = fill;
  const state = await deps.db.read({ tenantId }, (tx) => readState(tx, tenantId));
  if (!state) {
    // What is recorded from now on is told by events behind this one.
    const begin = { eventSeq: await history.lastSeq(tenantId), filledTo: null, filled: false, coversUntil: 0 };
    await deps.db.write({ tenantId }, (tx) => putState(tx, tenantId, begin));
    return true;
  }
  if (!state.filled) return await fillFirst(fill, state);
  const page = await history.history({ tenantId }, state.eventSeq, BATCH);
  if (page !== 'gap') return await fillFromEvents(fill, state, page.events);
  const again = { ...state, eventSeq: await history.lastSeq(tenantId), filledTo: idFloor(state.coversUntil), filled: false };
  await deps.db.write({ tenantId }, (tx) => putState(tx, tenantId, again));
  return true;
}

async function fillFirst(fill: Fill, state: SearchState): Promise<boolean> {
  const { deps, tenantId } = fill;
  const page = await deps.db.read({ tenantId }, (tx) => partiesAfter(tx, tenantId, state.filledTo, BATCH));
  const filled = page.length < BATCH;
  await take(fill, page, { ...state, filled, filledTo: page.at(-1)?.id ?? state.filledTo });
  return true;
}

async function fillFromEvents(fill: Fill, state: SearchState, events: readonly Event[]): Promise<boolean> {
  const { deps, tenantId } = fill;
  const more = events.length === BATCH;
  const last = events.at(-1);
  // Once all events are taken, everything that was begun a while ago is in the search.
  const upTo = last && more ? Date.parse(last.at) : deps.clock.now();
  const coversUntil = Math.max(state.coversUntil, upTo - LATE_MS);
  if (!last) return await rest(fill, state, coversUntil);
  const ids = new Set(
    events.filter(({ type }) => type === paymentRecorded.type || type === paymentEnded.type).map(({ subject }) => fromWireId(subject)),
  );
  const rows = ids.size === 0 ? [] : await deps.db.read({ tenantId }, (tx) => partiesOf(tx, tenantId, [...ids]));
  await take(fill, rows, { ...state, eventSeq: last.seq, coversUntil });
  return more;
}

/** When nothing has happened since, what was taken last is told to be covered once, and then nothing is written. */
async function rest({ deps, tenantId, lastTaken }: Fill, state: SearchState, coversUntil: Millis): Promise<false> {
  const takenAt = lastTaken.get(tenantId) ?? deps.clock.now();
  lastTaken.set(tenantId, takenAt);
  if (state.coversUntil < takenAt && coversUntil >= takenAt)
    await deps.db.write({ tenantId }, (tx) => putState(tx, tenantId, { ...state, coversUntil }));
  return false;
}

async function take({ deps, known, lastTaken, tenantId }: Fill, rows: readonly PartiesRow[], state: SearchState): Promise<void> {
  const links: Link[] = [];
  const fresh = new Map<bigint, readonly string[]>();
  for (const payment of rows) {
    for (const name of new Set(payment.names)) {
      const words = searchWords(name);
      if (words.length === 0) continue;
      const key = searchKey(words);
      links.push({ key, payment });
      if (!known.has(`${tenantId}${key}`)) fresh.set(key, words);
    }
  }
  await deps.db.write({ tenantId }, (tx) => write(tx, tenantId, { links, fresh, state }));
  for (const key of fresh.keys()) known.set(`${tenantId}${key}`, true);
  lastTaken.set(tenantId, deps.clock.now());
}

type Taken = { links: readonly Link[]; fresh: ReadonlyMap<bigint, readonly string[]>; state: SearchState };

async function write(tx: Tx, tenantId: Uuid, { links, fresh, state }: Taken): Promise<void> {
  if (fresh.size > 0)
    await insertWords(
      tx,
      tenantId,
      [...fresh].flatMap(([key, words]) => words.map((word) => ({ word, key }))),
    );
  if (links.length > 0) await insertLinks(tx, tenantId, links);
  await putState(tx, tenantId, state);
}
