import { AppError } from '../../base/error.ts';
import { inThread } from '../../infra/jobs/in-thread.ts';
import { TASKS, type Tasks } from './tasks.ts';
import type { Order, Reply } from './worker.ts';

/** Texts that are longer take longer to read than callers may wait for each other; the beginning of a thread takes longer than others. */
export const LARGE_BYTES = 24 * 1024;
/** So many lines take longer to make proposals for. */
export const LARGE_LINES = 150;
/** Nothing that is kept takes this long, however busy the machine is. */
const WITHIN_MS = 120_000;

/** Does the task here, or in a thread of its own when it is `large`, so that nobody else waits for it. Errors: `readiness.bindings_invalid`. */
export async function apart<T extends keyof Tasks>(task: T, given: Parameters<Tasks[T]>[0], large: boolean): Promise<ReturnType<Tasks[T]>> {
  if (!large) return (TASKS[task] as (given: Parameters<Tasks[T]>[0]) => ReturnType<Tasks[T]>)(given);
  const workerData = { task, given: given as never } satisfies Order;
  const reply = await inThread<Reply>(new URL('./worker.ts', import.meta.url), { workerData, withinMs: WITHIN_MS });
  if ('answer' in reply) return reply.answer as ReturnType<Tasks[T]>;
  throw new AppError('invalid', 'readiness.bindings_invalid', reply.refused);
}
