import { expect, test } from 'vitest';
import { AppError } from '../base/error.ts';
import { fairTurns } from './fair-turns.ts';

const refusal = () => new AppError('limit', 'sample.busy', 'Come again.');

/** Work of lanes that ends when it is told to; `order` is in which it was begun. */
function bench(bounds: { atOnce: number; places: number }) {
  const turns = fairTurns({ ...bounds, busy: refusal });
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const busy: string[] = [];
  const settled: Promise<void>[] = [];
  const come = (lane: string): void => {
    const done = turns.run(lane, () => new Promise<void>((end) => (order.push(lane), ends.push(end))));
    settled.push(done.catch((error: { code: string }) => void busy.push(`${lane} ${error.code}`)));
  };
  /** Lets everything that was begun, and what begins then, come to its end. */
  const finish = async (): Promise<void> => {
    const over = { yet: false };
    void Promise.all(settled).then(() => (over.yet = true));
    while (!over.yet) {
      for (const end of ends.splice(0)) end();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { come, finish, order, busy };
}

test('no more runs at once than may', async () => {
  const turns = fairTurns({ atOnce: 2, places: 100, busy: refusal });
  let [running, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(Array.from({ length: 50 }, (_, i) => turns.run(`${i % 3}`, work)));
  expect([most, running]).toEqual([2, 0]);
});

test('who comes behind a flood of another lane is next but one', async () => {
  const { come, finish, order } = bench({ atOnce: 1, places: 100 });
  for (let i = 0; i < 50; i++) come('flood');
  come('honest');
  await finish();
  expect(order.indexOf('honest')).toBe(2);
  expect(order).toHaveLength(51);
});

test('when all places are taken the longest lane gives one up, and an equal one is refused', async () => {
  const { come, finish, order, busy } = bench({ atOnce: 1, places: 4 });
  for (let i = 0; i < 6; i++) come('flood');
  come('honest');
  await finish();
  expect(order.filter((lane) => lane === 'honest')).toHaveLength(1);
  expect(busy).toEqual(['flood sample.busy', 'flood sample.busy']);
});

test('lanes of one each fill the places, and the next one is told to come again', async () => {
  const { come, finish, busy } = bench({ atOnce: 1, places: 3 });
  for (const lane of ['a', 'b', 'c', 'd', 'e']) come(lane);
  await finish();
  expect(busy).toEqual(['e sample.busy']);
});

test('work that fails gives its turn on', async () => {
  const turns = fairTurns({ atOnce: 1, places: 10, busy: refusal });
  const failing = turns.run('a', () => Promise.reject(new Error('no')));
  const next = turns.run('b', async () => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});
