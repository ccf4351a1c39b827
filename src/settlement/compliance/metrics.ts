import type { Metrics } from '../../infra/metrics/metrics.ts';
import { CASE_KINDS } from './case.ts';

/** What Prometheus sees of compliance and risk. */
export type ComplianceMetrics = {
  /** A payment was judged at the door: `pass`, `hold` or `reject`. */
  judged(outcome: string, risk: number): void;
  /** A rule was met, by how grave it is. */
  ruleMet(severity: string): void;
  /** A limit refused a payment; `exact` when only the database knew. */
  limitRefused(limit: string, found: 'memory' | 'exact'): void;
  breakerMoved(key: string, to: string): void;
  caseMoved(kind: string, move: string): void;
  /** Cases that are not closed, by priority, and how many of them are overdue. */
  casesOpen(priority: string, open: number, overdue: number): void;
  featureParties(parties: number): void;
};

export function complianceMetrics(metrics: Metrics): ComplianceMetrics {
  const judged = metrics.counter({
    name: 'rialto_settlement_judgements_total',
    help: 'Payments judged at the door by rules, limits and breakers',
    labels: ['outcome'],
  });
  const risk = metrics.histogram({
    name: 'rialto_settlement_risk_score',
    help: 'Risk of the payments judged, 0 to 100',
    buckets: [5, 10, 20, 35, 50, 65, 80, 100],
  });
  const rules = metrics.counter({ name: 'rialto_settlement_aml_hits_total', help: 'Rules that payments met', labels: ['severity'] });
  const limits = metrics.counter({
    name: 'rialto_settlement_limit_refusals_total',
    help: 'Payments that limits refused, by the limit and where it was found',
    labels: ['limit', 'found'],
  });
  const breakers = metrics.counter({
    name: 'rialto_settlement_breaker_moves_total',
    help: 'Moves of circuit breakers',
    labels: ['kind', 'to'],
  });
  const moves = metrics.counter({ name: 'rialto_settlement_case_moves_total', help: 'Moves of cases', labels: ['kind', 'move'] });
  // Of a series that begins with the first case Prometheus would not see that case.
  for (const kind of CASE_KINDS) moves.inc({ kind, move: 'open' }, 0);
  const open = metrics.gauge({ name: 'rialto_settlement_cases_open', help: 'Cases that are not closed', labels: ['priority'] });
  const overdue = metrics.gauge({
    name: 'rialto_settlement_cases_overdue',
    help: 'Cases that are not closed and past their time',
    labels: ['priority'],
  });
  const parties = metrics.gauge({ name: 'rialto_settlement_aml_parties', help: 'Parties whose payments are remembered' });
  return {
    judged(outcome, score) {
      judged.inc({ outcome });
      risk.observe(score);
    },
    ruleMet: (severity) => rules.inc({ severity }),
    limitRefused: (limit, found) => limits.inc({ limit, found }),
    breakerMoved: (key, to) => breakers.inc({ kind: key.split(':')[0]!, to }),
    caseMoved: (kind, move) => moves.inc({ kind, move }),
    casesOpen(priority, count, late) {
      open.set(count, { priority });
      overdue.set(late, { priority });
    },
    featureParties: (count) => parties.set(count),
  };
}
