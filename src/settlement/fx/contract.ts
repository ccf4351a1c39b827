import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, PositiveUnits, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';

const closed = { additionalProperties: false };
const QuoteId = idOf('fxq');
const TradeId = idOf('fxt');
const RateId = idOf('fxr');
const Bank = Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed);

/** Whole units of one currency for one whole unit of another. */
const RateText = Type.String({ pattern: '^(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?$', examples: ['163.457'] });
const feeBps = Type.Integer({ minimum: 0, maximum: 9_999, description: 'Ten-thousandths of what is paid, kept by the operator' });

const RateFields = {
  fromAsset: Asset,
  toAsset: Asset,
  rate: RateText,
  feeBps,
  minUnits: PositiveUnits,
  maxUnits: Type.Optional(PositiveUnits),
};

const RateDraft = Type.Object({ ...RateFields, feeBps: Type.Optional(feeBps), minUnits: Type.Optional(PositiveUnits) }, closed);

const Rate = Type.Object(
  { id: RateId, provider: Bank, source: Type.String(), ...RateFields, validFrom: Instant, validUntil: Instant, loadedAt: Instant },
  closed,
);

export const loadFxRates = operation({
  name: 'settlement.load_fx_rates',
  method: 'POST',
  path: '/v1/fx/rates',
  summary: 'Publishes the rates at which a participant exchanges currencies; newer ones take the place of its older ones',
  scope: 'payments:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      provider: Bic,
      source: Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['Treasury desk'] }),
      /** From now on when absent. */
      validFrom: Type.Optional(Instant),
      validUntil: Instant,
      rates: Type.Array(RateDraft, { minItems: 1, maxItems: 1_000 }),
    },
    closed,
  ),
  output: Type.Object({ loaded: Type.Integer(), validFrom: Instant, validUntil: Instant }, closed),
  errors: [
    'settlement.participant_unknown',
    'settlement.participant_suspended',
    'settlement.asset_not_held',
    'settlement.fx_provider_foreign',
    'settlement.fx_rate_invalid',
    'request.key_reused',
  ],
  example: {
    body: {
      provider: 'NORDFIHH',
      source: 'Treasury desk',
      validUntil: '2099-01-01T00:00:00.000Z',
      rates: [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.0842', feeBps: 5 }],
    },
  },
});

export const listFxRates = operation({
  name: 'settlement.list_fx_rates',
  method: 'GET',
  path: '/v1/fx/rates',
  summary: 'Rates that hold now, one for each provider, source and pair',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ fromAsset: Type.Optional(Asset), toAsset: Type.Optional(Asset) }, closed),
  output: Type.Object({ items: Type.Array(Rate) }, closed),
  errors: [],
  example: { query: { fromAsset: 'EUR/2' } },
});

const Hop = Type.Object(
  {
    rateId: RateId,
    provider: Bank,
    source: Type.String(),
    fromAsset: Asset,
    toAsset: Asset,
    rate: RateText,
    paid: Units,
    fee: Units,
    /** What reaches the taker, and what the provider gives: at most one unit more, which goes to the account for rounding. */
    received: Units,
    given: Units,
  },
  closed,
);

const QuoteState = Type.Union(
  ['open', 'expired', 'queued', 'settled', 'declined', 'rejected'].map((state) => Type.Literal(state)) as [
    ReturnType<typeof Type.Literal<'open'>>,
    ReturnType<typeof Type.Literal<'expired'>>,
    ReturnType<typeof Type.Literal<'queued'>>,
    ReturnType<typeof Type.Literal<'settled'>>,
    ReturnType<typeof Type.Literal<'declined'>>,
    ReturnType<typeof Type.Literal<'rejected'>>,
  ],
);

const Quote = Type.Object(
  {
    id: QuoteId,
    participant: Bank,
    fromAsset: Asset,
    toAsset: Asset,
    payUnits: Units,
    receiveUnits: Units,
    hops: Type.Array(Hop),
    state: QuoteState,
    quotedAt: Instant,
    expiresAt: Instant,
  },
  closed,
);

export const createFxQuote = operation({
  name: 'settlement.create_fx_quote',
  method: 'POST',
  path: '/v1/fx/quotes',
  summary: 'A firm price by the cheapest way through all rates, good once until it expires',
  scope: 'payments:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      participant: Bic,
      fromAsset: Asset,
      toAsset: Asset,
      payUnits: PositiveUnits,
      maxHops: Type.Optional(Type.Integer({ minimum: 1, maximum: 5, description: '3 when absent' })),
      ttlSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 600, description: '30 when absent' })),
    },
    closed,
  ),
  output: Quote,
  errors: [
    'settlement.participant_unknown',
    'settlement.participant_suspended',
    'settlement.asset_not_held',
    'settlement.fx_taker_foreign',
    'settlement.fx_no_route',
    'request.key_reused',
  ],
  example: { body: { participant: 'AURONOKK', fromAsset: 'EUR/2', toAsset: 'USD/2', payUnits: '100000' } },
});

const quoteParams = Type.Object({ id: QuoteId }, closed);

export const getFxQuote = operation({
  name: 'settlement.get_fx_quote',
  method: 'GET',
  path: '/v1/fx/quotes/{id}',
  summary: 'A quote and what became of it',
  scope: 'payments:read',
  cost: 'light',
  params: quoteParams,
  output: Quote,
  errors: ['settlement.fx_quote_not_found'],
  example: { params: { id: 'fxq_0192837465ab7def8192837465abcdef' } },
});

/** What a bank calls its exchange; statements tell it as the end-to-end id. */
const Reference = Type.String({ minLength: 1, maxLength: 35, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['FX-2026-0042'] });
/** What to do when somebody has not enough at the moment. */
const WhenShort = Type.Union([Type.Literal('refuse'), Type.Literal('queue')]);
const TradeLeg = Type.Object({ debtor: Bank, creditor: Type.Optional(Bank), asset: Asset, units: Units }, closed);

const Trade = Type.Object(
  {
    id: TradeId,
    kind: Type.Union([Type.Literal('quote'), Type.Literal('bilateral')]),
    state: QuoteState,
    /** All legs, which are settled together or not at all; without a creditor: the operator's fees or rounding. */
    legs: Type.Array(TradeLeg),
    reference: Type.Optional(Type.String()),
    madeAt: Instant,
    expiresAt: Type.Optional(Instant),
    settledAt: Type.Optional(Instant),
    reason: Type.Optional(Type.String()),
  },
  closed,
);

const acceptErrors = [
  'settlement.fx_expired',
  'settlement.fx_decided',
  'settlement.fx_no_cover',
  'settlement.breaker_open',
  'settlement.participant_suspended',
  'settlement.asset_not_held',
  'ledger.overloaded',
  'request.key_reused',
] as const;

export const acceptFxQuote = operation({
  name: 'settlement.accept_fx_quote',
  method: 'POST',
  path: '/v1/fx/quotes/{id}/accept',
  summary: 'Exchanges at the quoted price: every leg in one act, or all of them wait in the queue as one bundle',
  scope: 'payments:write',
  cost: 'normal',
  params: quoteParams,
  body: Type.Object({ whenShort: Type.Optional(WhenShort), reference: Type.Optional(Reference) }, closed),
  output: Trade,
  errors: ['settlement.fx_quote_not_found', ...acceptErrors],
  example: { params: { id: 'fxq_0192837465ab7def8192837465abcdef' }, body: { whenShort: 'refuse' } },
});

export const proposeFxTrade = operation({
  name: 'settlement.propose_fx_trade',
  method: 'POST',
  path: '/v1/fx/trades',
  summary: 'Proposes an exchange that two banks agreed on: payment versus payment, once the other confirms',
  scope: 'payments:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      proposer: Bic,
      counterparty: Bic,
      giveAsset: Asset,
      giveUnits: PositiveUnits,
      getAsset: Asset,
      getUnits: PositiveUnits,
      reference: Reference,
      ttlSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: '3,600 when absent' })),
    },
    closed,
  ),
  output: Trade,
  errors: [
    'settlement.participant_unknown',
    'settlement.participant_suspended',
    'settlement.asset_not_held',
    'settlement.same_agent',
    'settlement.fx_taker_foreign',
    'settlement.fx_same_asset',
    'request.key_reused',
  ],
  example: {
    body: {
      proposer: 'NORDFIHH',
      counterparty: 'AURONOKK',
      giveAsset: 'EUR/2',
      giveUnits: '100000',
      getAsset: 'USD/2',
      getUnits: '108420',
      reference: 'FX-2026-0042',
    },
  },
});

const tradeParams = Type.Object({ id: TradeId }, closed);

export const answerFxTrade = operation({
  name: 'settlement.answer_fx_trade',
  method: 'POST',
  path: '/v1/fx/trades/{id}/answer',
  summary: 'Confirms a proposed exchange, which settles both legs in one act, or declines it',
  scope: 'payments:write',
  cost: 'normal',
  params: tradeParams,
  body: Type.Object(
    { answer: Type.Union([Type.Literal('confirm'), Type.Literal('decline')]), whenShort: Type.Optional(WhenShort) },
    closed,
  ),
  output: Trade,
  errors: ['settlement.fx_trade_not_found', 'settlement.fx_answer_foreign', ...acceptErrors],
  example: { params: { id: 'fxt_0192837465ab7def8192837465abcdef' }, body: { answer: 'confirm' } },
});

export const listFxTrades = operation({
  name: 'settlement.list_fx_trades',
  method: 'GET',
  path: '/v1/fx/trades',
  summary: 'Exchanges and proposals, newest first',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object(pageQuery, closed),
  output: pageOf(Trade),
  errors: ['request.cursor_invalid'],
  example: { query: { limit: '20' } },
});

export const fxOperations = [
  loadFxRates,
  listFxRates,
  createFxQuote,
  getFxQuote,
  acceptFxQuote,
  proposeFxTrade,
  answerFxTrade,
  listFxTrades,
] as const;

export const fxTraded = eventKind({
  type: 'settlement.fx_traded',
  version: 1,
  summary: 'An exchange was settled, began to wait, was declined or rejected; its legs always share one state',
  data: Type.Object({
    tradeId: TradeId,
    state: QuoteState,
    legs: Type.Array(Type.Object({ debtor: Bic, creditor: Type.String(), asset: Asset, units: Units })),
  }),
});
