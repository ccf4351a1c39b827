import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCurve, simulateDay } from './simulate.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rialto-simulate-'));
});
afterAll(() => rm(folder, { recursive: true }));

const usual = { levels: '2', window: '30', seed: 'test', payments: '200' };

test('a day from a file is replayed under the regimes asked for, and its tables can be replayed again', async () => {
  const file = join(folder, 'day.csv');
  await writeFile(file, 'time,debtor,creditor,currency,amount\n09:00,A,B,EUR,10.00\n09:05,B,A,EUR,9.00\n');
  const day = await simulateDay(file, { ...usual, regimes: ['rtgs', 'windows'], out: join(folder, 'out') });
  expect(day.runs.map(({ regime, level }) => [regime, level])).toEqual([
    ['rtgs', 0],
    ['rtgs', 1],
    ['windows', 0],
    ['windows', 1],
  ]);
  expect(describeCurve(day)).toMatch(/^2 payments between 2 participants in 1 currencies\n/);
  expect(await readFile(join(folder, 'out/curve.csv'), 'utf8')).toMatch(/^regime,level,/);
  const again = await simulateDay(join(folder, 'out/traffic.csv'), { ...usual, regimes: ['rtgs', 'windows'] });
  expect(again).toEqual(day);
});

test('without a file an invented day is replayed, the same for the same seed', async () => {
  const [one, two, other] = [
    await simulateDay(undefined, usual),
    await simulateDay(undefined, usual),
    await simulateDay(undefined, { ...usual, seed: 'other' }),
  ];
  expect(one.payments).toBe(200);
  expect(two).toEqual(one);
  expect(other).not.toEqual(one);
});

test.each([
  ['a file that is not there', 'none.csv', {}, 'cli.file_unreadable'],
  ['a regime that does not exist', undefined, { regimes: ['barter'] }, 'settlement.simulation_options'],
  ['levels that are no number', undefined, { levels: 'many' }, 'settlement.simulation_options'],
  ['a folder that cannot be made', undefined, { out: '/dev/null/tables' }, 'cli.folder_unwritable'],
])('%s is named', async (_, file, more, code) => {
  await expect(simulateDay(file && join(folder, file), { ...usual, ...more })).rejects.toMatchObject({ code });
});
