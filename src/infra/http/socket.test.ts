import { expect, test } from 'vitest';
import { SAMPLE_ACTOR } from '../../../test/support/sample-http.ts';
import type { Event } from '../../base/event.ts';
import { frameOf } from './socket-protocol.ts';
import { clock, eventOf, useSockets } from '../../../test/support/sample-sockets.ts';

const [BANK_A, BANK_B] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const { scene, start, follow } = useSockets();

test('events reach those who follow their channel, once and in order, of their own tenant only', async () => {
  await start();
  const [mine, windows, foreign] = [await follow(), await follow('good', { channel: 'windows' }), await follow('other')];
  for (const seq of [1, 2, 2, 1, 3]) scene.gateway.publish(eventOf(seq));
  scene.gateway.publish(eventOf(4, { type: 'win.closed' }));
  scene.gateway.publish(eventOf(1, { tenantId: 'another' }));
  scene.gateway.publish(eventOf(5));
  await mine.untilSeq(5);
  await windows.untilSeq(4, 'windows');
  await foreign.untilSeq(1);
  expect(mine.seqs()).toEqual([1, 2, 3, 5]);
  expect(windows.seqs('windows')).toEqual([4]);
  expect(foreign.seqs()).toEqual([1]);
});

test('the end of the credential is told when it has one', async () => {
  await start();
  const [good, endless] = [await follow('good'), await follow('endless')];
  expect(good.got[0]).toEqual({ type: 'ready', expiresAt: new Date(clock.now() + 3_600_000).toISOString() });
  expect(endless.got[0]).toEqual({ type: 'ready' });
});

test('a member sees only what concerns it, and never whom else it concerns', async () => {
  await start();
  const [a, whole] = [await follow(`good:${BANK_A}`), await follow()];
  scene.gateway.publish(eventOf(1, { memberIds: [BANK_A!, BANK_B!] }));
  scene.gateway.publish(eventOf(2, { memberIds: [BANK_B!] }));
  scene.gateway.publish(eventOf(3));
  scene.gateway.publish(eventOf(4, { memberIds: [BANK_A!] }));
  await Promise.all([a.untilSeq(4), whole.untilSeq(4)]);
  expect(a.seqs()).toEqual([1, 4]);
  expect(whole.seqs()).toEqual([1, 2, 3, 4]);
  expect(JSON.stringify(a.got)).not.toContain(BANK_B);
});

test('an event looks the same live and from history, and holds nothing that the house keeps beside it', async () => {
  await start();
  // As the log of events hands it on: with its place among the events of all tenants.
  const logged = { ...eventOf(1), position: 4_711 };
  scene.kept = [eventOf(1)];
  const live = await follow();
  scene.gateway.publish(logged);
  await live.untilSeq(1);
  const back = await follow('good', { channel: 'payments', afterSeq: 0 });
  await back.untilSeq(1);
  const shown = ({ got }: Awaited<ReturnType<typeof follow>>) => got.find(({ type }) => type === 'events')!.events;
  expect(shown(live)).toEqual([eventOf(1)]);
  expect(shown(live)).toEqual(shown(back));
});

test('who comes back gets what it missed, then what is live, without hole or repetition', async () => {
  await start({ bounds: { historyPage: 2 } });
  scene.kept = [1, 2, 3, 4, 5].map((seq) => eventOf(seq));
  const resident = await follow();
  scene.gateway.publish(eventOf(5));
  await resident.untilSeq(5);
  // While history is being read, two more are committed and published.
  scene.onHistory = (afterSeq) => {
    if (afterSeq !== 4) return;
    (scene.kept as Event[]).push(eventOf(6), eventOf(7));
    scene.gateway.publish(eventOf(6));
    scene.gateway.publish(eventOf(7));
  };
  const back = await follow('good', { channel: 'payments', afterSeq: 2 });
  await back.untilSeq(7);
  scene.gateway.publish(eventOf(8));
  await back.untilSeq(8);
  expect(back.seqs()).toEqual([3, 4, 5, 6, 7, 8]);
  expect(resident.seqs()).toEqual([5, 6, 7, 8]);
});

test('more live events than may wait are read from history instead', async () => {
  await start({ bounds: { pendingEvents: 3, historyPage: 100 } });
  scene.kept = [eventOf(1)];
  const resident = await follow();
  scene.onHistory = async (afterSeq) => {
    if (afterSeq !== 0) return;
    scene.onHistory = () => undefined;
    for (let seq = 2; seq <= 20; seq++) {
      (scene.kept as Event[]).push(eventOf(seq));
      scene.gateway.publish(eventOf(seq));
    }
    await resident.untilSeq(20);
  };
  const back = await follow('good', { channel: 'payments', afterSeq: 0 });
  await back.untilSeq(20);
  expect(back.seqs()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('a hole that the bus left is filled from history for everyone', async () => {
  await start();
  const [one, two] = [await follow(), await follow()];
  scene.kept = [1, 2, 3, 4, 5, 6].map((seq) => eventOf(seq));
  for (const seq of [1, 2, 6]) scene.gateway.publish(eventOf(seq));
  await Promise.all([one.untilSeq(6), two.untilSeq(6)]);
  expect(one.seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(two.seqs()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('when history does not reach back, the client is told so and goes on live', async () => {
  await start();
  scene.kept = 'gap';
  const client = await follow('good', { channel: 'payments', afterSeq: 7 });
  expect(await client.until(({ type }) => type === 'gap')).toEqual({ type: 'gap', channel: 'payments', afterSeq: 7 });
  scene.gateway.publish(eventOf(50));
  await client.untilSeq(50);
  scene.gateway.publish(eventOf(60));
  await client.untilSeq(60);
  expect(client.got.filter(({ type }) => type === 'gap')).toHaveLength(2);
});

test('events that need a further scope reach only who holds it, live and from history, on a channel that both follow', async () => {
  await start();
  scene.kept = [eventOf(1), eventOf(2, { type: 'win.closed' })];
  const [plain, trusted] = [
    await follow('good', { channel: 'all', afterSeq: 0 }),
    await follow('trusted', { channel: 'all', afterSeq: 0 }),
  ];
  for (const seq of [3, 4]) scene.gateway.publish(eventOf(seq));
  scene.gateway.publish(eventOf(5, { type: 'win.closed' }));
  await Promise.all([plain.untilSeq(5, 'all'), trusted.untilSeq(5, 'all')]);
  expect(plain.seqs('all')).toEqual([2, 5]);
  expect(trusted.seqs('all')).toEqual([1, 2, 3, 4, 5]);
});

test('a channel without the scope, or that does not exist, is refused by name and audited; the connection stays', async () => {
  await start();
  const client = await follow('good', { channel: 'secret' });
  expect(client.got.at(-1)).toMatchObject({ type: 'error', channel: 'secret', code: 'request.scope_missing' });
  client.send({ type: 'subscribe', channel: 'none' });
  await client.until(({ code }) => code === 'socket.no_such_channel');
  client.send({ type: 'subscribe', channel: 'payments' });
  await client.until(({ type }) => type === 'subscribed');
  scene.gateway.publish(eventOf(1));
  await client.untilSeq(1);
  expect(client.seqs('secret')).toEqual([]);
  expect(scene.denied).toEqual([[SAMPLE_ACTOR.id, 'secret', 'request.scope_missing']]);
});

test('after unsubscribing nothing more comes', async () => {
  await start();
  const client = await follow();
  client.send({ type: 'subscribe', channel: 'windows' });
  client.send({ type: 'unsubscribe', channel: 'payments' });
  await client.until(({ type }) => type === 'unsubscribed');
  scene.gateway.publish(eventOf(1));
  scene.gateway.publish(eventOf(2, { type: 'win.opened' }));
  await client.untilSeq(2, 'windows');
  expect(client.seqs()).toEqual([]);
});

test('a thousand clients all get every event in order', async () => {
  await start({ bounds: { strangers: 2_000 } });
  const clients = await Promise.all(Array.from({ length: 1_000 }, () => follow()));
  for (let seq = 1; seq <= 20; seq++) scene.gateway.publish(eventOf(seq));
  await Promise.all(clients.map((client) => client.untilSeq(20)));
  const expected = Array.from({ length: 20 }, (_, i) => i + 1);
  for (const client of clients) expect(client.seqs()).toEqual(expected);
});

test.each([0, 125 - 37, 200, 70_000])('a frame with %i more bytes is a well-formed text frame', async (extra) => {
  await start();
  const client = await follow();
  scene.gateway.publish(eventOf(1, { data: { text: 'é'.repeat(extra) } }));
  await client.untilSeq(1);
  expect(client.got.at(-1)!.events![0]!.data).toEqual({ text: 'é'.repeat(extra) });
  expect(frameOf({ type: 'subscribed', channel: 'a' })[0]).toBe(0x81);
});
