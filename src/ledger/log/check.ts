import { AppError } from '../../base/error.ts';
import type { Clock } from '../../base/time.ts';
import type { Heads } from '../../infra/heads/port.ts';
import type { Check } from '../../infra/module.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { soundHead } from './grow.ts';
import { booksWaitingSince, hasTransfers } from './store.ts';

const LAG_MS = 60_000;

/** Whether the logs keep up with the books; when one does not, also what is wrong with it. */
export function logCheck({ db, clock, heads }: { db: Db; clock: Clock; heads: Heads }): Check {
  return {
    name: 'ledger.log',
    advisory: true,
    async run() {
      const waiting = await db.read({ role: 'rialto_relay' }, (tx) => booksWaitingSince(tx, clock.now() - LAG_MS));
      const [first] = waiting;
      if (first === undefined && !(await db.read({ role: 'rialto_relay' }, hasTransfers)))
        return { ok: true, unseen: true, detail: 'no book has a transfer yet' };
      if (first === undefined) return { ok: true, detail: 'every book is in its log up to the last minute' };
      const why = await db
        .write({ tenantId: first, role: 'rialto_relay' }, (tx) => soundHead(tx, heads, first))
        .then(
          () => '',
          (error: unknown) => (error instanceof AppError ? ` ${error.message}` : ' The log cannot be read.'),
        );
      return { ok: false, detail: `transfers of ${waiting.length} books wait for more than a minute for their log.${why}` };
    },
  };
}
