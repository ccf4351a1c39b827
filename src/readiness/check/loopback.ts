import { createServer as createHttp, type RequestListener } from 'node:http';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../base/time.ts';
import type { Probe, Target } from './check.ts';
import { guardedLookup, targetRefused } from './allow.ts';

/** A situation that a negative fixture makes: an address on loopback, and how to take it away. */
export type Loopback = { url: string; port: number; end(): Promise<void> };

/** A web server on a free port of loopback. */
export function httpOnLoopback(handle: RequestListener): Promise<Loopback> {
  return listen(createHttp(handle), 'http');
}

/** A plain server on a free port of loopback; `greet` gets every connection. */
export function tcpOnLoopback(greet: (socket: Socket) => void, scheme = 'tcp'): Promise<Loopback> {
  return listen(
    createServer((socket) => {
      socket.on('error', () => {});
      greet(socket);
    }),
    scheme,
  );
}

/** Starts any server of Node on a free port of loopback; ending it also ends its connections. */
export async function listen(server: Server, scheme: string): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    async end() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port of loopback that nobody listens on. */
export async function closedPort(): Promise<number> {
  const { port, end } = await tcpOnLoopback((socket) => socket.destroy());
  await end();
  return port;
}

/** A temporary folder with these files, some of them so many milliseconds old. */
export async function folderOf(
  files: Readonly<Record<string, string>>,
  agesMs: Readonly<Record<string, number>> = {},
): Promise<{ root: string; end(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'rialto-readiness-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
    const at = new Date(Date.now() - (agesMs[name] ?? 0));
    await utimes(join(root, name), at, at);
  }
  return { root, end: () => rm(root, { recursive: true, force: true }) };
}

/** A probe that knows nothing but what is given: the ground of fixtures. Targets are addresses of loopback. */
export function bareProbe(given: Partial<Probe> = {}): Probe {
  return {
    signal: new AbortController().signal,
    clock: systemClock,
    root: tmpdir(),
    lookup: guardedLookup(undefined),
    target: loopbackTarget,
    setting: () => undefined,
    ...given,
  };
}

/** Any address of this machine as a target, with its login if it has one. */
export function loopbackTarget(address: string): Target {
  const url = URL.parse(address);
  if (!url || !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)) throw targetRefused(`${address.slice(0, 64)} is not on loopback`);
  return { name: address, url, shown: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`, journeys: true };
}
