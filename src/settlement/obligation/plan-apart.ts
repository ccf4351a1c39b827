import { AppError } from '../../base/error.ts';
import { codeOf } from '../../base/money.ts';
import { inThread, OutOfTime } from '../../infra/jobs/in-thread.ts';
import { planRound, type Plan, type RoundInput } from './plan.ts';

/** Fewer obligations are set off at once, in some tens of milliseconds: starting a thread takes longer. */
const AT_ONCE = 1_000;

/**
 * Computes a round beside the event loop, so that it goes on with other work. How long it takes follows from the shape of the debts
 * and not from their number alone, so the time is limited too. Errors: `settlement.set_off_too_large` when it is not done within it.
 */
export async function planApart(input: RoundInput, withinMs: number): Promise<Plan> {
  if (input.open.length <= AT_ONCE) return planRound(input);
  try {
    return await inThread<Plan>(new URL('./plan-worker.ts', import.meta.url), { workerData: input, withinMs: Math.max(1, withinMs) });
  } catch (error) {
    if (error instanceof OutOfTime) throw tooLarge(`What is open in ${codeOf(input.asset)} takes too long to set off in one round.`);
    throw error;
  }
}

/** More than a round can hold: what, and what to do. */
export function tooLarge(what: string): AppError {
  return new AppError('unprocessable', 'settlement.set_off_too_large', `${what} Take several, by the day on which it is due: dueUntil.`);
}
