import type { AccessPort } from '../access/port.ts';
import type { Uuid } from '../base/id.ts';
import type { Clock } from '../base/time.ts';
import type { Log } from '../infra/log/log.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { KindRegistry } from './check/kinds.ts';
import type { Library } from './library.ts';
import type { HousePeople } from './signing.ts';
import type { Ledgers } from './ledger.ts';
import type { GatePolicy } from './record/fold.ts';
import type { History } from './run/authors.ts';
import type { RunLimits } from './run/settings.ts';
import type { RollbackPolicy } from './watch/call-rollback.ts';
import type { WatchLog } from './watch/watch-log.ts';

/** What a result speaks of beside the documents: what runs here. */
export type Release = {
  commit: string;
  author?: string;
  configHash: string;
  environment: string;
  /** Who wrote it, after the last of the commits that were released before; undefined where there is no repository to ask. */
  history?(released: readonly string[]): Promise<History | undefined>;
};

/** What the operations of the module work with. */
export type ReadinessDeps = {
  db: Db;
  clock: Clock;
  log: Log;
  access: AccessPort;
  outbox: Outbox;
  library: Library;
  /** What is known of a tenant's checklists from its log. */
  ledgers: Ledgers;
  people: (tenantId: Uuid) => HousePeople;
  /** The watches of a checklist, as far as its log goes now. */
  watches: (tenantId: Uuid, checklist: string) => Promise<WatchLog>;
  kinds: KindRegistry;
  /** Who may approve, and for how long waivers last. */
  policy: GatePolicy;
  limits: RunLimits;
  release: () => Promise<Release>;
  /** Targets that checks may ask, with their addresses where those are told. */
  targets: () => Readonly<Record<string, string | undefined>>;
  /** When the rollback script may be called, and which it is; never before it is known where the process can be reached. */
  rollback: () => Promise<RollbackPolicy>;
};
