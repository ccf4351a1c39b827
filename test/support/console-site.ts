import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { leiOf } from '../../src/base/check-digit.ts';
import { administrator, apiOf, must, type Api } from './api.ts';
import { demonstrateIn } from './console-day.ts';
import { startProduct, type Product } from './product.ts';

type Things = Awaited<ReturnType<typeof findThings>>;

/** `ids` are of one thing of each kind that has a page of its own; `day` is that of its payments, in UTC. */
export type Site = {
  product: Product;
  api: Api;
  ids: { settled: string; held: string; window: string; participant: string; round: string; obligation: string; day: string } & Things;
  /** The API as each of the banks, by BIC. */
  banks: ReadonlyMap<string, Api>;
};

const BANKS = [
  ['Nordfjord Bank', 'NORDFIHH'],
  ['Banca Serenissima', 'BSERITMM'],
  ['Polder Bank', 'POLDNL2A'],
] as const;
const LIST = 'id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n';

/**
 * The product with the demonstration day behind it, and beside it what the tests work with: three banks, a settled window, a
 * held and a rejected payment, a round of set-off, a webhook.
 */
export async function openSite(): Promise<Site> {
  const product = await startProduct({ env: { RIALTO_LIMIT_ACTOR: '1000000', RIALTO_LIMIT_TENANT: '1000000' } });
  try {
    await demonstrateIn(product);
    const areas = ['payments', 'settlement', 'participants', 'screening', 'notifications'];
    const scopes = [...areas.flatMap((area) => [`${area}:read`, `${area}:write`]), 'ledger:read', 'readiness:read'];
    const api = await administrator({ email: product.email!, password: product.password!, url: () => product.url }, scopes);
    await must(api('PUT /v1/screening/lists/house', { document: LIST, type: 'text/csv' }));
    const ids: string[] = [];
    for (const [index, [name, bic]] of BANKS.entries()) ids.push(await admit(api, { name, bic, index }));
    await must(api('PUT /v1/mailbox', { json: { participantId: ids[1], kinds: ['pacs.008'] } }));
    const settled = await pay(api, { endToEndId: 'FIRST-0001' });
    await pay(api, { endToEndId: 'BACK-0001', from: 1, to: 0, units: '40000' });
    const { id: window } = await must(api<{ id: string }>('POST /v1/windows/close', { key: 'close-1' }));
    const held = await pay(api, { endToEndId: 'HELD-0001', creditor: 'Viktor Baranovski' });
    await pay(api, { endToEndId: 'POOR-0001', from: 2, to: 0, units: '99999999999' });
    const banks = await banksOf(product, ids);
    const round = await setOff(api, banks);
    const found = await findThings(api, ids[1]!);
    return { product, api, banks, ids: { day: dayOfId(settled), settled, held, window, participant: ids[0]!, ...round, ...found } };
  } catch (error) {
    await product.kill();
    product.clean();
    throw error;
  }
}

/** Ids of payments begin with their milliseconds (UUID version 7). */
const dayOfId = (id: string): string => new Date(Number.parseInt(id.slice(4, 16), 16)).toISOString().slice(0, 10);

async function admit(api: Api, { name, bic, index }: { name: string; bic: string; index: number }): Promise<string> {
  const lei = leiOf(`CNSL${String(index).padStart(14, '0')}`);
  const { id } = await must(api<{ id: string }>('POST /v1/participants', { json: { name, bic, lei, assets: ['EUR/2', 'JPY/0'] } }));
  const json = { asset: 'EUR/2', units: '10000000', reference: 'OPENING' };
  await must(api(`POST /v1/participants/${id}/fund`, { key: randomUUID(), json }));
  return id;
}

/** Each bank with a key of its own. */
async function banksOf({ url, email, password }: Product, ids: readonly string[]): Promise<Map<string, Api>> {
  const scopes = ['payments:write', 'payments:read'];
  const place = { email: email!, password: password!, url: () => url };
  return new Map(await Promise.all(ids.map(async (memberId, i) => [BANKS[i]![1], await administrator(place, scopes, memberId)] as const)));
}

type Owed = { debtor: number; creditor: number; units: string; reference: string; isConfirmed?: boolean };

/** Brings an obligation in by its creditor, confirmed by the debtor unless told otherwise, and answers with its id. */
async function owe(banks: Site['banks'], { debtor, creditor, units, reference, isConfirmed = true }: Owed): Promise<string> {
  const [from, to] = [BANKS[debtor]![1], BANKS[creditor]![1]];
  const obligation = { debtor: from, creditor: to, asset: 'EUR/2', units, reference, dueDay: '2026-11-30' };
  const json = { submitter: to, obligations: [obligation] };
  const { items } = await must(banks.get(to)!<{ items: { id: string }[] }>('POST /v1/set-off/obligations', { json }));
  const [{ id }] = items as [{ id: string }];
  if (isConfirmed) await must(banks.get(from)!(`POST /v1/set-off/obligations/${id}/answer`, { json: { answer: 'confirm' } }));
  return id;
}

/** A circle of debts set off in a round, and one obligation that waits for its debtor. */
async function setOff(api: Api, banks: Site['banks']): Promise<{ round: string; obligation: string }> {
  await owe(banks, { debtor: 0, creditor: 1, units: '900000', reference: 'CIRCLE-0001' });
  await owe(banks, { debtor: 1, creditor: 2, units: '700000', reference: 'CIRCLE-0002' });
  await owe(banks, { debtor: 2, creditor: 0, units: '800000', reference: 'CIRCLE-0003' });
  const { id: round } = await must(api<{ id: string }>('POST /v1/set-off/rounds', { json: { asset: 'EUR/2' } }));
  const obligation = await owe(banks, { debtor: 0, creditor: 2, units: '120000', reference: 'WAITS-0001', isConfirmed: false });
  return { round, obligation };
}

/** What the day has left of each further kind. */
async function findThings(api: Api, receiver: string) {
  const first = async (path: string) => (await must(api<{ items: { id: string }[] }>(`GET ${path}`))).items[0]!.id;
  const json = { url: 'https://bank.example/rialto', types: ['settlement.window_settled'], description: 'Treasury system' };
  const { webhook } = await must(api<{ webhook: { id: string } }>('POST /v1/webhooks', { json }));
  return {
    outgoing: await outgoingFor(api, receiver),
    webhook: webhook.id,
    message: await first('/v1/messages'),
    invoice: await first('/v1/invoices'),
    case: await first('/v1/cases'),
    account: await first('/v1/ledger/accounts?limit=1'),
    transfer: await first('/v1/ledger/transfers?limit=1'),
  };
}

/** Messages for banks are made behind the settlement; the test's own limit ends the wait. */
async function outgoingFor(api: Api, participantId: string): Promise<string> {
  for (;;) {
    const { items } = await must(api<{ items: { id: string }[] }>(`GET /v1/mailbox/messages?participantId=${participantId}`));
    if (items[0]) return items[0].id;
    await delay(250);
  }
}

type Person = { email: string; password: string };

/**
 * Connects a custody account and a rail, which takes two people, and lets an exchange of currencies earn its fee: 5.00 EUR.
 */
export async function earnFees({ product }: Site): Promise<void> {
  const url = () => product.url;
  const logIn = async ({ email, password }: Person) =>
    apiOf(url, (await must(apiOf(url)<{ accessToken: string }>('POST /v1/auth/login', { json: { email, password } }))).accessToken);
  const first = await logIn({ email: product.email!, password: product.password! });
  const other = { email: 'second@rialto.local', password: 'correct horse battery staple' };
  await must(first('POST /v1/users', { json: { ...other, name: 'Second', roles: ['admin'] } }));
  const second = await logIn(other);
  const reason = 'For the console';
  const account = { asset: 'EUR/2', name: 'Custody', number: 'DE02120300000000202051', servicerBic: 'MARKDEFF', reason };
  const rail = { id: 'files', kind: 'iso20022_file', name: 'Files', servicerBic: 'MARKDEFF', zone: 'UTC', reason };
  for (const [path, json] of [
    ['/v1/custody/accounts', account],
    ['/v1/rails', rail],
  ] as const) {
    const { id } = await must(first<{ id: string }>(`POST ${path}`, { json }));
    await must(second(`POST /v1/proposals/${id}/approve`, { json: { comment: 'Seen' } }));
  }
  const { items } = await must(first<{ items: { id: string; bic: string }[] }>('GET /v1/participants'));
  const provider = items.find(({ bic }) => bic === BANKS[1][1])!;
  const yen = { asset: 'JPY/0', units: '10000000', reference: 'YEN' };
  await must(first(`POST /v1/participants/${provider.id}/fund`, { key: randomUUID(), json: yen }));
  const rates = [{ fromAsset: 'EUR/2', toAsset: 'JPY/0', rate: '200', feeBps: 50 }];
  await must(
    first('POST /v1/fx/rates', { json: { provider: provider.bic, source: 'desk', validUntil: '2099-01-01T00:00:00.000Z', rates } }),
  );
  const quote = { participant: BANKS[0][1], fromAsset: 'EUR/2', toAsset: 'JPY/0', payUnits: '100000' };
  const { id } = await must(first<{ id: string }>('POST /v1/fx/quotes', { json: quote }));
  await must(first(`POST /v1/fx/quotes/${id}/accept`, { key: randomUUID(), json: {} }));
}

type Payment = { endToEndId: string; from?: number; to?: number; units?: string; creditor?: string };

/** Sends a payment between two of the banks and answers with its id. */
export async function pay(
  api: Api,
  { endToEndId, from = 0, to = 1, units = '125000', creditor = 'Casa del Mare SpA' }: Payment,
): Promise<string> {
  const order = {
    endToEndId,
    debtorAgent: BANKS[from]![1],
    creditorAgent: BANKS[to]![1],
    debtor: { name: 'Aurora Shipping AS' },
    creditor: { name: creditor },
    asset: 'EUR/2',
    units,
  };
  const { id } = await must(api<{ id: string }>('POST /v1/payments', { key: randomUUID(), json: order }));
  return id;
}
