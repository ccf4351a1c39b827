import { startProduct } from '../test/support/product.ts';
import { mustBeTaken, NO_LIMITS, openBankNetwork, type BankNetwork } from './support/bank-network.ts';
import { figure, type Bench } from './support/bench.ts';
import { closedLoop, loadOf, openLoop } from './support/loops.ts';

const BANKS = 40;
/** Four of each bank. */
const CONNECTIONS = 160;
const SINGLE_MS = 15_000;
const BATCH_MS = 15_000;
const HALF_RATE_MS = 20_000;
const BATCH_SIZE = 500;
const BATCHES_AT_ONCE = 8;

/** See `run`. */
export const bench: Bench = { summary: 'payments over HTTP from another process: screened, reserved, durable', run };

/**
 * Payments over HTTP from this process against the product in another: screened against 5,000 names, reserved on the
 * ledger, durable when answered. First as many as go at once (closed loop), then at half that rate with arrivals fixed
 * in advance, so that a slow answer delays no later question and its own delay counts (no coordinated omission); batches
 * last, since what a burst of them leaves to the background (windows of 25,000 payments, search, chains) is no steady load.
 */
async function run({ report, keep }: Parameters<Bench['run']>[0]): ReturnType<Bench['run']> {
  report(`starting the product with ${BANKS} banks and 5,000 listed names`);
  const product = await startProduct({ env: { ...NO_LIMITS, RIALTO_WINDOW_SECONDS: '5', LOG_LEVEL: 'error' } });
  try {
    const network = await openBankNetwork(product, { banks: BANKS, connections: CONNECTIONS });
    const { pay, payMany } = callersOf(network);
    await closedLoop(2_000, CONNECTIONS, pay);
    report('single payments, as many as go');
    const single = await closedLoop(SINGLE_MS, CONNECTIONS, pay);
    report(`single payments, ${Math.round(single / 2)} a second at fixed times`);
    const half = await openLoop(HALF_RATE_MS, single / 2, pay);
    report('batches of 500');
    const batches = await closedLoop(BATCH_MS, BATCHES_AT_ONCE, payMany);
    await network.close();
    keep('payments', { clients: CONNECTIONS, errorRate: 0, ...loadOf(half) });
    keep('stress', { clients: CONNECTIONS, errorRate: 0, ratePerS: single });
    return [
      figure('payments.single.per_s', single, '1/s'),
      figure('payments.batch.per_s', batches, '1/s'),
      figure('payments.half_rate.per_s', half.perSecond, '1/s'),
      figure('payments.half_rate.p50_ms', half.p50, 'ms'),
      figure('payments.half_rate.p95_ms', half.p95, 'ms'),
      figure('payments.half_rate.p99_ms', half.p99, 'ms'),
    ];
  } finally {
    await product.stop();
    product.clean();
  }
}

/** One payment, and a batch of them; each answers with how many were taken. */
function callersOf(network: BankNetwork): { pay(): Promise<number>; payMany(): Promise<number> } {
  let made = 0;
  return {
    async pay() {
      mustBeTaken(await network.call('/v1/payments', JSON.stringify(network.order(made++))));
      return 1;
    },
    async payMany() {
      const payments = Array.from({ length: BATCH_SIZE }, () => network.order(made++));
      const text = await network.call('/v1/payments/batch', JSON.stringify({ payments }));
      return text.split('"status":"reserved"').length - 1;
    },
  };
}
