import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startProduct, type Product } from '../test/support/product.ts';
import { NO_LIMITS, openBankNetwork } from './support/bank-network.ts';
import { figure, percentile, type Bench, type Figure } from './support/bench.ts';
import type { Load } from './support/keep.ts';

const CLIENTS = 1_200;
const BANKS = 40;
const RATE_PER_S = 200;
const WARM_MS = 5_000;
const RUN_MS = 20_000;
const CONNECTIONS = 32;

/** See `run`. */
export const bench: Bench = { summary: '1,200 live clients of 40 banks, each told of its own payments, 200 payments a second', run };

/**
 * 40 banks with 30 live clients each, in a process of their own, and 200 payments a second at fixed times from this one.
 * A delivery counts from when the payment came in (its event's time) to when a client of its debtor's or creditor's bank has it: ledger,
 * commit, relay and wire. The whole way also counts what it waited at the door, from when it was due to be asked for.
 */
async function run({ report, keep }: Parameters<Bench['run']>[0]): Promise<Figure[]> {
  report(`starting the product with ${BANKS} banks`);
  const product = await startProduct({ env: { ...NO_LIMITS, RIALTO_WINDOW_SECONDS: '10', LOG_LEVEL: 'error' } });
  const listeners = fork(fileURLToPath(new URL('./support/socket-clients.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const { pay, tokens, close } = await prepare(product);
    report(`connecting ${CLIENTS} clients`);
    listeners.send({ url: product.url, tokens, clients: CLIENTS });
    await messageOf(listeners, 'connected');
    await atFixedTimes(WARM_MS, pay);
    report(`${RATE_PER_S} payments a second for ${RUN_MS / 1_000} s`);
    const dueAt = await atFixedTimes(RUN_MS, pay);
    listeners.send({ expect: dueAt.size });
    const { heard } = (await messageOf(listeners, 'heard')) as { heard: Heard[] };
    await close();
    const { figures, load } = measuredOf(dueAt, heard);
    keep('sockets', load);
    return figures;
  } finally {
    listeners.kill();
    await product.stop();
    product.clean();
  }
}

type Heard = [payment: string, at: number, recordedAt: number];

/** Deliveries that were heard, of all that had to be: each payment concerns two banks of 30 clients. */
function measuredOf(dueAt: ReadonlyMap<string, number>, heard: readonly Heard[]): { figures: Figure[]; load: Load } {
  const counted = heard.filter(([payment]) => dueAt.has(payment));
  const delays = counted.map(([, at, recordedAt]) => at - recordedAt);
  const wholeWays = counted.map(([payment, at]) => at - dueAt.get(payment)!);
  const wanted = dueAt.size * 2 * (CLIENTS / BANKS);
  const [p50, p95, p99] = [percentile(delays, 0.5), percentile(delays, 0.95), percentile(delays, 0.99)];
  const figures = [
    figure('sockets.clients', CLIENTS, ''),
    figure('sockets.payments.per_s', dueAt.size / (RUN_MS / 1_000), '1/s'),
    figure('sockets.delivered.share', delays.length / wanted, ''),
    figure('sockets.delivery.p50_ms', p50, 'ms'),
    figure('sockets.delivery.p99_ms', p99, 'ms'),
    figure('sockets.whole_way.p99_ms', percentile(wholeWays, 0.99), 'ms'),
  ];
  // What did not arrive, and what arrived twice, is what went wrong.
  return { figures, load: { clients: CLIENTS, errorRate: Math.abs(1 - delays.length / wanted), latencyMs: { p50, p95, p99 } } };
}

async function messageOf(child: ChildProcess, type: string): Promise<object> {
  for (;;) {
    const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(120_000) })) as [{ type: string }];
    if (message.type === type) return message;
  }
}

type Pay = () => Promise<string>;

/** Admits the banks, each with a key of its own for its clients; `pay` answers with the payment's id. */
async function prepare(product: Product): Promise<{ pay: Pay; tokens: string[]; close(): Promise<void> }> {
  const network = await openBankNetwork(product, { banks: BANKS, connections: CONNECTIONS });
  const tokens: string[] = [];
  for (const { id, bic } of network.banks) {
    const key = { name: bic, scopes: ['payments:read', 'settlement:read'], memberId: id };
    tokens.push((JSON.parse(await network.call('/v1/api-keys', JSON.stringify(key))) as { key: string }).key);
  }
  let made = 0;
  const pay = async () => {
    const answer = await network.call('/v1/payments', JSON.stringify(network.order(made++)));
    return (JSON.parse(answer) as { id: string }).id;
  };
  return { pay, tokens, close: () => network.close() };
}

/** Payments at fixed times, whatever the answers do; when each was due, by its id, in milliseconds of the day's clock. */
async function atFixedTimes(ms: number, pay: Pay): Promise<Map<string, number>> {
  const dueAt = new Map<string, number>();
  const asked: Promise<void>[] = [];
  const [begin, total] = [Date.now(), Math.floor((ms / 1_000) * RATE_PER_S)];
  for (let n = 0; n < total;) {
    const due = Math.min(total, Math.floor(((Date.now() - begin) / 1_000) * RATE_PER_S) + 1);
    for (; n < due; n++) {
      const at = begin + (n / RATE_PER_S) * 1_000;
      asked.push(pay().then((id) => void dueAt.set(id, at)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  return dueAt;
}
