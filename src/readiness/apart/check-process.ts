import { constants, setPriority } from 'node:os';
import { builtInChecks } from '../check/built-in.ts';
import type { Outcome } from '../check/check.ts';
import { failureOf } from '../check/failure.ts';
import { createKinds } from '../check/kinds.ts';
import { createProbe } from '../check/targets.ts';
import type { FromProcess, ToProcess } from './protocol.ts';

/**
 * A process that makes one check at a time at the lowest priority: checks wait for the business. Threads were tried: one of low
 * priority that holds a lock of the process keeps everybody waiting.
 */
setPriority(constants.priority.PRIORITY_LOW);
/** More of one note than is ever kept, so that nothing huge goes from one process to the other. */
const NOTE_CHARACTERS = 32_768;
const kinds = createKinds([builtInChecks()]);
let stop = new AbortController();

process.once('disconnect', () => process.exit());
process.on('message', (message: ToProcess) => {
  if (message.say === 'stop') return stop.abort();
  if (message.say === 'ping') return void process.send!({ ready: true } satisfies FromProcess);
  stop = new AbortController();
  void make(message, stop.signal).then((outcome) => process.send!({ outcome } satisfies FromProcess));
});

async function make({ kind, params, ground }: Extract<ToProcess, { say: 'check' }>, signal: AbortSignal): Promise<Outcome> {
  try {
    const { settings, environment, commit } = ground;
    const note = (text: string): void => void process.send!({ noted: text.slice(0, NOTE_CHARACTERS) } satisfies FromProcess);
    return await kinds.find(kind)!.run(params, { ...createProbe({ settings, environment, signal, commit }), note });
  } catch (error) {
    return failureOf(error);
  }
}
