import {
  answers,
  drill,
  grpc,
  headers,
  journey,
  junit,
  metricIs,
  promqlIs,
  ready,
  socket,
  sqlIs,
  port,
  type Proposals,
} from '../checks.ts';

const login = { name: 'log in', method: 'POST', path: '/v1/auth/login', login: true } as const;

/** What is asked of services and of what they are for. */
export const SERVICE_PROPOSALS: Proposals = {
  S1: ({ paths }) => {
    const named = paths.filter((path) => /health|ready|live|status/.test(path));
    return named.length > 0 ? named.map((path) => answers(path)) : [answers('/health'), ready()];
  },
  S2: ({ text }) =>
    /log/.test(text)
      ? [promqlIs('sum(increase(rialto_job_runs_total{outcome="failed"}[15m])) or vector(0)', '=', 0)]
      : [promqlIs('max(changes(process_start_time_seconds{job="rialto"}[15m]))', '=', 0), promqlIs('min(up{job="rialto"})', '=', 1)],
  S3: () => [grpc()],
  S4: () => [socket()],
  S5: ({ text }) => (/discover|central|registry/.test(text) ? [promqlIs('count(up{job="rialto"})', '>=', 1)] : [port('app')]),
  S6: () => [
    journey([
      login,
      { name: 'who am I', path: '/v1/me' },
      { name: 'participants', path: '/v1/participants' },
      { name: 'windows', path: '/v1/windows' },
      { name: 'payments', path: '/v1/payments' },
    ]),
  ],
  S7: ({ text }) =>
    /login|dashboard|accessible|load/.test(text) ? [answers('/', { contains: ['<html'] }), junit('console')] : [junit('console')],
  S8: () => [ready(), metricIs('rialto_settlement_instructions', '>=', 0)],
  S9: () => [headers([{ name: 'retry-after' }], { target: 'maintenance', path: '/', status: [503] })],
  S10: () => [drill('deployment', 90)],
  F1: ({ text }) => [
    journey([
      login,
      { name: 'instruments', path: '/v1/trading/instruments' },
      { name: /balance/.test(text) ? 'balances' : 'orders', path: /balance/.test(text) ? '/v1/trading/balances' : '/v1/trading/orders' },
    ]),
  ],
  F2: () => [journey([login, { name: 'risk limits', path: '/v1/trading/risk-limits' }])],
  F3: () => [
    journey([
      login,
      { name: 'lists in force', path: '/v1/screening/lists' },
      { name: 'cases', path: '/v1/cases' },
      { name: 'kinds of reports', path: '/v1/report-kinds' },
    ]),
    metricIs('rialto_settlement_screening_alerts', '=', 0),
  ],
  F4: () => [journey([login, { name: 'model providers', path: '/v1/ai/providers' }, { name: 'routes', path: '/v1/ai/routes' }])],
  F5: () => [
    sqlIs(
      `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped where c.relkind = 'r' and n.nspname in ('access', 'infra', 'ledger', 'settlement') and not (c.relrowsecurity and c.relforcerowsecurity)`,
      '=',
      0,
    ),
  ],
  F6: ({ text }) => [
    journey([
      login,
      { name: 'tenants', path: '/v1/tenants' },
      ...(/bill|usage/.test(text) ? [{ name: 'plans', path: '/v1/billing/plans' }] : []),
      ...(/quota|limit/.test(text) ? [{ name: 'quotas', path: '/v1/quotas' }] : []),
    ]),
  ],
  F7: ({ text }) => [
    journey([
      login,
      {
        name: 'social',
        path: /lead/.test(text)
          ? '/v1/social/leaderboards'
          : /sentiment/.test(text)
            ? '/v1/social/sentiment'
            : /copy/.test(text)
              ? '/v1/social/mandates'
              : '/v1/social/ideas',
      },
    ]),
  ],
  F8: ({ text }) =>
    /cost|revenue|usage/.test(text)
      ? [journey([login, { name: 'charges', path: '/v1/billing/charges' }])]
      : [ready('ledger'), metricIs('rialto_settlement_reserve_difference', '=', 0)],
  Q8: ({ text }) => [drill(/incident/.test(text) ? 'incident' : /fail/.test(text) ? 'failover' : 'rollback', 90)],
};
