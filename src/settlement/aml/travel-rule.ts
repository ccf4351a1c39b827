/** What a payment message says of one party. */
export type TravelParty = {
  name?: string;
  account?: string;
  /** A reference that lets the payment be traced where there is no account. */
  transactionReference?: string;
  street?: string;
  town?: string;
  country?: string;
  nationalId?: string;
  customerId?: string;
  bornOn?: string;
  bornIn?: string;
  lei?: string;
};

/** A payment as far as the travel rule goes. `value` in minor units of the policy's currency. */
export type Travelling = { value: bigint; crossBorder: boolean; originator: TravelParty; beneficiary: TravelParty };

/**
 * What a network asks for. The defaults are FATF Recommendation 16 with its interpretive note: from a threshold of 1,000
 * USD or EUR on, names and accounts and one of address, national id, customer id, or date and place of birth of the
 * originator; below it names and accounts; within one country the account is enough when the rest can be had on demand.
 */
export type TravelPolicy = {
  /** In minor units; from this value on all is asked for. */
  threshold: bigint;
  /** Ask for the originator's details within one country as well. */
  domesticInFull: boolean;
  /** Ask for town and country of the beneficiary from the threshold on, as the revision of June 2025 does. */
  beneficiaryAddress: boolean;
};

/** FATF R16 for a currency of two decimals near the dollar or euro. */
export const FATF_R16: TravelPolicy = { threshold: 100_000n, domesticInFull: false, beneficiaryAddress: false };

/** One thing that is missing: the element's path, and why it is asked for. */
export type Missing = { path: string; why: string };

const given = (text: string | undefined) => text !== undefined && /[\p{L}\p{N}]/u.test(text);

/** Whether a payment says all of its parties that has to travel with it, and what is missing. */
export function checkTravelRule(payment: Travelling, policy: TravelPolicy = FATF_R16): { complete: boolean; missing: Missing[] } {
  const missing: Missing[] = [];
  const ask = (path: string, present: boolean, why: string) => {
    if (!present) missing.push({ path, why });
  };
  const { originator, beneficiary } = payment;
  const full = payment.value >= policy.threshold && (payment.crossBorder || policy.domesticInFull);
  const traced = (party: TravelParty) => given(party.account) || given(party.transactionReference);
  ask('originator.account', traced(originator), 'An account, or a reference by which the payment can be traced, is always needed.');
  if (payment.crossBorder || policy.domesticInFull) {
    ask('originator.name', given(originator.name), 'The name of the originator travels with every payment across borders.');
    ask('beneficiary.name', given(beneficiary.name), 'The name of the beneficiary travels with every payment across borders.');
    ask(
      'beneficiary.account',
      traced(beneficiary),
      'The account of the beneficiary, or a reference, travels with every payment across borders.',
    );
  }
  if (!full) return { complete: missing.length === 0, missing };
  ask(
    'originator.address',
    identified(originator),
    'From the threshold on: an address, a national or customer id, or date and place of birth.',
  );
  if (policy.beneficiaryAddress) {
    ask('beneficiary.town', given(beneficiary.town), 'From the threshold on the town of the beneficiary is needed.');
    ask('beneficiary.country', given(beneficiary.country), 'From the threshold on the country of the beneficiary is needed.');
  }
  return { complete: missing.length === 0, missing };
}

/** An address has a country and a town, or stands on one line; the rest of R16's choices stand for it. */
function identified(party: TravelParty): boolean {
  const address = given(party.country) && (given(party.town) || given(party.street));
  return address || given(party.nationalId) || given(party.customerId) || given(party.lei) || (given(party.bornOn) && given(party.bornIn));
}
