/** The four sums of an account, as digits. */
export type Sums = { debitsPosted: string; creditsPosted: string; debitsPending: string; creditsPending: string };

/** Kinds whose balance grows with debits; all others grow with credits. */
const DEBIT_NORMAL = new Set(['asset', 'expense']);

/** Balance on the account's own side, by posted sums: positive is the normal case for its kind. */
export function postedBalance(kind: string, sums: Sums): string {
  const credit = BigInt(sums.creditsPosted) - BigInt(sums.debitsPosted);
  return (DEBIT_NORMAL.has(kind) ? -credit : credit).toString();
}

/** What waits to leave the account on its own side. */
export function heldBalance(kind: string, sums: Sums): string {
  return DEBIT_NORMAL.has(kind) ? sums.creditsPending : sums.debitsPending;
}
