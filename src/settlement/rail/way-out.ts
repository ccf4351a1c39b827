import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Balance } from '../../ledger/port.ts';
import { custodyAccounts, type CustodyAccountRow } from '../custody/account-store.ts';
import { allRails, type RailRow } from './rail-store.ts';

/** A custody account, and the rail that reaches its bank. */
export type WayOut = { account: CustodyAccountRow; rail: RailRow };

/** The ways by which money of a currency can leave, the eldest account first. Errors: `settlement.rail_missing`. */
export async function waysOut(tx: Tx, tenantId: Uuid, asset: string): Promise<WayOut[]> {
  const [accounts, rails] = [await custodyAccounts(tx, tenantId), await allRails(tx, tenantId)];
  const ways = accounts
    .filter((account) => account.asset === asset)
    .flatMap((account) => {
      const rail = railTo(rails, account.servicerBic);
      return rail ? [{ account, rail }] : [];
    });
  if (ways.length > 0) return ways;
  throw new AppError('unprocessable', 'settlement.rail_missing', `No rail reaches a bank that keeps ${asset} for the operator.`);
}

/** The first way whose account holds enough. Errors: `settlement.custody_short`. */
export async function wayFor(
  ways: readonly WayOut[],
  units: bigint,
  balancesOf: (ids: readonly Uuid[]) => Promise<ReadonlyMap<Uuid, Balance>>,
): Promise<WayOut> {
  const balances = await balancesOf(ways.map(({ account }) => account.ledgerAccountId));
  const way = ways.find(({ account }) => held(balances.get(account.ledgerAccountId)) >= units);
  if (!way) throw custodyShort();
  return way;
}

/** An open rail first; a paused one will send later. */
export function railTo(rails: readonly RailRow[], servicerBic: string): RailRow | undefined {
  const all = rails.filter((rail) => rail.servicerBic === servicerBic);
  return all.find(({ state }) => state === 'open') ?? all[0];
}

/** What an account in custody holds that is not on its way out. */
function held(balance: Balance | undefined): bigint {
  return balance ? balance.debitsPosted - balance.creditsPosted - balance.creditsPending : 0n;
}

export function custodyShort(): AppError {
  return new AppError('unprocessable', 'settlement.custody_short', 'No single custody account holds so much. Sweep money together first.');
}
