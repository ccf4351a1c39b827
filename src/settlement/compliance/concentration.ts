import type { PaymentRecord } from '../payment/payment.ts';
import { cutOff, take, takeBack, type LimitedPayment, type Positions } from '../risk/positions.ts';
import { Recent } from '../screening/recent.ts';
import type { OpenSpan } from '../window/membership-store.ts';

/** A payment as it counts for caps and concentration. */
export type Counted = Pick<PaymentRecord, 'id' | 'debtorAgentId' | 'creditorAgentId' | 'asset' | 'units'>;

/** The same as limits see it. */
export function limitedAs({ id, debtorAgentId: debtor, creditorAgentId: creditor, asset, units }: Counted): LimitedPayment {
  return { id, day: '', debtor, creditor, asset, units };
}

/** Payments that are remembered as counted. */
const REMEMBERED = 100_000;
const NOT_COUNTED = -1n;

/**
 * What counts towards the limit on concentration: each payment once in a window, however often it is held and released, and none
 * while it is held. As this process has seen it; another one that took the payment counts it until its window is cut off.
 */
export class Concentration {
  /** Where the open range of each currency begins, which a cut-off changes. */
  private windows: ReadonlyMap<string, bigint> | undefined;
  /** Where the open range began when a payment was counted. */
  private counted = new Recent<bigint>(REMEMBERED);

  /** What was sent in a window is counted no longer once the window is cut off, in the currencies of its group and no others. */
  follow(positions: Positions, open: readonly OpenSpan[]): void {
    const known = this.windows;
    const cut = known ? open.filter(({ asset, fromSeq }) => known.get(asset) !== fromSeq) : [];
    if (cut.length > 0) cutOff(positions, new Set(cut.map(({ asset }) => asset)));
    this.windows = new Map(open.map(({ asset, fromSeq }) => [asset, fromSeq]));
  }

  /** Forgets where windows began, while no limit is on concentration. */
  rest(): void {
    this.windows = undefined;
  }

  /** Forgets what was counted, for positions that begin anew. */
  reset(): void {
    this.counted = new Recent(REMEMBERED);
  }

  take(positions: Positions, payment: Counted): void {
    const begin = this.beginOf(payment);
    if (this.counted.get(payment.id) === begin) return;
    this.counted.set(payment.id, begin);
    take(positions, limitedAs(payment));
  }

  /** Nothing happens for a payment that was not counted here, or in a window before. */
  takeBack(positions: Positions, payment: Counted): void {
    if (this.counted.get(payment.id) !== this.beginOf(payment)) return;
    this.counted.set(payment.id, NOT_COUNTED);
    takeBack(positions, limitedAs(payment));
  }

  private beginOf({ asset }: Counted): bigint {
    return this.windows?.get(asset) ?? 0n;
  }
}
