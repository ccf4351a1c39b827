import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from 'pg';
import { expect } from 'vitest';
import type { Secret } from '../../base/secret.ts';
import { connectionConfig } from './connection.ts';

/** Asks the server once. */
export async function ask<R extends object = Record<string, unknown>>(url: Secret, sql: string): Promise<R[]> {
  const client = new Client(connectionConfig(url));
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Makes a table with one row, so that a later start can show that nothing was lost. */
export const keep = (url: Secret): Promise<unknown> => ask(url, `create table kept as select 'still here' as text`);
/** What such a table says. */
export const kept = (url: Secret): Promise<unknown> => ask(url, 'select text from kept');
export const STILL_HERE = [{ text: 'still here' }];

/** Until the process is gone or a zombie; polls, since nobody tells us of other people's children. */
export async function gone(pid: number): Promise<void> {
  await expect
    .poll(() => (existsSync(`/proc/${pid}/stat`) ? /\) ([A-Z])/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] : 'Z'), {
      timeout: 20_000,
      interval: 5,
    })
    .toBe('Z');
}

/** A port of loopback that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
