import {
  answers,
  ready,
  socket,
  grpc,
  port,
  closedOutside,
  unprotected,
  promqlIs,
  metricIs,
  families,
  offers,
  junit,
  drill,
  clean,
  runs,
  smoke,
  adminSqlIs,
  type Proposals,
} from '../checks.ts';
import { STALE_SANCTIONS } from '../statements.ts';

/** What is asked of services and of what they are for. */
export const SERVICE_PROPOSALS: Proposals = {
  S1: ({ paths }) => {
    const named = paths.filter((path) => /health|ready|live|status/.test(path));
    return named.length > 0 ? named.map((path) => answers(path)) : [answers('/health'), ready()];
  },
  S2: ({ text }) =>
    /log/.test(text)
      ? [clean()]
      : [promqlIs('max(changes(process_start_time_seconds{job="rialto"}[15m]))', '=', 0), promqlIs('min(up{job="rialto"})', '=', 1)],
  S3: () => [grpc()],
  S4: ({ text }) => [/heartbeat|ping/.test(text) ? socket({ pongWithinMs: 5_000 }) : socket()],
  S5: ({ text }) =>
    /internal|only/.test(text) ? [closedOutside('database_outside')] : /websocket/.test(text) ? [socket()] : [port('app')],
  S6: ({ text }) =>
    /portfolio|strateg|market data/.test(text)
      ? [offers(/portfolio/.test(text) ? '/v1/trading/portfolio' : /strateg/.test(text) ? '/v1/trading/strategies' : '/v1/trading/candles')]
      : [smoke()],
  S7: ({ text }) =>
    /login|dashboard|accessible|load/.test(text) ? [answers('/', { contains: ['<html'] }), junit('console')] : [junit('console')],
  S8: ({ text }) => {
    const venue = /binance|mt5|broker|exchange|market data/.exec(text)?.[0];
    if (venue !== undefined) return [offers('/v1/trading/venues'), families('rialto_trading_venue_up')];
    if (/openai|model|\bai\b/.test(text)) return [offers('/v1/ai/providers'), families('rialto_ai_provider_up')];
    if (/payment/.test(text)) return [offers('/v1/billing/payments'), families('rialto_billing_payment_provider_up')];
    return [ready(), families('rialto_settlement_instructions')];
  },
  S9: () => [answers('/', { target: 'maintenance', status: [503], answerHeaders: [{ name: 'retry-after' }] })],
  S10: () => [drill('deployment', 90)],
  F1: ({ text }) => [
    offers(
      /balance/.test(text)
        ? '/v1/trading/balances'
        : /histor/.test(text)
          ? '/v1/trading/candles'
          : /symbol|instrument|hours/.test(text)
            ? '/v1/trading/instruments'
            : '/v1/trading/orders',
    ),
    junit('trading'),
  ],
  F2: ({ text }) => [
    offers(/emergency|circuit|stop all/.test(text) ? '/v1/trading/emergency-stops' : '/v1/trading/risk-limits'),
    junit('trading-risk'),
  ],
  F3: ({ text }) => {
    if (/report/.test(text)) return [offers('/v1/reports'), junit('reports')];
    if (/trail|audit/.test(text)) return [offers('/v1/audit'), runs('audit-verify')];
    const fresh = /days? old|fresh|up to date|in force/.test(text) ? [adminSqlIs(STALE_SANCTIONS, '=', 0)] : [];
    return [offers('/v1/screening/lists'), metricIs('rialto_settlement_screening_alerts', '=', 0), ...fresh, junit('screening')];
  },
  F4: ({ text }) => [
    offers(/cost/.test(text) ? '/v1/ai/costs' : /balanc|failover/.test(text) ? '/v1/ai/routes' : '/v1/ai/providers'),
    junit('ai'),
  ],
  F5: ({ text }) =>
    /provider|\bai\b/.test(text)
      ? [offers('/v1/ai/providers'), junit('isolation')]
      : /bill|cost/.test(text)
        ? [offers('/v1/billing/charges'), junit('isolation')]
        : [unprotected(), junit('isolation')],
  F6: ({ text }) => [
    offers(
      /bill|usage/.test(text)
        ? '/v1/billing/plans'
        : /quota|limit/.test(text)
          ? '/v1/quotas'
          : /template|config/.test(text)
            ? '/v1/tenant-templates'
            : '/v1/tenants',
    ),
    junit('tenants'),
  ],
  F7: ({ text }) => [
    offers(
      /lead/.test(text)
        ? '/v1/social/leaderboards'
        : /sentiment/.test(text)
          ? '/v1/social/sentiment'
          : /copy/.test(text)
            ? '/v1/social/mandates'
            : /metric|perform/.test(text)
              ? '/v1/social/performance'
              : '/v1/social/ideas',
    ),
    junit('social'),
  ],
  F8: ({ text }) =>
    /cost|revenue|bill|usage/.test(text)
      ? [offers('/v1/billing/charges'), junit('billing')]
      : [runs('ledger-verify'), metricIs('rialto_settlement_reserve_difference', '=', 0)],
  Q8: ({ text }) => [drill(/incident/.test(text) ? 'incident' : /fail/.test(text) ? 'failover' : 'rollback', 90)],
};
