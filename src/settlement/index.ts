import type { AccessPort } from '../access/port.ts';
import type { Clock } from '../base/time.ts';
import type { Log } from '../infra/log/log.ts';
import type { Metrics } from '../infra/metrics/metrics.ts';
import type { Module } from '../infra/module.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { LedgerPort } from '../ledger/port.ts';
import { executorsOf } from './custody/executors.ts';
import { custodyPart } from './custody/part.ts';
import { clearingPart } from './clearing/part.ts';
import { BUILT_IN_CALENDARS } from './calendar/built-in.ts';
import type { Calendars } from './calendar/holidays.ts';
import { calendarPart } from './calendar/part.ts';
import type { SettlementDeps } from './deps.ts';
import type { Schemas } from './iso20022/schema/schemas.ts';
import { createMessageHandlers } from './message/handler.ts';
import { messagePart } from './message/part.ts';
import { settlementMetrics } from './metrics.ts';
import type { NotificationSettings } from './notification/deps.ts';
import { notificationPart } from './notification/part.ts';
import { fxPart } from './fx/part.ts';
import { liquidityPart } from './liquidity/part.ts';
import { createRouter } from './liquidity/router.ts';
import { routeSources } from './liquidity/sources.ts';
import { createJudge } from './compliance/judge.ts';
import { compliancePart } from './compliance/part.ts';
import { partySearchPart } from './party-search/part.ts';
import { obligationPart } from './obligation/part.ts';
import { overviewPart } from './overview/part.ts';
import { amlPart } from './aml/part.ts';
import { riskPart } from './risk/part.ts';
import type { Part } from './part.ts';
import { createDirectory, normalBic } from './participant/directory.ts';
import { participantPart } from './participant/part.ts';
import { railPart } from './rail/part.ts';
import { reconciliationPart } from './reconciliation/part.ts';
import type { RailSettings } from './rail/transport.ts';
import { paymentPart } from './payment/part.ts';
import { queuePart } from './queue/part.ts';
import { createQueueRunner } from './queue/runner.ts';
import { feePart } from './fee/part.ts';
import { reportPart } from './report/part.ts';
import { returnPart } from './return/part.ts';
import { screeningPart, type ScreeningSettings } from './screening/part.ts';
import { createScreening } from './screening/screening.ts';
import { showUnsettled } from './unsettled.ts';
import { simulatorPart } from './simulator/part.ts';
import { windowPart } from './window/part.ts';

/** The module, and what its operations work with, for the demonstration day. */
export type Settlement = Module<undefined> & { deps: SettlementDeps };

type Deps = {
  db: Db;
  clock: Clock;
  log: Log;
  access: AccessPort;
  ledger: LedgerPort;
  outbox: Outbox;
  windowSeconds: number;
  /** Where files that are made for people are kept. */
  filesFolder: string;
  /** Holiday calendars by currency; the built-in ones unless told. */
  calendars?: Calendars | undefined;
  screening?: ScreeningSettings;
  /** Closed with the module. */
  schemas?: Schemas | undefined;
  /** BICs under which this network is addressed; none unless told. */
  networkBics?: readonly string[] | undefined;
  notification: NotificationSettings;
  /** Where files of rails are exchanged, and which hosts rails may reach that are private or without TLS. */
  rail?: Pick<RailSettings, 'folder' | 'allowedHosts'> | undefined;
  metrics: Metrics;
};

/** The settlement network: the sum of its parts. */
export function createSettlement({ windowSeconds, filesFolder, screening = {}, metrics, notification, ...given }: Deps): Settlement {
  const { rail = { folder: 'data/rails', allowedHosts: [] }, calendars = BUILT_IN_CALENDARS, networkBics = [] } = given;
  const rails: RailSettings = { masterKey: notification.masterKey, ...rail };
  const directory = createDirectory(given.db, given.clock);
  const measured = settlementMetrics(metrics);
  const ground = {
    ...given,
    calendars,
    directory,
    judge: createJudge({ ...given, directory, metrics: measured }),
    screening: createScreening(given.db, given.clock),
    networkAddresses: new Set(networkBics.map(normalBic)),
    messages: createMessageHandlers(),
    metrics: measured,
  };
  const router = createRouter({ ...ground, sources: routeSources(ground) });
  const deps: SettlementDeps = { ...ground, router, queue: createQueueRunner({ ...ground, router }) };
  showUnsettled(deps, metrics);
  const parts: readonly Part[] = [
    participantPart(deps),
    paymentPart(deps),
    messagePart(deps),
    returnPart(deps),
    windowPart(deps, windowSeconds, metrics),
    calendarPart(deps),
    clearingPart(deps),
    screeningPart(deps, screening, metrics),
    overviewPart(deps),
    partySearchPart(deps),
    reportPart(deps, filesFolder),
    feePart(deps),
    amlPart(deps),
    riskPart(deps),
    compliancePart(deps),
    queuePart(deps),
    liquidityPart(deps),
    fxPart(deps),
    obligationPart(deps),
    simulatorPart(deps),
    custodyPart(deps, metrics, executorsOf(rails)),
    railPart(deps, rails, metrics),
    reconciliationPart(deps, metrics),
    notificationPart(deps, notification, metrics),
  ];
  return {
    name: 'settlement',
    port: undefined,
    deps,
    routes: parts.flatMap((part) => part.routes ?? []),
    jobs: parts.flatMap((part) => part.jobs ?? []),
    consumers: parts.flatMap((part) => part.consumers ?? []),
    checks: parts.flatMap((part) => part.checks ?? []),
    async close() {
      await deps.judge.close();
      for (const part of parts.toReversed()) await part.close?.();
    },
  };
}
