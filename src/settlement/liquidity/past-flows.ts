import { seededRandom } from '../../base/random.ts';
import type { Millis } from '../../base/time.ts';
import { networkOf } from '../demo/network.ts';
import { ordersOf } from '../demo/orders.ts';

/** What banks of the demonstration paid each other in an hour. */
export type PastFlow = { hour: Millis; debtor: string; creditor: string; asset: string; payments: number; units: bigint };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Orders that stand for a day; their amounts are scaled up to those of a whole one. */
const ORDERS = 800;
const WHOLE_DAY = 20_000;
/** Sunday to Saturday. Weekends are not quiet, since the demonstration day may be one. */
const BUSY_BPS = [5_500, 12_000, 10_000, 9_500, 10_000, 9_000, 6_000] as const;

/**
 * The weeks before the demonstration day, day by day, the newest last: invented, on the network of the same seed, so that
 * forecasts have something to rest on. Same seed and day: the same flows.
 */
export function* pastFlows(seed: string | number, { until, weeks }: { until: Millis; weeks: number }): Generator<PastFlow[]> {
  const random = seededRandom(seed);
  const banks = networkOf(random.fork('network'));
  for (let day = until - weeks * 7 * DAY_MS; day < until; day += DAY_MS) {
    const busyBps = BUSY_BPS[(Math.floor(day / DAY_MS) + 4) % 7]!;
    const own = seededRandom(`${seed} ${day}`);
    const orders = ordersOf(own, banks, { bank: -1, asset: '' }, Math.round((ORDERS * busyBps) / 10_000));
    const flows = new Map<string, PastFlow>();
    for (const { atMs, order } of orders) {
      const { debtorAgent: debtor, creditorAgent: creditor, asset, units } = order;
      const hour = day + Math.floor(atMs / HOUR_MS) * HOUR_MS;
      const key = `${hour} ${debtor} ${creditor} ${asset}`;
      const flow = flows.get(key) ?? { hour, debtor, creditor, asset, payments: 0, units: 0n };
      flow.payments += WHOLE_DAY / ORDERS;
      flow.units += units * BigInt(WHOLE_DAY / ORDERS);
      flows.set(key, flow);
    }
    yield [...flows.values()];
  }
}
