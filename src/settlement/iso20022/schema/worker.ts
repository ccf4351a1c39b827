import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { XsdValidator } from 'libxml2-wasm';
import { checkPiece, compileSchema, type Fault } from './check-piece.ts';

/** A thread of the pool: holds documents against schemas, compiled once each. */

/** What a thread is asked, several documents at a time, and what it answers of each: faults, or why it cannot tell. */
type Question = { message: string; xml: string; depth: number };
export type Parcel = { id: number; questions: Question[] };
export type Answer = { id: number; answers: ({ faults: Fault[] } | { failure: string })[] };

/** Message → path of its schema. */
const files = workerData as ReadonlyMap<string, string>;
const validators = new Map<string, XsdValidator>();

function validatorOf(message: string): XsdValidator {
  let validator = validators.get(message);
  if (!validator) {
    validator = compileSchema(readFileSync(files.get(message)!));
    validators.set(message, validator);
  }
  return validator;
}

function answer({ message, xml, depth }: Question): Answer['answers'][number] {
  try {
    return { faults: checkPiece(validatorOf(message), xml, depth) };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

parentPort?.on('message', ({ id, questions }: Parcel) => {
  const given: Answer = { id, answers: questions.map(answer) };
  parentPort!.postMessage(given);
});
