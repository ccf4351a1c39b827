import type { Clock } from '../../base/time.ts';
import { pause } from '../bus/latch.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Job } from '../module.ts';
import type { Db } from '../postgres/db.ts';
import { deliver } from './deliver.ts';
import { createMailer, type Mailer, type MailSettings } from './send.ts';
import { dueMail, letterOf, pendingMail, recordTry, trimMail, type DueMail } from './store.ts';

export type MailDeps = { db: Db; clock: Clock; log: Pick<Log, 'warn'>; metrics: Metrics; settings: MailSettings };

/** The way of mail out of the house. */
export type Mail = { jobs: readonly Job[]; close(): Promise<void> };

const RELAY = { role: 'rialto_relay' } as const;
const LOOK_MS = 2_000;
const HOUR = 3_600_000;
/** After 1, 2, 4 … minutes, then every 6 hours: two days in all. */
const ATTEMPTS = 14;
const FIRST_MS = 60_000;
const LONGEST_MS = 6 * HOUR;
const KEEP_MS = 30 * 24 * HOUR;

/** When a mail that failed for the nth time (from 1) is tried again; undefined when it is given up. */
function nextTry(tries: number, now: number): number | undefined {
  return tries >= ATTEMPTS ? undefined : now + Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
}

/** Hands the mail over that others have written, by a job of its own, until it is taken or given up; tenants take turns. */
export function createMail(deps: MailDeps): Mail {
  const { db, clock, metrics } = deps;
  const mailer = createMailer(deps.settings);
  const sent = metrics.counter({ name: 'rialto_mail_total', help: 'Tries to hand mail over', labels: ['outcome'] });
  metrics.gauge({ name: 'rialto_mail_pending', help: 'Mail that waits', read: () => db.read(RELAY, pendingMail) });
  return {
    jobs: [
      {
        name: 'infra.send_mail',
        everyMs: LOOK_MS,
        async run(signal) {
          const due = () => db.read(RELAY, (tx) => dueMail(tx, clock.now()));
          const hand = async (mail: DueMail): Promise<void> => {
            const outcome = await handOver(deps, mailer, mail);
            if (outcome) sent.inc({ outcome });
          };
          await deliver({ due, hand, now: () => performance.now(), pause }, signal);
        },
      },
      {
        name: 'infra.trim_mail',
        cron: '11 3 * * *',
        run: async () => void (await db.write(RELAY, (tx) => trimMail(tx, clock.now() - KEEP_MS))),
      },
    ],
    async close() {
      mailer.close();
    },
  };
}

async function handOver({ db, clock, log }: MailDeps, mailer: Mailer, mail: DueMail): Promise<'sent' | 'failed' | 'refused' | undefined> {
  const letter = await db.read(RELAY, (tx) => letterOf(tx, mail));
  if (!letter) return undefined;
  const handed = await mailer.send(letter);
  const at = clock.now();
  if (handed.ok) {
    await db.write(RELAY, (tx) => recordTry(tx, mail, { state: 'sent', at }));
    return 'sent';
  }
  const nextAt = handed.refused ? undefined : nextTry(letter.tries + 1, at);
  if (nextAt === undefined) log.warn('a mail was given up', { mailId: mail.id, error: handed.error });
  const state = nextAt === undefined ? 'dead' : 'pending';
  await db.write(RELAY, (tx) => recordTry(tx, mail, { state, at, error: handed.error, ...(nextAt !== undefined && { nextAt }) }));
  return handed.refused ? 'refused' : 'failed';
}
