import { Agent, request, type Dispatcher } from 'undici';
import { checkTarget, guardedLookup, type Allowed } from './target.ts';
import type { Outcome } from './retry.ts';

/** What is kept of an answer's body, in bytes. */
const REPLY_BYTES = 1_024;
const TIMEOUT_MS = 15_000;
const CONNECT_MS = 5_000;

/** What came of an attempt, with the beginning of the answer and how long it took. */
export type Sent = Outcome & { reply: string | null; latencyMs: number };

export type Sender = {
  /** One POST; never throws. Aborted by `signal` or after 15 s. */
  send(message: { url: string; headers: Record<string, string>; body: string }, signal: AbortSignal): Promise<Sent>;
  close(): Promise<void>;
};

/** Sends messages out of the house: to allowed targets only, without following redirects, with bounds on time and answer. */
export function createSender({ allowed, lanes, timeoutMs = TIMEOUT_MS }: { allowed: Allowed; lanes: number; timeoutMs?: number }): Sender {
  const agent = new Agent({
    connect: { lookup: guardedLookup(allowed), timeout: Math.min(CONNECT_MS, timeoutMs) },
    connections: lanes,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 10_000,
    maxHeaderSize: 16_384,
  });
  return {
    async send({ url, headers, body }, signal) {
      const began = performance.now();
      const done = (sent: Omit<Sent, 'latencyMs'>): Sent => ({ ...sent, latencyMs: Math.round(performance.now() - began) });
      try {
        checkTarget(url, allowed);
        const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const answer = await request(url, {
          method: 'POST',
          dispatcher: agent,
          headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Rialto-Webhooks/1' },
          body,
          signal: limit,
        });
        const retryAfterMs = retryAfterOf(answer.headers['retry-after']);
        return done({ status: answer.statusCode, error: null, retryAfterMs, reply: await beginningOf(answer.body) });
      } catch (error) {
        return done({ status: null, error: reasonOf(error), retryAfterMs: null, reply: null });
      }
    },
    close: () => agent.destroy(),
  };
}

/** The beginning of a body as text; what follows is not read. */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > REPLY_BYTES) break;
  }
  // PostgreSQL's text cannot hold a NUL.
  return Buffer.concat(parts).subarray(0, REPLY_BYTES).toString('utf8').replaceAll('\0', '');
}

/** Seconds, the form that programs send; dates are not worth trusting another's clock. */
function retryAfterOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens at the address',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be resolved',
  EHOSTUNREACH: 'the address cannot be reached',
  ENETUNREACH: 'the address cannot be reached',
  UND_ERR_SOCKET: 'the connection was closed before the answer',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer did not end in time',
  UND_ERR_HEADERS_OVERFLOW: 'the answer has too large a head',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate comes from an unknown authority',
  WEBHOOK_TARGET_PRIVATE: 'the name resolves to an address that is not public',
  'webhook.target_private': 'the address is not on the public internet',
  'webhook.url_not_https': 'the address is not https',
};

/** Words for the owner of the endpoint; nothing of our insides. */
function reasonOf(error: unknown): string {
  const { name, code, cause } = error as { name?: string; code?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return 'no answer in time';
  const known = code ?? cause?.code ?? '';
  return REASONS[known] ?? (known === '' ? 'the message could not be sent' : `the message could not be sent (${known})`);
}
