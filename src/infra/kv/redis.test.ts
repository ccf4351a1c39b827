import { afterAll, describe, expect, test, vi } from 'vitest';
import { hasServer, startRedis, type TestServer } from '../../../test/support/servers.ts';
import { createKv } from './index.ts';
import { kvContract } from './kv.contract.ts';
import { redisKv } from './redis.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const LOG = { info: vi.fn(), warn: vi.fn() };

describe.skipIf(!hasServer('redis-server'))('with a Redis server', () => {
  const servers: TestServer[] = [];
  const start = async () => {
    const server = await startRedis();
    servers.push(server);
    return server;
  };
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  kvContract('kv in Redis', async () => redisKv({ url: (await start()).url }));

  test('two processes share one bucket', async () => {
    const { url } = await start();
    const [one, two] = [await redisKv({ url }), await redisKv({ url })];
    const all = await Promise.all([one, two, one, two, one].map((kv) => kv.take('shared', 1, 3, 3_600_000)));
    expect(all.filter((taken) => taken.allowed)).toHaveLength(3);
    await Promise.all([one.close(), two.close()]);
  });

  test('limits go on in this process while the server is gone, and together again when it is back', async () => {
    const server = await start();
    const onFallback = vi.fn();
    const kv = await createKv({ redisUrl: server.url, log: LOG, onFallback });
    expect((await kv.take('bank', 1, 2, 3_600_000)).remaining).toBe(1);
    await server.kill();
    expect(await kv.take('bank', 2, 2, 3_600_000)).toMatchObject({ allowed: true, remaining: 0 });
    expect((await kv.take('bank', 1, 2, 3_600_000)).allowed).toBe(false);
    expect(onFallback).toHaveBeenCalledTimes(2);
    expect(LOG.warn).toHaveBeenCalledTimes(1);
    await server.start();
    const fallbacks = () => onFallback.mock.calls.length;
    await vi.waitFor(
      async () => {
        const before = fallbacks();
        await kv.get('anything');
        expect(fallbacks()).toBe(before);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(LOG.info).toHaveBeenCalledWith('shared kv is back');
    await kv.close();
  });

  test('health and log tell that the server is gone and that it is back, though nobody asks for a value', async () => {
    const server = await start();
    const log = { info: vi.fn(), warn: vi.fn() };
    const kv = await createKv({ redisUrl: server.url, log });
    expect(await kv.check()).toMatchObject({ ok: true, detail: expect.stringContaining('Redis answers') as string });
    await server.kill();
    await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1), WAIT);
    expect(await kv.check()).toMatchObject({ ok: false, detail: expect.stringContaining('Redis does not answer') as string });
    await server.start();
    await vi.waitFor(() => expect(log.info).toHaveBeenCalledTimes(1), WAIT);
    expect(await kv.check()).toMatchObject({ ok: true });
    expect(log.warn).toHaveBeenCalledTimes(1);
    await kv.close();
  });
});

test('a Redis that was never there keeps nobody from starting', async () => {
  const kv = await createKv({ redisUrl: 'redis://127.0.0.1:1', log: LOG });
  await kv.set('key', 'value', 60_000);
  expect(await kv.get('key')).toBe('value');
  await kv.close();
});
