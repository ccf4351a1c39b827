import { newId, type Uuid } from '../../base/id.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import type { QueueSettlement } from './rows.ts';
import type { QueueEntry } from './entry.ts';

/** Where the money of a party of a leg is in a currency; undefined when it has no account there. */
export type AccountOf = (party: string, asset: string) => Uuid | undefined;

/** What a set of bundles comes to: its transfers, one linked chain, and its sums by currency. */
export type SetPlan = { transfers: TransferDraft[]; totals: QueueSettlement['totals'] };

/**
 * The transfers that settle a set of bundles at one moment. One payment alone is paid from account to account. Of several, each
 * party's net position is moved through the clearing account of the currency, payers first, so that no account is ever
 * overdrawn and the clearing accounts end where they began. Undefined when a party lacks an account.
 */
export function planOf(
  entries: readonly Pick<QueueEntry, 'legs'>[],
  accountOf: AccountOf,
  clearing: ReadonlyMap<string, Uuid>,
  reference: string,
): SetPlan | undefined {
  const legs = entries.flatMap((entry) => entry.legs);
  const parties = legs.flatMap(({ debtor, creditor, asset }) => [
    accountOf(debtor, asset),
    accountOf(creditor, asset),
    clearing.get(asset),
  ]);
  if (parties.includes(undefined)) return undefined;
  const move = (debitAccountId: Uuid, creditAccountId: Uuid, asset: string, units: bigint): TransferDraft => ({
    id: newId(),
    kind: 'posted',
    debitAccountId,
    creditAccountId,
    asset,
    units,
    reference,
  });
  const [only] = legs;
  const nets = netsOf(legs);
  const totals = totalsOf(legs, nets);
  if (legs.length === 1) {
    const { debtor, creditor, asset, units } = only!;
    return { transfers: [move(accountOf(debtor, asset)!, accountOf(creditor, asset)!, asset, units)], totals };
  }
  const pay = nets
    .filter(({ net }) => net < 0n)
    .map(({ party, asset, net }) => move(accountOf(party, asset)!, clearing.get(asset)!, asset, -net));
  const receive = nets
    .filter(({ net }) => net > 0n)
    .map(({ party, asset, net }) => move(clearing.get(asset)!, accountOf(party, asset)!, asset, net));
  return { transfers: [...pay, ...receive], totals };
}

type Net = { party: string; asset: string; net: bigint };

/** Net position of each party in each currency, in order of party and currency. */
function netsOf(legs: QueueEntry['legs']): Net[] {
  const nets = new Map<string, Net>();
  const add = (party: string, asset: string, units: bigint) => {
    const key = `${party} ${asset}`;
    nets.set(key, { party, asset, net: (nets.get(key)?.net ?? 0n) + units });
  };
  for (const { debtor, creditor, asset, units } of legs) {
    add(debtor, asset, -units);
    add(creditor, asset, units);
  }
  return [...nets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, net]) => net);
}

function totalsOf(legs: QueueEntry['legs'], nets: readonly Net[]): QueueSettlement['totals'] {
  const assets = [...new Set(legs.map(({ asset }) => asset))].sort();
  return assets.map((asset) => {
    const own = legs.filter((leg) => leg.asset === asset);
    const paid = nets.filter((one) => one.asset === asset && one.net < 0n);
    return {
      asset,
      entries: own.length,
      gross: own.reduce((sum, { units }) => sum + units, 0n),
      net: paid.reduce((sum, { net }) => sum - net, 0n),
    };
  });
}
