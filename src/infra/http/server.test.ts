import { expect, test } from 'vitest';
import { INSIDE, SAMPLE_ACTOR } from '../../../test/support/sample-http.ts';
import { noTrace, type Trace } from '../trace/trace.ts';
import { COMMON_CODES } from './codes.ts';
import { auth, note, useServer, write } from '../../../test/support/sample-server.ts';

const { server, start, post } = useServer();

test('a contract becomes a route: input decoded, output encoded, status and type as declared', async () => {
  const reply = await post({ ...note, text: 'hi' });
  expect(reply.statusCode).toBe(201);
  expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(reply.json()).toMatchObject({ asset: 'USD/2', units: '125000', at: '1970-01-01T00:00:01.000Z', text: 'hi' });
  expect(reply.json().id).toMatch(/^note_[0-9a-f]{32}$/);
});

test('path and query are decoded too', async () => {
  const one = await server.app.inject({ url: '/v1/sample/notes/note_0192837465ab7def8192837465abcdef', headers: auth });
  expect(one.json()).toMatchObject({ units: '-5' });
  const three = await server.app.inject({ url: '/v1/sample/notes?limit=3', headers: auth });
  expect(three.json().items).toHaveLength(3);
});

const deep = `{"asset":"USD/2","units":"1","extra":${'['.repeat(50_000)}${']'.repeat(50_000)}}`.slice(0, 4_000);
const nested = `{"asset":"USD/2","units":"1","extra":${'['.repeat(100)}${']'.repeat(100)}}`;
const hidden = `{"asset":"USD/2","units":"1","extra":["${']'.repeat(100)}",${'['.repeat(80)}${']'.repeat(80)}]}`;

test.each<[string, string | Buffer, number, string, string]>([
  ['a malformed asset', JSON.stringify({ ...note, asset: 'dollars' }), 400, 'request.invalid', 'body/asset'],
  ['a negative amount', JSON.stringify({ ...note, units: '-1' }), 400, 'request.invalid', 'body/units'],
  ['an amount of 40 digits', JSON.stringify({ ...note, units: '9'.repeat(40) }), 400, 'request.invalid', 'body/units'],
  ['an amount as a number', JSON.stringify({ ...note, units: 5 }), 400, 'request.invalid', 'body/units must be string'],
  ['a misspelt field', JSON.stringify({ ...note, assset: 'x' }), 400, 'request.invalid', 'must not have the field "assset"'],
  ['a missing field', JSON.stringify({ asset: 'USD/2' }), 400, 'request.invalid', 'units'],
  ['a value outside a choice', JSON.stringify({ ...note, kind: 'odd' }), 400, 'request.invalid', 'must be one of "plain", "fancy"'],
  [
    'a time that does not exist',
    JSON.stringify({ ...note, tags: [{ at: '2026-13-01T00:00:00Z' }] }),
    400,
    'request.invalid',
    'body/tags/0/at is not a point in time',
  ],
  ['a list', '[]', 400, 'request.invalid', 'body must be object'],
  ['null', 'null', 400, 'request.invalid', 'body must be object'],
  ['broken JSON', '{"asset":', 400, 'request.malformed_json', 'not JSON'],
  ['JSON with a byte order mark', '\ufeff{}', 400, 'request.malformed_json', 'not JSON'],
  ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'request.malformed_json', 'UTF-8'],
  ['U+0000', '{"asset":"USD/2","units":"1","text":"a\\u0000"}', 400, 'request.invalid_text', 'U+0000'],
  ['U+0000 in a name', '{"asset":"USD/2","units":"1","extra":{"a\\u0000":1}}', 400, 'request.invalid_text', 'U+0000'],
  ['half a surrogate pair', '{"asset":"USD/2","units":"1","text":"\\ud800"}', 400, 'request.invalid_text', 'surrogate'],
  ['__proto__', '{"asset":"USD/2","units":"1","__proto__":{"admin":true}}', 400, 'request.forbidden_field', '__proto__'],
  ['a disguised __proto__', '{"asset":"USD/2","units":"1","extra":{"__pr\\u006fto__":1}}', 400, 'request.forbidden_field', '__proto__'],
  [
    'constructor.prototype',
    '{"asset":"USD/2","units":"1","extra":{"constructor":{"prototype":{}}}}',
    400,
    'request.forbidden_field',
    'constructor',
  ],
  ['deep nesting', nested, 400, 'request.too_deep', '64 levels'],
  ['deep nesting behind brackets in text', hidden, 400, 'request.too_deep', '64 levels'],
  ['nesting that breaks off', deep, 400, 'request.malformed_json', 'not JSON'],
  ['a body over the limit', JSON.stringify({ ...note, text: 'x'.repeat(5_000) }), 413, 'request.too_large', 'larger'],
])('%s is refused by name and nothing is done', async (_, payload, status, code, detail) => {
  const reply = await post(payload);
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(reply.json()).toMatchObject({ status, code, type: `/docs#${code}`, requestId: reply.headers['x-request-id'] });
  expect(reply.json().detail).toContain(detail);
  expect(reply.statusCode).toBe(status);
  expect(server.acts.count).toBe(0);
  expect(await server.metrics.text()).toContain(`rialto_http_refused_total{status="${status}",code="${code}"} 1`);
});

test('what a caller sent is never quoted back', async () => {
  const reply = await post({ ...note, units: 'my-secret-value', text: 'x'.repeat(30) });
  expect(reply.body).not.toContain('my-secret-value');
  expect(reply.json().errors).toHaveLength(2);
});

test.each([
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'request.media_type'],
  ['XML where JSON is read', { 'content-type': 'application/xml' }, 'request.media_type'],
  ['no media type', { 'content-type': '' }, 'request.media_type'],
  ['a compressed body', { 'content-encoding': 'gzip' }, 'request.content_encoding'],
])('%s is refused with 415', async (_, headers, code) => {
  const reply = await post(note, { ...write, ...headers });
  expect(reply.json()).toMatchObject({ status: 415, code });
});

test('bytes reach a handler that reads them, and its answer leaves as it was made', async () => {
  const reply = await server.app.inject({
    method: 'POST',
    url: '/v1/sample/files',
    headers: { ...auth, 'content-type': 'application/xml; charset=utf-8' },
    payload: '<a>é</a>',
  });
  expect(reply.headers['content-type']).toBe('application/xml');
  expect(reply.body).toBe('<size>9</size>');
  // RFC 7303: both names of XML mean the same.
  const text = await server.app.inject({
    method: 'POST',
    url: '/v1/sample/files',
    headers: { ...auth, 'content-type': 'Text/XML;charset="utf-8"' },
    payload: '<a/>',
  });
  expect(text.body).toBe('<size>4</size>');
  const json = await server.app.inject({
    method: 'POST',
    url: '/v1/sample/files',
    headers: { ...auth, 'content-type': 'application/json' },
    payload: '{}',
  });
  expect(json.json().code).toBe('request.media_type');
});

test('a command without a body may say JSON or nothing', async () => {
  for (const headers of [auth, { ...auth, 'content-type': 'application/json' }]) {
    const reply = await server.app.inject({ method: 'DELETE', url: '/v1/sample/trouble/none', headers });
    expect(reply.statusCode).toBe(200);
  }
});

test.each([
  ['no credential', {}, 401, 'request.credential_missing'],
  ['another scheme', { authorization: 'Basic YTpi' }, 401, 'request.credential_malformed'],
  ['a forged token', { authorization: 'Bearer forged' }, 401, 'access.token_invalid'],
  ['a header with a line break', { authorization: 'Bearer a b' }, 401, 'request.credential_malformed'],
  ['a missing scope', { authorization: 'Bearer reader' }, 403, 'request.scope_missing'],
])('%s is refused before the body is looked at, and audited', async (_, headers, status, code) => {
  const denied: unknown[] = [];
  await start({ onDenied: (who, operation, error) => denied.push([who.actor?.id, operation.name, error.code]) });
  const reply = await post('{"broken', { ...headers, 'content-type': 'application/json' });
  expect(reply.json()).toMatchObject({ status, code });
  expect(reply.headers['www-authenticate'] !== undefined).toBe(status === 401);
  expect(denied).toEqual([[status === 403 ? expect.any(String) : undefined, 'sample.create_note', code]]);
});

test('a refusal that a handler decides is audited too, and a failing audit does not change the answer', async () => {
  const denied: unknown[] = [];
  await start({
    onDenied: (who, _operation, error) => {
      denied.push([who.actor?.id, error.code]);
      throw new Error('audit is down');
    },
  });
  const reply = await server.app.inject({ method: 'DELETE', url: '/v1/sample/trouble/forbidden', headers: auth });
  expect(reply.json()).toMatchObject({ status: 403, code: 'sample.not_yours' });
  expect(denied).toEqual([[SAMPLE_ACTOR.id, 'sample.not_yours']]);
  expect(server.logged.join('')).toContain('audit is down');
});

test.each([
  ['a missing key', undefined, 'request.key_missing'],
  ['an empty key', '', 'request.key_invalid'],
  ['a key of 201 characters', 'k'.repeat(201), 'request.key_invalid'],
  ['a key with a space', 'a b', 'request.key_invalid'],
  ['a key beyond ASCII', 'clé', 'request.key_invalid'],
])('%s is refused where a key is needed', async (_, key, code) => {
  const { 'idempotency-key': _old, ...headers } = write;
  const reply = await post(note, key === undefined ? headers : { ...headers, 'idempotency-key': key });
  expect(reply.json()).toMatchObject({ status: 400, code });
  expect(server.acts.count).toBe(0);
});

test('the hash kept with a key tells apart method, address and every byte of the body', async () => {
  const ask = async (url: string, payload?: string) =>
    (
      await server.app.inject({
        method: 'DELETE',
        url,
        headers: { ...auth, 'idempotency-key': 'k', ...(payload && { 'content-type': 'application/json' }) },
        ...(payload && { payload }),
      })
    ).json();
  const first = await ask('/v1/sample/trouble/a');
  expect(first.key).toBe('k');
  expect(first.bodyHash).toMatch(/^[0-9a-f]{64}$/);
  expect((await ask('/v1/sample/trouble/a')).bodyHash).toBe(first.bodyHash);
  const others = [await ask('/v1/sample/trouble/b'), await ask('/v1/sample/trouble/a', '{}'), await ask('/v1/sample/trouble/a', '{ }')];
  expect(new Set([first, ...others].map(({ bodyHash }) => bodyHash)).size).toBe(4);
});

test.each([
  ['crash', 500, 'internal'],
  ['text', 500, 'internal'],
  ['leak', 500, 'internal'],
  ['status', 500, 'internal'],
  ['down', 503, 'sample.rail_down'],
])('trouble of the kind %s shows nothing of its inside, and the log has the cause', async (how, status, code) => {
  const reply = await server.app.inject({
    method: 'DELETE',
    url: `/v1/sample/trouble/${how}`,
    headers: { ...auth, 'x-request-id': 'req-7' },
  });
  expect(reply.json()).toMatchObject({ status, code, requestId: 'req-7' });
  expect(reply.body).not.toContain(INSIDE);
  expect(reply.body).not.toMatch(/\.[jt]s:\d+/);
  expect(server.logged.join('')).toContain('req-7');
  if (how === 'crash' || how === 'text') expect(server.logged.join('')).toContain(INSIDE);
});

test('a credential that cannot be checked is our failure, not the caller’s', async () => {
  const reply = await post(note, { ...write, authorization: 'Bearer broken' });
  expect(reply.json()).toMatchObject({ status: 500, code: 'internal' });
  expect(reply.body).not.toContain(INSIDE);
});

test('cookies are read, and written HttpOnly, SameSite=Strict and Secure under https', async () => {
  await start({ publicUrl: 'https://rialto.example' });
  const reply = await server.app.inject({
    method: 'POST',
    url: '/v1/sample/login',
    headers: { cookie: 'x=1; session=old%20one', 'content-type': 'application/json' },
    payload: '{"password":"right"}',
  });
  expect(reply.statusCode).toBe(202);
  expect(reply.headers['location']).toBe('/v1/me');
  expect(reply.json()).toEqual({ cookie: 'old one' });
  expect(reply.headers['set-cookie']).toBe('session=a%20b; Path=/v1; Max-Age=60; HttpOnly; SameSite=Strict; Secure');
  expect(reply.headers['strict-transport-security']).toContain('max-age=63072000');
});

test('every answer carries the security headers, refusals too, and HSTS only under https', async () => {
  for (const url of ['/health', '/v1/sample/notes', '/nowhere', '/%zz', '/docs']) {
    const { headers } = await server.app.inject({ url });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['content-security-policy']!.includes("script-src 'self'")).toBe(url === '/docs');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' });
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  }
});

test.each([
  ['req-1.A_b', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['a b', false],
  ['<script>', false],
  ['', false],
])('the request id %j is taken over: %s', async (id, taken) => {
  const { headers } = await server.app.inject({ url: '/health', headers: { 'x-request-id': id } });
  expect(headers['x-request-id'] === id).toBe(taken);
});

test.each([
  ['an unknown path', 'GET', '/nowhere', 404, 'request.no_such_path'],
  ['an unknown method', 'PUT', '/v1/sample/notes', 405, 'request.method'],
  ['a method on a path with a parameter', 'POST', '/v1/sample/notes/note_1', 405, 'request.method'],
  ['a broken escape', 'GET', '/v1/sample/notes/%zz', 400, 'request.bad_url'],
  ['a long parameter', 'GET', `/v1/sample/notes/${'a'.repeat(300)}`, 414, 'request.url_too_long'],
  ['a long address', 'GET', `/v1/sample/notes?after=${'a'.repeat(9_000)}`, 414, 'request.url_too_long'],
  ['an unknown query field', 'GET', '/v1/sample/notes?sort=up', 400, 'request.invalid'],
  ['a query field given twice', 'GET', '/v1/sample/notes?limit=1&limit=2', 400, 'request.invalid'],
  ['a limit out of range', 'GET', '/v1/sample/notes?limit=501', 400, 'request.invalid'],
  ['U+0000 in the query', 'GET', '/v1/sample/notes?after=%00', 400, 'request.invalid_text'],
  ['an id of another kind', 'GET', '/v1/sample/notes/pay_0192837465ab7def8192837465abcdef', 400, 'request.invalid'],
] as const)('%s answers with a problem document', async (_, method, url, status, code) => {
  const reply = await server.app.inject({ method, url, headers: auth });
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(reply.json()).toMatchObject({ status, code });
  if (status === 405) expect(reply.headers['allow']).toMatch(/GET|DELETE/);
});

test('a page of an allowed origin may call with credentials, another one not', async () => {
  await start({ corsOrigins: ['https://desk.example'] });
  const ask = (origin: string) =>
    server.app.inject({ method: 'OPTIONS', url: '/v1/sample/notes', headers: { origin, 'access-control-request-method': 'POST' } });
  const good = await ask('https://desk.example');
  expect(good.headers).toMatchObject({ 'access-control-allow-origin': 'https://desk.example', 'access-control-allow-credentials': 'true' });
  const bad = await ask('https://evil.example');
  expect(bad.headers['access-control-allow-origin']).toBeUndefined();
});

test('requests are timed by operation and status', async () => {
  await post(note);
  expect(await server.metrics.text()).toContain(
    'rialto_http_request_duration_seconds_count{operation="sample.create_note",status="201"} 1',
  );
});

test('one line is written for a refusal and a failure, none for a quiet success, and never what was sent', async () => {
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  await fetch(`${address}/v1/sample/notes?limit=1`, { headers: auth });
  await fetch(`${address}/v1/sample/notes?limit=geheim`, { headers: auth });
  await server.close();
  const lines = server.logged.map((line) => JSON.parse(line) as object);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'info',
      msg: 'request',
      method: 'GET',
      route: '/v1/sample/notes',
      status: 400,
      actorId: SAMPLE_ACTOR.id,
      tenantId: SAMPLE_ACTOR.tenantId,
    }),
  ]);
  expect(server.logged.join('')).not.toContain('geheim');
});

test('refusals of a stranger leave one line and their number, those of a known caller a line each', async () => {
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  for (let i = 0; i < 5; i++) await fetch(`${address}/v1/sample/notes`);
  for (let i = 0; i < 2; i++) await fetch(`${address}/v1/sample/notes?limit=0`, { headers: auth });
  await server.close();
  const lines = server.logged.map((line) => JSON.parse(line) as { msg: string; status: number; count?: number });
  expect(lines.filter(({ status }) => status === 400)).toHaveLength(2);
  expect(lines.filter(({ status }) => status === 401).map(({ msg, count }) => [msg, count])).toEqual([
    ['request', undefined],
    ['more such requests', 4],
  ]);
});

test("a handler runs inside a span of its operation, within the caller's trace", async () => {
  const spans: unknown[] = [];
  const trace: Trace = {
    ...noTrace,
    enabled: true,
    serve: (name, attributes, { parent, work }) => {
      spans.push([name, attributes, parent?.traceId]);
      return work();
    },
  };
  await start({ trace });
  await post(note, { ...write, traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
  await post(note, { ...write, traceparent: 'forged' });
  const attributes = { 'http.request.method': 'POST', 'http.route': '/v1/sample/notes' };
  expect(spans).toEqual([
    ['sample.create_note', attributes, '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['sample.create_note', attributes, undefined],
  ]);
});

test('every code that the server answers by itself is explained in the document', async () => {
  const { readdir, readFile } = await import('node:fs/promises');
  const folder = new URL('.', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'codes.ts');
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n');
  const used = new Set([...source.matchAll(/'((?:request|health)\.[a-z_]+|server\.stopping)'/g)].map(([, code]) => code!));
  const elsewhere = new Set(['request.key_reused', 'internal']);
  expect([...used].filter((code) => !(code in COMMON_CODES))).toEqual([]);
  expect(Object.keys(COMMON_CODES).filter((code) => !used.has(code) && !elsewhere.has(code))).toEqual([]);
});
