import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request, type Dispatcher } from 'undici';
import { AppError } from '../../../base/error.ts';
import { guardedLookup } from '../../../infra/webhook/target.ts';
import { checkPlace, type Reach } from './source.ts';

/** What the server said of the file that is here already; it then need not send the same again. */
export type Known = { etag?: string | null; lastModified?: string | null };

/** A file, or that it is the one that is known. */
export type Fetched = { result: 'unchanged' } | { result: 'file'; document: Buffer; etag: string | null; lastModified: string | null };

/** Fetches lists from where the operator lets them come from. */
export type ListFetcher = {
  /** Errors: `settlement.list_unreachable` when no whole file came, `settlement.list_too_large`, `settlement.source_invalid`. */
  fetch(place: string, known: Known, signal: AbortSignal): Promise<Fetched>;
  close(): Promise<void>;
};

/** The largest list that is published today has 70 MB. */
const MOST_BYTES = 128 << 20;
const TIMEOUT_MS = 60_000;
const CONNECT_MS = 10_000;
const MOST_HOPS = 3;

type Options = Reach & { mostBytes?: number; timeoutMs?: number };

/**
 * Fetches over https (http where allowed) and from the allowed folder. Names are resolved once, and the connection goes to
 * what was looked at; redirects are followed within one host only; size and time are bounded.
 */
export function createListFetcher({ hosts, folder, mostBytes = MOST_BYTES, timeoutMs = TIMEOUT_MS }: Options): ListFetcher {
  const agent = new Agent({
    connect: { lookup: guardedLookup(hosts), timeout: Math.min(CONNECT_MS, timeoutMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 1_000,
    maxHeaderSize: 16_384,
  });
  const reach = { hosts, folder };

  async function overHttp(place: string, known: Known, signal: AbortSignal): Promise<Fetched> {
    let url = new URL(place);
    for (let hop = 0; ; hop++) {
      checkPlace(url.href, reach);
      const answer = await request(url, { method: 'GET', dispatcher: agent, headers: headersFor(known), signal });
      if (answer.statusCode === 304) {
        await answer.body.dump();
        return { result: 'unchanged' };
      }
      if (answer.statusCode === 200) return await fileOf(answer, mostBytes);
      await answer.body.dump();
      if (answer.statusCode < 300 || answer.statusCode > 399) throw unreachable(`the server answered ${answer.statusCode}`);
      if (hop === MOST_HOPS) throw unreachable('it redirects again and again');
      url = redirected(url, textOf(answer.headers['location']));
    }
  }

  return {
    async fetch(place, known, signal) {
      checkPlace(place, reach);
      try {
        if (place.startsWith('file:')) return await fromFolder(place, known, { folder: folder!, mostBytes });
        return await overHttp(place, known, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      } catch (error) {
        throw error instanceof AppError ? error : unreachable(reasonOf(error));
      }
    },
    close: () => agent.destroy(),
  };
}

const textOf = (header: string | string[] | undefined): string | null => (Array.isArray(header) ? header[0] : header) ?? null;

function headersFor({ etag, lastModified }: Known): Record<string, string> {
  return {
    // What is packed could unpack to any size.
    'accept-encoding': 'identity',
    'user-agent': 'Rialto-Lists/1',
    ...(etag && { 'if-none-match': etag }),
    ...(lastModified && { 'if-modified-since': lastModified }),
  };
}

function redirected(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from.href);
  if (!to) throw unreachable('it redirects to nowhere');
  if (to.host !== from.host || to.protocol !== from.protocol)
    throw unreachable(`it redirects to ${to.protocol}//${to.host}; set that address if it is meant`);
  return to;
}

async function fileOf({ headers, body }: Dispatcher.ResponseData, mostBytes: number): Promise<Fetched> {
  const encoding = textOf(headers['content-encoding']);
  if (encoding !== null && encoding !== 'identity') {
    await body.dump();
    throw unreachable('the server sends the file packed');
  }
  const document = await bounded(body as AsyncIterable<Buffer>, mostBytes);
  return { result: 'file', document, etag: textOf(headers['etag']), lastModified: textOf(headers['last-modified']) };
}

/** Leaving the loop closes the connection, so that nothing more is sent. */
async function bounded(parts: AsyncIterable<Buffer>, mostBytes: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let length = 0;
  for await (const part of parts) {
    length += part.length;
    if (length > mostBytes)
      throw new AppError('too_large', 'settlement.list_too_large', `The file has more than ${mostBytes} bytes. The list in force stays.`);
    taken.push(part);
  }
  return Buffer.concat(taken, length);
}

/** A file of the allowed folder, wherever links within it lead; one that was not written since is not read again. */
async function fromFolder(place: string, known: Known, { folder, mostBytes }: { folder: string; mostBytes: number }): Promise<Fetched> {
  const name = decodeURIComponent(place.slice('file:'.length).replace(/^\/\/(?=\/)/, ''));
  const root = await realpath(folder);
  const file = await realpath(path.resolve(root, name)).catch(() => undefined);
  // The same words whether it lies outside or is not there: what else the machine holds is not told.
  if (file === undefined || path.relative(root, file).startsWith('..')) throw unreachable('there is no such file in the folder for lists');
  const about = await stat(file);
  if (!about.isFile()) throw unreachable('there is no such file in the folder for lists');
  const etag = `"${about.size}-${about.mtimeMs}"`;
  if (known.etag === etag) return { result: 'unchanged' };
  return { result: 'file', document: await bounded(createReadStream(file), mostBytes), etag, lastModified: null };
}

function unreachable(why: string): AppError {
  return new AppError('upstream', 'settlement.list_unreachable', `No file came: ${why}. The list in force stays.`);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens at the address',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be resolved',
  UND_ERR_SOCKET: 'the connection ended before the file did',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the file did not come to its end in time',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection ended before the file did',
  WEBHOOK_TARGET_PRIVATE: 'the name leads to an address that is not public',
};

/** Words for whoever set the source; nothing of our insides. */
function reasonOf(error: unknown): string {
  const { name, code, cause } = error as { name?: string; code?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return 'it did not come in time';
  const known = code ?? cause?.code ?? '';
  return REASONS[known] ?? (known === '' ? 'the connection failed' : `the connection failed (${known})`);
}
