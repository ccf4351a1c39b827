import { expect, test } from 'vitest';
import { openStream, type LiveState, type SocketLike } from './stream.ts';

class FakeSocket implements SocketLike {
  sent: unknown[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  hear(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

function site(token: () => Promise<string> = async () => 'T') {
  const sockets: FakeSocket[] = [];
  const waits: { run: () => void; ms: number }[] = [];
  const states: LiveState[] = [];
  const seen: number[] = [];
  let gaps = 0;
  const stream = openStream({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    token,
    channel: 'settlement',
    onEvents: (events) => seen.push(...events.map((event) => event.seq)),
    onGap: () => (gaps += 1),
    onState: (state) => states.push(state),
    timers: { set: (run, ms) => waits.push({ run, ms }), random: () => 1 },
  });
  return { stream, sockets, waits, states, seen, gaps: () => gaps };
}

const eventsUpTo = (seq: number) => ({ type: 'events', channel: 'settlement', events: [{ seq: seq - 1 }, { seq }] });

test('the token goes in the first message and the subscription right behind it', async () => {
  const { sockets } = site();
  await settle();
  sockets[0]!.onopen!();
  expect(sockets[0]!.sent).toEqual([
    { type: 'auth', token: 'T' },
    { type: 'subscribe', channel: 'settlement' },
  ]);
});

test('a lost connection resumes from the last sequence seen', async () => {
  const { sockets, waits, seen, states } = site();
  await settle();
  sockets[0]!.onopen!();
  sockets[0]!.hear({ type: 'subscribed', channel: 'settlement' });
  sockets[0]!.hear(eventsUpTo(42));
  sockets[0]!.onclose!();
  waits[0]!.run();
  await settle();
  sockets[1]!.onopen!();
  expect(sockets[1]!.sent[1]).toEqual({ type: 'subscribe', channel: 'settlement', afterSeq: 42 });
  expect(seen).toEqual([41, 42]);
  expect(states).toEqual(['connecting', 'live', 'waiting', 'connecting']);
});

test('waits between attempts double up to half a minute and start small again after a success', async () => {
  const { sockets, waits } = site();
  for (let attempt = 0; attempt < 9; attempt++) {
    await settle();
    sockets[attempt]!.onclose!();
    waits[attempt]!.run();
  }
  expect(waits.map(({ ms }) => ms)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  await settle();
  sockets[9]!.hear({ type: 'subscribed', channel: 'settlement' });
  sockets[9]!.onclose!();
  expect(waits[9]!.ms).toBe(500);
});

test('everything is read again at a gap and at a subscription that has no place to resume from', async () => {
  const { sockets, gaps } = site();
  await settle();
  sockets[0]!.hear({ type: 'subscribed', channel: 'settlement' });
  expect(gaps()).toBe(1);
  sockets[0]!.hear({ type: 'gap', channel: 'settlement', afterSeq: 7 });
  expect(gaps()).toBe(2);
});

test('a renewed token extends a running connection and is kept back from one that is not ready', async () => {
  const { sockets, stream } = site();
  await settle();
  stream.renew('early');
  sockets[0]!.hear({ type: 'ready', expiresAt: '' });
  stream.renew('later');
  expect(sockets[0]!.sent).toEqual([{ type: 'auth', token: 'later' }]);
});

test('without a token it waits and asks again; after stop it asks no more', async () => {
  const { sockets, stream, waits, states } = site(() => Promise.reject(new Error('signed out')));
  await settle();
  expect(sockets).toEqual([]);
  expect(waits).toHaveLength(1);
  stream.stop();
  waits[0]!.run();
  await settle();
  expect(waits).toHaveLength(1);
  expect(states.at(-1)).toBe('off');
});
