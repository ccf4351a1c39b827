import { seededRandom } from '../../base/random.ts';
import { networkOf } from '../demo/network.ts';
import { ordersOf } from '../demo/orders.ts';
import type { TrafficPayment } from './traffic.ts';

/** The payments of an invented business day (see ../demo), as traffic: one in twenty urgent. Same seed, same day. */
export function demoTraffic(seed: string | number, payments = 20_000): TrafficPayment[] {
  const random = seededRandom(seed);
  const banks = networkOf(random.fork('network'));
  const urgency = random.fork('urgency');
  // Nobody is short of funds by decree here: liquidity is what the simulation varies.
  const nobody = { bank: -1, asset: '' };
  return ordersOf(random.fork('orders'), banks, nobody, payments).map(({ atMs, order }) => ({
    atMs,
    debtor: order.debtorAgent,
    creditor: order.creditorAgent,
    asset: order.asset,
    units: order.units,
    priority: urgency.chance(0.05) ? 0 : 1,
  }));
}
