import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { csv, listScene, MANY, serve, sha256 } from '../../../../test/support/list-scene.ts';
import { createListFetcher } from './fetch-list.ts';
import { runListSource, setListSource } from './manage-sources.ts';

const scene = listScene();
const { fresh, set, run } = scene;
const deps = () => scene.house.settlement.deps;

describe('a published checksum', () => {
  const withSum =
    (sum: string): RequestListener =>
    (request, reply) =>
      serve(request.url!.endsWith('.sha256') ? sum : MANY)(request, reply);

  test('that fits lets the file in, one that does not or is none keeps it out', async () => {
    const id = fresh();
    await set(id, { checksumUrl: `${scene.base}/${id}.sha256` });
    scene.answer = withSum(`${sha256('x')}  other.csv\n${sha256(MANY).toUpperCase()} *${id}.csv\n`);
    expect(await run(id)).toMatchObject({ outcome: 'loaded' });
    scene.answer = withSum(`${sha256('x')}\n`);
    expect(await run(id)).toMatchObject({ outcome: 'refused', code: 'settlement.list_checksum' });
    scene.answer = withSum('<html>');
    expect(await run(id)).toMatchObject({ outcome: 'refused', code: 'settlement.list_checksum' });
    scene.answer = withSum(`${sha256('x')}  other.csv\n${sha256('y')}  another.csv\n`);
    expect(await run(id)).toMatchObject({ outcome: 'refused', detail: expect.stringContaining('several') });
  });
});

describe('where a list may come from', () => {
  test.each([
    ['http://lists.example.org/un.xml', 'https only'],
    ['https://127.0.0.1/un.xml', 'public internet'],
    ['https://10.1.2.3/un.xml', 'public internet'],
    ['https://[::1]/un.xml', 'public internet'],
    ['https://169.254.169.254/latest/meta-data', 'public internet'],
    ['https://localhost/un.xml', 'public internet'],
    ['https://someone:secret@lists.example.org/un.xml', 'without a login'],
    ['file:un.xml', 'RIALTO_LIST_FOLDER'],
  ])('%s is refused unless the operator allows it', async (url, why) => {
    const input = { id: 'denied', url, intervalMinutes: 60 };
    const refused = { code: 'settlement.source_invalid', message: expect.stringContaining(why) };
    await expect(setListSource(deps(), { hosts: [] }, scene.house.ctx, input)).rejects.toMatchObject(refused);
    await expect(
      setListSource(deps(), { hosts: [] }, scene.house.ctx, { ...input, url: 'https://a.example/', checksumUrl: url }),
    ).rejects.toMatchObject(refused);
    const strict = createListFetcher({ hosts: [] });
    await expect(strict.fetch(url, {}, new AbortController().signal)).rejects.toMatchObject(refused);
    await strict.close();
  });

  test('a source that was allowed once is not fetched when it is allowed no more', async () => {
    const id = fresh();
    scene.answer = serve(MANY);
    await set(id);
    const strict = createListFetcher({ hosts: [] });
    expect(await runListSource(deps(), strict, scene.house.ctx, { id })).toMatchObject({
      outcome: 'unreachable',
      code: 'settlement.source_invalid',
    });
    await strict.close();
    expect(scene.seen).toEqual([]);
  });

  test('redirects are followed on the same host only, and not for ever', async () => {
    const id = fresh();
    await set(id);
    scene.answer = (request, reply) =>
      request.url === '/new.csv' ? serve(MANY)(request, reply) : reply.writeHead(302, { location: '/new.csv' }).end();
    expect(await run(id)).toMatchObject({ outcome: 'loaded' });
    scene.answer = (_, reply) => reply.writeHead(301, { location: 'http://10.0.0.1/inside' }).end();
    expect(await run(id)).toMatchObject({ outcome: 'unreachable', detail: expect.stringContaining('http://10.0.0.1; set that address') });
    scene.answer = (request, reply) => reply.writeHead(307, { location: request.url! }).end();
    expect(await run(id)).toMatchObject({ outcome: 'unreachable', detail: expect.stringContaining('again and again') });
  });

  test('what is packed is not unpacked', async () => {
    const id = fresh();
    await set(id);
    scene.answer = serve('x', { 'content-encoding': 'gzip' });
    expect(await run(id)).toMatchObject({ outcome: 'unreachable', detail: expect.stringContaining('packed') });
    expect(scene.seen[0]!.headers['accept-encoding']).toBe('identity');
  });

  test('files of the folder are taken, wherever they are written anew; nothing outside of it is, by no path and no link', async () => {
    const id = fresh();
    const outside = await mkdtemp(path.join(tmpdir(), 'rialto-outside-'));
    await writeFile(path.join(outside, 'secret.csv'), MANY);
    await symlink(path.join(outside, 'secret.csv'), path.join(scene.folder, 'link.csv'));
    await mkdir(path.join(scene.folder, 'un'));
    await writeFile(path.join(scene.folder, 'un', 'list.csv'), csv('Waldemar Quist'));
    await set(id, { url: 'file:un/list.csv' });
    expect(await run(id)).toMatchObject({ outcome: 'loaded' });
    expect(await run(id)).toMatchObject({ outcome: 'unchanged' });
    await writeFile(path.join(scene.folder, 'un', 'list.csv'), csv('Waldemar Quist', 'Ragnhild Torsson'));
    expect(await run(id)).toMatchObject({ outcome: 'loaded' });
    for (const url of [
      `file:${outside}/secret.csv`,
      `file://${outside}/secret.csv`,
      'file:link.csv',
      'file:../../etc/passwd',
      'file:un',
      'file:none.csv',
    ]) {
      await set(id, { url });
      expect(await run(id)).toMatchObject({ outcome: 'unreachable', detail: expect.stringContaining('no such file in the folder') });
    }
    await rm(outside, { recursive: true });
  });

  test('a format that does not exist is refused by name', async () => {
    await expect(set('denied', { format: 'pdf' })).rejects.toMatchObject({ code: 'settlement.source_invalid' });
  });
});
