import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/error.ts';

const LOOK_EVERY_MS = 1_000;

export type Watchdog = { watch(request: FastifyRequest, reply: FastifyReply): void; stop(): void };

/**
 * Answers for handlers that take too long: `onLate` is called once for each request older than `limitMs`. One look a
 * second over all that is under way; a timer and an abort signal for each request would cost a fifth of its time.
 */
export function createWatchdog(limitMs: number, onLate: (request: FastifyRequest, reply: FastifyReply, error: AppError) => void): Watchdog {
  // Insertion order is age, so the look ends at the first that is young enough.
  const underWay = new Map<FastifyReply, { request: FastifyRequest; since: number }>();
  const timer = setInterval(
    () => {
      const oldest = performance.now() - limitMs;
      for (const [reply, { request, since }] of underWay) {
        if (since > oldest) return;
        underWay.delete(reply);
        if (!reply.sent) onLate(request, reply, tooLate());
      }
    },
    Math.min(LOOK_EVERY_MS, limitMs),
  ).unref();

  return {
    watch(request, reply) {
      underWay.set(reply, { request, since: performance.now() });
      reply.raw.once('close', () => underWay.delete(reply));
    },
    stop: () => clearInterval(timer),
  };
}

function tooLate(): AppError {
  return new AppError(
    'timeout',
    'request.timed_out',
    'The answer took too long. What was asked may still have been done: ask again with the same key.',
  );
}
