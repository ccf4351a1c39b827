import { parentPort } from 'node:worker_threads';
import type { ToThread } from './protocol.ts';

/** A thread for tests whose check keeps the processor busy for ever, unless it is told to be quick, or to end the thread. */
parentPort!.on('message', (message: ToThread) => {
  if (message.say !== 'check') return;
  const { manner } = message.params as { manner: string };
  if (manner === 'die') process.exit(1);
  if (manner === 'hog') for (;;);
  parentPort!.postMessage({ outcome: { state: 'pass', summary: 'quick' } });
});
