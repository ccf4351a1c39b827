import pg from 'pg';
import type { Log } from '../log/log.ts';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';
import { connectionConfig } from '../postgres/connection.ts';
import type { Direct, Lead } from './port.ts';

export type DirectDeps = {
  /** The direct address (DATABASE_ADMIN_URL). */
  url: Secret;
  log: Pick<Log, 'warn' | 'error'>;
  /** How often a lease that another process holds is tried, and the session is proved alive. */
  tryEveryMs?: number;
};

/** A session that does not answer for so long is given up, and with it its leases. */
const ANSWER_WITHIN_MS = 5_000;

/** Session locks: the server frees them the moment the session ends, however it ends, so a dead holder blocks nobody. */
const TRY_LOCKS = `select name from unnest($1::text[]) as name where pg_try_advisory_lock(hashtextextended('rialto:' || name, 0))`;
const UNLOCK = `select pg_advisory_unlock(hashtextextended('rialto:' || $1, 0))`;

class Led {
  readonly name: string;
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** Set while the lease is held and until its work has ended. */
  abort?: AbortController;
  running: Promise<void> = Promise.resolve();
  ended = false;

  constructor(name: string, work: (signal: AbortSignal) => Promise<void>) {
    this.name = name;
    this.work = work;
  }
}

class PgDirect implements Direct {
  readonly #deps: DirectDeps;
  readonly #leads = new Map<string, Led>();
  readonly #channels = new Map<string, (() => void)[]>();
  #client: pg.Client | undefined;
  /** The driver takes one statement at a time. */
  #lastQuery: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #closed = false;
  #warned = false;

  constructor(deps: DirectDeps) {
    this.#deps = deps;
  }

  listen(channel: string, heard: () => void): void {
    const known = this.#channels.get(channel);
    if (known) known.push(heard);
    else this.#channels.set(channel, [heard]);
    if (!known && this.#client) this.#query(this.#client, `listen ${pg.escapeIdentifier(channel)}`).then(heard, () => undefined);
  }

  lead(name: string, work: (signal: AbortSignal) => Promise<void>): Lead {
    // The server lets one session take its own lock twice, so this is the guard within the process.
    if (this.#leads.has(name)) throw new AppError('conflict', 'lease.name_taken', `The lease ${name} is led in this process already.`);
    const led = new Led(name, work);
    this.#leads.set(name, led);
    this.#tickSoon();
    return {
      held: () => led.abort !== undefined && !led.abort.signal.aborted,
      end: () => this.#end(led),
    };
  }

  isOpen(): boolean {
    return this.#client !== undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#ticking;
    await Promise.all([...this.#leads.values()].map((led) => this.#end(led)));
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** Connects, or fails with the driver's error. Later losses are mended in the background. */
  async start(): Promise<void> {
    await this.#connect();
    this.#tickSoon();
  }

  #tickSoon(): void {
    this.#ticking = this.#ticking.then(() => this.#tick());
  }

  async #tick(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    try {
      if (!this.#client) await this.#connect();
      await this.#tryLeads(this.#client!);
      this.#warned = false;
    } catch (error) {
      if (!this.#warned) this.#deps.log.warn('the direct database session is gone; trying again', { error });
      this.#warned = true;
      this.#lost(this.#client);
    }
    if (!this.#closed) this.#timer = setTimeout(() => this.#tickSoon(), this.#deps.tryEveryMs ?? 1_000);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      ...connectionConfig(this.#deps.url),
      application_name: 'rialto direct',
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel }) => this.#channels.get(channel)?.forEach((heard) => heard()));
    await client.connect();
    for (const channel of this.#channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    this.#client = client;
    for (const heards of this.#channels.values()) for (const heard of heards) heard();
  }

  /** Also the proof of life: it asks the server even when there is nothing to try. */
  async #tryLeads(client: pg.Client): Promise<void> {
    const idle = [...this.#leads.values()].filter((led) => !led.abort && !led.ended);
    const rows = await this.#query<{ name: string }>(client, TRY_LOCKS, [idle.map((led) => led.name)]);
    for (const { name } of rows) {
      const led = this.#leads.get(name);
      if (led && !led.ended && client === this.#client) this.#run(led, client);
      else await this.#query(client, UNLOCK, [name]);
    }
  }

  #run(led: Led, client: pg.Client): void {
    const abort = new AbortController();
    led.abort = abort;
    led.running = (async () => {
      try {
        await led.work(abort.signal);
        if (!abort.signal.aborted) led.ended = true;
      } catch (error) {
        if (!abort.signal.aborted) this.#deps.log.error('leased work failed and will be led again', { error, lease: led.name });
      }
      if (client === this.#client) await this.#query(client, UNLOCK, [led.name]).catch(() => undefined);
      if (led.ended) this.#leads.delete(led.name);
      delete led.abort;
    })();
  }

  #query<R extends object>(client: pg.Client, text: string, values: unknown[] = []): Promise<R[]> {
    const next = async () => (await client.query<R>(text, values)).rows;
    const answer = this.#lastQuery.then(next, next);
    this.#lastQuery = answer;
    return answer;
  }

  async #end(led: Led): Promise<void> {
    led.ended = true;
    led.abort?.abort();
    await led.running;
    this.#leads.delete(led.name);
  }

  #lost(client: pg.Client | undefined): void {
    if (!client || client !== this.#client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    for (const led of this.#leads.values()) led.abort?.abort();
    if (!this.#closed) this.#tickSoon();
  }
}

/** Opens the direct session. Errors: the driver's own when the database cannot be reached at the start. */
export async function createDirect(deps: DirectDeps): Promise<Direct> {
  const direct = new PgDirect(deps);
  await direct.start();
  return direct;
}
