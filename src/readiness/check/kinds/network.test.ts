import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import type { CheckKind, Probe } from '../check.ts';
import { bareProbe, closedPort, httpOnLoopback, listen, loopbackTarget, tcpOnLoopback, type Loopback } from '../loopback.ts';
import { dnsOnLoopback } from '../loopback-dns.ts';
import { runCheck } from '../run-check.ts';
import { selfSigned } from '../self-signed.ts';
import { readSettings } from '../settings.ts';
import { createProbe } from '../targets.ts';
import { dns } from './dns.ts';
import { headers } from './headers.ts';
import { http } from './http.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import { ws } from './ws.ts';

async function until(started: Promise<Loopback>): Promise<Loopback> {
  const loopback = await started;
  onTestFinished(() => loopback.end());
  return loopback;
}
const found = async (kind: CheckKind, params: object, probe: Partial<Probe> = {}) =>
  (await runCheck(kind, params, bareProbe(probe), { timeoutMs: 5_000 })).result;
const stateOf = async (kind: CheckKind, params: object, probe: Partial<Probe> = {}) => {
  const { state, summary } = await found(kind, params, probe);
  return `${state}: ${summary}`;
};

describe('http', () => {
  test('passes on the demanded status, body, JSON, header and speed, and tells what it measured', async () => {
    const { url } = await until(
      httpOnLoopback((request, reply) => {
        reply.setHeader('x-version', '1.4.2');
        reply.end(JSON.stringify({ status: 'ok', got: request.headers.authorization, pool: 7 }));
      }),
    );
    const params = {
      target: url,
      path: '/health?deep=1',
      status: [200],
      contains: ['"ok"'],
      notContains: ['down'],
      matches: ['"pool":\\d'],
      bearerFrom: 'TOKEN',
      maxMs: 5_000,
      samples: 3,
      percentile: 95,
      json: [
        { at: '$.status', op: '=', value: 'ok' },
        { at: '$.pool', op: '<=', value: 10 },
      ],
      answerHeaders: [
        { name: 'X-Version', matches: '^1\\.' },
        { name: 'server', absent: true },
      ],
    };
    const result = await found(http, params, { setting: (name) => (name === 'TOKEN' ? 'abc' : undefined) });
    expect(result).toMatchObject({ state: 'pass', asked: `GET ${url}/health?deep=1` });
    expect(result.measurements.find(({ name }) => name === 'p95')).toMatchObject({ samples: 3, unit: 'ms', demanded: '<= 5000 ms' });
  });

  test.each([
    [{ status: [204] }, 'demanded 204'],
    [{ contains: ['absent'] }, 'does not contain'],
    [{ notContains: ['hello'] }, 'contains "hello"'],
    [{ json: [{ at: '$.a', op: 'exists' }] }, 'did not answer with JSON'],
    [{ answerHeaders: [{ name: 'x-missing' }] }, 'x-missing is missing'],
    [{ maxMs: 0.000_1 }, 'demanded at most'],
    [{ redirectsTo: 'https://' }, 'does not redirect'],
    [{ minBytes: 100 }, 'demanded 100'],
  ])('fails on %j', async (params, reason) => {
    const { url } = await until(httpOnLoopback((_, reply) => void reply.end('hello')));
    expect(await stateOf(http, { target: url, ...params })).toMatch(new RegExp(`^fail: .*${reason}`));
  });

  test('holds an answer without end by its status and headers alone, hangs up on it, and says so; nothing else of it holds', async () => {
    let hungUp = 0;
    const { url, end } = await httpOnLoopback((_, reply) => {
      const more = (): void => void (reply.destroyed || reply.write('{"a":1}'.repeat(10_000), () => setImmediate(more)));
      reply.once('close', () => (hungUp += 1));
      more();
    });
    onTestFinished(end);
    const { result, output } = await runCheck(http, { target: url, status: [200] }, bareProbe());
    expect([result.state, result.summary]).toEqual(['pass', expect.stringContaining('its body was not read to the end')]);
    expect(output).toContain('the body did not end within 1048576 bytes; the rest was not read');
    await expect.poll(() => hungUp).toBe(1);
    expect(await stateOf(http, { target: url, maxMs: 60_000 })).toMatch(/^fail: the body is too long to be timed whole/);
    expect(await stateOf(http, { target: url, notContains: ['b'] })).toMatch(/^fail: the body is too long to be searched whole/);
    expect(await stateOf(http, { target: url, json: [{ at: '$.a', op: '=', value: 1 }] })).toMatch(/^fail: .* is longer than can be read/);
  });

  test('reads a document in JSON whole that is longer than other answers may be', async () => {
    const { url, end } = await httpOnLoopback((_, reply) => void reply.end(JSON.stringify({ x: 'x'.repeat(3_000_000), a: 1 })));
    onTestFinished(end);
    expect(await stateOf(http, { target: url, json: [{ at: '$.a', op: '=', value: 1 }] })).toMatch(/^pass/);
    expect(await stateOf(http, { target: url, notContains: ['y'] })).toMatch(/^fail/);
  });

  test('is unreachable where nobody listens or nobody answers, and an error where it may not ask', async () => {
    expect((await found(http, { target: `http://127.0.0.1:${await closedPort()}` })).state).toBe('unreachable');
    const { url } = await until(tcpOnLoopback(() => {}));
    expect((await runCheck(http, { target: url.replace('tcp', 'http') }, bareProbe(), { timeoutMs: 30 })).result.state).toBe('unreachable');
    expect((await found(http, { target: 'https://example.com' })).state).toBe('error');
    expect((await found(http, { target: url })).summary).toContain('not an address of http');
  });

  test('demands where a redirect leads', async () => {
    const { url } = await until(httpOnLoopback((_, reply) => void reply.writeHead(308, { location: 'https://api.example/' }).end()));
    expect((await found(http, { target: url, redirectsTo: 'https://api.example', status: [301, 308] })).state).toBe('pass');
    expect(await stateOf(http, { target: url, redirectsTo: 'https://other' })).toContain('fail');
  });

  test.each([
    ['https://web.example/app/login?a=1', 'https://web.example', 'pass'],
    ['https://web.example/app/login', 'https://web.example/app', 'pass'],
    ['https://web.example/application', 'https://web.example/app', 'fail'],
    ['https://web.example.stranger.invalid/', 'https://web.example', 'fail'],
    ['https://web.example:18999/', 'https://web.example:1899', 'fail'],
    ['https://web.example@stranger.invalid/', 'https://web.example', 'fail'],
    ['https://a:b@web.example/', 'https://web.example', 'fail'],
    ['http://web.example/', 'https://web.example', 'fail'],
    ['https://127.0.0.1/', 'https://', 'pass'],
    ['https://127.0.0.1:8443/x', 'https://', 'pass'],
    ['https://stranger.invalid/', 'https://', 'fail'],
    ['http://127.0.0.1/', 'https://', 'fail'],
    ['/login', 'https://', 'fail'],
    ['//stranger.invalid/', 'https://', 'fail'],
    ['https://web.example/', 'web.example', 'error'],
  ])('of a redirect to %s demands %s by origin and path: %s', async (location, redirectsTo, state) => {
    const { url } = await until(httpOnLoopback((_, reply) => void reply.writeHead(301, { location }).end()));
    expect((await found(http, { target: url, redirectsTo })).state).toBe(state);
  });

  test('believes a private authority only where the settings name it', async () => {
    const { cert, key } = selfSigned({ names: ['127.0.0.1', 'localhost'], fromMs: Date.now() - 1_000, toMs: Date.now() + 86_400_000 });
    const { url } = await until(
      listen(
        createHttps({ cert, key }, (_, reply) => void reply.end('ok')),
        'https',
      ),
    );
    const root = temporaryFolder({ 'ca.pem': cert });
    const probe = (more: string) =>
      createProbe({ settings: readSettings(`version: 1\ntargets: { api: { url: "${url}"${more} } }\n`, root), environment: {} });
    expect((await runCheck(http, { target: 'api' }, probe(', ca: ca.pem'))).result.state).toBe('pass');
    expect((await runCheck(http, { target: 'api' }, probe(''))).result.state).toBe('error');
  });
});

describe('headers', () => {
  const good = {
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
  };

  test('passes with the whole set and an origin that alone is let in', async () => {
    const { url } = await until(
      httpOnLoopback((request, reply) => {
        if (request.headers.origin === 'https://console.example') reply.setHeader('access-control-allow-origin', request.headers.origin);
        reply.writeHead(200, good).end();
      }),
    );
    const params = {
      target: url,
      hstsDays: 180,
      cors: { allowed: ['https://console.example'] },
      demands: [{ name: 'strict-transport-security', contains: 'includesubdomains' }],
    };
    expect((await found(headers, params)).state).toBe('pass');
    expect(await stateOf(headers, { ...params, hstsDays: 700 })).toContain('HSTS holds for 365 days');
    expect(await stateOf(headers, { ...params, cors: { allowed: ['https://b.example'] } })).toContain('https://b.example gets no leave');
  });

  test('fails when any origin is echoed', async () => {
    const { url } = await until(
      httpOnLoopback(
        (request, reply) =>
          void reply
            .setHeader('access-control-allow-origin', request.headers.origin ?? '*')
            .writeHead(200, good)
            .end(),
      ),
    );
    expect(await stateOf(headers, { target: url, cors: {} })).toContain('a strange origin is answered with leave');
  });
});

describe('tcp', () => {
  test('passes on an open port, and on a closed one that must be closed', async () => {
    const { url } = await until(tcpOnLoopback((socket) => socket.end()));
    expect((await found(tcp, { target: url, maxMs: 5_000 })).state).toBe('pass');
    expect((await found(tcp, { target: `tcp://127.0.0.1:${await closedPort()}`, state: 'closed' })).state).toBe('pass');
  });

  test('never calls a port closed because it cannot be reached', async () => {
    const silent = {
      target: () => loopbackTarget('tcp://localhost:9'),
      lookup: ((_: string, __: object, done: (error: Error) => void) =>
        done(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }))) as never,
    };
    expect((await found(tcp, { target: 'tcp://localhost:9', state: 'closed' }, silent)).state).toBe('unreachable');
    expect((await found(tcp, { target: 'tcp://localhost:9', state: 'closed', control: 'tcp://localhost:9' }, silent)).state).toBe(
      'unreachable',
    );
  });
});

describe('tls', () => {
  const DAY = 86_400_000;
  async function server(
    options: TlsOptions,
    certificate = { names: ['127.0.0.1', 'api.example'], fromMs: Date.now() - DAY, toMs: Date.now() + 90 * DAY },
  ) {
    const signed = selfSigned(certificate);
    const own = createTls({ ...signed, ...options }, (socket) => void socket.on('error', () => {}));
    own.on('tlsClientError', () => {});
    const { url } = await until(listen(own, 'tls'));
    return { url, root: temporaryFolder({ 'ca.pem': signed.cert }) };
  }

  test('passes on a trusted certificate with days left and the right versions', async () => {
    const { url, root } = await server({ minVersion: 'TLSv1.3' });
    const params = {
      target: url,
      ca: 'ca.pem',
      minDaysLeft: 30,
      names: ['api.example'],
      accepts: ['TLSv1.3'],
      refuses: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
      grade: 'A',
    };
    const result = await found(tls, params, { root });
    expect(`${result.state} ${result.summary}`).toMatch(/^pass/);
    expect(result.measurements).toContainEqual({ name: 'TLSv1.1', value: 'refused', demanded: 'refused' });
    expect(await stateOf(tls, { ...params, names: ['other.example'] }, { root })).toContain('not for other.example');
    expect(await stateOf(tls, { ...params, serverName: 'wrong.example' }, { root })).toContain('not trusted');
    expect(await stateOf(tls, { ...params, accepts: ['TLSv1.2'], refuses: [], grade: 'A+' }, { root })).toContain(
      'TLSv1.2 is refused; A+ needs HSTS',
    );
  });

  test('gives an A+ only with HSTS of half a year', async () => {
    const { cert, key } = selfSigned({ names: ['127.0.0.1'], fromMs: Date.now() - DAY, toMs: Date.now() + 90 * DAY });
    const root = temporaryFolder({ 'ca.pem': cert });
    const grade = async (seconds: number) => {
      const own = createHttps({ cert, key }, (_, reply) => void reply.setHeader('strict-transport-security', `max-age=${seconds}`).end());
      own.on('tlsClientError', () => {});
      const { url } = await until(listen(own, 'https'));
      return stateOf(tls, { target: url, ca: 'ca.pem', grade: 'A+' }, { root });
    };
    expect(await grade(15_552_000)).toMatch(/^pass/);
    expect(await grade(86_400)).toBe('fail: HSTS holds for 86400 s, at least 15552000 are demanded for A+.');
  });

  test('fails on an old version that is still accepted', async () => {
    const { url, root } = await server({ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await stateOf(tls, { target: url, ca: 'ca.pem', refuses: ['TLSv1.1'] }, { root })).toBe('fail: TLSv1.1 is accepted.');
    expect(await stateOf(tls, { target: url, ca: 'ca.pem', grade: 'A' }, { root })).toContain('TLSv1 is accepted; TLSv1.1 is accepted');
  });

  test('holds the certificate against the clock of the check', async () => {
    const { url, root } = await server({});
    const clock = { now: () => Date.now() + 85 * DAY };
    expect(await stateOf(tls, { target: url, ca: 'ca.pem', minDaysLeft: 30 }, { root, clock })).toMatch(
      /fail: the certificate holds for [45] more days/,
    );
    expect(await stateOf(tls, { target: url, ca: 'ca.pem' }, { root, clock: { now: () => Date.now() + 100 * DAY } })).toContain('ended at');
  });

  test('knows whether clients must show a certificate, in every version', async () => {
    const signed = selfSigned({ names: ['127.0.0.1'], fromMs: Date.now() - DAY, toMs: Date.now() + DAY });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const closed = await server({ requestCert: true, rejectUnauthorized: true, ca: signed.cert, maxVersion });
      expect(await stateOf(tls, { target: closed.url, clientCertificate: true })).toMatch(/^pass/);
      const open = await server({ maxVersion });
      expect(await stateOf(tls, { target: open.url, clientCertificate: true })).toMatch(/^fail/);
    }
  });

  test('is unreachable where nobody listens, and fails where somebody speaks no TLS', async () => {
    expect((await found(tls, { target: `tls://127.0.0.1:${await closedPort()}` })).state).toBe('unreachable');
    const { url } = await until(httpOnLoopback((_, reply) => void reply.end()));
    expect((await found(tls, { target: url })).state).toBe('fail');
  });
});

describe('dns', () => {
  test('passes when all name servers agree, for every kind of record', async () => {
    const zone = { localhost: { a: ['127.0.0.1', '127.0.0.2'], txt: ['v=spf1 -all'], mx: ['mail.example'], cname: 'web.example' } };
    const [one, other] = [await until(dnsOnLoopback(zone)), await until(dnsOnLoopback(zone))];
    const ask = (params: object) => stateOf(dns, { target: 'dns://localhost', resolvers: [one.url, other.url], ...params });
    expect(await ask({ type: 'A', equals: ['127.0.0.2', '127.0.0.1'] })).toMatch(/^pass/);
    expect(await ask({ type: 'A', includes: ['127.0.0.2'] })).toMatch(/^pass/);
    expect(await ask({ type: 'TXT', contains: '-all' })).toMatch(/^pass/);
    expect(await ask({ type: 'MX', includes: ['mail.example'] })).toMatch(/^pass/);
    expect(await ask({ type: 'CNAME', equals: ['web.example'] })).toMatch(/^pass/);
    expect(await ask({ type: 'AAAA' })).toContain('localhost has no AAAA');
    expect(await ask({ type: 'A', includes: ['10.0.0.1'] })).toContain('lacks 10.0.0.1');
    expect(await ask({ type: 'PTR' })).toMatch(/^error/);
  });

  test('is unreachable where no name server answers', async () => {
    expect((await found(dns, { target: 'dns://localhost', type: 'A', resolvers: [`dns://127.0.0.1:${await closedPort()}`] })).state).toBe(
      'unreachable',
    );
  });
});

describe('ws', () => {
  async function server(greet?: string) {
    const own = createHttp();
    const sockets = new WebSocketServer({
      server: own,
      verifyClient: ({ origin }: { origin?: string }) => origin !== 'https://evil.invalid',
    });
    sockets.on('connection', (socket) => greet !== undefined && socket.send(greet));
    onTestFinished(() => sockets.close());
    return until(listen(own, 'ws'));
  }

  test('passes when it opens, answers pings and sends its first message', async () => {
    const { url } = await server('{"type":"welcome"}');
    const params = { target: url, pongWithinMs: 5_000, messageWithinMs: 5_000, messageContains: 'welcome' };
    expect((await found(ws, params)).state).toBe('pass');
    expect(await stateOf(ws, { ...params, messageContains: 'goodbye' })).toContain('does not contain "goodbye"');
  });

  test('passes when a strange origin is refused, and fails when it is not', async () => {
    const { url } = await server();
    expect((await found(ws, { target: url, origin: 'https://evil.invalid', refusedWith: [401, 403] })).state).toBe('pass');
    expect((await found(ws, { target: url, origin: 'https://console.example', refusedWith: [401, 403] })).state).toBe('fail');
    expect((await found(ws, { target: `ws://127.0.0.1:${await closedPort()}`, refusedWith: [403] })).state).toBe('unreachable');
  });

  test('never passes where everybody is refused: a login that is missing is no strange origin', async () => {
    const own = createHttp();
    const sockets = new WebSocketServer({
      server: own,
      verifyClient: ({ req }: { req: IncomingMessage }) => req.headers.authorization === 'Bearer abc',
    });
    onTestFinished(() => sockets.close());
    const { url } = await until(listen(own, 'ws'));
    const stranger = { target: url, origin: 'https://evil.invalid', refusedWith: [401, 403] };
    const probe = { setting: (name: string) => (name === 'TOKEN' ? 'abc' : 'wrong-token') };
    expect((await found(ws, stranger, probe)).state).toBe('fail');
    // With a login the stranger gets in: it was the login that was missing.
    expect((await found(ws, { ...stranger, bearerFrom: 'TOKEN' }, probe)).state).toBe('fail');
    expect((await found(ws, { target: url, refusedWith: [401], letsIn: { bearerFrom: 'TOKEN' } }, probe)).state).toBe('pass');
    expect((await found(ws, { target: url, refusedWith: [401], letsIn: { bearerFrom: 'OTHER' } }, probe)).state).toBe('fail');
  });
});
