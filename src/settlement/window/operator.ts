import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';

/** Refuses a bank's user or key, whatever its scopes. Errors: `settlement.operator_only`. */
export function requireOperator(ctx: Ctx): void {
  if (ctx.memberId !== undefined) throw new AppError('forbidden', 'settlement.operator_only', 'This is for the operator of the network.');
}
