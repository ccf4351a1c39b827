import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { createTrace, noTrace, parseTraceparent } from './trace.ts';

type Span = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
};

let collector: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (collector ? collector.close(() => resolve()) : resolve())));

/** A collector on loopback that keeps the spans it is sent. */
async function fakeCollector(): Promise<{ endpoint: string; spans: Span[]; paths: string[] }> {
  const spans: Span[] = [];
  const paths: string[] = [];
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      paths.push(request.url ?? '');
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      for (const resource of body.resourceSpans) for (const scope of resource.scopeSpans) spans.push(...scope.spans);
      response.setHeader('content-type', 'application/json').setHeader('connection', 'close').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector!.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`, spans, paths };
}

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };

test("spans reach the collector, nested, within the caller's trace", async () => {
  const { endpoint, spans, paths } = await fakeCollector();
  const trace = await createTrace({ endpoint, service: 'rialto', version: '1' });
  const answer = await trace.serve(
    'ledger.open_account',
    { 'http.request.method': 'POST' },
    { parent, work: () => trace.span('store', {}, async () => trace.currentTraceId()) },
  );
  await trace.close();
  expect(answer).toBe(parent.traceId);
  expect(new Set(paths)).toEqual(new Set(['/v1/traces']));
  const [server, store] = ['ledger.open_account', 'store'].map((name) => spans.find((span) => span.name === name)!);
  expect(server).toMatchObject({ traceId: parent.traceId, parentSpanId: parent.spanId, kind: 2 });
  expect(store).toMatchObject({ traceId: parent.traceId, parentSpanId: server!.spanId });
  expect(server!.attributes).toContainEqual({ key: 'http.request.method', value: { stringValue: 'POST' } });
});

test('a failure passes on unchanged and marks the span by its code, without its message', async () => {
  const { endpoint, spans } = await fakeCollector();
  const trace = await createTrace({ endpoint, service: 'rialto', version: '1' });
  const failure = new AppError('unavailable', 'rail.down', 'The rail 4711 is down.');
  await expect(trace.span('pay', {}, () => Promise.reject(failure))).rejects.toBe(failure);
  await trace.close();
  expect(spans[0]).toMatchObject({ name: 'pay', status: { code: 2 } });
  expect(JSON.stringify(spans)).toContain('rail.down');
  expect(JSON.stringify(spans)).not.toContain('4711');
});

test("a caller's decision not to sample is kept", async () => {
  const { endpoint, spans } = await fakeCollector();
  const trace = await createTrace({ endpoint, service: 'rialto', version: '1' });
  await trace.serve('quiet', {}, { parent: { ...parent, sampled: false }, work: () => Promise.resolve() });
  await trace.close();
  expect(spans).toEqual([]);
});

test('without an endpoint nothing is traced and the work just runs', async () => {
  const trace = await createTrace({ endpoint: undefined, service: 'rialto', version: '1' });
  expect(trace).toBe(noTrace);
  expect(await trace.span('a', {}, async () => trace.currentTraceId() ?? 'none')).toBe('none');
});

test('an endpoint that is no address is named at start', async () => {
  for (const endpoint of ['localhost:4318', 'collector', 'file:///tmp']) {
    await expect(createTrace({ endpoint, service: 'rialto', version: '1' })).rejects.toMatchObject({
      code: 'config.otel_endpoint_invalid',
    });
  }
});

test('a traceparent is read, and forged or malformed ones count as absent', () => {
  expect(parseTraceparent(`00-${parent.traceId}-${parent.spanId}-01`)).toEqual(parent);
  expect(parseTraceparent(`cc-${parent.traceId}-${parent.spanId}-00-what-comes-later`)).toEqual({ ...parent, sampled: false });
  const bad = [
    undefined,
    '',
    `ff-${parent.traceId}-${parent.spanId}-01`,
    `00-${parent.traceId}-${parent.spanId}-01-more`,
    `00-${'0'.repeat(32)}-${parent.spanId}-01`,
    `00-${parent.traceId}-${'0'.repeat(16)}-01`,
    `00-${parent.traceId.toUpperCase()}-${parent.spanId}-01`,
    `cc-${parent.traceId}-${parent.spanId}-00-${'x'.repeat(300)}`,
  ];
  for (const header of bad) expect(parseTraceparent(header)).toBeUndefined();
  fc.assert(fc.property(fc.string(), (header) => parseTraceparent(header) === undefined));
});
