import { scaleOf } from '../base/money.ts';
import { SECONDS_BUCKETS, type Metrics } from '../infra/metrics/metrics.ts';
import { complianceMetrics, type ComplianceMetrics } from './compliance/metrics.ts';
import type { PaymentView } from './payment/payment.ts';
import { screeningMetrics, type ScreeningMetrics } from './screening/metrics.ts';
import { queueMetrics, type QueueMetrics } from './queue/metrics.ts';
import type { WindowRow } from './window/store.ts';
import { efficiencyOf } from './window/view.ts';

/** What Prometheus sees of the network. */
export type SettlementMetrics = QueueMetrics &
  ScreeningMetrics &
  ComplianceMetrics & {
    paymentTaken(payment: PaymentView): void;
    windowSettled(window: WindowRow): void;
  };

export function settlementMetrics(metrics: Metrics): SettlementMetrics {
  const payments = metrics.counter({
    name: 'rialto_settlement_payments_total',
    help: 'Payments decided at the door; route: instant, queue, window, or none for what is held or rejected',
    labels: ['status', 'channel', 'asset', 'route'],
  });
  const value = metrics.counter({
    name: 'rialto_settlement_payments_value_total',
    help: 'Amount reserved or settled, in whole units of the asset',
    labels: ['asset'],
  });
  const windows = metrics.counter({ name: 'rialto_settlement_windows_settled_total', help: 'Netting windows that became final' });
  const seconds = metrics.histogram({
    name: 'rialto_settlement_window_seconds',
    help: 'From cut-off to finality',
    buckets: SECONDS_BUCKETS,
  });
  const efficiency = metrics.gauge({
    name: 'rialto_settlement_netting_efficiency',
    help: '1 - net / gross of the last window',
    labels: ['asset'],
  });
  return {
    ...queueMetrics(metrics),
    ...screeningMetrics(metrics),
    ...complianceMetrics(metrics),
    paymentTaken({ status, channel, asset, units, route }) {
      payments.inc({ status, channel, asset, route: route?.kind ?? 'none' });
      // A float is good enough for a chart; no balance is ever made of it.
      if (status === 'reserved' || status === 'settled') value.inc({ asset }, Number(units) / 10 ** scaleOf(asset));
    },
    windowSettled({ cutOffAt, settledAt, currencies }) {
      windows.inc();
      if (cutOffAt !== undefined && settledAt !== undefined) seconds.observe((settledAt - cutOffAt) / 1_000);
      for (const { asset, gross, net } of currencies) efficiency.set(efficiencyOf(gross, net), { asset });
    },
  };
}
