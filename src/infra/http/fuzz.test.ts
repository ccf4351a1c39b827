import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNote, getNote, listNotes, logIn, sampleServer, type SampleServer, uploadFile } from '../../../test/support/sample-http.ts';
import { usualLimits } from './limits.ts';

let server: SampleServer;
beforeAll(async () => {
  const endless = { units: 1e9, windowMs: 60_000 };
  server = await sampleServer({
    limits: { ...usualLimits, actor: endless, tenant: endless, global: endless, address: endless, failures: endless },
  });
});
afterAll(() => server.close());

const paths = [createNote, getNote, listNotes, uploadFile, logIn].map(({ path }) => path as string);
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('__proto__', 'constructor', '%00', '../..', '\u0000', '{}', '[]', 'null', "' or 1=1 --", '‮'),
);
const segment = nasty.map((text) => encodeURIComponent(text.toWellFormed()));
const url = fc
  .oneof(
    fc.tuple(fc.constantFrom(...paths), segment).map(([path, value]) => path.replace(/\{\w+\}/, value)),
    fc
      .tuple(fc.constantFrom(...paths), fc.array(fc.tuple(segment, segment), { maxLength: 4 }))
      .map(([path, pairs]) => `${path}?${pairs.map((pair) => pair.join('=')).join('&')}`),
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => `/${text.replaceAll(/[\s#]/g, '')}`),
  )
  .filter((text) => URL.canParse(text, 'http://localhost'));
const nearly = fc.record(
  {
    asset: fc.oneof(fc.constant('USD/2'), nasty),
    units: fc.oneof(fc.constant('5'), fc.bigInt().map(String), fc.double(), nasty),
    text: fc.oneof(nasty, fc.jsonValue()),
    tags: fc.oneof(fc.array(fc.record({ at: fc.oneof(nasty, fc.date({ noInvalidDate: false }).map(String)) })), fc.jsonValue()),
    extra: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  nearly.map((value) => Buffer.from(JSON.stringify(value))),
  fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.json(), fc.nat(40)).map(([text, cut]) => Buffer.from(text.slice(0, cut))),
);
const headers = fc.record(
  {
    authorization: fc.constantFrom('Bearer good', 'Bearer good', 'Bearer reader', 'Bearer forged', 'Basic x', 'Bearer', ''),
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'application/xml',
      'text/plain',
      'multipart/form-data',
      '',
      ';',
    ),
    'idempotency-key': fc.constantFrom('k', '', 'a b', 'x'.repeat(300)),
    'x-request-id': fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
    'accept-encoding': fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
    cookie: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
    traceparent: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
    'if-none-match': fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
    origin: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  },
  { requiredKeys: [] },
);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS');

test('whatever is sent, the answer is never our failure and every refusal is a problem document', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ method, url, headers, body }), async ({ body: payload, ...rest }) => {
      const reply = await server.app.inject({ ...rest, ...(rest.method !== 'GET' && rest.method !== 'HEAD' && { payload }) } as never);
      expect(reply.statusCode).toBeLessThan(500);
      expect(reply.headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
      expect(reply.body).not.toMatch(/\.[jt]s:\d+/);
      if (reply.statusCode < 400 || rest.method === 'HEAD') return;
      expect(reply.headers['content-type']).toContain('application/problem+json');
      expect(reply.json()).toMatchObject({ status: reply.statusCode, code: expect.stringMatching(/^[a-z]+(\.[a-z_]+)+$/) });
    }),
    { numRuns: 1_500 },
  );
});

/** A request over a real connection, with the path just as given. */
function ask(path: string, agent: Agent): Promise<{ status: number; body: string; type: string }> {
  const { port } = server.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent, headers: { authorization: 'Bearer good' } }, (reply) => {
      let body = '';
      reply.on('data', (chunk) => (body += String(chunk)));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body, type: reply.headers['content-type'] ?? '' }));
    });
    asked.on('error', reject).end();
  });
}

test('no path, however crooked, is more than a refusal', async () => {
  await server.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  const crooked = fc.string({
    unit: fc.constantFrom('/', '.', '%', '2', 'e', 'f', '5', 'c', '\\', ';', ':', '*', '?', '=', '&', '[', '"', '{', 'v', '1'),
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(
      crooked,
      fc.constantFrom('/', '/v1/sample/notes/', '/v1/sample/notes?', '/v1/sample/trouble/', '/docs'),
      async (tail, head) => {
        const { status, body, type } = await ask(`${head}${tail}`, agent);
        expect(status).toBeLessThan(500);
        if (status < 400) return;
        expect(type).toContain('application/problem+json');
        expect(JSON.parse(body)).toMatchObject({ status });
      },
    ),
    { numRuns: 500 },
  );
  agent.destroy();
});
