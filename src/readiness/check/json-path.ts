import { AppError } from '../../base/error.ts';

type Step = { key: string | number } | { every: true };

const STEP = /\.([\w-]+|\*)|\[(\d+|\*|"(?:[^"\\]|\\.)*"|'[^']*')\]/y;

/**
 * Values of a document at a path: `$`, then `.name`, `[0]`, `["any name"]`, `.*` or `[*]`; `.length` of a list. Nothing is
 * found where the path leads nowhere. Errors: `readiness.params_invalid` for a path that cannot be read.
 */
export function readJsonPath(document: unknown, path: string): readonly unknown[] {
  return stepsOf(path).reduce<readonly unknown[]>((found, step) => found.flatMap((value) => next(value, step)), [document]);
}

function stepsOf(path: string): Step[] {
  if (!path.startsWith('$')) throw unreadable(path);
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) throw unreadable(path);
    steps.push(stepOf(found[1] ?? found[2]!, found[1] !== undefined));
  }
  return steps;
}

function stepOf(word: string, dotted: boolean): Step {
  if (word === '*') return { every: true };
  if (dotted) return { key: word };
  if (word.startsWith('"')) return { key: JSON.parse(word) as string };
  return { key: word.startsWith("'") ? word.slice(1, -1) : Number(word) };
}

function next(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('every' in step) return Object.values(value);
  if (Array.isArray(value) && step.key === 'length') return [value.length];
  return Object.hasOwn(value, step.key) ? [(value as Record<string | number, unknown>)[step.key]] : [];
}

function unreadable(path: string): AppError {
  return new AppError('invalid', 'readiness.params_invalid', `The path ${path} cannot be read; write it like $.nodes[0].state.`);
}
