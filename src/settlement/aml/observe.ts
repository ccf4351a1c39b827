import { codeOf, scaleOf } from '../../base/money.ts';
import type { Millis } from '../../base/time.ts';
import type { Observed } from './features.ts';
import type { RuleSet } from './rules.ts';

/** What of a payment the rules look at. */
export type PartySide = { name: string; account?: string; country?: string };
export type Seen = {
  id: string;
  at: Millis;
  debtor: PartySide;
  creditor: PartySide;
  debtorAgent: { id: string; bic: string };
  creditorAgent: { id: string; bic: string };
  asset: string;
  units: bigint;
};

/** By what a party is known: its account, or its name at its bank when it has none. */
export function partyKey({ name, account }: PartySide, agentId: string): string {
  return account ?? `${agentId}/${name.toLowerCase()}`;
}

/** The country of a party: its own, else that of its bank. */
function countryOf({ country }: Pick<PartySide, 'country'>, { bic }: { bic: string }): string {
  return country ?? bic.slice(4, 6);
}

/** From which country to which a payment goes. */
export function corridorOf({ debtor, creditor, debtorAgent, creditorAgent }: Corridor): { from: string; to: string } {
  return { from: countryOf(debtor, debtorAgent), to: countryOf(creditor, creditorAgent) };
}

type Corridor = {
  debtor: Pick<PartySide, 'country'>;
  creditor: Pick<PartySide, 'country'>;
  debtorAgent: { bic: string };
  creditorAgent: { bic: string };
};

/** A payment as the rules see it. */
export function observedOf(set: Pick<RuleSet, 'reference'>, payment: Seen): Observed {
  const { debtor, creditor, debtorAgent, creditorAgent, asset, units } = payment;
  return {
    id: payment.id,
    at: payment.at,
    party: partyKey(debtor, debtorAgent.id),
    counterparty: partyKey(creditor, creditorAgent.id),
    units,
    scale: scaleOf(asset),
    value: valueIn(set, asset, units),
    ...corridorOf(payment),
  };
}

/**
 * An amount in minor units of the reference currency, at the rates of the rule set: for comparing, never for booking.
 * A currency without a rate counts as equal, whole unit for whole unit.
 */
export function valueIn({ reference }: Pick<RuleSet, 'reference'>, asset: string, units: bigint): bigint {
  const scale = reference ? scaleOf(reference.asset) : 2;
  const rate = rateOf(reference, asset);
  if (rate === 1 && scaleOf(asset) === scale) return units;
  const value = Number(units) * (rate ?? 1) * 10 ** (scale - scaleOf(asset));
  return BigInt(Math.round(value));
}

/** What one whole unit of a currency is worth in the reference; undefined when the rules do not say. */
export function rateOf(reference: RuleSet['reference'], asset: string): number | undefined {
  if (!reference) return undefined;
  const code = codeOf(asset);
  return code === codeOf(reference.asset) ? 1 : reference.rates[code];
}
