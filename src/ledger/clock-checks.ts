import type { Clock } from '../base/time.ts';
import type { Check } from '../infra/module.ts';
import type { Db } from '../infra/postgres/db.ts';
import { DATED_AHEAD_MS } from './book-time.ts';
import { booksDatedAfter, serverTime } from './store/book.ts';
import type { ClockWatch } from './writer/clock-watch.ts';

/** Whether the clock can be dated by, and whether a wrong one has dated a book. */
export function clockChecks({ db, clock, clockWatch }: { db: Db; clock: Clock; clockWatch: ClockWatch }): Check[] {
  return [
    {
      name: 'ledger.clock',
      async run() {
        const compare = clockWatch.begin();
        try {
          compare(await db.read({ role: 'rialto_relay' }, serverTime));
        } catch (error) {
          return { ok: false, detail: (error as Error).message };
        }
        return { ok: true, detail: "goes with the database server's" };
      },
    },
    {
      name: 'ledger.book_time',
      advisory: true,
      async run() {
        const ahead = await db.read({ role: 'rialto_relay' }, (tx) => booksDatedAfter(tx, clock.now() + DATED_AHEAD_MS));
        const [first] = ahead;
        if (!first) return { ok: true, detail: 'no book is dated ahead' };
        const until = new Date(first.recordedAt).toISOString();
        const detail = `${ahead.length} books are dated ahead by a clock that was wrong, ${first.tenantId} until ${until}: what they record bears that time till then`;
        return { ok: false, detail };
      },
    },
  ];
}
