import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';

/** Compliance and risk are the operator's: a bank must not learn what is watched. Errors: `settlement.operators_only`. */
export function requireOperator({ memberId }: Pick<Ctx, 'memberId'>): void {
  if (memberId === undefined) return;
  throw new AppError('forbidden', 'settlement.operators_only', 'This is for the operator of the network only.');
}
