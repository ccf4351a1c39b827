import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../base/error.ts';
import { inspect, layOut, layOutChanges, type BuildAnswer, type BuildTask } from './build-task.ts';
import type { IndexColumns } from './name-index.ts';

/** All buffers under the columns; they are handed over, not copied. */
function buffersOf(columns: IndexColumns): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (value: unknown) => {
    if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(columns);
  return [...found];
}

function answer(): BuildAnswer {
  try {
    const task = workerData as BuildTask;
    if (task.task === 'inspect') return { ok: true, inspected: inspect(task.document, task.known) };
    return { ok: true, columns: task.task === 'index' ? layOut(task.lists) : layOutChanges(task.lists) };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, kind: error.kind, code: error.code, message: error.message };
    throw error;
  }
}

const result = answer();
parentPort!.postMessage(result, 'columns' in result ? buffersOf(result.columns) : []);
