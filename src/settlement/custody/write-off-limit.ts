import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { setWriteOffLimit as setContract } from './contract.ts';
import { requireOperator } from './reserves.ts';
import { deleteWriteOffLimit, putWriteOffLimit, writeOffLimits } from './write-off-limit-store.ts';

/** What an administrator holds and nobody else: whoever may give rights answers for what goes beyond them. */
const ADMINISTRATOR = 'access:write';

/**
 * Sets up to how much of a currency two people write off between them, or that there is no limit. Those who write off do not decide
 * how much they may. Errors: `settlement.operator_only`, `settlement.asset_unknown`.
 */
export async function setWriteOffLimit(
  deps: Pick<SettlementDeps, 'access' | 'clock'>,
  ctx: Ctx,
  { asset, units }: InputOf<typeof setContract>,
): Promise<OutputOf<typeof setContract>> {
  requireOperator(ctx);
  if (!isKnownAsset(asset))
    throw new AppError('invalid', 'settlement.asset_unknown', `${asset} is not a currency with its ISO 4217 number of decimals.`);
  return deps.access.command(ctx, setContract, async (tx) => {
    if (units === undefined) await deleteWriteOffLimit(tx, ctx.tenantId, asset);
    else await putWriteOffLimit(tx, ctx.tenantId, { asset, units }, deps.clock.now());
    const items = await writeOffLimits(tx, ctx.tenantId);
    return { answer: { items }, subject: `custody/write-off-limit/${asset}`, detail: { asset, units: units?.toString() ?? null } };
  });
}

/**
 * Whether whoever approves may write off so much: an administrator any amount, everybody else up to the limit of the currency.
 * Errors: `settlement.write_off_above_limit`.
 */
export async function requireMayWriteOff(
  tx: Tx,
  { tenantId, actor }: Ctx,
  { asset, units }: { asset: string; units: bigint },
): Promise<void> {
  if (actor.scopes.has(ADMINISTRATOR)) return;
  const limit = (await writeOffLimits(tx, tenantId)).find((one) => one.asset === asset);
  if (!limit || (units < 0n ? -units : units) <= limit.units) return;
  throw new AppError(
    'forbidden',
    'settlement.write_off_above_limit',
    `More than ${toDecimalText(limit)} ${codeOf(asset)} is written off when an administrator approves it. The proposal stays open.`,
  );
}
