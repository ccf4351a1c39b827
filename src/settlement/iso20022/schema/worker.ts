import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { XsdValidator } from 'libxml2-wasm';
import { checkPiece, compileSchema, type Fault } from './check-piece.ts';

/** A thread of the pool: holds documents against schemas, compiled once each. */

/** What a thread is asked, and what it answers: faults, or why it cannot tell. */
export type Question = { id: number; message: string; xml: string; depth: number };
export type Answer = { id: number; faults: Fault[] } | { id: number; failure: string };

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

function answer({ id, message, xml, depth }: Question): Answer {
  try {
    return { id, faults: checkPiece(validatorOf(message), xml, depth) };
  } catch (error) {
    return { id, failure: (error as Error).message };
  }
}

parentPort?.on('message', (question: Question) => parentPort!.postMessage(answer(question)));
