import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import type { References } from '../iso20022/read-message.ts';
import { originsOf, paymentsNamed, type Origin } from '../message/store.ts';
import { findPayment, settledAtOf, type StandingPayment } from '../payment/store.ts';

/** The payment that a later message is about, or why there is none. */
export type Found = { payment: StandingPayment } | { problem: 'none' | 'several' };

/** Looks up the payment that references mean, among those that the caller may see. */
export async function findOriginal(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, references: References, messageId?: string): Promise<Found> {
  return deps.db.read(ctx, async (tx) => {
    const ids = await paymentsNamed(tx, ctx.tenantId, { ...references, originalMessageId: messageId });
    if (ids.length !== 1) return { problem: ids.length === 0 ? 'none' : 'several' };
    return { payment: (await findPayment(tx, ctx.tenantId, ids[0]!))! };
  });
}

/** How a payment is spoken of in messages: the file it came in by, and what it was called there. */
export function originalOf(payment: StandingPayment, origin: Origin | undefined) {
  const { uetr, endToEndId, asset, units, valueDate } = payment.record;
  const settledAt = settledAtOf(payment);
  return {
    messageId: origin?.message?.messageId ?? 'NOTPROVIDED',
    message: origin?.message?.kind ?? 'pacs.008.001.08',
    references: {
      ...(origin?.instructionId !== undefined && { instructionId: origin.instructionId }),
      endToEndId,
      ...(origin?.transactionId !== undefined && { transactionId: origin.transactionId }),
      uetr,
    },
    amount: { asset, units },
    settlementDate: settledAt === undefined ? valueDate : dayOf(settledAt),
  };
}

/** Origins without the eyes of a member: what was forwarded tells the file that it was sent in. */
export async function originOf(deps: Pick<SettlementDeps, 'db'>, tenantId: Uuid, paymentId: Uuid): Promise<Origin | undefined> {
  return (await deps.db.read({ tenantId }, (tx) => originsOf(tx, tenantId, [paymentId]))).get(paymentId);
}
