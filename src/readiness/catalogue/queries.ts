/** Expressions of PromQL over what Rialto exposes. One without data fails its check, so each is zero only where zero is meant. */

/** What monitoring itself asks of the house says nothing about those who use it. */
const USED = 'operation!~"http[.](health|ready|metrics)"';
const REQUESTS = 'rialto_http_request_duration_seconds_count';
const BUCKETS = `rialto_http_request_duration_seconds_bucket{${USED}}`;

/** Share of requests that fail, 0 to 1; no data where nobody asks anything, since nothing is known then. */
export const FAILED_SHARE = `(sum(rate(${REQUESTS}{status=~"5..",${USED}}[5m])) or vector(0)) / (sum(rate(${REQUESTS}{${USED}}[5m])) > 0)`;

/** What is counted, 0 where there is none, but only while the house is watched. */
export const countedWhileUp = (query: string): string => `(${query} or vector(0)) and on () max(up{job="rialto"}) == 1`;

/** Time within which 95 of 100 requests are answered, in seconds. */
export const P95_SECONDS = `histogram_quantile(0.95, sum by (le) (rate(${BUCKETS}[5m])))`;

/** The same, as a multiple of what it was a day before. */
export const P95_TO_YESTERDAY = `${P95_SECONDS} / histogram_quantile(0.95, sum by (le) (rate(${BUCKETS}[5m] offset 1d)))`;

/** Processor time in percent of one core. */
export const CPU_PERCENT = '100 * avg(rate(process_cpu_seconds_total{job="rialto"}[5m]))';

/** Memory of the largest process in percent of the smallest machine. */
export const MEMORY_PERCENT = '100 * max(process_resident_memory_bytes{job="rialto"}) / min(node_memory_MemTotal_bytes)';

/** Growth of memory an hour, as a share of all. */
export const MEMORY_GROWTH =
  'max(deriv(process_resident_memory_bytes{job="rialto"}[1h])) * 3600 / max(process_resident_memory_bytes{job="rialto"})';
