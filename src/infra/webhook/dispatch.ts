import type { EventDraft } from '../../base/event.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { Secret } from '../../base/secret.ts';
import type { Clock } from '../../base/time.ts';
import type { Latch } from '../bus/latch.ts';
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
export const ALL_LANES = 256;
export const ENDPOINT_LANES = 4;
/** Endpoints that fail may never take more than this of all lanes, so that they do not hold up those that answer. */
const FAILING_LANES = 128;
/** How often the queue is looked at when nobody tells that there is something new: what is due for another try. */
const LOOK_MS = 1_000;
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
      const began = await lanes.step().catch((error: unknown) => {
        deps.log.warn('webhook messages could not be read or written and will be again', { error });
        return undefined;
      });
      if (began === 0) await deps.woken.wait(LOOK_MS, signal);
      else if (began === undefined) await deps.woken.wait(AGAIN_MS, signal);
    }
  } finally {
    await lanes.end();
  }
}

/** What is under way in this process, and what ended and is not written down yet. */
class Lanes {
  readonly #deps: DispatchDeps;
  readonly #underWay = new Map<string, DueMessage>();
  readonly #perEndpoint = new Map<Uuid, number>();
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #failing = 0;
  #settled: Settled[] = [];

  constructor(deps: DispatchDeps) {
    this.#deps = deps;
  }

  /** Writes down what ended and begins what is due; answers with how many were written or begun. */
  async step(): Promise<number> {
    const written = await this.#record();
    if (this.#underWay.size >= ALL_LANES) return written;
    const { db, clock } = this.#deps;
    const underWay = [...this.#underWay.values()];
    const due = await db.read(RELAY, (tx) => dueMessages(tx, { now: clock.now(), lanes: ENDPOINT_LANES, underWay }));
    let begun = 0;
    for (const message of due) if (this.#mayBegin(message)) begun += this.#begin(message);
    return written + begun;
  }

  /** Waits a little for what is under way, gives up the rest, writes down what is known. What is not will be sent again. */
  async end(): Promise<void> {
    const late = setTimeout(() => this.#stop.abort(), GRACE_MS);
    await Promise.all(this.#sending);
    clearTimeout(late);
    await this.#record().catch((error: unknown) => this.#deps.log.warn('the last webhook attempts were not written down', { error }));
  }

  #mayBegin({ endpointId, failures }: DueMessage): boolean {
    if (this.#underWay.size >= ALL_LANES || (failures > 0 && this.#failing >= FAILING_LANES)) return false;
    return (this.#perEndpoint.get(endpointId) ?? 0) < (failures > 0 ? 1 : ENDPOINT_LANES);
  }

  #begin(message: DueMessage): 1 {
    this.#underWay.set(keyOf(message), message);
    this.#count(message, 1);
    const sending = this.#carry(message).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    return 1;
  }

  async #carry(message: DueMessage): Promise<void> {
    const settled = await this.#send(message);
    this.#count(message, -1);
    // What was cut off by our own stopping says nothing about the target.
    if (this.#stop.signal.aborted && !isTaken(settled.sent)) this.#underWay.delete(keyOf(message));
    else this.#settled.push(settled);
    this.#deps.woken.wake();
  }

  #count({ endpointId, failures }: DueMessage, by: 1 | -1): void {
    const count = (this.#perEndpoint.get(endpointId) ?? 0) + by;
    if (count > 0) this.#perEndpoint.set(endpointId, count);
    else this.#perEndpoint.delete(endpointId);
    if (failures > 0) this.#failing += by;
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
  async #record(): Promise<number> {
    const settled = this.#settled;
    if (settled.length === 0) return 0;
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
    return settled.length;
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
