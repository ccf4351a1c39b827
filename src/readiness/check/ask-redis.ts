import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { decoded } from './allow.ts';
import { authorityOf, hostAndPort } from './ask-http.ts';
import type { Probe, Target } from './check.ts';
import { connect } from './connect.ts';

/** An answer of Redis: text, a number, nothing, a list, or a refusal in its own words. */
export type Reply = string | number | null | readonly Reply[] | { refused: string };

/** A connection that sends only commands that read. */
export type RedisClient = { ask(command: Reading, ...words: readonly string[]): Promise<Reply>; close(): void };

type Reading = 'PING' | 'INFO' | 'CONFIG GET' | 'DBSIZE' | 'SENTINEL CKQUORUM' | 'SENTINEL GET-MASTER-ADDR-BY-NAME' | 'PTTL' | 'EXISTS';

const MOST_BYTES = 4 << 20;

/** Connects, and logs in with the target's login unless `anonymous`. A refused login is the answer of `login`. */
export async function openRedis(
  probe: Probe,
  target: Target,
  anonymous = false,
): Promise<{ client: RedisClient; login: Reply | undefined }> {
  const place = hostAndPort(target);
  const raw = await connect(probe, place);
  const ca = await authorityOf(probe, target);
  const socket =
    target.url.protocol === 'rediss:'
      ? connectTls({ socket: raw, ...(isIP(place.host) === 0 && { servername: place.host }), ...(ca !== undefined && { ca }) })
      : raw;
  const send = sender(socket);
  const { username, password } = target.url;
  const words = [username, password].filter((word) => word !== '').map(decoded);
  const login = anonymous || password === '' ? undefined : await send(['AUTH', ...words]);
  return {
    login,
    client: { ask: (command, ...rest) => send([...command.split(' '), ...rest]), close: () => raw.destroy() },
  };
}

/** Sends one command after the other and gives each its answer. */
function sender(socket: Socket): (words: readonly string[]) => Promise<Reply> {
  let pending = Buffer.alloc(0);
  let waiting: { resolve(reply: Reply): void; reject(error: unknown): void } | undefined;
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error;
    waiting?.reject(failure);
  };
  socket.on('error', fail);
  socket.on('close', () => fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    if (pending.length > MOST_BYTES) return void socket.destroy(new Error('the answer is too long'));
    try {
      const read = readReply(pending, 0);
      if (!read || !waiting) return;
      pending = pending.subarray(read.next);
      const { resolve } = waiting;
      waiting = undefined;
      resolve(read.reply);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  return (words) =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting = { resolve, reject };
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    });
}

/** Reads one value of RESP 2 from an offset; undefined when it is not all there. Throws for what is no RESP. */
function readReply(bytes: Buffer, at: number): { reply: Reply; next: number } | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const type = String.fromCharCode(bytes[at]!);
  const line = bytes.toString('utf8', at + 1, end);
  const next = end + 2;
  if (type === '+') return { reply: line, next };
  if (type === '-') return { reply: { refused: line }, next };
  if (type === ':') return { reply: Number(line), next };
  const length = Number(line);
  if ((type !== '$' && type !== '*') || !Number.isInteger(length)) throw new Error('the answer is not of Redis');
  if (length < 0) return { reply: null, next };
  if (type === '*') return readList(bytes, next, length);
  if (bytes.length < next + length + 2) return undefined;
  return { reply: bytes.toString('utf8', next, next + length), next: next + length + 2 };
}

function readList(bytes: Buffer, from: number, length: number): { reply: Reply; next: number } | undefined {
  const replies: Reply[] = [];
  let next = from;
  for (let index = 0; index < length; index += 1) {
    const read = readReply(bytes, next);
    if (!read) return undefined;
    replies.push(read.reply);
    next = read.next;
  }
  return { reply: replies, next };
}

/** Whether an answer is a refusal. */
export function isRefused(reply: Reply | undefined): reply is { refused: string } {
  return typeof reply === 'object' && reply !== null && 'refused' in reply;
}
