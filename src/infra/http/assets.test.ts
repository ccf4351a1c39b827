import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sampleServer, type SampleServer } from '../../../test/support/sample-http.ts';
import { readAssets } from './assets.ts';

const script = 'console.log("hello");\n'.repeat(100);
let folder: string;
let server: SampleServer | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rialto-assets-'));
  await mkdir(join(folder, 'dist/assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(folder, 'dist/assets/index-B3xK9_a1.js'), script);
  await writeFile(join(folder, 'dist/favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'dist/assets/index-B3xK9_a1.js.br'), brotliCompressSync(script));
  await writeFile(join(folder, 'dist/assets/index-B3xK9_a1.js.gz'), gzipSync(script));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => server?.close());

const start = async () => (server = await sampleServer({ consoleFolder: join(folder, 'dist') }));
const get = (url: string, headers: Record<string, string> = {}) => server!.app.inject({ url, headers });

test('hashed files are kept for good, the index is asked for each time', async () => {
  await start();
  const js = await get('/assets/index-B3xK9_a1.js');
  expect(js.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
  });
  expect(js.body).toBe(script);
  const index = await get('/');
  expect(index.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' });
  expect((await get('/', { 'if-none-match': index.headers['etag'] as string })).statusCode).toBe(304);
});

test('a caller that understands brotli or gzip gets it', async () => {
  await start();
  const url = '/assets/index-B3xK9_a1.js';
  const br = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
  expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
  expect(brotliDecompressSync(br.rawPayload).toString()).toBe(script);
  const gz = await get(url, { 'accept-encoding': 'br;q=0, gzip' });
  expect(gz.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(gz.rawPayload).toString()).toBe(script);
  expect((await get(url, { 'accept-encoding': 'identity' })).headers['content-encoding']).toBeUndefined();
});

test('pages of the console get its index, addresses of the API never do', async () => {
  await start();
  const page = { accept: 'text/html,application/xhtml+xml' };
  expect((await get('/payments/pay_1?tab=proof', page)).body).toContain('<title>console</title>');
  for (const url of ['/v1/nowhere', '/api/x', '/health/x', '/metrics/x', '/docs/x'])
    expect((await get(url, page)).json()).toMatchObject({ status: 404 });
  expect((await get('/payments')).json()).toMatchObject({ status: 404 });
  expect((await server!.app.inject({ method: 'POST', url: '/payments', headers: page })).statusCode).toBe(404);
  expect((await get('/v1/sample/login', page)).json()).toMatchObject({ status: 405 });
});

test('nothing outside the folder can be reached', async () => {
  await start();
  for (const url of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..\\secret.txt',
    '//secret.txt',
    `/${folder}/secret.txt`,
  ]) {
    const reply = await get(url);
    expect(reply.statusCode).toBeGreaterThanOrEqual(400);
    expect(reply.body).not.toContain('outside');
  }
});

test('a compressed file older than its file is not served, and a folder that is not there holds nothing', async () => {
  const old = await mkdtemp(join(tmpdir(), 'rialto-assets-'));
  await writeFile(join(old, 'a.js'), 'new');
  await writeFile(join(old, 'a.js.br'), 'stale');
  await utimes(join(old, 'a.js.br'), 1, 1);
  const assets = await readAssets(old);
  expect(assets.find('/a.js')).toMatchObject({ bytes: Buffer.from('new') });
  expect(assets.find('/a.js')!.br).toBeUndefined();
  expect(assets.find('/a.js.br')).toBeUndefined();
  await rm(old, { recursive: true });
  expect((await readAssets(old)).index).toBeUndefined();
});
