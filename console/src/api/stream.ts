import type { Event } from '../../../src/base/event.ts';

export type LiveState = 'connecting' | 'live' | 'waiting' | 'off';

/** What the stream needs of a WebSocket. */
export type SocketLike = {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
};

/** What the server says on `/v1/stream`, as far as the console listens. */
type ServerMessage =
  | { type: 'ready' | 'subscribed' | 'unsubscribed' }
  | { type: 'events'; events: readonly Event[] }
  | { type: 'gap' }
  | { type: 'error'; code: string };

type Options = {
  open: () => SocketLike;
  /** A token that holds; called at each connection. */
  token: () => Promise<string>;
  channel: string;
  onEvents: (events: readonly Event[]) => void;
  /** Events may have been missed: whatever is shown must be read again. */
  onGap: () => void;
  onState: (state: LiveState) => void;
  timers?: { set(run: () => void, ms: number): unknown; random(): number };
};

export type Stream = {
  /** Extends a running connection with a renewed token. */
  renew(token: string): void;
  stop(): void;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Keeps one channel of events running: the token goes in the first message, a lost connection is opened again after a
 * growing, jittered wait, and events resume from the last sequence number seen.
 */
export function openStream(options: Options): Stream {
  const timers = options.timers ?? { set: (run, ms) => setTimeout(run, ms), random: Math.random };
  let stopped = false;
  let socket: SocketLike | undefined;
  let isReady = false;
  let seq: number | undefined;
  let failures = 0;

  function receive(message: ServerMessage): void {
    if (message.type === 'ready') {
      isReady = true;
    } else if (message.type === 'events') {
      seq = message.events.at(-1)?.seq ?? seq;
      options.onEvents(message.events);
    } else if (message.type === 'gap') {
      options.onGap();
    } else if (message.type === 'subscribed') {
      failures = 0;
      // Without a place to resume from, what happened before this moment is known only by reading again.
      if (seq === undefined) options.onGap();
      options.onState('live');
    } else if (message.type === 'error') {
      options.onState('off');
    }
  }

  function retry(): void {
    if (stopped) return;
    isReady = false;
    options.onState('waiting');
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++);
    timers.set(() => void connect(), longest * (0.5 + timers.random() / 2));
  }

  async function connect(): Promise<void> {
    if (stopped) return;
    options.onState('connecting');
    const token = await options.token().catch(() => undefined);
    if (stopped) return;
    if (token === undefined) return retry();
    const mine = options.open();
    socket = mine;
    mine.onopen = () => {
      mine.send(JSON.stringify({ type: 'auth', token }));
      mine.send(JSON.stringify({ type: 'subscribe', channel: options.channel, ...(seq === undefined ? {} : { afterSeq: seq }) }));
    };
    mine.onmessage = ({ data }) => receive(JSON.parse(String(data)) as ServerMessage);
    mine.onclose = () => {
      if (socket === mine) retry();
    };
  }

  void connect();
  return {
    renew(token) {
      if (isReady) socket?.send(JSON.stringify({ type: 'auth', token }));
    },
    stop() {
      stopped = true;
      socket?.close();
      options.onState('off');
    },
  };
}
