import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Leg } from '../gridlock/bundle.ts';
import type { Participants } from '../participant/directory.ts';
import { createFxQuote as createContract, type acceptFxQuote as acceptContract, type getFxQuote as getContract } from './contract.ts';
import { findRoute } from './find-route.ts';
import { bankOf, mustHold, mustTakePart } from './party.ts';
import { legsOf, type Hop } from './rate.ts';
import { findQuote, insertQuote, ratesInForce, tradesById, type HopRow, type QuoteRow, type RateRow, type TradeRow } from './store.ts';
import { decideTrade, stateOf, type Open } from './trade.ts';

const TTL_SECONDS = 30;
const MAX_HOPS = 3;

/**
 * A firm price by the cheapest way through the rates of all others. It ends with the first of its rates.
 * Errors: `settlement.participant_unknown`, `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.fx_taker_foreign`, `settlement.fx_no_route`.
 */
export async function createQuote(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof createContract>,
): Promise<OutputOf<typeof createContract>> {
  const { fromAsset, toAsset, payUnits } = input;
  const taker = await mustTakePart(deps, ctx, input.participant, 'taker');
  for (const asset of [fromAsset, toAsset]) mustHold(taker, asset);
  const quotedAt = deps.clock.now();
  const rates = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => ratesInForce(tx, ctx.tenantId, quotedAt));
  const participants = await deps.directory.of(ctx.tenantId, { ids: new Set(rates.map(({ providerId }) => providerId)) });
  const usable = rates.filter(
    ({ providerId, toAsset: passed }) => isOpen(participants, providerId, taker.id) && taker.accounts.has(passed),
  );
  const route = findRoute(usable, { from: fromAsset, to: toAsset, units: payUnits, maxHops: input.maxHops ?? MAX_HOPS });
  if (!route) {
    throw new AppError(
      'unprocessable',
      'settlement.fx_no_route',
      `No rates that hold now lead from ${fromAsset} to ${toAsset} for this amount.`,
    );
  }
  const row: QuoteRow = {
    id: newId(quotedAt),
    participantId: taker.id,
    fromAsset,
    toAsset,
    payUnits,
    receiveUnits: route.received,
    hops: route.hops.map(hopRow),
    quotedAt,
    expiresAt: Math.min(quotedAt + (input.ttlSeconds ?? TTL_SECONDS) * 1_000, ...route.hops.map(({ rate }) => rate.validUntil)),
  };
  const answer = viewOf(row, participants, 'open', taker);
  return deps.access.command(ctx, createContract, async (tx) => {
    await insertQuote(tx, ctx.tenantId, row);
    return {
      answer,
      subject: taker.bic,
      detail: { fromAsset, toAsset, payUnits: payUnits.toString(), receiveUnits: row.receiveUnits.toString() },
    };
  });
}

function isOpen({ byId }: Participants, providerId: Uuid, takerId: Uuid): boolean {
  return providerId !== takerId && byId.get(providerId)?.state === 'active';
}

function hopRow({ rate, paid, fee, received, given }: Hop): HopRow {
  return {
    rateId: rate.id,
    providerId: rate.providerId,
    source: rate.source,
    fromAsset: rate.fromAsset,
    toAsset: rate.toAsset,
    rate: (rate as RateRow).rateText,
    paid: paid.toString(),
    fee: fee.toString(),
    received: received.toString(),
    given: given.toString(),
  };
}

/** Errors: `settlement.fx_quote_not_found`. */
export async function getQuote(deps: SettlementDeps, ctx: Ctx, { id }: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const { quote, trade } = await mustFind(deps, ctx, id);
  const participants = await deps.directory.of(ctx.tenantId, {
    ids: [quote.participantId, ...quote.hops.map(({ providerId }) => providerId)],
  });
  return viewOf(quote, participants, stateOf(trade, quote, deps.clock.now()), participants.byId.get(quote.participantId)!);
}

/**
 * Exchanges at the quoted price.
 * Errors: `settlement.fx_quote_not_found`, `settlement.fx_expired`, `settlement.fx_decided`, `settlement.fx_no_cover`,
 * `settlement.participant_suspended`, `settlement.asset_not_held`.
 */
export async function acceptQuote(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, whenShort = 'refuse', reference }: InputOf<typeof acceptContract>,
): Promise<OutputOf<typeof acceptContract>> {
  const { quote } = await mustFind(deps, ctx, id);
  const { quotedAt: madeAt, expiresAt } = quote;
  const open: Open = { id, kind: 'quote', legs: quoteLegs(quote), madeAt, expiresAt, ...(reference !== undefined && { reference }) };
  return decideTrade(deps, ctx, open, { answer: 'confirm', whenShort });
}

async function mustFind(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid): Promise<{ quote: QuoteRow; trade: TradeRow | undefined }> {
  return deps.db.read(ctx, async (tx) => {
    const quote = await findQuote(tx, ctx.tenantId, id);
    if (!quote) throw new AppError('not_found', 'settlement.fx_quote_not_found', 'There is no such quote.');
    return { quote, trade: (await tradesById(tx, ctx.tenantId, [id])).get(id) };
  });
}

/** The legs as they were quoted, whatever the rates are now. */
function quoteLegs({ participantId, hops }: QuoteRow): Leg[] {
  return legsOf(
    participantId,
    hops.map(({ providerId, fromAsset, toAsset, paid, fee, received, given }) => ({
      rate: { providerId, fromAsset, toAsset },
      fee: BigInt(fee),
      exchanged: BigInt(paid) - BigInt(fee),
      given: BigInt(given),
      received: BigInt(received),
    })),
  );
}

function viewOf(
  { participantId: _taker, hops, ...quote }: QuoteRow,
  { byId }: Participants,
  state: OutputOf<typeof getContract>['state'],
  taker: Parameters<typeof bankOf>[0],
): OutputOf<typeof getContract> {
  return {
    ...quote,
    participant: bankOf(taker),
    hops: hops.map(({ providerId, paid, fee, received, given, ...hop }) => ({
      ...hop,
      provider: bankOf(byId.get(providerId)!),
      paid: BigInt(paid),
      fee: BigInt(fee),
      received: BigInt(received),
      given: BigInt(given),
    })),
    state,
  };
}
