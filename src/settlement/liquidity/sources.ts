import type { Db } from '../../infra/postgres/db.ts';
import { countWaitingOf } from '../queue/store.ts';
import type { Sources } from './router.ts';

/** Where the router's facts come from: the queue of the sender, and what the past says of its income. */
export function routeSources({ db }: { db: Db }): Sources {
  return {
    waitingOf: (tenantId, participantId) => db.read({ tenantId }, (tx) => countWaitingOf(tx, tenantId, participantId)),
    inflowOf: () => Promise.resolve(0n),
  };
}
