import type { Millis } from '../../base/time.ts';
import type { Tier } from '../checklist/checklist.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long what somebody signed holds, in milliseconds, where its binding does not say: signatures (for lines of a tier as `tiers` says),
 * approvals, and rulings that a line does not apply.
 */
export type ValidFor = { signed: number; approved: number; ruledOut: number; tiers: Readonly<Partial<Record<Tier, number>>> };

/** What holds where nobody says: somebody looked at it this quarter, and somebody let this release go this week. */
export const DEFAULT_VALID_FOR: ValidFor = { signed: 90 * DAY_MS, approved: 7 * DAY_MS, ruledOut: 90 * DAY_MS, tiers: {} };

/** A time as people write it, such as `90d` or `12h`: from one hour to two years. */
export const DURATION_PATTERN = '^([1-9]\\d{0,2}d|[1-9]\\d{0,3}h)$';

/** Such a time in milliseconds. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('h') ? HOUR_MS : DAY_MS);
}

/**
 * When what was signed is over. It begins when it was signed, by what is told earlier: the log's time or the signature's, so that
 * a signature that is appended late gains nothing.
 */
export function endOfSigned({ at, body }: { at: string; body: { signedAt?: string } }, forMs: number): Millis {
  const claimed = body.signedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(body.signedAt);
  return Math.min(Date.parse(at), claimed) + forMs;
}

/**
 * How long a signature for a line holds: as the policy says for its tiers, and no longer than what decides the line says, else its
 * document. Whoever writes the file of bindings may have people look again sooner, and let nothing hold for longer.
 */
export function signatureMs(
  { binding, document, tiers }: { binding: string | undefined; document: string | undefined; tiers: readonly Tier[] },
  validFor: ValidFor,
): number {
  const told = binding ?? document;
  const asked = told === undefined ? [] : [durationMs(told)];
  return Math.min(validFor.signed, ...tiers.flatMap((tier) => validFor.tiers[tier] ?? []), ...asked);
}
