import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { newId } from '../../base/id.ts';
import { seal } from '../../base/seal.ts';
import { Secret } from '../../base/secret.ts';
import { manualClock } from '../../base/time.ts';
import type { RailCall } from './adapter.ts';
import type { RailRow } from './rail-store.ts';
import { createRailTransport, folderOf, keyLabel } from './transport.ts';

const masterKey = new Secret<Uint8Array>(new Uint8Array(32).fill(7));
const tenantId = newId();
const keys = generateKeyPairSync('ed25519');
const rail: RailRow = {
  id: 'r',
  kind: 'http',
  name: 'R',
  servicerBic: 'MARKDEFF',
  url: null,
  cutOff: null,
  zone: 'UTC',
  state: 'open',
  createdAt: 0,
  publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  sealedKey: seal(keys.privateKey.export({ type: 'pkcs8', format: 'der' }), keyLabel(tenantId, 'r'), masterKey),
};
const files: RailRow = { ...rail, kind: 'iso20022_file' };
const open = (folder = '/nowhere', allowedHosts = ['127.0.0.1']) =>
  createRailTransport({ masterKey, folder, allowedHosts }, manualClock(Date.parse('2026-11-20T10:00:00Z')));

let server: Server | undefined;
afterEach(() => void server?.close());

async function serve(
  answer: (request: IncomingMessage, body: string) => { status: number; body: string; headers?: Record<string, string> },
): Promise<string> {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => void pieces.push(piece));
    request.on('end', () => {
      const { status, body, headers } = answer(request, Buffer.concat(pieces).toString());
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (url: string): RailCall => ({
  kind: 'http',
  method: 'POST',
  url: `${url}/payments`,
  idempotencyKey: 'abc',
  body: '{"id":"abc"}',
});

describe('over HTTP', () => {
  test('a call carries the instruction, its key and a signature that the public key of the rail verifies', async () => {
    let seen: { headers: IncomingMessage['headers']; body: string } | undefined;
    const url = await serve(({ headers }, body) => {
      seen = { headers, body };
      return { status: 201, body: '{}' };
    });
    const transport = open();
    expect(await transport.call(tenantId, rail, post(url))).toEqual({ kind: 'http', status: 201, body: '{}' });
    const { headers, body } = seen!;
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const params = String(headers['signature-input']).replace('rialto=', '');
    const base = `"@method": POST\n"@target-uri": ${url}/payments\n"content-digest": ${digest}\n"idempotency-key": abc\n"@signature-params": ${params}`;
    const signature = Buffer.from(String(headers['signature']).slice('rialto=:'.length, -1), 'base64');
    expect([headers['content-digest'], verify(null, Buffer.from(base), rail.publicKey, signature)]).toEqual([digest, true]);
    await transport.close();
  });

  test.each<[string, () => Promise<string>]>([
    ['is not there', async () => 'http://127.0.0.1:1'],
    ['hangs up', async () => serve((request) => (request.socket.destroy(), { status: 200, body: '' }))],
    ['answers with more than any answer is', async () => serve(() => ({ status: 200, body: 'x'.repeat(1 << 20) }))],
  ])('a rail that %s is a reply that says nothing, and no failure', async (_, url) => {
    const transport = open();
    expect(await transport.call(tenantId, rail, post(await url()))).toMatchObject({ kind: 'none' });
    await transport.close();
  });

  test('a redirect is not followed', async () => {
    const url = await serve(() => ({ status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }));
    const transport = open();
    expect(await transport.call(tenantId, rail, post(url))).toMatchObject({ kind: 'http', status: 307 });
    await transport.close();
  });

  test('a host that is private is not called unless it is listed', async () => {
    let called = 0;
    const url = await serve(() => (called++, { status: 200, body: '{}' }));
    const transport = open('/nowhere', []);
    expect([await transport.call(tenantId, rail, post(url)), called]).toMatchObject([{ kind: 'none' }, 0]);
    await transport.close();
  });
});

describe('by files', () => {
  const file: RailCall = { kind: 'file', name: 'a.xml', content: '<a/>' };

  test('a file is there whole or not at all, and written twice it is the same one', async () => {
    const folder = temporaryFolder();
    const [transport, own] = [open(folder), folderOf({ folder }, tenantId, 'r')];
    expect(await transport.call(tenantId, files, file)).toEqual({ kind: 'written' });
    expect(await transport.call(tenantId, files, file)).toEqual({ kind: 'written' });
    expect([readdirSync(path.join(own, 'out')), readdirSync(path.join(own, 'draft'))]).toEqual([['a.xml'], []]);
    expect(readFileSync(path.join(own, 'out', 'a.xml'), 'utf8')).toBe('<a/>');
  });

  test('nothing is asked while the file waits to be fetched', async () => {
    const folder = temporaryFolder();
    const transport = open(folder);
    await transport.call(tenantId, files, file);
    expect(await transport.call(tenantId, files, { ...file, name: 'q.xml', waitsBehind: 'a.xml' })).toEqual({ kind: 'waits' });
    expect(readdirSync(path.join(folderOf({ folder }, tenantId, 'r'), 'out'))).toEqual(['a.xml']);
  });

  test('what the bank is still writing is left alone, and what was taken is put away', async () => {
    const folder = temporaryFolder();
    const [transport, own] = [open(folder), folderOf({ folder }, tenantId, 'r')];
    mkdirSync(path.join(own, 'in'), { recursive: true });
    for (const name of ['b.xml', 'a.XML', '.hidden.xml', 'c.xml.part']) writeFileSync(path.join(own, 'in', name), 'x');
    const documents = await transport.documents(tenantId, files);
    expect(documents.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a.XML', 1],
      ['b.xml', 1],
    ]);
    await transport.putAway(tenantId, files, 'b.xml', 'done');
    expect([readdirSync(path.join(own, 'done')), (await transport.documents(tenantId, files)).length]).toEqual([['b.xml'], 1]);
  });

  test('what is put away never takes the place of what was before, and what is no file is one that cannot be read', async () => {
    const folder = temporaryFolder();
    const [transport, own] = [open(folder), folderOf({ folder }, tenantId, 'r')];
    mkdirSync(path.join(own, 'in'), { recursive: true });
    for (const expected of ['a.xml', 'a.2.xml', 'a.3.xml']) {
      writeFileSync(path.join(own, 'in', 'a.xml'), expected);
      expect(await transport.putAway(tenantId, files, 'a.xml', 'refused')).toBe(expected);
      expect(readFileSync(path.join(own, 'refused', expected), 'utf8')).toBe(expected);
    }
    symlinkSync(path.join(own, 'nowhere'), path.join(own, 'in', 'b.xml'));
    const [document] = await transport.documents(tenantId, files);
    expect(document).toMatchObject({ name: 'b.xml', bytes: 0 });
    await expect(Array.fromAsync(document!.read())).rejects.toThrow('ENOENT');
    expect(await transport.putAway(tenantId, files, 'b.xml', 'refused')).toBe('b.xml');
  });

  test('a folder that cannot be written to is a reply that says nothing', async () => {
    const folder = temporaryFolder({ 'a-file': '' });
    chmodSync(path.join(folder, 'a-file'), 0o400);
    expect(await open(path.join(folder, 'a-file')).call(tenantId, files, file)).toMatchObject({ kind: 'none' });
  });
});
