import { hostAndPort } from './ask-http.ts';
import type { Outcome, Probe, Target } from './check.ts';
import { shake, type Behind, type Handshake, type Shaken } from './handshake.ts';

/** How long an alert or an answer is waited for behind the handshake. It only lets a server that says nothing wait. */
const WAIT_MS = 2_000;
/** The alerts for a client without a certificate: TLS 1.3 has one of its own, before it servers took one of these. */
const REQUIRED = /ALERT_CERTIFICATE_REQUIRED$/;
const WITHOUT = /ALERT_(?:HANDSHAKE_FAILURE|BAD_CERTIFICATE|NO_CERTIFICATE|CERTIFICATE_UNKNOWN)$/;

type Client = { certificate: string; key: string };
/** What became of a client: `unknown` is neither let in nor refused for what it showed. */
type Met = { met: 'let in' | 'refused' | 'unknown' | 'broken'; why: string };

/**
 * Whether a server demands certificates of its clients: one without any must be told so, by a server that has first shown its own;
 * that it ends a connection for another reason says nothing. A known client, where one is given, must be let in.
 */
export async function demandClientCertificate(
  probe: Probe,
  { target, wanted, client }: { target: Target; wanted: Handshake; client?: Client },
): Promise<Outcome> {
  const { host, port } = hostAndPort(target);
  const place = `${host}:${port}`;
  const behind = behindOf(target, wanted);
  const without = meetingOf(await shake(probe, { ...wanted, behind }), target, wanted);
  probe.note?.(`a client without a certificate: ${without.met}, ${without.why}`);
  if (without.met === 'broken') return { state: 'error', summary: `${place} cut the connection without saying why: ${without.why}.` };
  if (without.met === 'let in') return { state: 'fail', summary: `${place} talks to clients without a certificate: ${without.why}.` };
  if (without.met === 'unknown') return { state: 'fail', summary: `${place} does not say that it wants a certificate: ${without.why}.` };
  if (!client) return { state: 'pass', summary: `${place} refuses clients without a certificate (${without.why}).` };
  const known = meetingOf(await shake(probe, { ...wanted, behind, client }), target, wanted);
  probe.note?.(`the known client: ${known.met}, ${known.why}`);
  if (known.met === 'let in')
    return { state: 'pass', summary: `${place} refuses clients without a certificate (${without.why}) and lets the known one in.` };
  return { state: 'fail', summary: `${place} does not let the known client in either: ${known.why}.` };
}

function behindOf(target: Target, { startTls }: Handshake): Behind {
  if (startTls === 'postgres') return { send: startupOf(target), isWhole: isWholeMessage, waitMs: WAIT_MS };
  if (/^(?:https|wss):$/.test(target.url.protocol))
    return { send: requestOf(target), isWhole: ({ length }) => length > 65_536, waitMs: WAIT_MS };
  return { isWhole: ({ length }) => length > 0, waitMs: WAIT_MS };
}

function meetingOf(shaken: Shaken, target: Target, { startTls }: Handshake): Met {
  if (shaken.result === 'done') {
    if (shaken.ended && shaken.answer.length === 0) return { met: 'broken', why: 'it ended the connection behind the handshake' };
    if (startTls === 'postgres') return postgresMeeting(shaken.answer);
    return /^(?:https|wss):$/.test(target.url.protocol) ? webMeeting(shaken.answer) : { met: 'let in', why: 'the handshake is done' };
  }
  const { why, reset, sawCertificate } = shaken;
  if (!sawCertificate)
    return { met: reset ? 'broken' : 'unknown', why: `it ended the handshake with ${why} before it showed a certificate of its own` };
  if (reset) return { met: 'broken', why };
  return { met: REQUIRED.test(why) || WITHOUT.test(why) ? 'refused' : 'unknown', why };
}

const requestOf = ({ url }: Target): Buffer =>
  Buffer.from(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: rialto-readiness\r\nConnection: close\r\n\r\n`);

/** Web servers such as nginx end the handshake with everybody, and then answer 400 (to others 496) with these words. */
function webMeeting(answer: Buffer): Met {
  const text = answer.toString('latin1');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (status === undefined) return { met: 'let in', why: 'the handshake is done' };
  const isRefusal =
    status === '496' || (status === '400' && /no required ssl certificate was sent|client certificate (?:is )?required/i.test(text));
  return { met: isRefusal ? 'refused' : 'let in', why: `it answers ${status}` };
}

/** The first message of a client (protocol 3.0): who it is and which database it wants. */
function startupOf({ url }: Target): Buffer {
  const user = decodeURIComponent(url.username) || 'postgres';
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

const isWholeMessage = (answer: Buffer): boolean => answer.length >= 5 && answer.length > answer.readInt32BE(1);

/** "connection requires a valid client certificate", in the languages that PostgreSQL speaks; not that no line of pg_hba.conf fits. */
const WANTS_CERTIFICATE = /certifi[ck]a|zertifikat|сертификат|certificat|証明書|证书|인증서|πιστοποιητικ/i;

/** PostgreSQL looks at the certificate when it authenticates: its answer is the authentication, or an error with 28000. */
function postgresMeeting(answer: Buffer): Met {
  const type = String.fromCharCode(answer[0] ?? 0);
  if (type === 'R') return { met: 'let in', why: 'it goes on to the login' };
  if (type !== 'E') return { met: 'unknown', why: 'it did not answer the client' };
  const fields = new Map(
    answer
      .subarray(5)
      .toString('utf8')
      .split('\0')
      .map((field) => [field[0], field.slice(1)] as const),
  );
  const [code = '', message = ''] = [fields.get('C'), fields.get('M')];
  const isRefusal = code === '28000' && WANTS_CERTIFICATE.test(message) && !message.includes('pg_hba.conf');
  return { met: isRefusal ? 'refused' : 'unknown', why: `${code} ${message}` };
}
