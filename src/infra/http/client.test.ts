import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createNote,
  getNote,
  listNotes,
  logIn,
  misbehave,
  sampleServer,
  type SampleServer,
  uploadFile,
} from '../../../test/support/sample-http.ts';
import { ApiError, createClient } from '../../base/client.ts';

let server: SampleServer;
let baseUrl: string;
beforeAll(async () => {
  server = await sampleServer();
  baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

const client = (token = 'good') => createClient({ baseUrl, token: () => token });
const id = '01928374-65ab-7def-8192-837465abcdef';

test('values go out and come back as the contract types them', async () => {
  const call = client();
  const made = await call(createNote, { asset: 'USD/2', units: 12n, tags: [{ at: 5 }] });
  expect(made).toMatchObject({ units: 12n, at: 1_000 });
  expect(await call(getNote, { id })).toEqual({ id, asset: 'USD/2', units: -5n, at: 0 });
  expect((await call(listNotes, { limit: 2 })).items).toHaveLength(2);
  expect((await call(listNotes, {})).items).toHaveLength(50);
});

test('a command that needs a key gets one, and a given one is sent', async () => {
  const call = client();
  await expect(call(createNote, { asset: 'USD/2', units: 1n })).resolves.toBeDefined();
  expect((await call(misbehave, { how: 'none' }, { idempotencyKey: 'mine' })).key).toBe('mine');
  expect((await call(misbehave, { how: 'none' })).key).toBeUndefined();
});

test('documents go out as they are and answers that are no JSON come back as text', async () => {
  expect(await client()(uploadFile, {}, { document: '<a/>' })).toBe('<size>4</size>');
  expect(await client()(uploadFile, {}, { document: new Uint8Array([60, 97, 47, 62]) })).toBe('<size>4</size>');
});

test('public operations are called without a credential', async () => {
  const seen: RequestInit[] = [];
  const spy: typeof fetch = (url, init) => {
    seen.push(init ?? {});
    return fetch(url, init);
  };
  await createClient({ baseUrl, token: () => 'good', fetch: spy })(logIn, { password: 'right' });
  expect(seen[0]?.headers).not.toHaveProperty('authorization');
});

test('a refusal is an ApiError with code, status, request id and the fields that do not fit', async () => {
  const failure = await client()(createNote, { asset: 'dollars', units: 0n }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ status: 400, code: 'request.invalid', requestId: expect.any(String) });
  expect((failure as ApiError).fields.map(({ pointer }) => pointer)).toEqual(['/asset', '/units']);
  await expect(client('forged')(getNote, { id })).rejects.toMatchObject({ status: 401, code: 'access.token_invalid' });
});

test('a text in a path cannot lead elsewhere', async () => {
  const seen: string[] = [];
  const spy: typeof fetch = async (url) => {
    seen.push(url as string);
    return Response.json({ requestId: 'r' });
  };
  await createClient({ baseUrl: '', fetch: spy })(misbehave, { how: '../a?b=c#d' });
  expect(seen).toEqual(['/v1/sample/trouble/..%2Fa%3Fb%3Dc%23d']);
});

test('no answer, a late answer and an answer of a proxy each have a code of their own', async () => {
  const ask = (fetch: typeof globalThis.fetch, timeoutMs = 1_000) =>
    createClient({ baseUrl: '', fetch, timeoutMs })(logIn, { password: 'x' });
  await expect(ask(() => Promise.reject(new TypeError('fetch failed')))).rejects.toMatchObject({
    status: 0,
    code: 'network.unreachable',
  });
  await expect(ask(async () => new Response('<html>', { status: 502, headers: { 'retry-after': '7' } }))).rejects.toMatchObject({
    status: 502,
    code: 'network.no_problem_document',
    retryAfterSeconds: 7,
  });
  const hang: typeof fetch = (_url, init) =>
    new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)));
  await expect(ask(hang, 1)).rejects.toMatchObject({ status: 0, code: 'network.timed_out' });
});

test('a call that the caller breaks off ends with the caller’s reason', async () => {
  const reason = new Error('page left');
  await expect(client()(getNote, { id }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
