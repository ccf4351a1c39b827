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
import { Problem, requestOf, send, type SendOptions, type WireDocument, type WireInput } from '../../base/client.ts';
import type { Operation } from '../../base/operation.ts';

let server: SampleServer;
let baseUrl: string;
beforeAll(async () => {
  server = await sampleServer();
  baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

type Extras = { token?: string; key?: string; document?: WireDocument } & SendOptions;

function call<T extends Operation>(operation: T, input: WireInput<T>, { token = 'good', key, document, ...options }: Extras = {}) {
  return send(operation, requestOf(operation, input as Record<string, unknown>, { token, key, document }), { baseUrl, ...options });
}
const id = 'note_0192837465ab7def8192837465abcdef';

test('the wire form of a contract goes out and comes back', async () => {
  const made = await call(createNote, { asset: 'USD/2', units: '12', tags: [{ at: '1970-01-01T00:00:00.005Z' }] }, { key: 'k1' });
  expect(made).toMatchObject({ units: '12', at: '1970-01-01T00:00:01.000Z' });
  expect(await call(getNote, { id })).toEqual({ id, asset: 'USD/2', units: '-5', at: '1970-01-01T00:00:00.000Z' });
  expect((await call(listNotes, { limit: '2' })).items).toHaveLength(2);
  expect((await call(listNotes, {})).items).toHaveLength(50);
});

test('a key is sent when it is given', async () => {
  expect((await call(misbehave, { how: 'none' }, { key: 'mine' })).key).toBe('mine');
  expect((await call(misbehave, { how: 'none' })).key).toBeUndefined();
});

test('documents go out as they are and answers that are no JSON come back as text', async () => {
  expect(await call(uploadFile, {}, { document: '<a/>' })).toBe('<size>4</size>');
  expect(await call(uploadFile, {}, { document: new Uint8Array([60, 97, 47, 62]) })).toBe('<size>4</size>');
});

test('a refusal is a Problem with code, status, request id and the fields that do not fit', async () => {
  const failure = await call(createNote, { asset: 'dollars', units: '0' }, { key: 'k2' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Problem);
  expect(failure).toMatchObject({ status: 400, code: 'request.invalid', requestId: expect.any(String) as string });
  expect((failure as Problem).fields.map(({ pointer }) => pointer)).toEqual(['/asset', '/units']);
  await expect(call(getNote, { id }, { token: 'forged' })).rejects.toMatchObject({ status: 401, code: 'access.token_invalid' });
});

test('no answer, a late answer and an answer of a proxy each have a code of their own', async () => {
  const ask = (fetch: typeof globalThis.fetch, timeoutMs = 1_000) => call(logIn, { password: 'x' }, { fetch, timeoutMs });
  await expect(ask(() => Promise.reject(new TypeError('fetch failed')))).rejects.toMatchObject({
    status: 0,
    code: 'network.unreachable',
  });
  await expect(ask(async () => new Response('<html>', { status: 502, headers: { 'retry-after': '7' } }))).rejects.toMatchObject({
    status: 502,
    code: 'network.no_problem_document',
    retryAfterMs: 7_000,
  });
  const hang: typeof fetch = (_url, init) =>
    new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)));
  await expect(ask(hang, 1)).rejects.toMatchObject({ status: 0, code: 'network.timed_out' });
});

test('a call that the caller breaks off ends with the caller’s reason', async () => {
  const reason = new Error('page left');
  await expect(call(getNote, { id }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
