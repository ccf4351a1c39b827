import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type DetailedPeerCertificate, type SecureVersion, type TLSSocket } from 'node:tls';
import { AppError } from '../../base/error.ts';
import type { Probe } from './check.ts';
import { connect } from './connect.ts';

export type Handshake = {
  host: string;
  port: number;
  serverName: string;
  /** Authority beside those that Node trusts. */
  ca?: string;
  version?: SecureVersion;
  ciphers?: string;
  /** Asks a PostgreSQL server for TLS first. */
  startTls?: 'postgres';
  /** Shows this certificate of a client; both PEM. */
  client?: { certificate: string; key: string };
  /** Goes on behind the handshake, where TLS 1.3, PostgreSQL and web servers refuse clients. */
  behind?: Behind;
};

/** What is said behind a handshake, when the answer is whole, and how long it is waited for. */
export type Behind = { send?: Buffer; isWhole(answer: Buffer): boolean; waitMs: number };

/**
 * What a handshake ended with. `reset` is a connection that was cut instead of an alert; `sawCertificate` says that the server had
 * shown its own certificate before, so that it speaks TLS and what it refuses is the client.
 */
export type Shaken =
  | {
      result: 'done';
      protocol: string;
      cipher: string;
      certificate: X509Certificate | undefined;
      trusted: boolean;
      why: string;
      chain: readonly string[];
      /** What it answered behind the handshake, and whether it then ended the connection. */
      answer: Buffer;
      ended: boolean;
    }
  | { result: 'refused'; why: string; reset: boolean; sawCertificate: boolean };

/** What this machine itself cannot offer; it says nothing about the other side. */
const OURS = /NO_PROTOCOLS_AVAILABLE|NO_CIPHER_MATCH|NO_CIPHERS_AVAILABLE|UNSUPPORTED_PROTOCOL_VERSION|INVALID_PROTOCOL_VERSION/;

/**
 * Tries one TLS handshake without believing the certificate. Throws what the network says when there is no connection at all,
 * and `readiness.tls_not_offered` when this machine cannot offer what is to be tried.
 */
export async function shake(probe: Probe, wanted: Handshake): Promise<Shaken> {
  const shaken = await tryOne(probe, wanted);
  const offered = [wanted.version, wanted.ciphers && 'without forward secrecy'].filter(Boolean).join(' ') || 'any version';
  const asked = `${offered}${wanted.client ? ' with a certificate' : ''}`;
  const found =
    shaken.result === 'done'
      ? `${shaken.protocol} ${shaken.cipher}${shaken.trusted ? '' : `, not trusted: ${shaken.why}`}`
      : `refused: ${shaken.why}`;
  probe.note?.(`${wanted.host}:${wanted.port} as ${wanted.serverName}, offered ${asked}: ${found}`);
  return shaken;
}

async function tryOne(probe: Probe, wanted: Handshake): Promise<Shaken> {
  const raw = await connect(probe, wanted);
  try {
    if (wanted.startTls) await askPostgres(raw);
    return await new Promise((resolve, reject) => {
      const socket = connectTls({ socket: raw, ...optionsOf(wanted) });
      let sawCertificate = false;
      // The first secret that both sides can only know when the server has shown its certificate (1.2: `CLIENT_RANDOM`).
      socket.on(
        'keylog',
        (line: Buffer) => (sawCertificate ||= /^(?:CLIENT_RANDOM|CLIENT_TRAFFIC_SECRET_0) /.test(line.toString('latin1'))),
      );
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (OURS.test(error.code ?? '')) reject(notOffered(wanted));
        else if (probe.signal.aborted) reject(error);
        else
          resolve({
            result: 'refused',
            why: error.code ?? error.message,
            reset: !(error.code ?? '').startsWith('ERR_SSL'),
            sawCertificate,
          });
      });
      socket.once('secureConnect', () => {
        const done = doneOf(socket, wanted);
        if (!wanted.behind) return resolve(done);
        void answerTo(socket, wanted.behind).then((said) => resolve({ ...done, ...said }));
      });
      socket.once('close', () => resolve({ result: 'refused', why: 'it closed the connection', reset: true, sawCertificate }));
    });
  } finally {
    raw.destroy();
  }
}

function optionsOf({ serverName, ca, version, ciphers, client }: Handshake): ConnectionOptions {
  return {
    ...(isIP(serverName) === 0 && { servername: serverName }),
    rejectUnauthorized: false,
    // The name is compared below: by itself Node would look for `localhost` where there is an address.
    checkServerIdentity: () => undefined,
    ...(ca !== undefined && { ca }),
    ...(client && { cert: client.certificate, key: client.key }),
    ...(version && { minVersion: version, maxVersion: version }),
    ...((ciphers ?? version) && { ciphers: ciphers ?? 'DEFAULT@SECLEVEL=0' }),
  };
}

/** What the server says until it is enough, until it ends its side properly, or until the time is over. An alert comes as an error. */
function answerTo(socket: TLSSocket, { send, isWhole, waitMs }: Behind): Promise<{ answer: Buffer; ended: boolean }> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const timer = setTimeout(() => resolve({ answer, ended: false }), waitMs);
    socket.once('close', () => clearTimeout(timer));
    socket.once('end', () => resolve({ answer, ended: true }));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (isWhole(answer)) resolve({ answer, ended: false });
    });
    if (send) socket.write(send);
  });
}

function doneOf(socket: TLSSocket, { serverName }: Handshake): Extract<Shaken, { result: 'done' }> {
  const certificate = socket.getPeerX509Certificate();
  const named = certificate !== undefined && isFor(certificate, serverName);
  const why = socket.authorized ? (named ? '' : `the certificate is not for ${serverName}`) : String(socket.authorizationError);
  return {
    result: 'done',
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    certificate,
    trusted: socket.authorized && named,
    why,
    chain: chainOf(socket),
    answer: Buffer.alloc(0),
    ended: false,
  };
}

/** The certificates that the server sent, from its own up to the root, each in one line. */
function chainOf(socket: TLSSocket): string[] {
  const lines: string[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  for (const seen = new Set<string>(); next?.fingerprint256 && !seen.has(next.fingerprint256); next = next.issuerCertificate) {
    seen.add(next.fingerprint256);
    lines.push(
      `${nameOf(next.subject)}, by ${nameOf(next.issuer)}, from ${next.valid_from} to ${next.valid_to}, sha256 ${next.fingerprint256}`,
    );
  }
  return lines;
}

const nameOf = (name: object | undefined): string =>
  Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ') || 'nobody';

/** Whether a certificate is for a name or an address. */
export function isFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function notOffered({ version, ciphers }: Handshake): AppError {
  return new AppError(
    'unavailable',
    'readiness.tls_not_offered',
    `This machine cannot offer ${version ?? ciphers ?? 'TLS'}, so it was not tried.`,
  );
}

/** PostgreSQL's request for TLS: eight bytes, answered by `S` when it has some. */
function askPostgres(socket: NodeJS.ReadWriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('end', () => reject(Object.assign(new Error('the server closed the connection'), { code: 'ECONNRESET' })));
    socket.once('data', (reply: Buffer) =>
      reply.toString('latin1') === 'S' ? resolve() : reject(new AppError('upstream', 'readiness.tls_absent', 'The server speaks no TLS.')),
    );
    socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  });
}
