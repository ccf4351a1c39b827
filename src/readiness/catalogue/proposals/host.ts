import { answers, compose, drill, file, promqlIs, resolves, sweep, type Proposals } from '../checks.ts';

const GIB = 1024 ** 3;

/** What is asked of machines: what an exporter beside them tells, and what the network shows. */
export const HOST_PROPOSALS: Proposals = {
  H1: ({ text, limit }) => {
    const size = limit('GB', 'GiB', 'B', 'TB')?.value;
    if (/ram|memory/.test(text)) return [promqlIs('min(node_memory_MemTotal_bytes)', '>=', (size ?? 16) * GIB * 0.95)];
    if (/cpu|core/.test(text))
      return [promqlIs('min(count by (instance) (node_cpu_seconds_total{mode="idle"}))', '>=', limit('count', 'core', 'vcpu')?.value ?? 8)];
    if (/ssd|disk|storage|nvme/.test(text))
      return [promqlIs('min(max by (instance) (node_filesystem_size_bytes))', '>=', 100 * GIB * 0.95)];
    if (/network|bandwidth|gbps/.test(text)) return [promqlIs('min(max by (instance) (node_network_speed_bytes))', '>=', 125_000_000)];
    return [
      promqlIs('min(node_memory_MemTotal_bytes)', '>=', 16 * GIB * 0.95),
      promqlIs('min(count by (instance) (node_cpu_seconds_total{mode="idle"}))', '>=', 8),
    ];
  },
  H2: ({ text }) => (/ntp|time sync|chrony/.test(text) ? [promqlIs('min(node_timex_sync_status)', '=', 1)] : []),
  H4: ({ ports }) => [sweep([80, 443, ...ports.filter((port) => port === 22)])],
  H8: ({ text }) =>
    /distribut/.test(text)
      ? [
          promqlIs(
            'max(rate(rialto_http_request_duration_seconds_count[5m])) / min(rate(rialto_http_request_duration_seconds_count[5m]) > 0)',
            '<=',
            2,
          ),
        ]
      : [promqlIs('count(up{job="rialto"} == 1)', '>=', 2), answers('/health/ready', { target: 'edge' })],
  H9: () => [file('deploy/scaling.yaml', { minBytes: 1 })],
  H10: () => [answers('/', { target: 'edge', answerHeaders: [{ name: 'cache-control', contains: 'max-age' }, { name: 'age' }] })],
  H12: ({ text }) => (/reverse/.test(text) ? [] : [resolves()]),
  H13: () => [answers('/v2/', { target: 'registry', status: [200, 401] })],
  H14: ({ text }) =>
    /vulnerab|scan/.test(text)
      ? [
          file('reports/artefact.json', {
            values: [
              { at: '$.scan.high', op: '=', value: 0 },
              { at: '$.scan.critical', op: '=', value: 0 },
            ],
          }),
        ]
      : [
          file('reports/artefact.json', {
            values: [
              { at: '$.version', op: 'exists' },
              { at: '$.commit', op: 'exists' },
              { at: '$.bytes', op: '<=', value: 300_000_000 },
            ],
          }),
        ],
  H15: () => [file('deploy/systemd/rialto.service', { matches: ['^MemoryMax=', '^CPUQuota='] })],
  C5: () => [compose()],
  S10: () => [drill('deployment', 90)],
};
