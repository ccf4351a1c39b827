import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demoTraffic } from './demo-traffic.ts';
import { REGIMES, simulate, type Regime, type Simulation, type SimulationOptions } from './simulate.ts';
import { currenciesCsv, curveCsv, seriesCsv } from './tables.ts';
import type { TrafficPayment } from './traffic.ts';

const HOUR = 3_600_000;
const pay = (hour: number, pair: string, units: bigint, more: Partial<TrafficPayment> = {}): TrafficPayment => ({
  atMs: hour * HOUR,
  debtor: pair[0]!,
  creditor: pair[1]!,
  asset: 'EUR/2',
  units,
  priority: 1,
  ...more,
});
const runOf = ({ runs }: Simulation, regime: Regime, level: number) =>
  runs.find((run) => run.regime === regime && Math.abs(run.level - level) < 1e-9)!;

/** Three pay in a circle, each an hour after the other; A is 40 short in the end. */
const circle = [pay(9, 'AB', 100n), pay(10, 'BC', 100n), pay(11, 'CA', 60n)];

const traffic = fc
  .array(
    fc.record({
      at: fc.nat({ max: 100 }),
      pair: fc.constantFrom('AB', 'BA', 'BC', 'CB', 'AC', 'CA'),
      units: fc.bigInt(1n, 50n),
      asset: fc.constantFrom('EUR/2', 'JPY/0'),
      priority: fc.nat({ max: 2 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => all.map(({ at, pair, units, asset, priority }) => pay(9 + at / 20, pair, units, { asset, priority })));
const queues = fc.constantFrom('participant' as const, 'account' as const);

describe('a simulated day', () => {
  test('bounds are the net debit of the day, and what it takes to settle everything at once', async () => {
    const { currencies, openMs, endMs, participants, payments } = await simulate(circle, { levels: 1 });
    expect(currencies).toEqual([{ asset: 'EUR/2', payments: 3, gross: 260n, lower: 40n, upper: 100n, share: 1 }]);
    expect([openMs / HOUR, endMs / HOUR, participants, payments]).toEqual([9, 12, 3, 3]);
  });

  test('with the least liquidity real-time settlement stops, and gridlock resolution settles the circle when it is closed', async () => {
    const day = await simulate(circle, { levels: [0], windowMs: HOUR, gridlockMs: 1_000 });
    const rtgs = runOf(day, 'rtgs', 0);
    expect([rtgs.settledPayments, rtgs.delay, rtgs.queue.longest]).toEqual([0, 1, 3]);
    const resolved = runOf(day, 'rtgs_gridlock', 0);
    // Everything settles one second after eleven: 100 have waited for two hours of three, 100 for one of two, 60 for none of one.
    const waited = 100 * (2 * HOUR + 1_000) + 100 * (HOUR + 1_000) + 60 * 1_000;
    expect(resolved.delay).toBeCloseTo(waited / (100 * 3 * HOUR + 100 * 2 * HOUR + 60 * HOUR), 12);
    expect([resolved.settledPayments, resolved.currencies[0]!.liquidityUsed]).toEqual([3, 40n]);
    // The window of eleven o'clock closes before the last payment comes, so that of twelve settles all.
    expect(
      runOf(day, 'windows', 0)
        .series.map(({ settledPayments }) => settledPayments)
        .at(-2),
    ).toBe(0);
    expect(runOf(day, 'windows', 0).delay).toBe(1);
  });

  test('set-off discharges parts of payments as far as money and debts reach', async () => {
    const day = await simulate(circle, { levels: [0], regimes: ['set_off'], windowMs: HOUR, binMs: HOUR });
    const run = runOf(day, 'set_off', 0);
    // 40 run from A to B at ten and on to C at eleven; the circle does the rest at the end.
    expect(run.series.map(({ settledShare }) => Math.round(settledShare * 260))).toEqual([0, 40, 80, 260]);
    expect(run.series.map(({ settledPayments }) => settledPayments)).toEqual([0, 0, 0, 3]);
    expect(run.settledShare).toBe(1);
  });

  test('at the upper bound nothing waits in real-time settlement', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, queues, async (all, by) => {
        const day = await simulate(all, { levels: [1], queues: by });
        for (const regime of ['rtgs', 'rtgs_gridlock'] as const) {
          const { delay, settledPayments, queue } = runOf(day, regime, 1);
          expect([delay, settledPayments, queue]).toEqual([0, all.length, { longest: 0, mean: 0 }]);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('at the lower bound everything settles by the end of the day where payments can settle together, with no more than the bound', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, queues, async (all, by) => {
        const day = await simulate(all, { levels: [0], queues: by });
        for (const regime of REGIMES.filter((one) => one !== 'rtgs')) {
          const run = runOf(day, regime, 0);
          expect([regime, run.unsettledPayments, run.settledShare]).toEqual([regime, 0, 1]);
          for (const [i, { lower }] of day.currencies.entries()) expect(run.currencies[i]!.liquidityUsed).toBe(lower);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('settled and unsettled add up, shares stay between nothing and one, what has settled stays settled', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, queues, async (all, by) => {
        const day = await simulate(all, { levels: 3, queues: by, gridlockMs: 60_000 });
        for (const run of day.runs) {
          run.currencies.forEach((one, i) => {
            expect(one.settled + one.unsettled).toBe(day.currencies[i]!.gross);
            expect(one.liquidityUsed <= one.liquidity && one.liquidityUsed >= 0n).toBe(true);
          });
          expect(run.settledPayments + run.unsettledPayments).toBe(all.length);
          for (const share of [run.delay, run.settledShare, run.liquidity, run.liquidityUsed]) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1 + 1e-9);
          }
          const settled = run.series.map(({ settledShare }) => settledShare);
          expect(settled).toEqual(settled.toSorted((a, b) => a - b));
          expect(run.series.at(-1)).toMatchObject({
            atMs: day.endMs,
            settledPayments: run.settledPayments,
            queuedPayments: run.unsettledPayments,
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('an urgent payment goes before one that waits, and a later one does not overtake', async () => {
    const all = [pay(9, 'AB', 50n), pay(10, 'AC', 4n, { priority: 0 }), pay(10, 'AD', 5n, { priority: 2 }), pay(11, 'BA', 49n)];
    const { runs } = await simulate(all, { regimes: ['rtgs'], levels: [0], binMs: HOUR });
    // A has 10: the urgent 4 go at once; the last 5 could, but stand behind the 50.
    expect(runs[0]!.currencies[0]!.liquidity).toBe(10n);
    expect(runs[0]!.series.map(({ settledPayments }) => settledPayments)).toEqual([0, 1, 1, 1]);
  });
});

describe('a generated day of a network', () => {
  const traffic = demoTraffic('curve', 1_000);

  test('goes through every regime and eight levels the same way each time, with a word of progress before each', async () => {
    const told: string[] = [];
    const onProgress: SimulationOptions['onProgress'] = ({ done, total, regime }) => void told.push(`${done}/${total} ${regime ?? ''}`);
    const day = await simulate(traffic, { onProgress });
    expect(day.runs.map(({ regime, level }) => `${regime} ${level.toFixed(2)}`)).toHaveLength(32);
    expect(told).toHaveLength(33);
    expect([told[0], told.at(-1)]).toEqual(['0/32 rtgs', '32/32 ']);
    expect(await simulate(traffic.toReversed().toSorted((a, b) => traffic.indexOf(a) - traffic.indexOf(b)))).toEqual(day);
  });

  test('shows the curve: more liquidity, less delay; and resolution of gridlock below plain real-time settlement', async () => {
    const { runs } = await simulate(traffic);
    for (const regime of REGIMES) {
      const delays = runs.filter((run) => run.regime === regime).map(({ delay }) => delay);
      expect(delays).toEqual(delays.toSorted((a, b) => b - a));
    }
    for (const rtgs of runs.filter(({ regime }) => regime === 'rtgs')) {
      const resolved = runs.find(({ regime, level }) => regime === 'rtgs_gridlock' && level === rtgs.level)!;
      expect(resolved.delay).toBeLessThanOrEqual(rtgs.delay);
      expect(resolved.settledShare).toBeGreaterThanOrEqual(rtgs.settledShare);
    }
    expect(runs.some(({ regime, unsettledPayments }) => regime === 'rtgs' && unsettledPayments > 0)).toBe(true);
  });

  test('is written as tables with one line for each run, point and currency', async () => {
    const day = await simulate(traffic, { levels: 2, binMs: HOUR, regimes: ['rtgs', 'windows'] });
    const lines = (csv: string) => csv.trimEnd().split('\n');
    expect(lines(curveCsv(day))).toHaveLength(1 + day.runs.length);
    expect(lines(curveCsv(day))[2]).toMatch(/^rtgs,1\.000000,1\.000000,[01]\.\d{6},0\.000000,1\.000000,1000,0,0,0\.0$/);
    expect(lines(seriesCsv(day))).toHaveLength(1 + day.runs.length * (1 + (day.endMs - day.openMs) / HOUR));
    expect(lines(seriesCsv(day))[1]).toMatch(/^rtgs,0\.000000,0\d:00,0\.000000,0\.000000,0,0$/);
    expect(lines(currenciesCsv(day))).toHaveLength(1 + day.runs.length * day.currencies.length);
    for (const table of [curveCsv(day), seriesCsv(day), currenciesCsv(day)]) {
      expect(new Set(lines(table).map((line) => line.split(',').length)).size).toBe(1);
    }
  });
});

describe('options and limits', () => {
  test('rates decide how much a currency counts', async () => {
    const all = [pay(9, 'AB', 100n), pay(9, 'AB', 900n, { asset: 'JPY/0' })];
    const rates = new Map([
      ['EUR/2', 1],
      ['JPY/0', 0.01],
    ]);
    expect((await simulate(all, { levels: 1, rates })).currencies.map(({ share }) => share)).toEqual([100 / 109, 9 / 109]);
    await expect(simulate(all, { rates: new Map([['EUR/2', 1]]) })).rejects.toMatchObject({ code: 'settlement.rate_missing' });
  });

  test('amounts beyond plain numbers are exact when they have a common measure, and refused when not', async () => {
    const large = circle.map((payment) => ({ ...payment, units: payment.units * 10n ** 30n }));
    const { runs } = await simulate(large, { levels: [0] });
    expect(runs.map((run) => [run.currencies[0]!.settled, run.delay])).toEqual(
      (await simulate(circle, { levels: [0] })).runs.map((run) => [run.currencies[0]!.settled * 10n ** 30n, run.delay]),
    );
    await expect(simulate([...large, pay(9, 'AB', 1n)])).rejects.toMatchObject({ code: 'settlement.traffic_too_large' });
  });

  test.each<[string, SimulationOptions]>([
    ['no level', { levels: [] }],
    ['a level above one', { levels: [1.1] }],
    ['no regime', { regimes: [] }],
    ['windows without length', { windowMs: 0 }],
    ['a queue of nothing', { gridlockQueued: 0 }],
  ])('%s is refused', async (_title, options) => {
    await expect(simulate(circle, options)).rejects.toMatchObject({ code: 'settlement.simulation_options' });
  });

  test('an empty day and one that ends before its last payment are refused', async () => {
    await expect(simulate([])).rejects.toMatchObject({ code: 'settlement.traffic_empty' });
    await expect(simulate(circle, { endMs: 11 * HOUR })).rejects.toMatchObject({ code: 'settlement.traffic_ends_early' });
  });

  test('whoever is told of the progress can end the simulation', async () => {
    const stop = () => {
      throw new Error('enough');
    };
    await expect(simulate(circle, { onProgress: stop })).rejects.toThrow('enough');
  });
});
