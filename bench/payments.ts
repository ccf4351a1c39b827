import { setInterval } from 'node:timers/promises';
import { startProduct } from '../test/support/product.ts';
import { mustBeTaken, NO_LIMITS, openBankNetwork, type BankNetwork } from './support/bank-network.ts';
import { figure, type Bench } from './support/bench.ts';
import { closedLoop, loadOf, openLoop } from './support/loops.ts';

const BANKS = 40;
/** Four of each bank. */
const CONNECTIONS = 160;
const SINGLE_MS = 15_000;
const BATCH_MS = 12_000;
const SETTLE_EVERY_MS = 5_000;
const HALF_RATE_MS = 20_000;
const BATCH_SIZE = 500;
const BATCHES_AT_ONCE = 8;

/** See `run`. */
export const bench: Bench = { summary: 'payments over HTTP from another process: screened, reserved, durable', run };

/**
 * Payments over HTTP from this process against the product in another: screened against 5,000 names, reserved on the
 * ledger, durable when answered. First as many as go at once (closed loop), then at half that rate with arrivals fixed
 * in advance, so that a slow answer delays no later question and its own delay counts (no coordinated omission), all with a
 * window that is cut off and settled every 5 s. Batches last, since what a burst of them leaves to the background (search,
 * chains) is no steady load: first between two cut-offs, which by the shipped settings are a minute apart, then with a
 * window of some 25,000 payments settled every 5 s beside them.
 */
async function run({ report, keep }: Parameters<Bench['run']>[0]): ReturnType<Bench['run']> {
  report(`starting the product with ${BANKS} banks and 5,000 listed names`);
  const product = await startProduct({ env: { ...NO_LIMITS, RIALTO_WINDOW_SECONDS: '0', LOG_LEVEL: 'error' } });
  try {
    const network = await openBankNetwork(product, { banks: BANKS, connections: CONNECTIONS });
    const { pay, payMany, settle } = callersOf(network);
    const settling = <T>(work: Promise<T>): Promise<T> => beside(work, SETTLE_EVERY_MS, settle);
    await closedLoop(2_000, CONNECTIONS, pay);
    report('single payments, as many as go');
    const single = await settling(closedLoop(SINGLE_MS, CONNECTIONS, pay));
    report(`single payments, ${Math.round(single / 2)} a second at fixed times`);
    const half = await settling(openLoop(HALF_RATE_MS, single / 2, pay));
    report('batches of 500, between two cut-offs');
    await settle();
    const batches = await closedLoop(BATCH_MS, BATCHES_AT_ONCE, payMany);
    report('batches of 500, with windows');
    const settledBatches = await settling(closedLoop(BATCH_MS, BATCHES_AT_ONCE, payMany));
    await network.close();
    keep('payments', { clients: CONNECTIONS, errorRate: 0, ...loadOf(half) });
    keep('stress', { clients: CONNECTIONS, errorRate: 0, ratePerS: single });
    return [
      figure('payments.single.per_s', single, '1/s'),
      figure('payments.batch.per_s', batches, '1/s'),
      figure('payments.batch_with_windows.per_s', settledBatches, '1/s'),
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

/** Does the work, and something else beside it every so often, one at a time, until it is done. */
async function beside<T>(work: Promise<T>, everyMs: number, other: () => Promise<unknown>): Promise<T> {
  const over = new AbortController();
  const others = (async () => {
    for await (const _ of setInterval(everyMs, undefined, { signal: over.signal })) await other();
  })().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  const [done] = await Promise.all([work.finally(() => over.abort()), others]);
  return done;
}

type Callers = { pay(): Promise<number>; payMany(): Promise<number>; settle(): Promise<unknown> };

/** One payment, a batch of them (each answers with how many were taken), and the end of a window. */
function callersOf(network: BankNetwork): Callers {
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
    settle: () => network.call('/v1/windows/close-all', ''),
  };
}
