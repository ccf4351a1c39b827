import { AppError } from '../../base/error.ts';
import { owedTo, positionOf, sentTo, type LimitedPayment, type Positions } from './positions.ts';

/** Limits of one participant in one currency, in minor units; what is absent is not limited. */
export type Limits = {
  /** Most that it may owe the network net and that is not final yet. */
  netSenderCap?: bigint;
  /** Most that it may owe one other participant net and that is not final yet; `*` for any that is not named. */
  bilateralCaps?: Readonly<Record<string, bigint>>;
  perPayment?: bigint;
  /** Most that it may send on one day. */
  perDay?: bigint;
  /** Largest part of what it sends within a window that may go to one other, in percent, once it has sent `from` units. */
  concentration?: { percent: number; from: bigint };
};

/** By participant, then asset; `*` as participant is for those that have none of their own. */
export type LimitBook = Readonly<Record<string, Readonly<Record<string, Limits>>>>;

export const LIMIT_NAMES = ['per_payment', 'per_day', 'net_sender_cap', 'bilateral_cap', 'concentration'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** A limit that a payment would break: what it allows and what it would come to, in minor units (percent for concentration). */
export type LimitRefusal = { limit: LimitName; allowed: bigint; wouldBe: bigint; text: string };

/** Checks a limit book that someone wrote. Errors: `settlement.limits_invalid` with the place. */
export function checkLimitBook(book: LimitBook): void {
  for (const [participant, assets] of Object.entries(book)) {
    for (const [asset, limits] of Object.entries(assets)) {
      const amounts = [
        limits.netSenderCap,
        limits.perPayment,
        limits.perDay,
        limits.concentration?.from,
        ...Object.values(limits.bilateralCaps ?? {}),
      ];
      const percent = limits.concentration?.percent ?? 100;
      if (amounts.some((units) => units !== undefined && units < 0n) || !(percent > 0 && percent <= 100)) {
        throw new AppError(
          'invalid',
          'settlement.limits_invalid',
          `The limits of ${participant} in ${asset} must not be negative, and a percentage lies above 0 and up to 100.`,
        );
      }
    }
  }
}

const NO_LIMITS: Limits = {};

/** The limits of a participant in a currency; the same empty value for all that have none. */
export function limitsOf(book: LimitBook, participant: string, asset: string): Limits {
  return book[participant]?.[asset] ?? book['*']?.[asset] ?? NO_LIMITS;
}

/** Every limit of those asked that a payment would break, in their order; none when it may go. Counts nothing. */
export function checkLimits(
  book: LimitBook,
  positions: Positions,
  payment: LimitedPayment,
  asked: readonly LimitName[] = LIMIT_NAMES,
): LimitRefusal[] {
  const limits = limitsOf(book, payment.debtor, payment.asset);
  return asked.flatMap((limit) => CHECKS[limit](limits, positions, payment) ?? []);
}

type Check = (limits: Limits, positions: Positions, payment: LimitedPayment) => LimitRefusal | undefined;

function above(limit: LimitName, allowed: bigint | undefined, wouldBe: bigint, text: string): LimitRefusal | undefined {
  return allowed !== undefined && wouldBe > allowed ? { limit, allowed, wouldBe, text } : undefined;
}

const CHECKS: Readonly<Record<LimitName, Check>> = {
  per_payment: (limits, _, { units }) => above('per_payment', limits.perPayment, units, 'The payment is above the limit for one payment.'),
  per_day(limits, positions, { debtor, asset, units, day }) {
    const position = positionOf(positions, debtor, asset);
    const sent = position.day === day ? position.sentToday : 0n;
    return above('per_day', limits.perDay, sent + units, 'The participant would send more than its limit for a day.');
  },
  net_sender_cap(limits, positions, { debtor, asset, units }) {
    const { net } = positionOf(positions, debtor, asset);
    return above('net_sender_cap', limits.netSenderCap, net + units, 'The participant would owe the network more than its cap.');
  },
  bilateral_cap(limits, positions, { debtor, creditor, asset, units }) {
    const cap = limits.bilateralCaps?.[creditor] ?? limits.bilateralCaps?.['*'];
    return above(
      'bilateral_cap',
      cap,
      owedTo(positions, debtor, creditor, asset) + units,
      'The participant would owe this one more than its cap.',
    );
  },
  concentration(limits, positions, { debtor, creditor, asset, units }) {
    const rule = limits.concentration;
    const sent = positionOf(positions, debtor, asset).sent + units;
    if (!rule || sent < rule.from || sent <= 0n) return undefined;
    // In thousandths of a percent, so that nothing is rounded away that matters.
    const share = ((sentTo(positions, debtor, creditor, asset) + units) * 100_000n) / sent;
    if (share <= BigInt(Math.round(rule.percent * 1_000))) return undefined;
    const text = 'Too large a part of what the participant sends would go to one other.';
    return { limit: 'concentration', allowed: BigInt(Math.floor(rule.percent)), wouldBe: share / 1_000n, text };
  },
};
