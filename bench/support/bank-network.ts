import { Pool } from 'undici';
import { leiOf } from '../../src/base/check-digit.ts';
import type { Product } from '../../test/support/product.ts';

/** Rates high enough that none of them is what a benchmark measures. */
export const NO_LIMITS = {
  RIALTO_LIMIT_ACTOR: '10000000',
  RIALTO_LIMIT_BANK: '10000000',
  RIALTO_LIMIT_TENANT: '100000000',
  RIALTO_LIMIT_GLOBAL: '1000000000',
};

/** Enough that no customer pays so often that rules about behaviour would raise an alert on each payment. */
const CUSTOMER_ACCOUNTS = 200_000;
const LISTED_NAMES = 5_000;

export type Request = { method?: 'POST' | 'PUT'; type?: string; key?: string };

/** Banks with money that a benchmark pays between, and a connection of the operator to the product. */
export type BankNetwork = {
  banks: readonly { id: string; bic: string }[];
  /** The text of a good answer; throws what was answered otherwise. */
  call(path: string, body: string, request?: Request): Promise<string>;
  /** The nth payment order, between ever other banks and customers. */
  order(n: number): Order;
  close(): Promise<void>;
};

export type Order = {
  endToEndId: string;
  debtorAgent: string;
  creditorAgent: string;
  debtor: { name: string; account: string; country: string };
  creditor: { name: string };
  asset: string;
  units: string;
  remittance: string;
};

/** Logs in, admits so many banks with money in euro, and loads a list of names, none of which is a customer's. */
export async function openBankNetwork(product: Product, options: { banks: number; connections: number }): Promise<BankNetwork> {
  const pool = new Pool(product.url, { connections: options.connections, pipelining: 1 });
  let token = '';
  const call: BankNetwork['call'] = async (path, body, { method = 'POST', type = 'application/json', key } = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type, ...(key !== undefined && { 'idempotency-key': key }) };
    const reply = await pool.request({ method, path, body, headers });
    const text = await reply.body.text();
    if (reply.statusCode >= 300) throw new Error(`${method} ${path}: ${reply.statusCode} ${text.slice(0, 300)}`);
    return text;
  };
  const login = await call('/v1/auth/login', JSON.stringify({ email: product.email, password: product.password }));
  token = (JSON.parse(login) as { accessToken: string }).accessToken;
  const banks = await admitBanks(call, options.banks);
  const list = Array.from({ length: LISTED_NAMES }, (_, i) => `${i},${listedName(i)},,person,`).join('\n');
  await call('/v1/screening/lists/bench', `id,name,aliases,type,country\n${list}\n`, { method: 'PUT', type: 'text/csv' });
  return { banks, call, order: (n) => orderOf(banks, n), close: () => pool.close() };
}

async function admitBanks(call: BankNetwork['call'], count: number): Promise<{ id: string; bic: string }[]> {
  const banks: { id: string; bic: string }[] = [];
  for (let i = 0; i < count; i++) {
    const bic = `BN${letters(i)}FI2${i % 10}`;
    const body = { name: `Bench bank ${i}`, bic, lei: leiOf(`BENCH${String(i).padStart(13, '0')}`), assets: ['EUR/2'] };
    const { id } = JSON.parse(await call('/v1/participants', JSON.stringify(body))) as { id: string };
    const funds = { asset: 'EUR/2', units: '1000000000000000', reference: 'BENCH' };
    await call(`/v1/participants/${id}/fund`, JSON.stringify(funds), { key: `fund-${i}` });
    banks.push({ id, bic });
  }
  return banks;
}

const letters = (n: number) => String.fromCharCode(65 + Math.floor(n / 26), 65 + (n % 26));
const FAMILIES = 'Lindqvist Okafor Marchetti Tanaka Brennan Kowalczyk Haddad Fernandez Petrov Nguyen Schuster Adeyemi Larsen'.split(' ');
const TRADES = 'Shipping Foods Textiles Instruments Timber Optics Ceramics Logistics Pharma Tools Seeds'.split(' ');

/** Names repeat as those of real customers do, some thousands of them. */
const customer = (n: number) =>
  `${FAMILIES[n % FAMILIES.length]} ${TRADES[Math.floor(n / 13) % TRADES.length]} ${Math.floor(n / 143) % 37} Ltd`;
const listedName = (n: number) =>
  `Zh${letters(n % 676)}rk${letters((n * 7) % 676).toLowerCase()} Vo${letters((n * 31) % 676).toLowerCase()}nsky ${n}`;

function orderOf(banks: readonly { bic: string }[], n: number): Order {
  const from = n % banks.length;
  return {
    endToEndId: `BENCH-${n}`,
    debtorAgent: banks[from]!.bic,
    creditorAgent: banks[(from + 1 + (Math.floor(n / banks.length) % (banks.length - 1))) % banks.length]!.bic,
    debtor: { name: customer(n), account: `BENCH${n % CUSTOMER_ACCOUNTS}`, country: 'FI' },
    creditor: { name: customer(n * 17 + 5) },
    asset: 'EUR/2',
    units: String(1_000 + (n % 5_000)),
    remittance: `Invoice ${n}`,
  };
}

/** A payment that is rejected is no measurement of taking payments. */
export function mustBeTaken(answer: string): void {
  if (answer.includes('"status":"rejected"')) throw new Error(`Rejected: ${answer.slice(0, 300)}`);
}
