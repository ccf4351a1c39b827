import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Event } from '../../base/event.ts';
import type { Visitor } from './door.ts';
import { memoryLimits } from './limits.ts';
import {
  type ChannelInfo,
  type ClientMessage,
  CLOSE_CODES,
  type CloseReason,
  frameOf,
  onChannel,
  publicEvent,
  readMessage,
  type ServerMessage,
  visibleTo,
} from './socket-protocol.ts';

/** What a connection needs from the gateway. */
export type ClientDeps = {
  channels: ReadonlyMap<string, ChannelInfo>;
  authenticate(token: string, visitor: Visitor): Promise<Actor & { expiresAtMs: number }>;
  history(tenantId: string, afterSeq: number, limit: number): Promise<readonly Event[] | 'gap'>;
  /** Called once, when the connection is known to belong to a tenant. */
  joined(client: SocketClient): void;
  denied(visitor: Visitor & { actor?: Actor }, channel: string | undefined, error: AppError): void;
  failed(error: unknown): void;
  now(): number;
  limits: { authMs: number; bufferBytes: number; historyPage: number; pendingEvents: number; messagesPerMinute: number };
};

/** One subscription. While it catches up with history, live events wait in `pending`; `lost` says that they became too many. */
type Subscription = { channel: ChannelInfo; lastSeq: number; pending?: Event[]; lost: boolean };

const MAX_TIMER_MS = 2 ** 31 - 1;

/** One WebSocket connection: who it is, what it follows, what it is still owed. */
export class SocketClient {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #visitor: Visitor;
  readonly #deps: ClientDeps;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #messages;
  #actor: Actor | undefined;
  #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();
  /** Why we ended it, undefined while it lives or when the other side left. */
  reason: CloseReason | undefined;
  alive = true;

  constructor(ws: WebSocket, socket: Socket, visitor: Visitor, deps: ClientDeps) {
    this.#ws = ws;
    this.#socket = socket;
    this.#visitor = visitor;
    this.#deps = deps;
    this.#messages = memoryLimits({ maxKeys: 1 });
    this.#timer = setTimeout(() => this.end('socket.auth_timeout'), deps.limits.authMs);
    ws.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    ws.on('pong', () => (this.alive = true));
    ws.on('close', () => clearTimeout(this.#timer));
  }

  get actor(): Actor | undefined {
    return this.#actor;
  }

  /** Ends the connection with a named reason; one that does not listen is cut off. */
  end(reason: CloseReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    clearTimeout(this.#timer);
    this.#ws.close(CLOSE_CODES[reason], reason);
    setTimeout(() => this.#ws.terminate(), 1_000).unref();
  }

  /** Asks whether the other side is there; false when it did not answer the last time. */
  heartbeat(): boolean {
    if (!this.alive) {
      this.#ws.terminate();
      return false;
    }
    this.alive = false;
    this.#ws.ping();
    return true;
  }

  /** Live events of the client's tenant, in order. `frames` shares what is alike between clients. */
  deliver(events: readonly Event[], frames: Map<string, Buffer>): void {
    const last = events.at(-1)!.seq;
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.pending) {
        this.#keep(subscription, events);
        continue;
      }
      const frame = this.#sharedFrame(subscription, events, frames);
      subscription.lastSeq = Math.max(subscription.lastSeq, last);
      if (frame) this.#write(frame);
    }
  }

  /** The tenant's history does not reach back to what was missed. */
  tellGap(afterSeq: number): void {
    for (const { channel } of this.#subscriptions.values()) this.#send({ type: 'gap', channel: channel.name, afterSeq });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const perMinute = this.#deps.limits.messagesPerMinute;
    if (!this.#messages.take('', 1, perMinute, 60_000).allowed) return this.end('socket.too_many_messages');
    // One after the other, so that a subscription sent right behind the token finds the actor.
    this.#work = this.#work.then(() => this.#answer(data, isBinary)).catch((error: unknown) => this.#fail(error));
  }

  async #answer(data: Buffer, isBinary: boolean): Promise<void> {
    if (this.reason !== undefined) return;
    const message = isBinary ? undefined : tryRead(data);
    if (!message) return this.end('socket.malformed_message');
    if (message.type === 'auth') return this.#authenticate(message.token);
    if (!this.#actor) return this.end('socket.auth_refused');
    if (message.type === 'unsubscribe') {
      this.#subscriptions.delete(message.channel);
      return this.#send({ type: 'unsubscribed', channel: message.channel });
    }
    await this.#subscribe(this.#actor, message);
  }

  /** The first time says who it is; later times only extend, as the same actor. */
  async #authenticate(token: string): Promise<void> {
    const known = this.#actor;
    let found: Actor & { expiresAtMs: number };
    try {
      found = await this.#deps.authenticate(token, this.#visitor);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.kind === 'unauthenticated') this.#deps.denied({ ...this.#visitor, ...(known && { actor: known }) }, undefined, error);
      return this.end('socket.auth_refused');
    }
    // Whoever left meanwhile is told of nothing any more, and nobody would take it out again.
    if (this.reason !== undefined || this.#ws.readyState !== this.#ws.OPEN) return;
    const { expiresAtMs, ...actor } = found;
    if (known && (known.id !== actor.id || known.tenantId !== actor.tenantId || known.memberId !== actor.memberId))
      return this.end('socket.auth_refused');
    const leftMs = expiresAtMs - this.#deps.now();
    if (leftMs <= 0) return this.end('socket.token_expired');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end('socket.token_expired'), Math.min(leftMs, MAX_TIMER_MS));
    this.#actor = actor;
    if (!known) this.#deps.joined(this);
    this.#send({ type: 'ready', ...(expiresAtMs < NO_END_MS && { expiresAt: new Date(expiresAtMs).toISOString() }) });
  }

  async #subscribe(actor: Actor, { channel: name, afterSeq }: ClientMessage & { type: 'subscribe' }): Promise<void> {
    const channel = this.#deps.channels.get(name);
    if (!channel)
      return this.#send({ type: 'error', channel: name, code: 'socket.no_such_channel', detail: 'There is no channel of this name.' });
    if (!actor.scopes.has(channel.scope)) {
      const error = new AppError('forbidden', 'request.scope_missing', `This channel needs the scope ${channel.scope}.`);
      this.#deps.denied({ ...this.#visitor, actor }, name, error);
      return this.#send({ type: 'error', channel: name, code: error.code, detail: error.message });
    }
    const subscription: Subscription = { channel, lastSeq: afterSeq ?? 0, lost: false, ...(afterSeq !== undefined && { pending: [] }) };
    this.#subscriptions.set(name, subscription);
    this.#send({ type: 'subscribed', channel: name });
    if (afterSeq !== undefined) await this.#catchUp(actor, subscription);
  }

  /** Reads history until it meets what is live. What comes live meanwhile waits; when too much waits, history is read on instead. */
  async #catchUp(actor: Actor, subscription: Subscription): Promise<void> {
    const { history, limits } = this.#deps;
    for (;;) {
      subscription.lost = false;
      const page = await history(actor.tenantId, subscription.lastSeq, limits.historyPage);
      if (this.reason !== undefined || this.#subscriptions.get(subscription.channel.name) !== subscription) return;
      if (page === 'gap') this.#send({ type: 'gap', channel: subscription.channel.name, afterSeq: subscription.lastSeq });
      else this.#sendOwn(subscription, page);
      if (page === 'gap' || (page.length < limits.historyPage && !subscription.lost)) break;
      if (this.#socket.writableNeedDrain) await Promise.race([once(this.#socket, 'drain'), once(this.#ws, 'close')]);
    }
    const waiting = subscription.pending ?? [];
    delete subscription.pending;
    this.#sendOwn(subscription, waiting);
  }

  #keep(subscription: Subscription, events: readonly Event[]): void {
    const pending = subscription.pending!;
    pending.push(...events);
    if (pending.length <= this.#deps.limits.pendingEvents) return;
    pending.length = 0;
    subscription.lost = true;
  }

  #sendOwn(subscription: Subscription, events: readonly Event[]): void {
    const frame = this.#frame(subscription, events);
    subscription.lastSeq = Math.max(subscription.lastSeq, events.at(-1)?.seq ?? 0);
    if (frame) this.#write(frame);
  }

  /** Clients of one member with the same channel, the same reach in it and the same past get the same bytes. */
  #sharedFrame(subscription: Subscription, events: readonly Event[], frames: Map<string, Buffer>): Buffer | undefined {
    const fresh = Math.max(subscription.lastSeq, events[0]!.seq - 1);
    const { name, narrower = [] } = subscription.channel;
    const reach = narrower.map(({ scope }) => this.#actor?.scopes.has(scope) === true).join();
    const key = `${name}\n${this.#actor?.memberId ?? ''}\n${reach}\n${fresh}`;
    let frame = frames.get(key);
    if (frame === undefined) frames.set(key, (frame = this.#frame(subscription, events) ?? NOTHING));
    return frame === NOTHING ? undefined : frame;
  }

  #frame({ channel, lastSeq }: Subscription, events: readonly Event[]): Buffer | undefined {
    const { memberId, scopes = NO_SCOPES } = this.#actor ?? {};
    const own = events.filter((event) => event.seq > lastSeq && onChannel(channel, event.type, scopes) && visibleTo(memberId, event));
    return own.length === 0 ? undefined : frameOf({ type: 'events', channel: channel.name, events: own.map(publicEvent) });
  }

  #send(message: ServerMessage): void {
    this.#write(frameOf(message));
  }

  /**
   * Straight to the socket: `ws` would build a frame for each receiver again. It never holds half a message of its own
   * here, since nothing is compressed or fragmented. Who does not read is let go before its buffer fills the memory.
   */
  #write(frame: Buffer): void {
    if (this.reason !== undefined || !this.#socket.writable) return;
    if (this.#socket.writableLength > this.#deps.limits.bufferBytes) return this.end('socket.slow_consumer');
    this.#socket.write(frame);
  }

  #fail(error: unknown): void {
    this.#deps.failed(error);
    this.end('socket.failed');
  }
}

/** A key without an end is good for ever; of a year with five digits most could not read the time. */
const NO_END_MS = Date.UTC(10_000, 0);
const NOTHING = Buffer.alloc(0);
const NO_SCOPES: ReadonlySet<string> = new Set();

function tryRead(data: Buffer): ClientMessage | undefined {
  try {
    return readMessage(data.toString('utf8'));
  } catch {
    return undefined;
  }
}
