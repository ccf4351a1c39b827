import { expect, test } from 'vitest';
import { newId, type Uuid } from '../../base/id.ts';
import { deliver, LANES } from './deliver.ts';
import type { DueMail } from './store.ts';

/** Mail of tenants on its way to a server that takes each when it is told to; `begun` in the order in which it was begun. */
function relay() {
  const waiting: DueMail[] = [];
  const begun: DueMail[] = [];
  const open = new Map<Uuid, (error?: Error) => void>();
  const stop = new AbortController();
  let now = 0;
  const hand = (mail: DueMail): Promise<void> =>
    new Promise((resolve, reject) => {
      begun.push(mail);
      open.set(mail.id, (error) => {
        open.delete(mail.id);
        if (!error) waiting.splice(waiting.indexOf(mail), 1);
        if (error) reject(error);
        else resolve();
      });
    });
  return {
    begun,
    stop,
    write(tenantId: Uuid, count = 1): DueMail[] {
      const mails = Array.from({ length: count }, () => ({ tenantId, id: newId() }));
      waiting.push(...mails);
      return mails;
    },
    take: (mail: DueMail, error?: Error) => open.get(mail.id)!(error),
    underWay: () => open.size,
    run: () =>
      deliver(
        {
          due: async () => waiting.slice(),
          hand,
          now: () => now,
          // Time passes as fast as anybody waits for it.
          pause: (ms) => new Promise((resolve) => setImmediate(() => resolve((now += ms)))),
        },
        stop.signal,
      ),
  };
}

test('a thousand mails of one tenant delay that of others by one, and each of them is handed over once', async () => {
  const { begun, write, take, run, underWay } = relay();
  const [flood, ada, bob] = [newId(), newId(), newId()];
  write(flood, 1_000);
  write(ada, 2);
  write(bob, 2);
  const done = run();
  for (let count = 0; count < 1_004; count += 1) {
    await expect.poll(() => begun.length, { interval: 0 }).toBeGreaterThan(count);
    expect(underWay()).toBeLessThanOrEqual(LANES);
    take(begun[count]!);
  }
  await done;
  const order = begun.map(({ tenantId }) => tenantId);
  expect(order.lastIndexOf(ada)).toBeLessThan(8);
  expect(order.lastIndexOf(bob)).toBeLessThan(8);
  expect(new Set(begun).size).toBe(1_004);
});

test('mail of one tenant that the server takes its time over leaves a lane to others, also to mail that is written meanwhile', async () => {
  const { begun, write, take, run } = relay();
  const [slow, ada] = [newId(), newId()];
  const stuck = write(slow, 3);
  const done = run();
  await expect.poll(() => begun.length).toBe(2);
  const [late] = write(ada);
  await expect.poll(() => begun.at(-1)).toBe(late);
  take(late!);
  take(stuck[0]!);
  take(stuck[1]!);
  await expect.poll(() => begun.at(-1)).toBe(stuck[2]);
  take(stuck[2]!);
  await done;
});

test('who is told to stop begins nothing more and waits for what is under way; what cannot be written down ends the run', async () => {
  const { begun, write, take, run, stop } = relay();
  const [first, second] = [write(newId())[0]!, write(newId())[0]!];
  const done = run();
  await expect.poll(() => begun.length).toBe(2);
  write(newId());
  stop.abort();
  take(first);
  take(second, new Error('the database is away'));
  await expect(done).rejects.toThrow('the database is away');
  expect(begun).toHaveLength(2);
});
