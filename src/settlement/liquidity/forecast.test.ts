import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { bandAt, calibrate, historyOf, quantileAt, withQuietHours, type HourValue } from './forecast.ts';

const HOUR = 3_600_000;
/** A Monday. */
const START = Date.UTC(2026, 0, 5);

/** Twelve weeks of a series that is busier on Mondays and around noon, and quiet on weekends. */
function seriesOf(seed: string, weeks = 12): HourValue[] {
  const random = seededRandom(seed);
  return Array.from({ length: weeks * 7 * 24 }, (_, i) => {
    const [day, time] = [Math.floor(i / 24) % 7, i % 24];
    const busy = day < 5 && time >= 7 && time < 18;
    const level = busy ? 1_000 * (day === 0 ? 1.5 : 1) * (1 + Math.sin(((time - 7) / 11) * Math.PI)) : 0;
    return { hour: START + i * HOUR, value: Math.round(level * random.lognormal(0, 0.4)) };
  });
}
const END = START + 12 * 7 * 24 * HOUR;

describe('a forecast', () => {
  test('follows weekday and time: Mondays are busier than Tuesdays, noon than evening, weekends quiet', () => {
    const history = historyOf(seriesOf('a'), END);
    const at = (day: number, time: number) => bandAt(history, END + (day * 24 + time) * HOUR);
    expect(at(0, 12).median).toBeGreaterThan(at(1, 12).median);
    expect(at(1, 12).median).toBeGreaterThan(at(1, 17).median);
    expect(at(5, 12)).toMatchObject({ low: 0, median: 0, high: 0, samples: 12 });
  });

  test('widens its band with the chance that it shall hold, and never crosses itself', () => {
    const history = historyOf(seriesOf('b'), END);
    for (let i = 0; i < 168; i++) {
      const hour = END + i * HOUR;
      const levels = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map((p) => quantileAt(history, hour, p));
      expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    }
  });

  test('rests on days of the same kind where its own weekday has no past yet', () => {
    const firstWeek = seriesOf('c').slice(0, 4 * 24);
    const history = historyOf(firstWeek, START + 4 * 24 * HOUR);
    const friday = bandAt(history, START + (4 * 24 + 12) * HOUR);
    expect(friday.samples).toBe(0);
    expect(friday.median).toBeGreaterThan(500);
    expect(bandAt(historyOf([], START), START)).toEqual({ low: 0, median: 0, high: 0, samples: 0 });
  });

  test('knows nothing of the hours that it foretells', () => {
    const values = seriesOf('d');
    const until = END - 7 * 24 * HOUR;
    const changed = values.map((one) => (one.hour >= until ? { ...one, value: 10 ** 9 } : one));
    expect(historyOf(changed, until)).toEqual(historyOf(values, until));
  });

  test('is calibrated: on days held out, what comes stays below each quantile about as often as it says', () => {
    const { hours, points, band80 } = calibrate([seriesOf('e'), seriesOf('f'), seriesOf('g'), seriesOf('h')], { until: END, days: 14 });
    expect(hours).toBe(4 * 10 * 11);
    for (const { nominal, measured } of points) expect(Math.abs(measured - nominal)).toBeLessThan(0.08);
    expect(Math.abs(band80 - 0.8)).toBeLessThan(0.08);
  });

  test('stays calibrated where nothing comes in most hours', () => {
    const random = seededRandom('sparse');
    const sparse = ['j', 'k', 'l', 'm'].map((seed) => seriesOf(seed).map((one) => (random.chance(0.7) ? { ...one, value: 0 } : one)));
    for (const { nominal, measured } of calibrate(sparse, { until: END, days: 14 }).points)
      expect(Math.abs(measured - nominal)).toBeLessThan(0.08);
  });

  test('says so when it is not: after a break in the series its band holds far less often', () => {
    const broken = seriesOf('i').map((one) => (one.hour >= END - 14 * 24 * HOUR ? { ...one, value: one.value * 5 } : one));
    expect(calibrate([broken], { until: END, days: 14 }).band80).toBeLessThan(0.6);
  });

  test('counts hours in which nothing moved', () => {
    const values = [{ hour: START + HOUR, value: 5 }];
    expect(withQuietHours(values, { from: START, to: START + 2 * HOUR }).map(({ value }) => value)).toEqual([0, 5, 0]);
    expect(withQuietHours(values, undefined)).toEqual([]);
    const days = withQuietHours(values, { from: START, to: START + 60 * HOUR }, START - 23 * HOUR);
    expect(days).toEqual([1, 25, 49].map((n) => ({ hour: START + n * HOUR, value: n === 1 ? 5 : 0 })));
  });
});
