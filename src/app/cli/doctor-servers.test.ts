import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, hasServer, startNats, startRedis, type TestServer } from '../../../test/support/servers.ts';
import { readConfig, type Config } from '../config.ts';
import { servers } from './doctor-servers.ts';

const configOf = (env: Record<string, string>): Config => readConfig(env, {});

describe('servers that the configuration names', () => {
  test('none are looked at where none is named', async () => {
    expect(await servers(configOf({}))).toEqual([]);
  });

  test('what does not answer is told with what to do, and without the password of its address', async () => {
    const port = await freePort();
    const found = await servers(
      configOf({
        NATS_URL: `nats://me:hunter2@127.0.0.1:${port}`,
        REDIS_URL: `redis://:hunter2@127.0.0.1:${port}`,
        SMTP_URL: `smtp://me:hunter2@127.0.0.1:${port}`,
      }),
    );
    expect(found.map(({ what, ok }) => [what, ok])).toEqual([
      ['bus', false],
      ['kv', false],
      ['mail', false],
    ]);
    for (const { advice } of found) expect(advice).toMatch(/^Check (NATS|REDIS|SMTP)_URL/);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  describe('that take mail', () => {
    const server = new SMTPServer({ authOptional: false, allowInsecureAuth: true, disabledCommands: ['STARTTLS'], onAuth });
    let port = 0;
    beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done())));
    beforeAll(() => void (port = (server.server.address() as { port: number }).port));
    afterAll(() => new Promise<void>((done) => server.close(() => done())));

    test('are well when they let us in', async () => {
      const [mail] = await servers(configOf({ SMTP_URL: `smtp://rialto:letters@127.0.0.1:${port}` }));
      expect(mail).toMatchObject({ what: 'mail', ok: true, detail: 'the server takes mail' });
    });
    test('are not when they do not', async () => {
      const [mail] = await servers(configOf({ SMTP_URL: `smtp://rialto:wrong@127.0.0.1:${port}` }));
      expect(mail).toMatchObject({ what: 'mail', ok: false, detail: expect.stringContaining('535') });
    });
  });
});

type Login = { username?: string | null | undefined; password?: string | null | undefined };
function onAuth(
  { username, password }: Login,
  _session: unknown,
  answer: (error: Error | null | undefined, login?: { user: string }) => void,
): void {
  if (username === 'rialto' && password === 'letters') answer(null, { user: 'rialto' });
  else answer(Object.assign(new Error('no'), { responseCode: 535 }));
}

describe.runIf(hasServer('nats-server'))('a NATS server', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await startNats()));
  afterAll(() => server.close());
  test('is told with its version', async () => {
    expect(await servers(configOf({ NATS_URL: server.url }))).toEqual([
      expect.objectContaining({ what: 'bus', ok: true, detail: expect.stringMatching(/^NATS \d+\.\d+\.\d+ with JetStream$/) }),
    ]);
  });
});

describe.runIf(hasServer('redis-server'))('a Redis server', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.close());
  test('is told with how long it takes to answer', async () => {
    expect(await servers(configOf({ REDIS_URL: server.url }))).toEqual([
      expect.objectContaining({ what: 'kv', ok: true, detail: expect.stringMatching(/^Redis answers in \d+ ms$/) }),
    ]);
  });
});
