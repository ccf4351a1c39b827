import { createServer as createHttps } from 'node:https';
import { createServer as createTls, TLSSocket, type TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { bareProbe, httpOnLoopback, listen, tcpOnLoopback, type Loopback } from '../loopback.ts';
import { runCheck } from '../run-check.ts';
import { selfSigned } from '../self-signed.ts';
import { tls } from './tls.ts';

const DAY = 86_400_000;
const signed = () => selfSigned({ names: ['127.0.0.1'], fromMs: Date.now() - DAY, toMs: Date.now() + DAY });
const [server, known, stranger] = [signed(), signed(), signed()];
const root = () =>
  temporaryFolder({ 'known.pem': known.cert, 'known.key': known.key, 'stranger.pem': stranger.cert, 'stranger.key': stranger.key });
const DEMANDING: TlsOptions = { ...server, requestCert: true, rejectUnauthorized: true, ca: known.cert };
const KNOWN = { certificate: 'known.pem', key: 'known.key' };
const STRANGER = { certificate: 'stranger.pem', key: 'stranger.key' };

async function until(made: Promise<Loopback>): Promise<string> {
  const { url, end } = await made;
  onTestFinished(end);
  return url;
}

function speaking(options: TlsOptions): Promise<string> {
  const own = createTls(options, (socket) => void socket.on('error', () => {}));
  own.on('tlsClientError', () => {});
  return until(listen(own, 'tls'));
}

async function found(target: string, more: object = {}): Promise<string> {
  const { result } = await runCheck(tls, { target, clientCertificate: true, ...more }, bareProbe({ root: root() }));
  return `${result.state}: ${result.summary}`;
}

/** Agrees to TLS as PostgreSQL does, and answers the client's first message with this one. */
function postgres(type: string, body: string): Promise<string> {
  const reply = Buffer.concat([Buffer.from(type), Buffer.alloc(4), Buffer.from(body)]);
  reply.writeInt32BE(reply.length - 1, 1);
  return until(
    tcpOnLoopback((raw) => {
      raw.once('data', () => {
        raw.write('S');
        const socket = new TLSSocket(raw, { isServer: true, ...server, requestCert: true, rejectUnauthorized: false });
        socket.on('error', () => {});
        socket.once('data', () => socket.write(socket.getPeerX509Certificate() ? Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 10]) : reply));
      });
    }, 'postgresql'),
  );
}
const refusal = (message: string, code = '28000'): string => `SFATAL\0C${code}\0M${message}\0\0`;

describe('that clients must show a certificate', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('passes by %s where a client without one is told so', async (maxVersion) => {
    const url = await speaking({ ...DEMANDING, maxVersion });
    expect(await found(url)).toMatch(/^pass: .* refuses clients without a certificate/);
    expect(await found(url, { knownClient: KNOWN })).toMatch(/^pass: .* lets the known one in/);
    expect(await found(url, { knownClient: STRANGER })).toMatch(/^fail: .* known client/);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('fails by %s where one without is let in', async (maxVersion) => {
    expect(await found(await speaking({ ...server, maxVersion }))).toMatch(/^fail: .* talks to clients without/);
    expect(await found(await speaking({ ...DEMANDING, rejectUnauthorized: false, maxVersion }))).toMatch(
      /^fail: .* talks to clients without/,
    );
  });

  test('passes nowhere where no TLS is spoken', async () => {
    const alert = (code: number) => tcpOnLoopback((socket) => socket.write(Buffer.from([21, 3, 3, 0, 2, 2, code])));
    for (const made of [
      httpOnLoopback((_, reply) => void reply.end('welcome')),
      tcpOnLoopback((socket) => socket.write('garbage\r\n'.repeat(50))),
      alert(116),
      alert(40),
      alert(42),
    ])
      expect(await found(await until(made))).toMatch(/^fail: .* before it showed a certificate of its own/);
    expect(await found(await until(tcpOnLoopback((socket) => socket.destroy())))).toMatch(/^(?:error|unreachable)/);
  });

  test('passes nowhere where nobody can speak with the server', async () => {
    const old = await speaking({ ...DEMANDING, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await found(old)).toMatch(/^fail/);
    const strange = await speaking({ ...DEMANDING, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
    expect(await found(strange)).toMatch(/^fail/);
  });

  test('fails where the known client is refused, too', async () => {
    expect(await found(await speaking({ ...DEMANDING, ca: stranger.cert }), { knownClient: KNOWN })).toMatch(/^fail: .* known client/);
    expect(await found(await speaking(DEMANDING), { knownClient: { certificate: 'none.pem', key: 'known.key' } })).toMatch(/^error/);
  });

  test('is known of web servers that say so behind the handshake', async () => {
    const web = (status: number, words: string) => {
      const own = createHttps(server, (_, reply) => void reply.writeHead(status).end(words));
      own.on('tlsClientError', () => {});
      return until(listen(own, 'https'));
    };
    expect(await found(await web(400, '<center>No required SSL certificate was sent</center>'))).toMatch(/^pass/);
    expect(await found(await web(400, 'Bad Request'))).toMatch(/^fail/);
    expect(await found(await web(200, 'No required SSL certificate was sent'))).toMatch(/^fail/);
    expect(await found(await web(401, ''))).toMatch(/^fail/);
  });

  test('is known of PostgreSQL by what it says to the login', async () => {
    const ask = (url: string, more: object = {}) => found(url, { startTls: 'postgres', ...more });
    const refusing = await postgres('E', refusal('connection requires a valid client certificate'));
    expect(await ask(refusing)).toMatch(/^pass/);
    expect(await ask(refusing, { knownClient: KNOWN })).toMatch(/^pass: .* lets the known one in/);
    expect(await ask(await postgres('E', refusal('Verbindung benötigt ein gültiges Client-Zertifikat')))).toMatch(/^pass/);
    expect(await ask(await postgres('E', refusal('no pg_hba.conf entry for host "10.0.0.1", user "certificate"')))).toMatch(/^fail/);
    expect(await ask(await postgres('E', refusal('database "certificate" does not exist', '3D000')))).toMatch(/^fail/);
    expect(await ask(await postgres('R', '\0\0\0\n'))).toMatch(/^fail: .* talks to clients without/);
  });
});
