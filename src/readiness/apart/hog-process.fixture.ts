import type { ToProcess } from './protocol.ts';

/** A process for tests whose check keeps the processor busy for ever, unless it is told to be quick, or to end the process. */
process.once('disconnect', () => process.exit());
process.on('message', (message: ToProcess) => {
  if (message.say !== 'check') return;
  const { manner } = message.params as { manner: string };
  if (manner === 'die') process.exit(1);
  if (manner === 'hog') for (;;);
  process.send!({ outcome: { state: 'pass', summary: 'quick' } });
});
