import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { parseDecimal } from '../../base/decimal.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { openManagedAccounts } from '../open-managed-accounts.ts';
import { bankOf, mustHold, mustTakePart } from './party.ts';
import { loadFxRates as loadContract, type listFxRates as listContract } from './contract.ts';
import { claimFxAccount, insertRates, ratesInForce, type FxRole, type RateRow } from './store.ts';

type Input = InputOf<typeof loadContract>;

/**
 * Publishes a participant's rates. A bank publishes its own only.
 * Errors: `settlement.participant_unknown`, `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.fx_provider_foreign`, `settlement.fx_rate_invalid`.
 */
export async function loadRates(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<OutputOf<typeof loadContract>> {
  const provider = await mustTakePart(deps, ctx, input.provider, 'provider');
  const loadedAt = deps.clock.now();
  const { validFrom = loadedAt, validUntil } = input;
  if (validUntil <= validFrom || validUntil <= loadedAt) {
    throw new AppError('invalid', 'settlement.fx_rate_invalid', 'The rates would have ended before they begin.');
  }
  const rows = input.rates.map((rate): Omit<RateRow, 'rate'> => {
    for (const asset of [rate.fromAsset, rate.toAsset]) mustHold(provider, asset);
    check(rate);
    return {
      id: newId(loadedAt),
      providerId: provider.id,
      source: input.source,
      fromAsset: rate.fromAsset,
      toAsset: rate.toAsset,
      rateText: rate.rate,
      feeBps: rate.feeBps ?? 0,
      minUnits: rate.minUnits ?? 1n,
      ...(rate.maxUnits !== undefined && { maxUnits: rate.maxUnits }),
      validFrom,
      validUntil,
      loadedBy: ctx.actor.name,
      loadedAt,
    };
  });
  return deps.access.command(ctx, loadContract, async (tx) => {
    await insertRates(tx, ctx.tenantId, rows);
    await openAccounts(deps, tx, ctx.tenantId, rows);
    return {
      answer: { loaded: rows.length, validFrom, validUntil },
      subject: provider.bic,
      detail: { source: input.source, rates: rows.length },
    };
  });
}

function check({ fromAsset, toAsset, rate, minUnits = 1n, maxUnits }: Input['rates'][number]): void {
  const wrong =
    fromAsset === toAsset
      ? `${fromAsset} is exchanged for itself`
      : parseDecimal(rate).units === 0n
        ? 'it is zero'
        : maxUnits !== undefined && maxUnits < minUnits
          ? 'its largest amount is below its smallest'
          : undefined;
  if (wrong) throw new AppError('invalid', 'settlement.fx_rate_invalid', `The rate from ${fromAsset} to ${toAsset} cannot be: ${wrong}.`);
}

/** The operator's accounts for fees and rounding in the currencies that now have rates. */
async function openAccounts(deps: SettlementDeps, tx: Tx, tenantId: Uuid, rows: readonly Omit<RateRow, 'rate'>[]): Promise<void> {
  const wanted = new Map<string, { asset: string; role: FxRole }>();
  for (const { fromAsset, toAsset } of rows) {
    wanted.set(`fees ${fromAsset}`, { asset: fromAsset, role: 'fx_fees' });
    wanted.set(`rounding ${toAsset}`, { asset: toAsset, role: 'fx_rounding' });
  }
  const drafts = [];
  for (const [, { asset, role }] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const accountId = newId();
    if (!(await claimFxAccount(tx, tenantId, { asset, role, accountId }))) continue;
    const name = role === 'fx_fees' ? `Exchange fees ${asset}` : `Exchange rounding ${asset}`;
    drafts.push({ id: accountId, name, kind: 'income' as const, asset, debitsMustNotExceedCredits: true });
  }
  if (drafts.length > 0) await openManagedAccounts(await deps.ledger.inTx(tx, tenantId), drafts);
}

/** The rates that hold now. */
export async function listRates(
  deps: SettlementDeps,
  ctx: Ctx,
  filter: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => ratesInForce(tx, ctx.tenantId, deps.clock.now()));
  const { byId } = await deps.directory.of(ctx.tenantId, { ids: new Set(rows.map(({ providerId }) => providerId)) });
  const items = rows
    .filter(({ fromAsset, toAsset }) => (filter.fromAsset ?? fromAsset) === fromAsset && (filter.toAsset ?? toAsset) === toAsset)
    .map(({ providerId, rate: _rate, rateText, loadedBy: _by, ...row }) => ({
      ...row,
      rate: rateText,
      provider: bankOf(byId.get(providerId)!),
    }));
  return { items };
}
