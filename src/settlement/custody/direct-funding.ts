import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { custodyAccounts, directFundingOf } from './account-store.ts';

/**
 * Whether one person alone may mint and burn in a currency. Unless the tenant has decided, it may for as long as the currency
 * has no custody account: then there is nothing to hold the tokens against, as in a trial or the demonstration day.
 *
 * Errors: `settlement.direct_funding_denied`.
 */
export async function requireDirectFunding(tx: Tx, tenantId: Uuid, asset: string): Promise<void> {
  const policy = await directFundingOf(tx, tenantId);
  if (policy === 'allowed') return;
  const isConnected = policy === 'denied' || (await custodyAccounts(tx, tenantId)).some((account) => account.asset === asset);
  if (!isConnected) return;
  throw new AppError(
    'forbidden',
    'settlement.direct_funding_denied',
    `${asset} is minted against statements of its custodian, or by two people (POST /v1/participants/{id}/mint), and paid out by a rail.`,
  );
}
