import type { AccessPort } from '../access/port.ts';
import type { Clock } from '../base/time.ts';
import type { Log } from '../infra/log/log.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { LedgerPort } from '../ledger/port.ts';
import type { Calendars } from './calendar/holidays.ts';
import type { Router } from './liquidity/router.ts';
import type { Schemas } from './iso20022/schema/schemas.ts';
import type { MessageHandlers } from './message/handler.ts';
import type { SettlementMetrics } from './metrics.ts';
import type { Judge } from './compliance/judge.ts';
import type { Directory } from './participant/directory.ts';
import type { QueueRunner } from './queue/runner.ts';
import type { Screening } from './screening/screening.ts';

/** All that the operations of the network work with. */
export type SettlementDeps = {
  db: Db;
  clock: Clock;
  log: Log;
  access: AccessPort;
  ledger: LedgerPort;
  outbox: Outbox;
  directory: Directory;
  /** When the settlement systems of currencies are open. */
  calendars: Calendars;
  screening: Screening;
  /** What rules, limits and breakers say of a payment. */
  judge: Judge;
  /** The ISO 20022 schemas that messages are held against; none unless configured. */
  schemas?: Schemas | undefined;
  /** BICs, without `XXX`, under which the headers of messages address this network. */
  networkAddresses: ReadonlySet<string>;
  /** Where parts say which ISO 20022 messages they take: `deps.messages.handle('camt.054', handler)`. */
  messages: MessageHandlers;
  /** Which way a payment goes. */
  router: Router;
  /** Lets go what waits for money. */
  queue: QueueRunner;
  metrics: SettlementMetrics;
};
