import type { Metrics } from '../../infra/metrics/metrics.ts';

/** What Prometheus sees of screening. */
export type ScreeningMetrics = {
  /** A newer file of a list was not taken, by the code of the refusal. */
  listRefused(code: string): void;
  /** Names screened again, and what was found by what it was found on. */
  rescreened(names: number, found: Readonly<Record<string, number>>): void;
};

export function screeningMetrics(metrics: Metrics): ScreeningMetrics {
  const refused = metrics.counter({
    name: 'rialto_settlement_lists_refused_total',
    help: 'Newer files of screening lists that were not taken or did not come',
    labels: ['code'],
  });
  const names = metrics.counter({ name: 'rialto_settlement_rescreened_names_total', help: 'Names screened again because a list changed' });
  const findings = metrics.counter({
    name: 'rialto_settlement_rescreening_findings_total',
    help: 'Matches that changed when names were screened again, by what they were found on',
    labels: ['kind'],
  });
  return {
    listRefused: (code) => refused.inc({ code }),
    rescreened(count, found) {
      names.inc({}, count);
      for (const [kind, times] of Object.entries(found)) findings.inc({ kind }, times);
    },
  };
}
