import { afterEach, expect, test } from 'vitest';
import { SAMPLE_ACTOR, sampleServer, type SampleServer } from '../../../test/support/sample-http.ts';
import type { Actor } from '../../base/context.ts';
import { usualLimits } from './limits.ts';

const KEY: Actor = { ...SAMPLE_ACTOR, kind: 'key', memberId: '01928374-65ab-7def-8192-837465abcdef' };
const USER: Actor = { ...KEY, kind: 'user', id: '01928374-65ab-7def-8192-837465abcde0' };
const OPERATOR: Actor = { ...SAMPLE_ACTOR, id: '01928374-65ab-7def-8192-837465abcde1' };

let server: SampleServer;
afterEach(() => server.close());

const start = async (actor: () => Actor) =>
  (server = await sampleServer({
    authenticate: async () => actor(),
    limits: { ...usualLimits, member: { units: 3, windowMs: 60_000 } },
  }));
const read = () => server.app.inject({ url: '/v1/sample/notes', headers: { authorization: 'Bearer x' } });
const write = (key: string) =>
  server.app.inject({
    method: 'POST',
    url: '/v1/sample/notes',
    headers: { authorization: 'Bearer x', 'idempotency-key': key, 'content-type': 'application/json' },
    payload: '{"asset":"USD/2","units":"1"}',
  });

test('a bank over its rate is answered 429 with Retry-After, whatever its programs ask', async () => {
  await start(() => KEY);
  const before = [await read(), await write('a'), await read()];
  expect(before.map(({ statusCode }) => statusCode)).toEqual([200, 201, 200]);
  for (const refused of [await read(), await write('b')]) {
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ code: 'request.too_many' });
  }
});

test('what people of a bank read on their screens does not eat its rate, what they change does', async () => {
  let actor = USER;
  await start(() => actor);
  for (let i = 0; i < 10; i++) expect((await read()).statusCode).toBe(200);
  for (const key of ['a', 'b', 'c']) expect((await write(key)).statusCode).toBe(201);
  expect((await write('d')).statusCode).toBe(429);
  actor = KEY;
  expect((await read()).statusCode).toBe(429);
  actor = OPERATOR;
  expect((await write('e')).statusCode).toBe(201);
});

test('a bank is told its rate on every answer', async () => {
  await start(() => KEY);
  const reply = await read();
  expect(reply.headers['ratelimit-policy']).toContain('"member";q=3;w=60');
  expect(reply.headers['ratelimit']).toContain('"member";r=2');
});
