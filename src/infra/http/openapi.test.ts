import { expect, test } from 'vitest';
import { createNote, getNote, listNotes, logIn, misbehave, sampleServer, uploadFile } from '../../../test/support/sample-http.ts';
import { docsPage } from './docs.ts';
import { html } from './html.ts';
import { openapi, type OpenApi } from './openapi.ts';

const operations = [createNote, getNote, listNotes, uploadFile, logIn, misbehave];
const channels = [{ name: 'notes', scope: 'sample:read', eventTypes: ['sample.note_written'] }];
const document: OpenApi = openapi({ title: 'Rialto', version: '1', operations, channels });

type Json = Record<string, unknown>;

/** Every object and list inside a value, with where it stands. */
function* walk(value: unknown, path = '#'): Generator<[string, Json]> {
  if (typeof value !== 'object' || value === null) return;
  yield [path, value as Json];
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, `${path}/${key}`);
}

/** Breaches of the rules of OpenAPI 3.1.1 that a generated document could break; the sections are of the specification. */
function breaches(doc: Json): string[] {
  const found: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || found.push(what));
  must(/^3\.1\.\d+$/.test(String(doc['openapi'])), '4.8.1 openapi');
  const info = doc['info'] as Json;
  must(typeof info['title'] === 'string' && typeof info['version'] === 'string', '4.8.2 info');
  const ids = new Set<unknown>();
  const shapes = new Set<string>();
  for (const [path, item] of Object.entries(doc['paths'] as Json)) {
    must(path.startsWith('/'), `4.8.8 ${path} begins with a slash`);
    const shape = path.replace(/\{\w+\}/g, '{}');
    must(!shapes.has(shape), `4.8.8 ${path} is ambiguous`);
    shapes.add(shape);
    for (const [method, call] of Object.entries(item as Json) as [string, Json][]) {
      const at = `${method} ${path}`;
      must(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'].includes(method), `4.8.9 ${at}`);
      must(!ids.has(call['operationId']), `4.8.10 ${at} operationId is unique`);
      ids.add(call['operationId']);
      must(method !== 'get' || call['requestBody'] === undefined, `4.8.10 ${at} has no body`);
      const parameters = call['parameters'] as Json[];
      const names = parameters.map((parameter) => `${String(parameter['in'])}:${String(parameter['name'])}`);
      must(new Set(names).size === names.length, `4.8.10 ${at} parameters are unique`);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `path:${name}`);
      must(
        JSON.stringify(names.filter((name) => name.startsWith('path:'))) === JSON.stringify(inPath),
        `4.8.12 ${at} declares its path parameters`,
      );
      for (const parameter of parameters) {
        must(['path', 'query', 'header', 'cookie'].includes(String(parameter['in'])), `4.8.12 ${at} in`);
        must(parameter['in'] !== 'path' || parameter['required'] === true, `4.8.12 ${at} path parameters are required`);
        must(typeof parameter['schema'] === 'object', `4.8.12 ${at} schema`);
      }
      const responses = call['responses'] as Record<string, Json>;
      must(
        Object.keys(responses).some((status) => /^2\d\d$/.test(status)),
        `4.8.16 ${at} has a success`,
      );
      for (const [status, response] of Object.entries(responses)) {
        must(/^([1-5]\d\d|[1-5]XX|default)$/.test(status), `4.8.16 ${at} ${status}`);
        must('$ref' in response || typeof response['description'] === 'string', `4.8.17 ${at} ${status} description`);
      }
      for (const requirement of call['security'] as Json[]) {
        for (const name of Object.keys(requirement))
          must(name in ((doc['components'] as Json)['securitySchemes'] as Json), `4.8.30 ${at} ${name}`);
      }
      must(
        (call['tags'] as string[]).every((tag) => (doc['tags'] as Json[]).some(({ name }) => name === tag)),
        `4.8.22 ${at} tags`,
      );
    }
  }
  for (const [path, part] of walk(doc)) {
    const { $ref } = part;
    if (typeof $ref === 'string') must(resolve(doc, $ref) !== undefined, `4.8.23 ${path} → ${$ref}`);
    if (typeof part['pattern'] === 'string') must(isPattern(part['pattern']), `JSON Schema: ${path} pattern`);
  }
  return found;
}

function resolve(doc: Json, pointer: string): unknown {
  return pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((part, key) => (part as Json | undefined)?.[key], doc);
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

test('the document keeps the rules of OpenAPI 3.1', () => {
  expect(breaches(document as unknown as Json)).toEqual([]);
});

test('the rules find what is wrong', () => {
  const wrong = structuredClone(document) as unknown as Json;
  const paths = wrong['paths'] as Record<string, Record<string, Json>>;
  paths['/v1/sample/notes/{id}']!['get']!['parameters'] = [];
  paths['/v1/sample/notes']!['post']!['responses'] = { default: { $ref: '#/components/responses/None' } };
  expect(breaches(wrong).map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['4.8.12', '4.8.16', '4.8.23']));
});

test('what the contract says stands in the document: input, output, scope, cost, key, errors, example', () => {
  const call = document.paths['/v1/sample/notes']!['post']!;
  expect(call).toMatchObject({
    operationId: 'sample.create_note',
    tags: ['sample'],
    security: [{ bearer: ['sample:write'] }],
    'x-cost': 'normal',
    'x-errors': ['sample.no_such_asset'],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          example: { asset: 'USD/2', units: '125000' },
          schema: { required: ['asset', 'units'], additionalProperties: false },
        },
      },
    },
    responses: { 201: {}, 400: {}, 401: {}, 403: {}, 429: {}, default: { description: expect.stringContaining('sample.no_such_asset') } },
  });
  expect(call.parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }));
  expect(document.paths['/v1/sample/login']!['post']!.security).toEqual([]);
  expect(document.paths['/v1/sample/files']!['post']!.requestBody!.content).toHaveProperty(['application/xml']);
  expect(document.paths['/v1/sample/files']!['post']!.requestBody!.content).toHaveProperty(['text/xml']);
});

test('the page names every operation, its path, scope and errors, and links lead somewhere on it', () => {
  const page = docsPage(document);
  for (const { name, path, errors } of operations) {
    expect(page).toContain(`<article id="${name}">`);
    expect(page).toContain(path);
    for (const code of errors) expect(page).toContain(`id="${code}"`);
  }
  const anchors = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((id) => !anchors.has(id))).toEqual([]);
  expect(page).toContain('curl -X POST');
  expect(page).toContain('Idempotency-Key: $(uuidgen)');
});

test('the page runs nothing and loads nothing foreign, so that it works under the content policy', () => {
  const page = docsPage(document);
  expect(page).not.toMatch(/<script|style=|<style| on\w+=|javascript:/i);
  expect([...page.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(([, url]) => url)).toEqual(['/favicon.svg', '/docs.css', '/openapi.json']);
});

test('text from a contract cannot become markup', () => {
  const summary = '<script>alert("x")</script>';
  const page = docsPage(openapi({ title: '<b>', version: '1', operations: [{ ...getNote, summary }] }));
  expect(page).not.toContain('<script>');
  expect(page).not.toContain('<b>');
  expect(html`<p>${'<i>'}${[1, html`<b></b>`]}${undefined}${false}</p>`.text).toBe('<p>&#60;i&#62;1<b></b></p>');
});

test('document, page and styles are served, and not sent again to who has them', async () => {
  const server = await sampleServer();
  for (const [url, type] of [
    ['/openapi.json', 'application/json'],
    ['/docs', 'text/html'],
    ['/docs.css', 'text/css'],
  ]) {
    const reply = await server.app.inject({ url: url! });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['content-type']).toContain(type);
    const again = await server.app.inject({ url: url!, headers: { 'if-none-match': reply.headers['etag'] as string } });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  }
  expect((await server.app.inject({ url: '/openapi.json' })).json().paths).toHaveProperty(['/v1/sample/notes/{id}']);
  await server.close();
});
