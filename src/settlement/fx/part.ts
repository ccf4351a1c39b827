import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as fx from './contract.ts';
import { listRates, loadRates } from './load-rates.ts';
import { answerTrade, listTrades, proposeTrade } from './propose-trade.ts';
import { acceptQuote, createQuote, getQuote } from './quote.ts';

/** Exchange of currencies: rates, firm quotes, payment versus payment. */
export function fxPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(fx.loadFxRates, (ctx, input) => loadRates(deps, ctx, input)),
      route(fx.listFxRates, (ctx, input) => listRates(deps, ctx, input)),
      route(fx.createFxQuote, (ctx, input) => createQuote(deps, ctx, input)),
      route(fx.getFxQuote, (ctx, input) => getQuote(deps, ctx, input)),
      route(fx.acceptFxQuote, (ctx, input) => acceptQuote(deps, ctx, input)),
      route(fx.proposeFxTrade, (ctx, input) => proposeTrade(deps, ctx, input)),
      route(fx.answerFxTrade, (ctx, input) => answerTrade(deps, ctx, input)),
      route(fx.listFxTrades, (ctx, input) => listTrades(deps, ctx, input)),
    ],
  };
}
