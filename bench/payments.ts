import { Pool } from 'undici';
import { leiOf } from '../src/base/check-digit.ts';
import { startProduct, type Product } from '../test/support/product.ts';
import { figure, percentile, type Bench } from './support/bench.ts';

const BANKS = 40;
/** Four of each bank. */
const CONNECTIONS = 160;
const SINGLE_MS = 15_000;
const BATCH_MS = 15_000;
const HALF_RATE_MS = 20_000;
const BATCH_SIZE = 500;
const BATCHES_AT_ONCE = 8;
const LISTED_NAMES = 5_000;
/** Enough that no customer pays so often that rules about behaviour would raise an alert on each payment. */
const CUSTOMER_ACCOUNTS = 200_000;

const LIMITS = { RIALTO_LIMIT_ACTOR: '10000000', RIALTO_LIMIT_TENANT: '100000000', RIALTO_LIMIT_GLOBAL: '1000000000' };

/** See `run`. */
export const bench: Bench = { summary: 'payments over HTTP from another process: screened, reserved, durable', run };

/**
 * Payments over HTTP from this process against the product in another: screened against 5,000 names, reserved on the
 * ledger, durable when answered. First as many as go at once (closed loop), then at half that rate with arrivals fixed
 * in advance, so that a slow answer delays no later question and its own delay counts (no coordinated omission).
 */
async function run({ report }: Parameters<Bench['run']>[0]): ReturnType<Bench['run']> {
  report('starting the product with 40 banks and 5,000 listed names');
  const product = await startProduct({ env: { ...LIMITS, RIALTO_WINDOW_SECONDS: '5', LOG_LEVEL: 'error' } });
  try {
    const client = await prepare(product);
    await closedLoop(2_000, CONNECTIONS, () => client.pay());
    report('single payments, as many as go');
    const single = await closedLoop(SINGLE_MS, CONNECTIONS, () => client.pay());
    report('batches of 500');
    const batches = await closedLoop(BATCH_MS, BATCHES_AT_ONCE, () => client.payMany());
    report(`single payments, ${Math.round(single / 2)} a second at fixed times`);
    const half = await openLoop(HALF_RATE_MS, single / 2, () => client.pay());
    await client.close();
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

type Client = { pay(): Promise<number>; payMany(): Promise<number>; close(): Promise<void> };

async function prepare(product: Product): Promise<Client> {
  const pool = new Pool(product.url, { connections: CONNECTIONS, pipelining: 1 });
  let token = '';
  const call = async (method: 'POST' | 'PUT', path: string, body: string, headers: Record<string, string> = {}) => {
    const reply = await pool.request({
      method,
      path,
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });
    const text = await reply.body.text();
    if (reply.statusCode >= 300) throw new Error(`${method} ${path}: ${reply.statusCode} ${text.slice(0, 300)}`);
    return text;
  };
  const login = JSON.parse(await call('POST', '/v1/auth/login', JSON.stringify({ email: product.email, password: product.password }))) as {
    accessToken: string;
  };
  token = login.accessToken;
  const bics = await admitBanks(call);
  const list = Array.from({ length: LISTED_NAMES }, (_, i) => `${i},${listedName(i)},,person,`).join('\n');
  await call('PUT', '/v1/screening/lists/bench', `id,name,aliases,type,country\n${list}\n`, { 'content-type': 'text/csv' });
  let made = 0;
  return {
    async pay() {
      await call('POST', '/v1/payments', JSON.stringify(order(bics, made++)));
      return 1;
    },
    async payMany() {
      const payments = Array.from({ length: BATCH_SIZE }, () => order(bics, made++));
      const text = await call('POST', '/v1/payments/batch', JSON.stringify({ payments }));
      return text.split('"status":"reserved"').length - 1;
    },
    close: () => pool.close(),
  };
}

async function admitBanks(
  call: (method: 'POST', path: string, body: string, headers?: Record<string, string>) => Promise<string>,
): Promise<string[]> {
  const bics: string[] = [];
  for (let i = 0; i < BANKS; i++) {
    const bic = `BN${letters(i)}FI2${i % 10}`;
    const body = { name: `Bench bank ${i}`, bic, lei: leiOf(`BENCH${String(i).padStart(13, '0')}`), assets: ['EUR/2'] };
    const { id } = JSON.parse(await call('POST', '/v1/participants', JSON.stringify(body))) as { id: string };
    const funds = { asset: 'EUR/2', units: '1000000000000000', reference: 'BENCH' };
    await call('POST', `/v1/participants/${id}/fund`, JSON.stringify(funds), { 'idempotency-key': `fund-${i}` });
    bics.push(bic);
  }
  return bics;
}

const letters = (n: number) => String.fromCharCode(65 + Math.floor(n / 26), 65 + (n % 26));
const FAMILIES = [
  'Lindqvist',
  'Okafor',
  'Marchetti',
  'Tanaka',
  'Brennan',
  'Kowalczyk',
  'Haddad',
  'Fernandez',
  'Petrov',
  'Nguyen',
  'Schuster',
  'Adeyemi',
  'Larsen',
];
const TRADES = ['Shipping', 'Foods', 'Textiles', 'Instruments', 'Timber', 'Optics', 'Ceramics', 'Logistics', 'Pharma', 'Tools', 'Seeds'];

/** Names repeat as those of real customers do, some thousands of them. */
const customer = (n: number) =>
  `${FAMILIES[n % FAMILIES.length]} ${TRADES[Math.floor(n / 13) % TRADES.length]} ${Math.floor(n / 143) % 37} Ltd`;
const listedName = (n: number) =>
  `Zh${letters(n % 676)}rk${letters((n * 7) % 676).toLowerCase()} Vo${letters((n * 31) % 676).toLowerCase()}nsky ${n}`;

function order(bics: readonly string[], n: number): object {
  const from = n % BANKS;
  return {
    endToEndId: `BENCH-${n}`,
    debtorAgent: bics[from],
    creditorAgent: bics[(from + 1 + (Math.floor(n / BANKS) % (BANKS - 1))) % BANKS],
    debtor: { name: customer(n), account: `BENCH${n % CUSTOMER_ACCOUNTS}`, country: 'FI' },
    creditor: { name: customer(n * 17 + 5) },
    asset: 'EUR/2',
    units: String(1_000 + (n % 5_000)),
    remittance: `Invoice ${n}`,
  };
}

/** So many callers, each asking again as soon as it has its answer. Answers with what was accepted in a second. */
async function closedLoop(ms: number, callers: number, ask: () => Promise<number>): Promise<number> {
  const begin = performance.now();
  let accepted = 0;
  const one = async () => {
    while (performance.now() - begin < ms) {
      const count = await ask();
      accepted += count;
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
  return accepted / ((performance.now() - begin) / 1_000);
}

/** Questions at fixed times, whatever the answers do; each delay counts from when its question was due. */
async function openLoop(ms: number, perSecond: number, ask: () => Promise<number>) {
  const delays: number[] = [];
  const asked: Promise<void>[] = [];
  const begin = performance.now();
  const total = Math.floor((ms / 1_000) * perSecond);
  for (let n = 0; n < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond) + 1);
    for (; n < due; n++) {
      const dueAt = begin + (n / perSecond) * 1_000;
      asked.push(ask().then(() => void delays.push(performance.now() - dueAt)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  const perSecondDone = delays.length / ((performance.now() - begin) / 1_000);
  return { perSecond: perSecondDone, p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), p99: percentile(delays, 0.99) };
}
