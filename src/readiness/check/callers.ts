import { readFileSync } from 'node:fs';

/**
 * Numbers of the processes that this one was started by, up to the first of the system: a shell, npm, a pipeline. None where the system
 * does not tell.
 */
export function callersOf(pid: number): number[] {
  const callers: number[] = [];
  for (let parent = parentOf(pid); parent > 1 && !callers.includes(parent); parent = parentOf(parent)) callers.push(parent);
  return callers;
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may itself hold some.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) || 0;
  } catch {
    return 0;
  }
}
