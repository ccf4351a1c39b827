import type { Message } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from '../health/health.ts';
import { SERVING } from './standard.ts';

/** How often a stream of health looks. */
const LOOK_EVERY_MS = 5_000;

/** The health of the whole process, whichever service is asked for; a stream tells each change until `stop`. */
export function healthOf(health: Health, stop: AbortSignal, lookEveryMs = LOOK_EVERY_MS) {
  const now = async () => ({ status: stop.aborted || (await health.ready()).status !== 'ready' ? SERVING.notServing : SERVING.serving });
  return {
    check: now,
    async *watch(_: Message, { signal }: Pick<HandlerContext, 'signal'>) {
      const end = AbortSignal.any([signal, stop]);
      let last: number | undefined;
      while (!end.aborted) {
        const { status } = await now();
        if (status !== last) yield { status };
        last = status;
        // It takes its listener off the signal again: `stop` lives as long as the process.
        await delay(lookEveryMs, undefined, { signal: end }).catch(() => undefined);
      }
    },
  };
}
