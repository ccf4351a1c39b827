import { AppError } from '../../base/error.ts';

/** What a span may carry: small values, never personal data or secrets. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A caller's place in a distributed trace, from its `traceparent` header (W3C Trace Context). */
export type RemoteParent = { traceId: string; spanId: string; sampled: boolean };

/** Spans of the process. Off unless an endpoint is configured; then `span` only runs the work. */
export type Trace = {
  enabled: boolean;
  /** Runs the work inside a span, child of the span around it. A failure marks the span and passes on. */
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** A span that answers a request from outside, child of the caller's span when it named one. */
  serve<T>(name: string, attributes: Attributes, options: { parent?: RemoteParent; work: () => Promise<T> }): Promise<T>;
  /** The trace that is under way here, for log lines. */
  currentTraceId(): string | undefined;
  /** Sends what is left, for at most five seconds. */
  close(): Promise<void>;
};

/** A trace that records nothing and costs nothing. */
export const noTrace: Trace = {
  enabled: false,
  span: (_name, _attributes, work) => work(),
  serve: (_name, _attributes, { work }) => work(),
  currentTraceId: () => undefined,
  close: () => Promise.resolve(),
};

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header; anything forged or malformed counts as absent. Source: W3C Trace Context §3.2. */
export function parseTraceparent(header: string | undefined): RemoteParent | undefined {
  const [, version, traceId, spanId, flags, rest] = (header !== undefined && header.length <= 256 && TRACEPARENT.exec(header)) || [];
  if (!version || !traceId || !spanId || !flags || version === 'ff' || (version === '00' && rest)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

/**
 * Traces to an OTLP/HTTP endpoint (`http://collector:4318`), or `noTrace` without one. The SDK is loaded only when
 * needed, since that takes longer than everything else at start.
 * Errors: `config.otel_endpoint_invalid`.
 */
export async function createTrace(options: {
  endpoint?: string | undefined;
  service: string;
  version: string;
  sampleRatio?: number;
}): Promise<Trace> {
  const { endpoint, service, version, sampleRatio = 1 } = options;
  if (!endpoint) return noTrace;
  const url = tracesUrl(endpoint);
  const { otlpTrace } = await import('./otlp.ts');
  return otlpTrace({ url, service, version, sampleRatio });
}

function tracesUrl(endpoint: string): string {
  const base = URL.parse(endpoint);
  if (base && /^https?:$/.test(base.protocol)) return `${base.href.replace(/\/+$/, '')}/v1/traces`;
  throw new AppError(
    'invalid',
    'config.otel_endpoint_invalid',
    'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address, like http://localhost:4318.',
  );
}
