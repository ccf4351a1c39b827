import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { builtInChecks } from '../check/built-in.ts';
import type { Outcome } from '../check/check.ts';
import { failureOf } from '../check/failure.ts';
import { createKinds } from '../check/kinds.ts';
import { createProbe } from '../check/targets.ts';
import type { FromThread, ToThread } from './protocol.ts';

// Checks wait for the business: on Linux this is the priority of this thread alone.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);

/** A thread that makes one check at a time, so that a check that keeps a processor busy takes no time from callers. */
const kinds = createKinds([builtInChecks()]);
const port = parentPort!;
let stop = new AbortController();

port.on('message', (message: ToThread) => {
  if (message.say === 'stop') return stop.abort();
  if (message.say === 'ping') return port.postMessage({ ready: true } satisfies FromThread);
  stop = new AbortController();
  void make(message, stop.signal).then((outcome) => port.postMessage({ outcome } satisfies FromThread));
});

async function make({ kind, params, ground }: Extract<ToThread, { say: 'check' }>, signal: AbortSignal): Promise<Outcome> {
  try {
    const { settings, environment, commit } = ground;
    return await kinds.find(kind)!.run(params, createProbe({ settings, environment, signal, commit }));
  } catch (error) {
    return failureOf(error);
  }
}
