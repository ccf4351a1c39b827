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

/** So many threads at the same moment; others wait, since each takes its own memory and the machine has other work. */
const AT_ONCE = 2;

type Answer<T extends keyof Tasks> = Awaited<ReturnType<Tasks[T]>>;

/** Does the task here, or in a thread of its own when it is `large`, so that nobody else waits for it. Errors: `readiness.bindings_invalid`, `readiness.checklist_changed`. */
export async function apart<T extends keyof Tasks>(task: T, given: Parameters<Tasks[T]>[0], large: boolean): Promise<Answer<T>> {
  if (!large) return await (TASKS[task] as (given: Parameters<Tasks[T]>[0]) => Answer<T> | Promise<Answer<T>>)(given);
  const workerData = { task, given: given as never } satisfies Order;
  const worker = new URL('./worker.ts', import.meta.url);
  const reply = await inPlace(() => inThread<Reply>(worker, { workerData, withinMs: WITHIN_MS }));
  if ('answer' in reply) return reply.answer as Answer<T>;
  const { code, message } = reply.refused;
  if (code === 'readiness.checklist_changed') throw new AppError('conflict', 'readiness.checklist_changed', message);
  throw new AppError('invalid', 'readiness.bindings_invalid', message);
}

const places: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
let taken = 0;

/** One after the other in each of the places. */
function inPlace<R>(work: () => Promise<R>): Promise<R> {
  const place = taken++ % AT_ONCE;
  const done = places[place]!.then(work);
  places[place] = done.catch(() => undefined);
  return done;
}
