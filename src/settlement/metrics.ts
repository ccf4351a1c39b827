import { scaleOf } from '../base/money.ts';
import { SECONDS_BUCKETS, type Metrics } from '../infra/metrics/metrics.ts';
import { complianceMetrics, type ComplianceMetrics } from './compliance/metrics.ts';
import type { Decision, PaymentView } from './payment/payment.ts';
import { screeningMetrics, type ScreeningMetrics } from './screening/metrics.ts';
import { queueMetrics, type QueueMetrics } from './queue/metrics.ts';
import type { WindowRow } from './window/store.ts';
import { efficiencyOf } from './window/view.ts';

/** What Prometheus sees of the network. */
export type SettlementMetrics = QueueMetrics &
  ScreeningMetrics &
  ComplianceMetrics & {
    /** A payment was decided at the door; not one that was sent again. */
    paymentTaken(payment: PaymentView): void;
    /** A payment that was held or waited is now reserved or settled. */
    paymentWent(payment: Pick<PaymentView, 'asset' | 'units'>): void;
    windowSettled(window: WindowRow): void;
    /** Payments became final so many seconds after they were taken. */
    paymentFinal(way: Way, seconds: number, payments?: number): void;
    /** A document of a rail was set aside, by the code of why. */
    railDocumentSetAside(code: string): void;
  };

/** How payments become final: at the door, out of the queue, on release from review, or in a window. */
type Way = 'at_once' | 'queue' | 'review' | 'window';

/** Upper bounds in seconds from a payment that settles at once to one that waits for its value date. */
export const FINALITY_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200,
];

/** The way that a payment went at the door, told by what was decided: one that was to settle at once and waits for money waits. */
const ROUTES: Readonly<Record<Decision['decision'], string>> = {
  reserved: 'window',
  settled: 'instant',
  queued: 'queue',
  held: 'none',
  rejected: 'none',
};

export function settlementMetrics(metrics: Metrics): SettlementMetrics {
  const payments = metrics.counter({
    name: 'rialto_settlement_payments_total',
    help: 'Payments decided at the door, each once; route: the way it went there, which is instant, queue or window, or none for what is held or rejected',
    labels: ['status', 'channel', 'asset', 'route'],
  });
  const value = metrics.counter({
    name: 'rialto_settlement_payments_value_total',
    help: 'Amount of payments when they are reserved or settled, each once: at the door, on release from review or out of the queue; in whole units of the asset',
    labels: ['asset'],
  });
  const windows = metrics.counter({ name: 'rialto_settlement_windows_settled_total', help: 'Netting windows that became final' });
  const seconds = metrics.histogram({
    name: 'rialto_settlement_window_seconds',
    help: 'From cut-off to finality',
    buckets: SECONDS_BUCKETS,
  });
  const finality = metrics.histogram({
    name: 'rialto_settlement_time_seconds',
    help: 'From the acceptance of a payment to its finality; way: at_once at the door, queue, review when it settles on its release, window',
    labels: ['way'],
    buckets: FINALITY_BUCKETS,
  });
  const paymentFinal: SettlementMetrics['paymentFinal'] = (way, took, count) => finality.observe(Math.max(0, took), { way }, count);
  const efficiency = metrics.gauge({
    name: 'rialto_settlement_netting_efficiency',
    help: '1 - net / gross of the last window',
    labels: ['asset'],
  });
  // A float is good enough for a chart; no balance is ever made of it.
  const paymentWent: SettlementMetrics['paymentWent'] = ({ asset, units }) => value.inc({ asset }, Number(units) / 10 ** scaleOf(asset));
  const documents = metrics.counter({
    name: 'rialto_settlement_rail_documents_set_aside_total',
    help: 'Documents of rails that could not be taken and wait for people',
    labels: ['code'],
  });
  return {
    ...queueMetrics(metrics),
    ...screeningMetrics(metrics),
    ...complianceMetrics(metrics),
    paymentTaken({ status, channel, asset, units, receivedAt, settledAt }) {
      payments.inc({ status, channel, asset, route: ROUTES[status as Decision['decision']] });
      if (status === 'reserved' || status === 'settled') paymentWent({ asset, units });
      if (status === 'settled' && settledAt !== undefined) paymentFinal('at_once', (settledAt - receivedAt) / 1_000);
    },
    paymentWent,
    paymentFinal,
    railDocumentSetAside: (code) => documents.inc({ code }),
    windowSettled({ cutOffAt, settledAt, currencies }) {
      windows.inc();
      if (cutOffAt !== undefined && settledAt !== undefined) seconds.observe((settledAt - cutOffAt) / 1_000);
      for (const { asset, gross, net } of currencies) efficiency.set(efficiencyOf(gross, net), { asset });
    },
  };
}
