import { alerts, families, file, jsonLogs, marker, promqlIs, traces, type Proposals } from '../checks.ts';

const FAILED =
  'sum(rate(rialto_http_request_duration_seconds_count{status=~"5.."}[5m])) / clamp_min(sum(rate(rialto_http_request_duration_seconds_count[5m])), 0.001)';
const P95 = 'histogram_quantile(0.95, sum by (le) (rate(rialto_http_request_duration_seconds_bucket[5m])))';
const CPU = '100 * avg(rate(process_cpu_seconds_total{job="rialto"}[5m]))';
const MEMORY = '100 * max(process_resident_memory_bytes{job="rialto"}) / min(node_memory_MemTotal_bytes)';
const GROWTH = 'max(deriv(process_resident_memory_bytes{job="rialto"}[1h])) * 3600 / max(process_resident_memory_bytes{job="rialto"})';

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
  O3: () => [
    file('deploy/grafana/rialto-settlement.json', {
      values: [
        { at: '$.uid', op: 'exists' },
        { at: '$.panels[*].title', op: 'exists' },
      ],
    }),
    promqlIs('count({__name__=~"rialto_settlement_.+"})', '>', 0),
  ],
  O4: ({ text }) => (/rotat|retention/.test(text) ? [file('deploy/logrotate.d/rialto', { matches: ['rotate\\s+\\d+'] })] : [jsonLogs()]),
  O5: () => [marker()],
  O7: ({ text }) => [
    ...(/test alert|receiv|channel|manager/.test(text) ? [alerts()] : []),
    promqlIs('count(ALERTS) or vector(0)', '>=', 0),
    file('deploy/prometheus/rialto.rules.yml', { contains: ['alert: RialtoDown'] }),
  ],
  O8: () => [traces()],
  O11: () => [promqlIs('min(up)', '=', 1), promqlIs('count(up{job="rialto"} == 1)', '>=', 1)],
  L4: ({ text, limit }) => {
    const share = limit('%')?.value;
    if (/leak/.test(text)) return [promqlIs(GROWTH, '<', 0.05)];
    if (/cpu/.test(text)) return [promqlIs(CPU, '<', share ?? 70)];
    if (/memory/.test(text)) return [promqlIs(MEMORY, '<', share ?? 80)];
    if (/disk/.test(text)) return [promqlIs('max(rate(node_disk_io_time_seconds_total[5m]))', '<', 0.8)];
    return [promqlIs(CPU, '<', 70), promqlIs(MEMORY, '<', 80)];
  },
  Y5: ({ text }) => {
    if (/backup/.test(text)) return [promqlIs('time() - max(rialto_backup_finished_seconds)', '<', 86_400)];
    if (/cache/.test(text)) return [promqlIs('sum(increase(rialto_kv_fallbacks_total[1h])) or vector(0)', '=', 0)];
    if (/leak|resource/.test(text)) return [promqlIs(GROWTH, '<', 0.05), promqlIs(CPU, '<', 70)];
    if (/database/.test(text)) return [promqlIs('max_over_time(rialto_database_connections_waiting[5m])', '=', 0)];
    if (/perform|trend|latenc/.test(text)) return [promqlIs(P95, '<', 0.1)];
    return [promqlIs(FAILED, '<', 0.001), promqlIs('min(up{job="rialto"})', '=', 1)];
  },
  Y8: ({ text, limit }) => {
    if (/uptime/.test(text)) return [promqlIs('100 * avg_over_time(up{job="rialto"}[2h])', '>=', limit('%')?.value ?? 95)];
    if (/error/.test(text)) return [promqlIs(`100 * ${FAILED}`, '<=', limit('%')?.value ?? 1)];
    if (/corrupt|loss/.test(text)) return [promqlIs('max(abs(rialto_settlement_reserve_difference)) or vector(0)', '=', 0)];
    return [promqlIs('min(up{job="rialto"})', '=', 1)];
  },
  Y10: ({ text, limit }) => {
    if (/uptime|stab|outage/.test(text)) return [promqlIs('100 * avg_over_time(up{job="rialto"}[48h])', '>=', limit('%')?.value ?? 99.9)];
    if (/error/.test(text)) return [promqlIs(`100 * ${FAILED}`, '<', limit('%')?.value ?? 0.1)];
    return [promqlIs('sum(increase(rialto_settlement_payments_total[1d]))', '>', 0)];
  },
  Y12: () => [promqlIs('min(up{job="rialto"})', '=', 1)],
};
