import { Agent, request } from 'undici';
import { AppError } from '../../base/error.ts';
import type { Probe, Target } from './check.ts';
import { decoded, guardedLookup, plainHost, portOf } from './allow.ts';
import { readText } from './files.ts';
import { textOf } from './text-of.ts';

/** What is asked of a target. `path` is appended to the target's own; `follow` is how many redirects are followed. */
export type Ask = {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  path?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  follow?: number;
  mostBytes?: number;
};

/**
 * What came back. `ms` is the time until the last byte that was read; header names are in lower case; `cut` when the body was longer,
 * or without end: then it was hung up on.
 */
export type Answer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  cut: boolean;
  ms: number;
  shown: string;
  /** Addresses that redirects led to. */
  via: readonly string[];
};

/** A client for some requests to one target, with its connections. */
export type HttpClient = { ask(ask: Ask): Promise<Answer>; close(): Promise<void> };

const MOST_BYTES = 1 << 20;
/** Of a document in JSON that is read as a whole, such as a contract. */
export const MOST_JSON_BYTES = 16 << 20;

/**
 * Opens a client for a target. Connections go only to addresses that the settings allow, redirects only to allowed targets
 * (`readiness.target_refused` otherwise, before any contact), and the target's login only to the target itself.
 */
export async function openHttp(probe: Probe, target: Target): Promise<HttpClient> {
  if (!/^https?:$/.test(target.url.protocol))
    throw new AppError('invalid', 'readiness.target_unfit', `${target.shown} is not an address of http or https.`);
  const ca = await authorityOf(probe, target);
  const agent = new Agent({
    connections: 8,
    connect: { lookup: probe.lookup ?? guardedLookup(undefined), ...(ca !== undefined && { ca }) },
  });
  return {
    ask: (ask) => follow(probe, target, agent, ask),
    close: () => agent.destroy(),
  };
}

/** The header of a login by bearer token, from a setting. Errors: `readiness.setting_unset`. */
export function bearerOf(probe: Probe, setting: string | undefined): Record<string, string> {
  if (setting === undefined) return {};
  const token = probe.setting(setting);
  if (token === undefined || token === '')
    throw new AppError('unprocessable', 'readiness.setting_unset', `The setting ${setting} is not set.`);
  return { authorization: `Bearer ${token}` };
}

/** One request with a client of its own. */
export async function askHttp(probe: Probe, target: Target, ask: Ask): Promise<Answer> {
  const client = await openHttp(probe, target);
  try {
    return await client.ask(ask);
  } finally {
    await client.close();
  }
}

/** The private authority that a target's certificate is held against, when the settings name one. */
export async function authorityOf(probe: Probe, { ca }: Target): Promise<string | undefined> {
  if (ca === undefined) return undefined;
  const text = await readText(probe, ca, 1 << 20);
  if (text === undefined) throw new AppError('unprocessable', 'readiness.file_unreadable', `The authority ${ca} is not there.`);
  return text;
}

async function follow(probe: Probe, target: Target, agent: Agent, ask: Ask): Promise<Answer> {
  const via: string[] = [];
  let url = below(target, ask.path);
  let current: Ask = ask;
  for (let left = ask.follow ?? 0; ; left -= 1) {
    const own = url.origin === originOf(target);
    const answer = await once(probe, url, agent, { ...current, headers: headersFor(target, current, own) });
    const location = answer.headers['location'];
    if (left <= 0 || location === undefined || ![301, 302, 303, 307, 308].includes(answer.status)) return { ...answer, via };
    const next = URL.parse(location, url);
    if (!next || !/^https?:$/.test(next.protocol))
      throw new AppError('upstream', 'readiness.redirect_unfit', 'It redirects to no address.');
    probe.target(`${next.protocol}//${next.host}/`);
    via.push(`${next.protocol}//${next.host}${next.pathname}`);
    if (answer.status === 303 || (ask.method === 'POST' && answer.status < 307)) current = { method: 'GET', headers: ask.headers ?? {} };
    url = next;
  }
}

/** The address of a path below a target's own path. */
export function below(target: Target, path = ''): URL {
  const url = new URL(target.url);
  url.username = '';
  url.password = '';
  if (path === '') return url;
  const [, way = '', query] = /^([^?#]*)(\?[^#]*)?/.exec(path)!;
  url.pathname = `${url.pathname.replace(/\/$/, '')}${way}`;
  if (query !== undefined) url.search = query;
  return url;
}

const originOf = ({ url }: Target): string => `${url.protocol}//${url.host}`;

/** Other hosts get neither the target's login nor what the check sends to prove who it is. */
function headersFor({ url }: Target, { headers = {} }: Ask, own: boolean): Record<string, string> {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (!own) return Object.fromEntries(Object.entries(lower).filter(([name]) => !/^(authorization|cookie|x-api-key)$/.test(name)));
  if (url.username === '' && url.password === '') return lower;
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}`, ...lower };
}

async function once(probe: Probe, url: URL, agent: Agent, ask: Ask): Promise<Omit<Answer, 'via'>> {
  const start = performance.now();
  const reply = await request(url, {
    dispatcher: agent,
    method: ask.method ?? 'GET',
    headers: { 'accept-encoding': 'identity', 'user-agent': 'rialto-readiness', ...ask.headers },
    signal: probe.signal,
    ...(ask.body !== undefined && { body: ask.body }),
  });
  const { text, cut } = await bodyOf(reply.body, ask.mostBytes ?? MOST_BYTES);
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  const answer = { status: reply.statusCode, headers, body: text, cut, ms: roundMs(performance.now() - start), shown };
  probe.note?.(`${ask.method ?? 'GET'} ${transcript({ ...answer, via: [] })}`);
  return answer;
}

async function bodyOf(body: AsyncIterable<Uint8Array> & { destroy(): void }, mostBytes: number): Promise<{ text: string; cut: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) break;
  }
  const whole = Buffer.concat(chunks);
  return { text: textOf(whole.subarray(0, mostBytes)), cut: bytes > mostBytes };
}

/** Milliseconds with one decimal, as they are shown. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** An answer as evidence: status, headers, body. */
export function transcript({ status, headers, body, cut, shown, via }: Answer): string {
  const ways = via.map((address) => `→ ${address}`);
  const rest = cut ? [`… the body did not end within ${Buffer.byteLength(body)} bytes; the rest was not read`] : [];
  return [shown, ...ways, `HTTP ${status}`, ...rest, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join(
    '\n',
  );
}

/** The JSON of an answer, or in words that it is none. */
export function jsonOf({ body, cut, shown }: Answer): { value: unknown } | { problem: string } {
  if (cut) return { problem: `${shown} is longer than can be read` };
  try {
    return { value: JSON.parse(body) as unknown };
  } catch {
    return { problem: `${shown} did not answer with JSON` };
  }
}

/** Host and port of a target for a plain connection. Errors: `readiness.target_unfit` when it names no port. */
export function hostAndPort({ url, shown }: Target): { host: string; port: number } {
  const port = portOf(url);
  if (port === undefined || url.hostname === '')
    throw new AppError('invalid', 'readiness.target_unfit', `${shown} names no host and port.`);
  return { host: plainHost(url.hostname), port };
}
