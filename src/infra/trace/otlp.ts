import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-node';
import { AppError } from '../../base/error.ts';
import type { Attributes, RemoteParent, Trace } from './trace.ts';

const CLOSE_MS = 5_000;

/** Spans by the OpenTelemetry SDK, sent in batches. Nothing global is set, so that a process can hold several. */
export function otlpTrace(options: { url: string; service: string; version: string; sampleRatio: number }): Trace {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service, 'service.version': options.version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: options.url }))],
  });
  const tracer = provider.getTracer(options.service, options.version);
  const here = new AsyncLocalStorage<Context>();

  async function run<T>(
    name: string,
    how: { kind: SpanKind; attributes: Attributes; parent: Context; work: () => Promise<T> },
  ): Promise<T> {
    const span = tracer.startSpan(name, { kind: how.kind, attributes: { ...how.attributes } }, how.parent);
    try {
      return await here.run(trace.setSpan(how.parent, span), how.work);
    } catch (error) {
      // Codes are stable and safe; messages may hold what a caller sent.
      span.setAttribute('error.type', error instanceof AppError ? error.code : error instanceof Error ? error.name : 'unknown');
      if (!(error instanceof AppError) || error.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    enabled: true,
    span: (name, attributes, work) => run(name, { kind: SpanKind.INTERNAL, attributes, parent: here.getStore() ?? ROOT_CONTEXT, work }),
    serve: (name, attributes, { parent, work }) => run(name, { kind: SpanKind.SERVER, attributes, parent: contextOf(parent), work }),
    currentTraceId: () => trace.getSpanContext(here.getStore() ?? ROOT_CONTEXT)?.traceId,
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
      // A collector that is away must not keep the process from stopping.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function contextOf(parent: RemoteParent | undefined): Context {
  if (!parent) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });
}
