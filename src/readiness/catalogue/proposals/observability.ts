import {
  answers,
  adminSqlIs,
  promqlIs,
  watched,
  metricIs,
  families,
  file,
  offers,
  rule,
  env,
  audit,
  backup,
  drill,
  jsonLogs,
  marker,
  traces,
  alerts,
  runs,
  smoke,
  type Proposals,
} from '../checks.ts';
import { DEMONSTRATIONS } from '../statements.ts';
import { countedWhileUp, CPU_PERCENT, FAILED_SHARE, MEMORY_GROWTH, MEMORY_PERCENT, P95_SECONDS, P95_TO_YESTERDAY } from '../queries.ts';

/** What is asked of metrics, logs, alerts, and of the time after a release. */
export const OBSERVABILITY_PROPOSALS: Proposals = {
  O1: ({ text }) => {
    if (/database/.test(text))
      return [families('rialto_database_connections', 'rialto_database_connections_idle', 'rialto_database_connections_waiting')];
    if (/cache/.test(text)) return [families('rialto_kv_fallbacks_total')];
    if (/business|revenue/.test(text))
      return [
        families('rialto_settlement_payments_total', 'rialto_settlement_payments_value_total', 'rialto_settlement_netting_efficiency'),
      ];
    if (/trading/.test(text)) return [families('rialto_trading_orders_total')];
    return [families('rialto_http_request_duration_seconds', 'process_cpu_seconds_total', 'process_resident_memory_bytes')];
  },
  O2: () => [promqlIs('min(up)', '=', 1)],
  O3: ({ text }) => [
    ...(/grafana/.test(text) ? [answers('/api/health', { target: 'grafana', json: [{ at: '$.database', op: '=', value: 'ok' }] })] : []),
    /trace/.test(text)
      ? file('deploy/grafana/rialto-traces.json', { minBytes: 1 })
      : file('deploy/grafana/rialto-settlement.json', {
          values: [
            { at: '$.uid', op: 'exists' },
            { at: '$.panels[*].title', op: 'exists' },
          ],
        }),
    ...(/data|ready|show/.test(text) ? [promqlIs('count({__name__=~"rialto_settlement_.+"})', '>', 0)] : []),
  ],
  O4: ({ text }) => {
    if (/rotat|retention/.test(text)) return [file('deploy/logrotate.d/rialto', { matches: ['rotate\\s+\\d+'] })];
    if (/level/.test(text)) return [env(['LOG_LEVEL'], { oneOf: ['info', 'warn', 'error'] })];
    return [jsonLogs()];
  },
  O5: () => [marker()],
  O7: ({ text }) => {
    if (/test alert|receiv|working/.test(text)) return [drill('alert', 30), rule('RialtoDown')];
    if (/manager|channel|pagerduty|email/.test(text)) return [alerts(), rule('RialtoDown')];
    if (/security|unauthori/.test(text)) return [rule('RialtoLoginsRefused')];
    if (/trading/.test(text)) return [rule('RialtoTradingLoss')];
    if (/financ|cost|billing/.test(text)) return [rule('RialtoCostOverrun')];
    if (/performance|latency|throughput/.test(text)) return [rule('RialtoLatency'), rule('RialtoLedgerOverloaded')];
    if (/warning/.test(text)) return [rule('RialtoEventLoopLag'), rule('RialtoRejections')];
    return [rule('RialtoDown'), rule('RialtoErrorRate'), rule('RialtoDatabaseConnectionsExhausted')];
  },
  O8: ({ text }) => (/sampl/.test(text) ? [env(['OTEL_TRACES_SAMPLER'])] : [env(['OTEL_EXPORTER_OTLP_ENDPOINT']), traces()]),
  O9: () => [env(['SENTRY_DSN'])],
  O11: () => [promqlIs('min(up)', '=', 1), promqlIs('count(up{job="rialto"} == 1)', '>=', 1)],
  Y12: ({ text }) =>
    /demonstration|real user data|no test data/.test(text)
      ? [env(['RIALTO_DEMO'], { equals: 'off' }), adminSqlIs(DEMONSTRATIONS, '=', 0)]
      : [],
  L4: ({ text, limit }) => {
    const share = limit('%')?.value;
    if (/leak/.test(text)) return [promqlIs(MEMORY_GROWTH, '<', 0.05)];
    if (/cpu/.test(text)) return [promqlIs(CPU_PERCENT, '<', share ?? 70)];
    if (/memory/.test(text)) return [promqlIs(MEMORY_PERCENT, '<', share ?? 80)];
    if (/disk/.test(text)) return [promqlIs('max(rate(node_disk_io_time_seconds_total[5m]))', '<', 0.8)];
    return [promqlIs(CPU_PERCENT, '<', 70), promqlIs(MEMORY_PERCENT, '<', 80)];
  },
  Y5: ({ text }) => {
    if (/backup/.test(text)) return [backup('database', 24)];
    if (/cache/.test(text))
      return [families('rialto_kv_fallbacks_total'), promqlIs(countedWhileUp('sum(increase(rialto_kv_fallbacks_total[1h]))'), '=', 0)];
    if (/leak|resource/.test(text)) return [promqlIs(MEMORY_GROWTH, '<', 0.05), promqlIs(CPU_PERCENT, '<', 70)];
    if (/database/.test(text)) return [promqlIs('max_over_time(rialto_database_connections_waiting[5m])', '=', 0)];
    if (/scan|dependenc/.test(text)) return [audit()];
    if (/journey/.test(text)) return [smoke()];
    if (/external api/.test(text)) return [families('rialto_trading_venue_up'), families('rialto_ai_provider_up')];
    if (/alert/.test(text)) return [drill('alert', 30), rule('RialtoDown')];
    if (/user activity/.test(text)) return [families('rialto_access_active_users')];
    if (/anomal|trend/.test(text)) return [promqlIs(P95_TO_YESTERDAY, '<=', 1.2, { noData: 'stale' })];
    if (/perform|latenc|load/.test(text)) return [promqlIs(P95_SECONDS, '<', 0.1)];
    return [promqlIs(FAILED_SHARE, '<', 0.001), promqlIs('min(up{job="rialto"})', '=', 1)];
  },
  Y8: ({ text, limit }) => {
    if (/uptime|available/.test(text) && !/trading/.test(text))
      return [promqlIs('100 * avg_over_time(up{job="rialto"}[2h])', '>=', limit('%')?.value ?? 95)];
    if (/error/.test(text))
      return [promqlIs(`100 * min_over_time((${FAILED_SHARE})[10m:30s])`, '<=', limit('%')?.value ?? 1, { noData: 'stale' })];
    if (/corrupt|loss/.test(text)) return [runs('ledger-verify'), runs('audit-verify')];
    if (/trading/.test(text)) return [offers('/v1/trading/orders'), families('rialto_trading_venue_up')];
    return [];
  },
  Y10: ({ text, limit }) => {
    if (/uptime|stab|outage/.test(text))
      return [promqlIs('100 * avg_over_time(up{job="rialto"}[48h])', '>=', limit('%')?.value ?? 99.9), watched(48)];
    if (/error/.test(text)) return [promqlIs(`100 * ${FAILED_SHARE}`, '<', limit('%')?.value ?? 0.1)];
    const wanted = limit('count', 'users', 'ideas', 'relationships')?.value;
    if (/daily|active/.test(text)) return [metricIs('rialto_access_active_users', '>=', wanted ?? 1)];
    if (/idea/.test(text)) return [metricIs('rialto_social_ideas', '>=', wanted ?? 1)];
    if (/copy/.test(text)) return [metricIs('rialto_social_mandates', '>=', wanted ?? 1)];
    if (/adoption|engagement|revenue|usage|business/.test(text))
      return [promqlIs('sum(increase(rialto_settlement_payments_total[1d]))', '>', 0), metricIs('rialto_access_active_users', '>=', 1)];
    return [];
  },
};
