import type { Metrics } from '../infra/metrics/metrics.ts';
import { SECONDS_BUCKETS } from '../infra/metrics/metrics.ts';
import type { Answer } from './writer/plan.ts';

/** What the ledger counts. */
export type LedgerMetrics = {
  /** A batch became durable. */
  committed(answers: readonly Answer[], seconds: number): void;
  /** An act was turned away because too much was waiting. */
  overloaded(): void;
};

/** Counts acts by result, transfers, batches and their time; nothing when there is no registry. */
export function ledgerMetrics(metrics: Metrics | undefined, read: { queued(): number; skewMs(): number }): LedgerMetrics {
  if (!metrics) return { committed: () => undefined, overloaded: () => undefined };
  const acts = metrics.counter({ name: 'rialto_ledger_acts_total', help: 'Acts answered by the ledger, by result', labels: ['result'] });
  const transfers = metrics.counter({ name: 'rialto_ledger_transfers_total', help: 'Transfers recorded' });
  const seconds = metrics.histogram({
    name: 'rialto_ledger_batch_seconds',
    help: 'Time of one batch, commit included',
    buckets: SECONDS_BUCKETS,
  });
  const sizes = metrics.histogram({
    name: 'rialto_ledger_batch_acts',
    help: 'Acts in one batch',
    buckets: [1, 4, 16, 64, 256, 1024, 4096],
  });
  metrics.gauge({ name: 'rialto_ledger_queued', help: 'Transfers waiting for the batch writers', read: read.queued });
  metrics.gauge({
    name: 'rialto_ledger_clock_skew_seconds',
    help: "How far this machine's clock is ahead of the database server's",
    read: () => read.skewMs() / 1000,
  });
  return {
    committed(answers, took) {
      let moved = 0;
      const results = { enacted: 0, refused: 0, failed: 0 };
      for (const answer of answers) {
        if ('error' in answer) results.failed++;
        else results[answer.outcome.result]++;
        if ('outcome' in answer && answer.outcome.result === 'enacted') moved += answer.outcome.units.length;
      }
      for (const [result, count] of Object.entries(results)) if (count > 0) acts.inc({ result }, count);
      transfers.inc({}, moved);
      seconds.observe(took);
      sizes.observe(answers.length);
    },
    overloaded: () => acts.inc({ result: 'overloaded' }),
  };
}
