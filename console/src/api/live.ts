import type { QueryClient } from '@tanstack/react-query';
import type { Event } from '../../../src/base/event.ts';
import { listChecklists } from '../../../src/readiness/contract.ts';
import { coalesce } from './coalesce.ts';
import { allows, serves, session } from './session.ts';
import { openStream, type LiveState, type SocketLike, type Stream } from './stream.ts';

/** At most four refreshes a second, however many events arrive. */
const REFRESH_MS = 250;
/** Dear answers (the overview's aggregates, the trial balance) are read again at most this often. */
const DEAR_MS = 1500;
const DEAR = new Set([
  'settlement.get_overview',
  'ledger.trial_balance',
  'settlement.list_windows',
  'settlement.get_set_off_flows',
  'access.list_audit',
]);
/** What an event can change: everything of the business, and the audit log, but not who may sign in. */
const TOUCHED = /^(settlement|ledger)\.|^access\.(list_audit|audit_head)$/;

export type LiveStatus = { state: LiveState; perSecond: number };

let status: LiveStatus = { state: 'off', perSecond: 0 };
const watchers = new Set<() => void>();

function become(next: Partial<LiveStatus>): void {
  const merged = { ...status, ...next };
  if (merged.state === status.state && merged.perSecond === status.perSecond) return;
  status = merged;
  for (const watcher of watchers) watcher();
}

/** The state of the live connection, for the indicator. */
export const liveStatus = {
  get: (): LiveStatus => status,
  watch(watcher: () => void): () => void {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
};

/** What a person looks at before acting on it: dear to compute, and it should not change underneath. */
const LOOKED_AT = 'settlement.preview_set_off';

/** Marks what events can have changed as stale, reads what is on screen again, and waits until it has come. */
function refresher(client: QueryClient, dear: boolean) {
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [name] }) => name !== LOOKED_AT && TOUCHED.test(String(name)) && DEAR.has(String(name)) === dear,
    });
}

function address(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`;
}

/** A token that has enough left for the handshake. */
async function freshToken(): Promise<string> {
  const state = session.get();
  if (state.phase !== 'in') throw new Error('nobody is signed in');
  if (Date.parse(state.login.expiresAt) - Date.now() > 5000) return state.login.accessToken;
  return (await session.renew()).accessToken;
}

/** Runs and signatures have a channel of their own: they are few, and what they change is dear to read. */
function followReadiness(client: QueryClient): { stream: Stream; stop(): void } | undefined {
  const state = session.get();
  if (state.phase !== 'in' || !serves(state.login, listChecklists) || !allows(state.login.scopes, listChecklists.scope)) return undefined;
  const refresh = () => client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('readiness.') });
  const events = coalesce<readonly Event[]>({ intervalMs: DEAR_MS, flush: refresh });
  const stream = openStream({
    open: () => new WebSocket(address()) as unknown as SocketLike,
    token: freshToken,
    channel: 'readiness',
    onEvents: events.add,
    onGap: () => void refresh(),
    onState: () => {},
  });
  return {
    stream,
    stop() {
      stream.stop();
      events.stop();
    },
  };
}

/** Keeps the screen up to date while someone is signed in; answers with what ends it. */
export function startLive(client: QueryClient): () => void {
  const light = coalesce<readonly Event[]>({ intervalMs: REFRESH_MS, flush: refresher(client, false) });
  const dear = coalesce<readonly Event[]>({ intervalMs: DEAR_MS, flush: refresher(client, true) });
  let count = 0;
  const meter = setInterval(() => {
    become({ perSecond: count });
    count = 0;
  }, 1000);
  const stream = openStream({
    open: () => new WebSocket(address()) as unknown as SocketLike,
    token: freshToken,
    channel: 'settlement',
    onEvents(events) {
      count += events.length;
      light.add(events);
      dear.add(events);
    },
    onGap: () => void client.invalidateQueries(),
    onState: (state) => become({ state }),
  });
  const readiness = followReadiness(client);
  const unwatch = session.watch(() => {
    const state = session.get();
    if (state.phase !== 'in') return;
    stream.renew(state.login.accessToken);
    readiness?.stream.renew(state.login.accessToken);
  });
  return () => {
    unwatch();
    clearInterval(meter);
    stream.stop();
    readiness?.stop();
    light.stop();
    dear.stop();
  };
}
