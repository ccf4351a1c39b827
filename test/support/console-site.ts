import { randomUUID } from 'node:crypto';
import { leiOf } from '../../src/base/check-digit.ts';
import { administrator, must, type Api } from './api.ts';
import { startProduct, type Product } from './product.ts';

export type Site = { product: Product; api: Api; ids: { settled: string; held: string; window: string; participant: string } };

const BANKS = [
  ['Nordfjord Bank', 'NORDFIHH'],
  ['Banca Serenissima', 'BSERITMM'],
  ['Polder Bank', 'POLDNL2A'],
] as const;
const LIST = 'id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n';

/** The product with a small business behind it: three banks, a settled window, a held and a rejected payment. */
export async function openSite(): Promise<Site> {
  const product = await startProduct({ env: { RIALTO_LIMIT_ACTOR: '1000000', RIALTO_LIMIT_TENANT: '1000000' } });
  try {
    const scopes = ['payments:write', 'payments:read', 'settlement:write', 'participants:write', 'screening:write'];
    const api = await administrator({ email: product.email!, password: product.password!, url: () => product.url }, scopes);
    await must(api('PUT /v1/screening/lists/house', { document: LIST, type: 'text/csv' }));
    const ids: string[] = [];
    for (const [index, [name, bic]] of BANKS.entries()) ids.push(await admit(api, { name, bic, index }));
    const settled = await pay(api, { endToEndId: 'FIRST-0001' });
    await pay(api, { endToEndId: 'BACK-0001', from: 1, to: 0, units: '40000' });
    const { id: window } = await must(api<{ id: string }>('POST /v1/windows/close', { key: 'close-1' }));
    const held = await pay(api, { endToEndId: 'HELD-0001', creditor: 'Viktor Baranovski' });
    await pay(api, { endToEndId: 'POOR-0001', from: 2, to: 0, units: '99999999999' });
    return { product, api, ids: { settled, held, window, participant: ids[0]! } };
  } catch (error) {
    await product.kill();
    product.clean();
    throw error;
  }
}

async function admit(api: Api, { name, bic, index }: { name: string; bic: string; index: number }): Promise<string> {
  const lei = leiOf(`CNSL${String(index).padStart(14, '0')}`);
  const { id } = await must(api<{ id: string }>('POST /v1/participants', { json: { name, bic, lei, assets: ['EUR/2', 'JPY/0'] } }));
  const json = { asset: 'EUR/2', units: '10000000', reference: 'OPENING' };
  await must(api(`POST /v1/participants/${id}/fund`, { key: randomUUID(), json }));
  return id;
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
