import { turn } from '../infra/turns.ts';

/** Work that may be put down between its steps, and taken up again. */
export type Steps<T> = Generator<void, T, void>;

/** So long others wait at most for their turn, in milliseconds; a step takes much less. */
const AT_A_TIME_MS = 10;

/** Every item through `work`, a step each. */
export function* eachInSteps<A, B>(items: Iterable<A>, work: (item: A) => B): Steps<B[]> {
  const made: B[] = [];
  for (const item of items) {
    made.push(work(item));
    yield;
  }
  return made;
}

/** All steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** All steps, with a turn for everybody else whenever some time has gone by. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let since = performance.now();
  let step = steps.next();
  while (!step.done) {
    if (performance.now() - since > AT_A_TIME_MS) {
      await turn();
      since = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
