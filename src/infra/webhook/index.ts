import type { EventDraft } from '../../base/event.ts';
import type { Secret } from '../../base/secret.ts';
import type { Clock } from '../../base/time.ts';
import { latch } from '../bus/latch.ts';
import type { Log } from '../log/log.ts';
import { SECONDS_BUCKETS, type Metrics } from '../metrics/metrics.ts';
import type { Job } from '../module.ts';
import type { Outbox } from '../outbox/port.ts';
import type { Db } from '../postgres/db.ts';
import { dispatch, ENDPOINT_LANES } from './dispatch.ts';
import { enqueueNext, queueLengths, trimMessages, type DisabledEndpoint } from './queue-store.ts';
import { WEBHOOK_RETRY, type WebhookRetry } from './retry.ts';
import { createSender, type Sent } from './send.ts';
import type { Allowed } from './target.ts';

export type WebhooksDeps = {
  db: Db;
  clock: Clock;
  log: Pick<Log, 'warn'>;
  outbox: Outbox;
  metrics: Metrics;
  /** Seals the signing secrets. */
  masterKey: Secret<Uint8Array>;
  /** Hosts that may be private or without TLS, see `checkTarget`. */
  allowed: Allowed;
  disabledEvent(endpoint: DisabledEndpoint): EventDraft;
  retry?: WebhookRetry;
  /** Uniform in [0, 1), for the jitter. */
  random?(): number;
  timeoutMs?: number;
};

/** The delivery of events to addresses outside. */
export type Webhooks = {
  jobs: readonly Job[];
  /** Looks at the queue now, in the process that leads it. */
  wake(): void;
  close(): Promise<void>;
};

const RELAY = { role: 'rialto_relay' } as const;
const ENQUEUE_MS = 250;
const ENQUEUE_LIMIT = 2_000;
const DAY_MS = 86_400_000;
/** As long as events are kept: what could be replayed. */
const KEEP_MS = 30 * DAY_MS;
const TRIM_LIMIT = 5_000;

/**
 * Queues published events for the endpoints that hear them and sends them, at least once each, by jobs of their own:
 * nothing that is settled waits for a target.
 */
export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { db, clock, retry = WEBHOOK_RETRY, random = Math.random } = deps;
  const sender = createSender({
    allowed: deps.allowed,
    lanes: ENDPOINT_LANES,
    ...(deps.timeoutMs !== undefined && { timeoutMs: deps.timeoutMs }),
  });
  const woken = latch();
  const onAttempt = attemptMetrics(
    deps.metrics,
    kept(() => db.read(RELAY, queueLengths)),
  );
  return {
    jobs: [
      {
        name: 'infra.queue_webhooks',
        everyMs: ENQUEUE_MS,
        async run(signal) {
          for (let more = true; more && !signal.aborted;) {
            const done = await db.write(RELAY, (tx) => enqueueNext(tx, ENQUEUE_LIMIT, clock.now()));
            if (done.queued > 0) woken.wake();
            more = done.more;
          }
        },
      },
      {
        name: 'infra.send_webhooks',
        everyMs: ENQUEUE_MS,
        run: (signal) => dispatch({ ...deps, sender, retry, random, onAttempt, woken }, signal),
      },
      {
        name: 'infra.trim_webhooks',
        cron: '41 * * * *',
        async run(signal) {
          while (!signal.aborted && (await db.write(RELAY, (tx) => trimMessages(tx, clock.now() - KEEP_MS, TRIM_LIMIT))) > 0);
        },
      },
    ],
    wake: () => woken.wake(),
    close: () => sender.close(),
  };
}

const KEPT_MS = 5_000;

/** Asks at most once in five seconds: one scrape reads several figures of one answer. */
function kept<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askedAt = 0;
  return () => {
    if (!answer || performance.now() - askedAt > KEPT_MS) {
      askedAt = performance.now();
      answer = ask();
    }
    return answer;
  };
}

/** Counts attempts and shows the queue; answers with whom to tell of an attempt. */
function attemptMetrics(metrics: Metrics, lengths: () => ReturnType<typeof queueLengths>): (sent: Sent, taken: boolean) => void {
  const attempts = metrics.counter({ name: 'rialto_webhook_attempts_total', help: 'Attempts at webhook messages', labels: ['outcome'] });
  const seconds = metrics.histogram({ name: 'rialto_webhook_attempt_seconds', help: 'Time of an attempt', buckets: SECONDS_BUCKETS });
  metrics.gauge({ name: 'rialto_webhook_pending', help: 'Webhook messages that wait', read: async () => (await lengths()).pending });
  metrics.gauge({
    name: 'rialto_webhook_oldest_seconds',
    help: 'How long the eldest webhook message has waited',
    read: async () => (await lengths()).oldestMs / 1_000,
  });
  metrics.gauge({ name: 'rialto_webhook_dead', help: 'Webhook messages given up', read: async () => (await lengths()).dead });
  return (sent, taken) => {
    attempts.inc({ outcome: taken ? 'delivered' : 'failed' });
    seconds.observe(sent.latencyMs / 1_000);
  };
}
