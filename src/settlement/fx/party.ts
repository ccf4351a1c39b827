import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic, type Member } from '../participant/directory.ts';
import { requireActive } from '../payment/check-order.ts';

/** A bank as answers name it. */
export const bankOf = ({ id, bic, name }: Pick<Member, 'id' | 'bic' | 'name'>) => ({ id, bic, name });

/**
 * The participant of a BIC for whom the caller may act.
 * Errors: `settlement.participant_unknown`, `settlement.participant_suspended`; `settlement.fx_provider_foreign` or
 * `settlement.fx_taker_foreign` when it is not the caller's own, where it has to be as this side.
 */
export async function mustTakePart(
  deps: Pick<SettlementDeps, 'directory'>,
  ctx: Ctx,
  bic: string,
  own?: 'provider' | 'taker',
): Promise<Member> {
  const member = (await deps.directory.of(ctx.tenantId, { bics: [bic] })).byBic.get(normalBic(bic));
  if (!member) throw new AppError('unprocessable', 'settlement.participant_unknown', `${bic} is not a participant.`);
  if (own && ctx.memberId !== undefined && ctx.memberId !== member.id) throw notYours(bic, own);
  requireActive(member);
  return member;
}

/** Errors: `settlement.asset_not_held`. */
export function mustHold({ bic, accounts }: Member, asset: string): void {
  if (!accounts.has(asset)) throw new AppError('unprocessable', 'settlement.asset_not_held', `${bic} has no account in ${asset}.`);
}

function notYours(bic: string, side: 'provider' | 'taker'): AppError {
  if (side === 'provider') return new AppError('forbidden', 'settlement.fx_provider_foreign', `You may not bring rates for ${bic}.`);
  return new AppError('forbidden', 'settlement.fx_taker_foreign', `You may not exchange for ${bic}.`);
}
