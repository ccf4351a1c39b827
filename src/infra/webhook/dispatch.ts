import type { EventDraft } from '../../base/event.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { Secret } from '../../base/secret.ts';
import type { Clock } from '../../base/time.ts';
import { pause, type Latch } from '../bus/latch.ts';
import type { Log } from '../log/log.ts';
import type { Outbox } from '../outbox/port.ts';
import type { Db } from '../postgres/db.ts';
import {
  disableFailing,
  dueMessages,
  recordAttempts,
  recordHealth,
  type DisabledEndpoint,
  type DueMessage,
  type Health,
  type Settled,
} from './queue-store.ts';
import { isTaken, judge, type WebhookRetry } from './retry.ts';
import type { Sender, Sent } from './send.ts';
import { openSecret, signedHeaders } from './sign.ts';

/** Requests under way at once in all, and to one endpoint; one that fails is tried one by one. */
const ALL_LANES = 256;
export const ENDPOINT_LANES = 8;
/** Endpoints that fail may never take more than this of all lanes, so that they do not hold up those that answer. */
const FAILING_LANES = 128;
/** Messages of one endpoint that are read ahead, so that the next one need not wait for the database. */
const READ_AHEAD = 100;
/** How often the queue is read again, and how often when nothing was due and nobody tells that there is something new. */
const READ_MS = 100;
const LOOK_MS = 1_000;
/** What ends within so long is written down together. */
const TOGETHER_MS = 25;
/** What is under way when the process stops has so long to end. */
const GRACE_MS = 3_000;
const AGAIN_MS = 1_000;

const NOT_KEPT = 'the event is no longer kept';
const NO_SECRET = 'the secret cannot be opened; rotate it';

const RELAY = { role: 'rialto_relay' } as const;

export type DispatchDeps = {
  db: Db;
  clock: Clock;
  log: Pick<Log, 'warn'>;
  outbox: Outbox;
  sender: Sender;
  masterKey: Secret<Uint8Array>;
  retry: WebhookRetry;
  random(): number;
  /** The event that tells of a disabled endpoint. */
  disabledEvent(endpoint: DisabledEndpoint): EventDraft;
  /** Told of every attempt (a metric). */
  onAttempt(sent: Sent, taken: boolean): void;
  woken: Latch;
};

/** Sends what is due until the signal aborts. Runs in one process at a time, under a lease. */
export async function dispatch(deps: DispatchDeps, signal: AbortSignal): Promise<void> {
  const lanes = new Lanes(deps);
  try {
    while (!signal.aborted) {
      const waitMs = await lanes.step().catch((error: unknown) => {
        deps.log.warn('webhook messages could not be read or written and will be again', { error });
        return AGAIN_MS;
      });
      if (await deps.woken.wait(waitMs, signal)) await pause(TOGETHER_MS, signal);
    }
  } finally {
    await lanes.end();
  }
}

/** What was read ahead, what is under way in this process, and what ended and is not written down yet. */
class Lanes {
  readonly #deps: DispatchDeps;
  /** Read, not begun; by endpoint, in order. Replaced by each reading, so that a paused endpoint soon hears nothing more. */
  #ready = new Map<Uuid, DueMessage[]>();
  /** Endpoints of which there may be more than was read. */
  #more = new Set<Uuid>();
  #readAt = -Infinity;
  /** Begun and not written down; these are not read again. */
  readonly #underWay = new Map<string, DueMessage>();
  readonly #perEndpoint = new Map<Uuid, number>();
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  /** Endpoints whose last attempt failed. */
  readonly #unwell = new Set<Uuid>();
  #ending = false;
  #settled: Settled[] = [];

  constructor(deps: DispatchDeps) {
    this.#deps = deps;
  }

  /** Writes down what ended, reads what is due, begins what may begin; answers with how long there is nothing to do. */
  async step(): Promise<number> {
    await this.#record();
    const isStarving = [...this.#more].some((id) => (this.#ready.get(id)?.length ?? 0) < ENDPOINT_LANES);
    if (!isStarving && performance.now() - this.#readAt < READ_MS) return READ_MS;
    await this.#read();
    for (const id of Array.from(this.#ready.keys())) this.#beginNext(id);
    return this.#ready.size > 0 || this.#sending.size > 0 ? READ_MS : LOOK_MS;
  }

  async #read(): Promise<void> {
    const { db, clock } = this.#deps;
    const underWay = [...this.#underWay.values()];
    const due = await db.read(RELAY, (tx) => dueMessages(tx, { now: clock.now(), each: READ_AHEAD, underWay }));
    this.#readAt = performance.now();
    // Meanwhile some of what was read ahead may have begun.
    this.#ready = Map.groupBy(
      due.filter((message) => !this.#underWay.has(keyOf(message))),
      ({ endpointId }) => endpointId,
    );
    // What another process found out, and what ended here meanwhile, which is newer.
    for (const { endpointId, failures } of due) if (failures > 0 && !this.#perEndpoint.has(endpointId)) this.#unwell.add(endpointId);
    this.#more = new Set([...this.#ready].filter(([, messages]) => messages.length >= READ_AHEAD).map(([id]) => id));
  }

  /** Begins as many of an endpoint's messages as it has lanes for. */
  #beginNext(endpointId: Uuid): void {
    const ready = this.#ready.get(endpointId) ?? [];
    while (!this.#ending && ready.length > 0 && this.#mayBegin(ready[0]!)) this.#begin(ready.shift()!);
    if (ready.length === 0) this.#ready.delete(endpointId);
  }

  /** Waits a little for what is under way, gives up the rest, writes down what is known. What is not will be sent again. */
  async end(): Promise<void> {
    this.#ending = true;
    const late = setTimeout(() => this.#stop.abort(), GRACE_MS);
    await Promise.all(this.#sending);
    clearTimeout(late);
    await this.#record().catch((error: unknown) => this.#deps.log.warn('the last webhook attempts were not written down', { error }));
  }

  #mayBegin({ endpointId }: DueMessage): boolean {
    if (this.#sending.size >= ALL_LANES) return false;
    const own = this.#perEndpoint.get(endpointId) ?? 0;
    if (!this.#unwell.has(endpointId)) return own < ENDPOINT_LANES;
    const failing = this.#unwell.values().reduce((sum, id) => sum + (this.#perEndpoint.get(id) ?? 0), 0);
    return own < 1 && failing < FAILING_LANES;
  }

  #begin(message: DueMessage): void {
    this.#underWay.set(keyOf(message), message);
    this.#count(message, 1);
    const sending = this.#carry(message).finally(() => {
      this.#sending.delete(sending);
      this.#beginNext(message.endpointId);
      this.#deps.woken.wake();
    });
    this.#sending.add(sending);
  }

  async #carry(message: DueMessage): Promise<void> {
    const settled = await this.#send(message);
    this.#count(message, -1);
    const taken = isTaken(settled.sent);
    if (taken) this.#unwell.delete(message.endpointId);
    else this.#unwell.add(message.endpointId);
    // What was cut off by our own stopping says nothing about the target.
    if (this.#stop.signal.aborted && !taken) this.#underWay.delete(keyOf(message));
    else this.#settled.push(settled);
  }

  #count({ endpointId }: DueMessage, by: 1 | -1): void {
    const count = (this.#perEndpoint.get(endpointId) ?? 0) + by;
    if (count > 0) this.#perEndpoint.set(endpointId, count);
    else this.#perEndpoint.delete(endpointId);
  }

  async #send(message: DueMessage): Promise<Settled> {
    const { clock, masterKey, sender, retry, random, onAttempt } = this.#deps;
    const at = clock.now();
    const secrets = secretsOf(message, masterKey, at);
    const body = bodyOf(message);
    const trouble = body === undefined ? NOT_KEPT : secrets.length === 0 ? NO_SECRET : undefined;
    const sent: Sent =
      body === undefined || trouble !== undefined
        ? { status: null, error: trouble ?? null, retryAfterMs: null, reply: null, latencyMs: 0 }
        : await sender.send({ url: message.url, body, headers: signedHeaders(secrets, { id: message.id, body, at }) }, this.#stop.signal);
    const verdict =
      body === undefined
        ? ({ state: 'dead' } as const)
        : judge(sent, { tries: message.tries + 1, now: clock.now(), random: random() }, retry);
    onAttempt(sent, isTaken(sent));
    return { message, sent, at, verdict };
  }

  /** One transaction for all that ended since the last; when it fails they stay, and their messages stay under way. */
  async #record(): Promise<void> {
    const settled = this.#settled.slice();
    if (settled.length === 0) return;
    const { db, clock, retry, outbox, disabledEvent } = this.#deps;
    const gone = settled.filter(({ sent }) => sent.status === 410).map(({ message }) => message.endpointId);
    await db.write(RELAY, async (tx) => {
      await recordAttempts(tx, settled);
      await recordHealth(tx, healthOf(settled));
      const now = clock.now();
      const disabled = await disableFailing(tx, { since: now - retry.disableAfterMs, now, gone });
      if (disabled.length > 0) await outbox.append(tx, disabled.map(disabledEvent));
    });
    // More may have ended while these were written.
    this.#settled = this.#settled.slice(settled.length);
    for (const { message } of settled) this.#underWay.delete(keyOf(message));
  }
}

const keyOf = ({ endpointId, id }: DueMessage): string => `${endpointId} ${id}`;

/** The secrets in force, the newest first. */
function secretsOf(message: DueMessage, masterKey: Secret<Uint8Array>, now: number): string[] {
  const { endpointId, sealedSecret, previousSecret, previousUntil } = message;
  const overlap = previousSecret !== null && previousUntil !== null && previousUntil > now ? [previousSecret] : [];
  return [sealedSecret, ...overlap].map((sealed) => openSecret(sealed, endpointId, masterKey)).filter((secret) => secret !== undefined);
}

/** The body of a message, the same at every attempt; undefined when its event is no longer kept. */
function bodyOf({ id, type, version, seq, subject, at, data }: DueMessage): string | undefined {
  const head = { type, timestamp: new Date(at).toISOString(), id: toWireId('evt', id) };
  if (seq === null) return JSON.stringify({ ...head, data: {} });
  if (data === null) return undefined;
  return JSON.stringify({ ...head, version, seq, subject, data: JSON.parse(data) as unknown });
}

function healthOf(settled: readonly Settled[]): Health[] {
  const byEndpoint = new Map<Uuid, Health>();
  for (const { message, sent, at } of settled) {
    // That says nothing about the target.
    if (sent.error === NOT_KEPT) continue;
    const { tenantId, endpointId } = message;
    const known = byEndpoint.get(endpointId) ?? { tenantId, endpointId, failures: 0, succeeded: false, at };
    // In the order in which they ended: a success wipes out what failed before it.
    if (isTaken(sent)) byEndpoint.set(endpointId, { ...known, failures: 0, succeeded: true });
    else byEndpoint.set(endpointId, { ...known, failures: known.failures + 1, at: known.failures === 0 ? at : known.at });
  }
  return [...byEndpoint.values()];
}
