import { Worker } from 'node:worker_threads';
import { AppError } from '../../base/error.ts';
import {
  inspect,
  layOut,
  layOutChanges,
  type BuildAnswer,
  type BuildTask,
  type ChangedDocument,
  type Inspected,
  type ListDocument,
} from './build-task.ts';
import type { IndexColumns } from './name-index.ts';

/** Memory a worker may take, in megabytes: some lists of 64 MB in XML. */
const MOST_MEMORY_MB = 1_500;
/** What takes less than some tens of milliseconds is done at once: starting a worker takes longer. In bytes. */
const AT_ONCE = { inspect: 128 << 10, index: 32 << 10 };

let last: Promise<unknown> = Promise.resolve();

/** One worker at a time: lists change seldom, and two at once would take the memory of both. */
function inTurn(task: BuildTask): Promise<BuildAnswer> {
  const next = last.then(() => runWorker(task));
  last = next.catch(() => undefined);
  return next;
}

function runWorker(task: BuildTask): Promise<BuildAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./build-worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    // After a message this changes nothing.
    worker.once('exit', (code) => reject(new Error(`The worker that reads lists ended with ${code} and no answer.`)));
  });
}

/**
 * Reads a file whole, off the event loop, and tells what it is; one whose checksum is `known` is whole however it ends. Errors: `settlement.list_malformed` with the line,
 * `settlement.list_truncated`, `settlement.list_empty`, `settlement.list_unknown_format`.
 */
export async function inspectList(document: Uint8Array, known: boolean): Promise<Inspected> {
  if (document.length <= AT_ONCE.inspect) return inspect(document, known);
  const answer = await inTurn({ task: 'inspect', document, known });
  if (!answer.ok) throw refusal(answer);
  if (!('inspected' in answer)) throw new Error('The worker answered another question.');
  return answer.inspected;
}

/** Lays the index of lists out in a worker; its arrays are handed over without copying. */
export async function buildColumns(lists: readonly ListDocument[]): Promise<IndexColumns> {
  return isSmall(lists) ? layOut(lists) : await columnsOf({ task: 'index', lists });
}

/** The same of the entries that lists have added or changed. */
export async function buildChanges(lists: readonly ChangedDocument[]): Promise<IndexColumns> {
  return isSmall(lists) ? layOutChanges(lists) : await columnsOf({ task: 'changes', lists });
}

const isSmall = (lists: readonly ListDocument[]) => lists.reduce((sum, { document }) => sum + document.length, 0) <= AT_ONCE.index;

async function columnsOf(task: BuildTask): Promise<IndexColumns> {
  const answer = await inTurn(task);
  if (!answer.ok) throw refusal(answer);
  if (!('columns' in answer)) throw new Error('The worker answered another question.');
  return answer.columns;
}

/** The refusal that the worker met, made anew: its code stands in the source where it is made. */
function refusal({ kind, code, message }: Extract<BuildAnswer, { ok: false }>): AppError {
  return Reflect.construct(AppError, [kind, code, message]) as AppError;
}
