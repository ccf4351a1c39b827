import { AppError, RetryLater } from '../../base/error.ts';
import { fairTurns } from '../../infra/fair-turns.ts';
import { inThread } from '../../infra/jobs/in-thread.ts';
import { TASKS, type Tasks } from './tasks.ts';
import type { Order, Reply } from './worker.ts';

/** Texts that are longer take longer to read than callers may wait for each other; the beginning of a thread takes longer than others. */
export const LARGE_BYTES = 24 * 1024;
/** So many lines take longer to make proposals for. */
export const LARGE_LINES = 150;
/** Nothing that is kept takes this long, however busy the machine is. */
const WITHIN_MS = 120_000;

const BUSY_SECONDS = 5;
const busy = (): RetryLater =>
  new RetryLater('readiness.busy', `More long documents are asked for than can be written. Try again in ${BUSY_SECONDS} s.`, BUSY_SECONDS);

/**
 * So many threads at the same moment; others wait, since each takes its own memory and the machine has other work. Reports are had by
 * everybody who may look, as often as they like: each caller waits behind their own, and nothing else waits for them, least of all a watch.
 */
const turns = {
  report: fairTurns({ atOnce: 1, places: 40, busy }),
  rest: fairTurns({ atOnce: 2, places: 1_000, busy }),
};

type Answer<T extends keyof Tasks> = Awaited<ReturnType<Tasks[T]>>;

/**
 * Does the task here, or in a thread of its own when it is `large`, so that nobody else waits for it; `lane` is whoever asks.
 * Errors: `readiness.bindings_invalid`, `readiness.checklist_changed`, `readiness.busy`.
 */
export async function apart<T extends keyof Tasks>(task: T, given: Parameters<Tasks[T]>[0], large: boolean, lane = ''): Promise<Answer<T>> {
  if (!large) return await (TASKS[task] as (given: Parameters<Tasks[T]>[0]) => Answer<T> | Promise<Answer<T>>)(given);
  const workerData = { task, given: given as never } satisfies Order;
  const worker = new URL('./worker.ts', import.meta.url);
  const thread = () => inThread<Reply>(worker, { workerData, withinMs: WITHIN_MS });
  const reply = await turns[task === 'report' ? 'report' : 'rest'].run(lane, thread);
  if ('answer' in reply) return reply.answer as Answer<T>;
  const { code, message } = reply.refused;
  if (code === 'readiness.checklist_changed') throw new AppError('conflict', 'readiness.checklist_changed', message);
  throw new AppError('invalid', 'readiness.bindings_invalid', message);
}
