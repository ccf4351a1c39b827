/** What one participant pays another in one currency. */
export type Leg = { debtor: string; creditor: string; asset: string; units: bigint };

/**
 * Legs that settle together or not at all: a payment has one, payment versus payment (PvP) two in two currencies. `priority`
 * is its class, 0 the most urgent; within a class what came first goes first.
 */
export type Bundle = { id: string; legs: readonly Leg[]; priority?: number };

/**
 * A participant's money in one currency. What is not said is nothing, and no limit.
 *
 * `creditLine`: how far the balance may go below zero. `reserved[p]`: set aside for bundles of class p, which use it up; the
 * others leave it alone. `netSenderLimit`: how much more it may send than receive, of which `netSent` has gone already.
 */
export type Account = {
  participantId: string;
  asset: string;
  balance: bigint;
  creditLine?: bigint;
  reserved?: readonly bigint[];
  netSent?: bigint;
  netSenderLimit?: bigint;
};

/** How much more a participant may send one counterparty than it receives from it, and how much has gone already. */
export type BilateralLimit = { participantId: string; counterpartyId: string; asset: string; limit: bigint; netSent?: bigint };

/**
 * The three tests of CLS, for the members named. `rates`: value of one minor unit of each asset, all in one common unit
 * however fine. `haircutsBps`: by how many ten-thousandths a balance counts for less when it is long and for more when it is
 * short (0 to 10,000, none when left out).
 */
export type RiskTests = {
  rates: ReadonlyMap<string, bigint>;
  haircutsBps?: ReadonlyMap<string, number>;
  members: readonly RiskMember[];
};

/** `shortLimits`: how far each balance may go below zero; `aggregateShort`: all that is short together, in the common unit. */
export type RiskMember = { participantId: string; shortLimits?: ReadonlyMap<string, bigint>; aggregateShort?: bigint };

/**
 * What waits, in the order it came in, and who has what. `orders` lets a participant put its own queue in another order than
 * that of class and arrival: all its bundles, each once.
 */
export type GridlockInput = {
  bundles: readonly Bundle[];
  accounts: readonly Account[];
  bilateralLimits?: readonly BilateralLimit[];
  risk?: RiskTests;
  orders?: ReadonlyMap<string, readonly string[]>;
};
