import { createContext, Script } from 'node:vm';
import { AppError } from '../../base/error.ts';

const SCRIPT = new Script('const fits = new RegExp(pattern, flags); texts.map((text) => fits.test(text))');
const LIMIT_MS = 1_000;

/**
 * Whether a text matches a regular expression from a file of bindings. The matching is stopped after a second, since an
 * expression can be written so that it takes years. Errors: `readiness.pattern_invalid`, `readiness.pattern_slow`.
 */
export function matches(pattern: string, text: string, flags: 'm' | 'im' = 'm'): boolean {
  return matching(pattern, [text], flags)[0] === true;
}

/** The same of many texts, all of them together within that second. */
export function matching(pattern: string, texts: readonly string[], flags: 'm' | 'im' = 'm'): readonly boolean[] {
  try {
    return [...(SCRIPT.runInContext(createContext({ pattern, flags, texts }), { timeout: LIMIT_MS }) as boolean[])];
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new AppError('unprocessable', 'readiness.pattern_slow', `The pattern ${pattern} takes longer than a second.`);
    throw new AppError('invalid', 'readiness.pattern_invalid', `The pattern ${pattern} cannot be read: ${(error as Error).message}.`);
  }
}
