import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Event } from '../../base/event.ts';
import type { History } from '../../infra/outbox/port.ts';
import { paymentRecorded } from '../payment/contract.ts';

type Deps = {
  history: History;
  /** Calls when something was published for a tenant; may miss some. Answers with how to stop. */
  onPublished(heard: (tenantId: string) => void): () => void;
};

/** Events that are read at a time. */
const PAGE = 200;
/** When nothing is heard, it is looked again after so long. */
const LOOK_EVERY_MS = 2_000;

/**
 * Payments as they are taken and decided, in order and without a gap: behind `afterSeq`, or from now on. A bank hears of its own.
 * Errors: `stream.gap` when what follows `afterSeq` is no longer kept; then the payments are listed afresh.
 */
export async function* watchPayments(
  { history, onPublished }: Deps,
  ctx: Ctx,
  { afterSeq }: { afterSeq?: number },
  signal: AbortSignal,
): AsyncGenerator<object> {
  const { tenantId, memberId } = ctx;
  const bell = createBell(signal);
  const stop = onPublished((tenant) => tenant === tenantId && bell.ring());
  try {
    let seq = afterSeq ?? (await history.lastSeq(tenantId));
    while (!signal.aborted) {
      // Before it is read, so that nothing that comes meanwhile is slept through.
      const rung = bell.next(LOOK_EVERY_MS);
      const page = await history.history({ tenantId, ...(memberId !== undefined && { memberId }) }, seq, PAGE);
      if (page === 'gap') throw gap(seq);
      for (const event of page.events) if (event.type === paymentRecorded.type) yield messageOf(event);
      // Also over what concerns others: a quiet bank has it looked through once, and falls behind nothing that is no longer kept.
      seq = page.reached;
      if (page.events.length < PAGE) await rung;
    }
  } finally {
    stop();
  }
}

function messageOf({ seq, at, type, data }: Event): object {
  return { seq, at, type, ...data };
}

function gap(seq: number): AppError {
  return new AppError('conflict', 'stream.gap', `What follows ${seq} is no longer kept. List the payments, and go on from now.`);
}

/** Wakes whoever waits: when it rings, when so long has passed, or when the signal ends it. */
function createBell(signal: AbortSignal): { ring(): void; next(ms: number): Promise<void> } {
  let wake = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    ring: () => wake(),
    next: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (signal.aborted) wake();
      }),
  };
}
