import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { leiOf } from '../src/base/check-digit.ts';
import { startProduct, type Product } from '../test/support/product.ts';
import { figure, percentile, type Bench, type Figure } from './support/bench.ts';

const CLIENTS = 1_200;
const BANKS = 40;
const RATE_PER_S = 200;
const WARM_MS = 5_000;
const RUN_MS = 20_000;

const LIMITS = {
  RIALTO_LIMIT_ACTOR: '10000000',
  RIALTO_LIMIT_BANK: '10000000',
  RIALTO_LIMIT_TENANT: '100000000',
  RIALTO_LIMIT_GLOBAL: '1000000000',
};

/** See `run`. */
export const bench: Bench = { summary: '1,200 live clients of 40 banks, each told of its own payments, 200 payments a second', run };

/**
 * 40 banks with 30 live clients each, in a process of their own, and 200 payments a second at fixed times from this one.
 * A delivery counts from when the payment came in (its event's time) to when a client of its debtor's or creditor's bank has it: ledger,
 * commit, relay and wire. The whole way also counts what it waited at the door, from when it was due to be asked for.
 */
async function run({ report }: Parameters<Bench['run']>[0]): Promise<Figure[]> {
  report(`starting the product with ${BANKS} banks`);
  const product = await startProduct({ env: { ...LIMITS, RIALTO_WINDOW_SECONDS: '10', LOG_LEVEL: 'error' } });
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
    return figuresOf(dueAt, heard);
  } finally {
    listeners.kill();
    await product.stop();
    product.clean();
  }
}

type Heard = [payment: string, at: number, recordedAt: number];

/** Deliveries that were heard, of all that had to be: each payment concerns two banks of 30 clients. */
function figuresOf(dueAt: ReadonlyMap<string, number>, heard: readonly Heard[]): Figure[] {
  const counted = heard.filter(([payment]) => dueAt.has(payment));
  const delays = counted.map(([, at, recordedAt]) => at - recordedAt);
  const wholeWays = counted.map(([payment, at]) => at - dueAt.get(payment)!);
  const wanted = dueAt.size * 2 * (CLIENTS / BANKS);
  return [
    figure('sockets.clients', CLIENTS, ''),
    figure('sockets.payments.per_s', dueAt.size / (RUN_MS / 1_000), '1/s'),
    figure('sockets.delivered.share', delays.length / wanted, ''),
    figure('sockets.delivery.p50_ms', percentile(delays, 0.5), 'ms'),
    figure('sockets.delivery.p99_ms', percentile(delays, 0.99), 'ms'),
    figure('sockets.whole_way.p99_ms', percentile(wholeWays, 0.99), 'ms'),
  ];
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
  const pool = new Pool(product.url, { connections: 32, pipelining: 1 });
  let token = '';
  const call = async (path: string, body: object, headers: Record<string, string> = {}): Promise<Record<string, string>> => {
    const reply = await pool.request({
      method: 'POST',
      path,
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });
    const text = await reply.body.text();
    if (reply.statusCode >= 300) throw new Error(`${path}: ${reply.statusCode} ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, string>;
  };
  token = (await call('/v1/auth/login', { email: product.email, password: product.password }))['accessToken']!;
  const bics: string[] = [];
  const tokens: string[] = [];
  for (let i = 0; i < BANKS; i++) {
    const bic = `SK${letters(i)}FI2${i % 10}`;
    const lei = leiOf(`SOCKET${String(i).padStart(12, '0')}`);
    const { id = '' } = await call('/v1/participants', { name: `Bench bank ${i}`, bic, lei, assets: ['EUR/2'] });
    const funds = { asset: 'EUR/2', units: '1000000000000000', reference: 'BENCH' };
    await call(`/v1/participants/${id}/fund`, funds, { 'idempotency-key': `fund-${i}` });
    const key = await call('/v1/api-keys', { name: bic, scopes: ['payments:read', 'settlement:read'], memberId: id });
    bics.push(bic);
    tokens.push(key['key']!);
  }
  let made = 0;
  const pay = async () => {
    const n = made++;
    const order = {
      endToEndId: `SOCKET-${n}`,
      debtorAgent: bics[n % BANKS],
      creditorAgent: bics[(n + 1 + (Math.floor(n / BANKS) % (BANKS - 1))) % BANKS],
      debtor: { name: 'Nordfjord Trading AS' },
      creditor: { name: 'Aurora Shipping AS' },
      asset: 'EUR/2',
      units: String(1_000 + (n % 5_000)),
    };
    return (await call('/v1/payments', order))['id']!;
  };
  return { pay, tokens, close: () => pool.close() };
}

const letters = (n: number) => String.fromCharCode(65 + Math.floor(n / 26), 65 + (n % 26));

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
