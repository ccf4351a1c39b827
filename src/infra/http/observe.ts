import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../log/log.ts';
import { type Metrics, SECONDS_BUCKETS } from '../metrics/metrics.ts';
import type { Trace } from '../trace/trace.ts';
import { addressOf } from './call.ts';
import { createStrangerLines, type StrangerLine } from './stranger-lines.ts';

/** A request slower than this gets a line whatever it answered. */
const SLOW_MS = 1_000;

/** Watches requests: counts them, times them, writes one line for those worth one. */
export type Observer = {
  began(request: FastifyRequest, reply: FastifyReply): void;
  /** A refusal, by status and code: bad input (400, 413, 429 …) is counted here. */
  refused(status: number, code: string): void;
  /** A failure nobody foresaw; the log gets the cause. */
  failed(request: FastifyRequest, error: unknown): void;
  /** Tells what is counted and not told yet. */
  close(): void;
};

/**
 * Metrics of every request by operation and status. Lines: 5xx at error, 4xx and slow ones at info, all others at debug,
 * since a line each would cost more than many of the requests (the metrics count them, the audit log keeps the writes).
 * Refusals of strangers are told in a bounded number of lines, see `createStrangerLines`.
 */
export function createObserver({ log, metrics, trace }: { log: Log; metrics: Metrics; trace: Trace }): Observer {
  const duration = metrics.histogram({
    name: 'rialto_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labels: ['operation', 'status'],
    buckets: SECONDS_BUCKETS,
  });
  const inFlight = metrics.gauge({ name: 'rialto_http_requests_in_flight', help: 'Requests being worked on' });
  const refusals = metrics.counter({
    name: 'rialto_http_refused_total',
    help: 'Answers that are not a success, by code',
    labels: ['status', 'code'],
  });

  const strangers = createStrangerLines(log);

  function ended(request: FastifyRequest, reply: FastifyReply, startedAt: number): void {
    const ms = performance.now() - startedAt;
    inFlight.add(-1);
    // The caller left before the answer was out: nginx's 499, which no answer ever carries.
    const status = reply.raw.writableEnded ? reply.raw.statusCode : 499;
    duration.observe(ms / 1000, { operation: nameOf(request), status: String(status) });
    const level = status >= 500 ? 'error' : status >= 400 || ms >= SLOW_MS ? 'info' : 'debug';
    if (!log.enabled(level)) return;
    const line = lineOf(request, status, ms);
    if (level === 'info' && status >= 400 && line.actorId === undefined) strangers.write(line);
    else log[level]('request', line);
  }

  return {
    began(request, reply) {
      const startedAt = performance.now();
      inFlight.add(1);
      reply.raw.once('close', () => ended(request, reply, startedAt));
    },
    refused: (status, code) => refusals.inc({ status: String(status), code }),
    failed(request, error) {
      const traceId = trace.currentTraceId();
      log.error('request failed', {
        requestId: request.id,
        operation: nameOf(request),
        ...(traceId && { traceId }),
        error,
      });
    },
    close: () => strangers.close(),
  };
}

function nameOf(request: FastifyRequest): string {
  return request.routeOptions.config?.name ?? 'none';
}

type Line = StrangerLine & { method: string; ms: number; requestId: string; tenantId?: string; actorId?: string };

/** The route's pattern stands for the address: what a caller put into it may be personal or secret. */
function lineOf(request: FastifyRequest, status: number, ms: number): Line {
  const { actor } = request;
  return {
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status,
    ms: Math.round(ms * 10) / 10,
    requestId: request.id,
    remoteAddress: addressOf(request),
    ...(actor && actor.kind !== 'anonymous' && { tenantId: actor.tenantId, actorId: actor.id }),
  };
}
