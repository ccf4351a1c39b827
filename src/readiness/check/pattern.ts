import { createContext, Script } from 'node:vm';
import { AppError } from '../../base/error.ts';

const SCRIPT = new Script('new RegExp(pattern, flags).test(text)');
const LIMIT_MS = 1_000;

/**
 * Whether a text matches a regular expression from a file of bindings. The matching is stopped after a second, since an
 * expression can be written so that it takes years. Errors: `readiness.pattern_invalid`, `readiness.pattern_slow`.
 */
export function matches(pattern: string, text: string, flags: 'm' | 'im' = 'm'): boolean {
  try {
    return SCRIPT.runInContext(createContext({ pattern, flags, text }), { timeout: LIMIT_MS }) === true;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new AppError('unprocessable', 'readiness.pattern_slow', `The pattern ${pattern} takes longer than a second.`);
    throw new AppError('invalid', 'readiness.pattern_invalid', `The pattern ${pattern} cannot be read: ${(error as Error).message}.`);
  }
}
