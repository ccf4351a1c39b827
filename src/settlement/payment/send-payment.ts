import { Compile } from 'typebox/compile';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { mapInTurns } from '../../infra/turns.ts';
import type { SettlementDeps } from '../deps.ts';
import { claimKey } from './act-rows.ts';
import { PaymentOrder as OrderSchema, sendPayment as oneContract, sendPayments as manyContract } from './contract.ts';
import type { PaymentOrder } from './payment.ts';
import { takePayment } from './take-payment.ts';

/** Errors: those of `takePayment`. */
export function sendPayment(deps: SettlementDeps, ctx: Ctx, order: InputOf<typeof oneContract>): Promise<OutputOf<typeof oneContract>> {
  return takePayment(deps, ctx, { channel: 'json', operation: oneContract }, order);
}

/** A batch begins in a few milliseconds at a time: while it does, the ledger's answers and other callers must not wait. */
const ORDERS_A_TURN = 32;
const orderChecker = Compile(OrderSchema);
type BatchAnswer = OutputOf<typeof manyContract>;

/**
 * Takes each order by itself and answers in their order; all of them travel to the ledger together. The caller's key
 * covers the batch: it is claimed first, and each order is kept under the key and its place.
 *
 * Errors: `request.key_reused`.
 */
export async function sendPayments(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof manyContract>): Promise<BatchAnswer> {
  await claimKey(deps, ctx, manyContract);
  const results = await mapInTurns(input.payments, ORDERS_A_TURN, (wire, index) => takeOne(deps, ctx, wire, index));
  return { results };
}

async function takeOne(deps: SettlementDeps, ctx: Ctx, wire: unknown, index: number): Promise<BatchAnswer['results'][number]> {
  try {
    const order = readOrder(wire);
    return { payment: await takePayment(deps, ctx, { channel: 'batch', operation: manyContract, keySuffix: `#${index}` }, order) };
  } catch (error) {
    // Overload and a lost database concern the whole batch: the caller repeats it with its key.
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return { error: { code: error.code, title: error.message } };
  }
}

function readOrder(wire: unknown): PaymentOrder {
  if (orderChecker.Check(wire)) return { ...wire, units: BigInt(wire.units as unknown as string) } as PaymentOrder;
  const [first] = orderChecker.Errors(wire);
  throw new AppError('invalid', 'request.invalid', `payment${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`);
}
